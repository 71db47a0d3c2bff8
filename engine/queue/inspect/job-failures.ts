/** Groups the newest failures of some queues by what their errors have in common. */
import type { FailureGroup, JobRow, Searched } from '../../model/job.ts';
import type { QueueId } from '../../model/queue.ts';
import { errorPattern, failureGroupOf } from './error-pattern.ts';
import { readRows } from './job-fields.ts';
import { lengthOf, sourcesOf } from './job-ranges.ts';
import { JobWalk } from './job-walk.ts';
import type { QueueServer } from './queue-server.ts';

const batch = 200;
const newestCount = 5;
const deadlineMs = 5_000;

/** Largest group first. All queues are of the server's connection. @throws EngineError REDIS_* */
export async function groupFailures(
  server: QueueServer,
  queues: readonly QueueId[],
  limit: number,
): Promise<{ groups: FailureGroup[]; searched: Searched }> {
  const groups = new Map<string, FailureGroup>();
  const searched = await server.run(
    'Grouping failures',
    async (commands) => {
      const sources = sourcesOf(queues, ['failed']);
      const walk = new JobWalk(sources, {}, null);
      let ended = false;
      while (!ended && walk.seenCount < limit) {
        const next = await walk.next(commands, Math.min(batch, limit - walk.seenCount));
        for (const row of await readRows(commands, next.jobs)) addTo(groups, row);
        ({ ended } = next);
      }
      const lengths = await Promise.all(sources.map((source) => lengthOf(commands, source, {})));
      const of = lengths.reduce((sum, length) => sum + length, 0);
      return { count: Math.min(walk.seenCount, of), of, complete: ended };
    },
    deadlineMs,
  );
  return { groups: [...groups.values()].toSorted((a, b) => b.count - a.count || b.lastAtMs - a.lastAtMs), searched };
}

/** Rows come newest first. */
function addTo(groups: Map<string, FailureGroup>, row: JobRow): void {
  const error = row.error ?? '';
  const group = failureGroupOf(error);
  const atMs = row.finishedAtMs ?? row.createdAtMs ?? 0;
  const known = groups.get(group);
  if (!known) {
    groups.set(group, {
      group,
      pattern: row.missing ? '(the record is gone)' : errorPattern(error),
      example: error,
      count: 1,
      jobNames: row.name === null ? [] : [row.name],
      queues: [row.queue],
      firstAtMs: atMs,
      lastAtMs: atMs,
      newestJobs: [{ queue: row.queue, jobId: row.jobId }],
    });
    return;
  }
  known.count += 1;
  known.firstAtMs = Math.min(known.firstAtMs, atMs);
  known.lastAtMs = Math.max(known.lastAtMs, atMs);
  if (known.newestJobs.length < newestCount) known.newestJobs.push({ queue: row.queue, jobId: row.jobId });
  if (row.name !== null && known.jobNames.length < newestCount && !known.jobNames.includes(row.name))
    known.jobNames.push(row.name);
  const has = known.queues.some(({ prefix, name }) => prefix === row.queue.prefix && name === row.queue.name);
  if (!has) known.queues.push(row.queue);
}
