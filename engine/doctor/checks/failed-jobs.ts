/** Jobs that have failed for good: many by the same error (poison), and those given up because their worker vanished (stalled). */

import type { FixPlan } from '../../model/doctor.ts';
import type { FailureGroup } from '../../model/job.ts';
import { said } from '../../model/said.ts';
import {
  evidence,
  type Found,
  noConsole,
  type SystemCheck,
  silent,
  unknown,
  type Verdict,
  verdictOf,
  type Work,
} from '../check.ts';
import { actionCommand } from '../console-fix.ts';

/** So many of one error are no accident. */
const poisonFrom = 3;
const dayMs = 24 * 60 * 60_000;
const shownGroups = 5;
/** Source: BullMQ, moveStalledJobsToWait: `job stalled more than allowable limit`. */
const stalledError = /stalled more than allowable limit/;

interface Wanted {
  readonly id: string;
  readonly title: string;
  readonly from: number;
  readonly isMeant: (group: FailureGroup) => boolean;
  readonly found: (group: FailureGroup) => Pick<Found, 'code' | 'title' | 'why' | 'steps'>;
}

export const poisonJobs = failedCheck({
  id: 'poison-jobs',
  title: 'No error fails job after job for good',
  from: poisonFrom,
  isMeant: ({ example }) => !stalledError.test(example),
  found: (group) => ({
    code: 'poison_jobs',
    title: `${group.count} jobs of ${namesOf(group)} failed for good with one error: ${group.pattern}`,
    why: 'They have used up their attempts and nobody tries them again: what they were to do is not done.',
    steps: [
      'Read the newest of them on the Queues page: its data, its attempts and its stack.',
      'Mend what the error names first; then retry them. Retried before, they fail again.',
    ],
  }),
});

export const stalledJobs = failedCheck({
  id: 'stalled-jobs',
  title: 'No job was given up because its worker vanished',
  from: 1,
  isMeant: ({ example }) => stalledError.test(example),
  found: (group) => ({
    code: 'stalled_jobs',
    title: `${group.count} jobs of ${namesOf(group)} were given up: their worker stopped renewing their lock`,
    why: 'A worker that dies, or is held up by long computing, loses its job; after the second time BullMQ fails it for good.',
    steps: [
      'See on the Workers page how workers ended: killed for memory (OOM), or by hand.',
      'Let long computing give way now and then, or raise lockDuration of that worker.',
      'Then retry the jobs.',
    ],
  }),
});

function failedCheck({ id, title, from, isMeant, found }: Wanted): SystemCheck {
  return {
    id,
    title,
    about: 'system',
    subject: { kind: 'queue', id: 'all', name: 'Queues' },
    async run({ desk, clock }) {
      if (desk === null) return noConsole;
      if (desk.work === null) return silent;
      const { groups, unseen } = await failuresOf(desk.work);
      const bad = groups.filter(
        (group) => isMeant(group) && group.count >= from && clock.now() - group.lastAtMs < dayMs,
      );
      if (bad.length === 0 && unseen.length > 0) return unread(unseen[0] ?? '');
      return verdictOf(bad.slice(0, shownGroups).map((group) => foundOf(group, found(group))));
    },
  };
}

function unread(problem: string): Verdict {
  return unknown(`not every failure could be read: ${problem}`, said('unchecked_failures', { problem }));
}

/** Queues of one connection are asked together; a connection that does not answer does not hide the others. */
async function failuresOf(work: Work): Promise<{ groups: FailureGroup[]; unseen: string[] }> {
  const failed = work.queues().filter(({ counts }) => (counts?.failed ?? 0) > 0);
  const byConnection = [...Map.groupBy(failed, ({ id }) => id.connectionId).values()];
  const answers = await Promise.allSettled(byConnection.map((views) => work.failures(views.map(({ id }) => id))));
  return {
    groups: answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
    unseen: answers.flatMap((answer) => (answer.status === 'rejected' ? [String(answer.reason)] : [])),
  };
}

function foundOf(group: FailureGroup, words: ReturnType<Wanted['found']>): Found {
  return {
    ...words,
    part: `${group.queues[0]?.connectionId ?? ''} ${group.group}`,
    severity: 'warning',
    evidence: [
      evidence('failed_jobs', group.count, 'count', group.firstAtMs),
      evidence('error', group.example.slice(0, 300), 'text'),
      evidence('queues', namesOf(group), 'text'),
      evidence('job_names', group.jobNames.join(', '), 'text'),
      evidence('last_failed', group.lastAtMs, 'time'),
    ],
    fix: retryFix(group),
  };
}

function retryFix(group: FailureGroup): FixPlan | null {
  const [first] = group.queues;
  if (first === undefined) return null;
  return {
    title: `Retry the ${group.count} jobs`,
    connectionId: first.connectionId,
    commands: group.queues.map((queue) =>
      actionCommand({
        action: 'retry',
        resetAttempts: true,
        target: { kind: 'matching', queue, state: 'failed', filter: { failureGroup: group.group } },
      }),
    ),
    undo: [],
    note: 'They run again, with all their attempts. It cannot be undone: what a job does it does.',
  };
}

function namesOf({ queues }: FailureGroup): string {
  return queues.map(({ name }) => name).join(', ');
}
