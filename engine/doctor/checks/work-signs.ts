/** Workers, backlog, failing jobs, missed schedules, the use of the cache and the source: each bad sign with its most probable cause. */
import type { CauseChain, CauseCode, Sign } from '../../model/cause.ts';
import type { DoctorSubject, FixPlan } from '../../model/doctor.ts';
import { said } from '../../model/said.ts';
import { evidence, type Found, noConsole, type SystemCheck, unknown, verdictOf, type Work } from '../check.ts';
import { resumeFix, startWorkersFix } from '../console-fix.ts';
import type { Patient } from '../patient.ts';
import { moreRoomFix } from './redis-hit-rate.ts';

interface Wanted {
  readonly id: string;
  readonly title: string;
  readonly signs: readonly Sign[];
  readonly subject: DoctorSubject;
  readonly severity: Found['severity'];
  readonly why: string;
}

export const workChecks: readonly SystemCheck[] = [
  check({
    id: 'work-done',
    title: 'Workers take jobs, and none waits for long',
    signs: ['workers', 'backlog'],
    subject: { kind: 'queue', id: 'own', name: 'Queues and workers' },
    severity: 'critical',
    why: 'What is not begun is not refreshed: values grow old while their jobs wait.',
  }),
  check({
    id: 'jobs-succeed',
    title: 'Jobs succeed',
    signs: ['jobs_failing'],
    subject: { kind: 'queue', id: 'own', name: 'Queues and workers' },
    severity: 'warning',
    why: 'A job that fails stores nothing; it is tried again with longer and longer pauses.',
  }),
  check({
    id: 'schedules-kept',
    title: 'Scheduled runs are not missed',
    signs: ['schedules'],
    subject: { kind: 'schedule', id: 'all', name: 'Schedules' },
    severity: 'warning',
    why: 'A run that was missed leaves its values as old as the run before made them.',
  }),
  check({
    id: 'cache-helps',
    title: 'Reads are answered from the cache',
    signs: ['hit_rate'],
    subject: { kind: 'cache', id: 'cache', name: 'Cache' },
    severity: 'warning',
    why: 'Each miss is computed in the source while somebody waits for it.',
  }),
  check({
    id: 'source-answers',
    title: 'The source answers, and in its usual time',
    signs: ['source'],
    subject: { kind: 'source', id: 'source', name: 'Source' },
    severity: 'critical',
    why: 'Nothing can be computed without it; last known values are shown with their age.',
  }),
];

const starting = unknown('the workers of this console are starting', said('unchecked_workers_starting'));

function check({ id, title, signs, subject, severity, why }: Wanted): SystemCheck {
  return {
    id,
    title,
    about: 'system',
    subject,
    async run({ desk, patients }) {
      if (desk === null) return noConsole;
      const chains = (await desk.signs()).filter(({ sign }) => signs.includes(sign));
      const isStarting = desk.work?.isStarting() ?? false;
      // Who is still starting is no trouble yet, and what waits for it is not either.
      const bad = chains.filter(({ root }) => !isStarting || root?.code !== 'workers_unseen');
      if (bad.length === 0 && chains.length > 0) return starting;
      const found = distinct(bad).map(async (chain) =>
        findingOf(chain, severity, why, await fixOf(chain, desk.work, patients)),
      );
      return verdictOf(await Promise.all(found));
    },
  };
}

/** Two signs of one cause are one finding. */
function distinct(chains: readonly CauseChain[]): CauseChain[] {
  const byCode = new Map(chains.toReversed().map((chain) => [chain.root?.code ?? chain.sign, chain]));
  return [...byCode.values()].toReversed();
}

/** Null where nothing that is safe would help. */
async function fixOf({ root }: CauseChain, work: Work | null, patients: readonly Patient[]): Promise<FixPlan | null> {
  if (root?.code === 'evictions') return roomFix(patients);
  if (work === null) return null;
  if (root?.code === 'workers_missing') return startWorkersFix(work.processCount());
  if (root?.code !== 'queue_paused') return null;
  return resumeFix(work.queues().flatMap(({ id, own, paused }) => (own && paused ? [id] : [])));
}

/** More memory for the cache of this console; it is the first of all connections. */
async function roomFix(patients: readonly Patient[]): Promise<FixPlan | null> {
  const cache = patients.find(({ role, link }) => (role === 'cache' || role === 'both') && link.isReady);
  const [server, ...others] = (await cache?.servers()) ?? [];
  // On a cluster the check of each server says which of them is full.
  return cache === undefined || server === undefined || others.length > 0 ? null : moreRoomFix(cache, server);
}

function findingOf(
  { sign, links, root }: CauseChain,
  severity: Found['severity'],
  why: string,
  fix: FixPlan | null,
): Found {
  const code = root?.code ?? null;
  const first = links[0]?.words ?? sign;
  const named = root === null || root.words === first ? links.slice(0, 1) : [...links.slice(0, 1), root];
  const titleSaid = named.flatMap(({ said: inAll }) => inAll ?? []);
  return {
    code: code ?? `${sign}_unexplained`,
    severity,
    title: named.length === 0 ? first : named.map(({ words }) => words).join(': '),
    // A part that can only be said in English would leave half a title.
    ...(titleSaid.length === named.length ? { titleSaid } : {}),
    evidence: links.map(({ words, said: inAll }, index) => ({
      ...evidence(index === 0 ? 'sign' : 'because', words, 'text'),
      ...(inAll === undefined ? {} : { said: inAll }),
    })),
    why,
    steps: code === null ? ['No cause was found: see what happened on the Overview.'] : [...(steps[code] ?? [])],
    fix,
  };
}

const lookAtRedis = ['See the findings on that Redis first: the rest follows from it.'];
const steps: Readonly<Partial<Record<CauseCode, readonly string[]>>> = {
  redis_unreachable: lookAtRedis,
  redis_frozen: lookAtRedis,
  redis_refused: lookAtRedis,
  redis_degraded: lookAtRedis,
  own_network: ['Bring the network of this machine back; nothing is said of servers elsewhere until then.'],
  not_running: [
    'Keep a console or `vigia worker` running when schedules are due; a second console stands by for the first.',
  ],
  queue_paused: ['Find out who paused it (What happened, on the Overview).', 'Resume it on the Queues page.'],
  workers_missing: [
    'Start workers: `vigia worker --broker … --redis … --source …`, or set VIGIA_WORKER_PROCESSES and start the console anew.',
    'See on the Workers page how the last ones ended.',
  ],
  workers_wedged: [
    'Send the process SIGCONT if it was stopped; else SIGTERM, and SIGKILL if it does not end: its jobs are given back.',
    'A supervisor starts another in its place.',
  ],
  workers_unseen: ['See whether the broker answers; workers are seen by what they leave there.'],
  job_flood: [
    'Find out who adds them (names and data on the Queues page).',
    'Add workers for that queue, or remove the jobs by a filter.',
  ],
  slots_busy: ['See what the slots work on (Workers).', 'Add slots (VIGIA_WORKER_CONCURRENCY) or workers.'],
  source_slow: [
    'See the longest queries in the source and what they wait for.',
    'Compare with the load of its machine.',
  ],
  source_unreachable: ['Start the source, or correct VIGIA_SOURCE; it is tried again every few seconds.'],
  evictions: ['Raise maxmemory of the cache, or see what else fills it (Keys, analysis).'],
  cache_cleared: ['Nothing: it fills again. See who cleared it in What happened, on the Overview.'],
  redis_restarted: ['Nothing: it fills again. See why the server was started anew.'],
  invalidation_storm: ['See who sends these changes (What happened); let them send one for many rows.'],
  cold_start: ['Nothing: it fills as it is read. Warming shortens it.'],
  ttl_short: ['Lengthen the TTL or the stale window of the layer (Cache, layers), or warm what is read.'],
  key_churn: ['See which filters are asked for; let readers choose among fewer.'],
  refresh_failing: ['See the errors of the failed jobs on the Queues page, then retry them there.'],
};
