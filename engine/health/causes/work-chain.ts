/** Why jobs wait or fail, and why workers do not take them. */
import type { CauseLink } from '../../model/cause.ts';
import { said } from '../../model/said.ts';
import type { HealthFacts } from '../overview-facts.ts';
import { availableSlots } from '../readings.ts';
import { durationWords, percentWords, plural } from '../wording.ts';
import { link } from './link.ts';
import { queueRoot } from './queue-root.ts';
import { redisRoot } from './redis-root.ts';
import { sourceRoot } from './source-root.ts';
import { workersRoot, workersSaid } from './workers-root.ts';

/** Workers that are starting are a sign too: whether it is a bad one is not known yet. */
export function badWorkers(facts: HealthFacts): CauseLink[] {
  const broken = facts.workers === null || (availableSlots(facts.workers) ?? 0) === 0;
  const wedged = facts.workers?.some(({ verdict }) => verdict === 'wedged') ?? false;
  return broken || wedged ? workersChain(facts) : [];
}

export function workersChain(facts: HealthFacts): CauseLink[] {
  const broker = redisRoot('broker', facts);
  if (broker.length > 0) {
    return [link(null, 'the workers cannot be seen without their broker', said('cause_workers_hidden')), ...broker];
  }
  const workers = workersRoot(facts);
  if (workers.length > 0) return workers;
  return (facts.workers ?? [])
    .filter(({ verdict }) => verdict === 'wedged')
    .map((worker) => link('workers_wedged', `${worker.workerId} wedged: ${worker.evidence}`, workersSaid([worker])));
}

interface Waiting {
  readonly name: string;
  readonly waiting: number;
  readonly oldestWaitingMs: number;
}

/** The queue whose oldest job waits longest; paused ones count, as nobody is served by a pause. */
function worstQueue({ queues, depth }: HealthFacts): Waiting | null {
  const counted = (queues ?? []).map(({ queue, waiting, oldestWaitingMs }) => ({
    name: queue,
    waiting,
    oldestWaitingMs,
  }));
  const seen = counted.length > 0 ? counted : (depth.watched ?? []);
  const waiting = seen.flatMap(({ name, waiting: count, oldestWaitingMs }) =>
    count > 0 ? [{ name, waiting: count, oldestWaitingMs: oldestWaitingMs ?? 0 }] : [],
  );
  return waiting.toSorted((a, b) => b.oldestWaitingMs - a.oldestWaitingMs)[0] ?? null;
}

export function badBacklog(facts: HealthFacts): CauseLink[] {
  const worst = worstQueue(facts);
  const paused = facts.depth.watched?.some((queue) => queue.paused && queue.waiting > 0) ?? false;
  return paused || (worst !== null && worst.oldestWaitingMs >= facts.backlogMs) ? backlogChain(facts) : [];
}

export function backlogChain(facts: HealthFacts): CauseLink[] {
  const paused = facts.depth.watched?.find((queue) => queue.paused && queue.waiting > 0);
  const worst = worstQueue(facts);
  const name = paused?.name ?? worst?.name;
  if (name === undefined) return redisRoot('broker', facts);
  const { waiting = 0, oldestWaitingMs } = paused ?? worst ?? {};
  const roots = queueRoot(name, facts).filter(({ code, words }) => code !== null || !words.endsWith(`wait in ${name}`));
  const words = `${plural(waiting, 'job')} wait${waiting === 1 ? 's' : ''} in ${name}`;
  const figures = { count: waiting, queue: name };
  if (typeof oldestWaitingMs !== 'number') return [link(null, words, said('cause_jobs_wait', figures)), ...roots];
  const inAll = said('cause_jobs_wait_oldest', { ...figures, oldestMs: oldestWaitingMs });
  return [link(null, `${words}, the oldest for ${durationWords(oldestWaitingMs)}`, inAll), ...roots];
}

export function failingJobs(facts: HealthFacts): CauseLink[] {
  const ratio = facts.depth.failedRatio;
  const words = ratio === null ? 'jobs fail' : `${percentWords(ratio)} of the jobs fail`;
  const inAll = ratio === null ? said('cause_jobs_fail') : said('cause_jobs_fail_ratio', { failedRatio: ratio });
  const source = sourceRoot(facts);
  const cache = redisRoot('cache', facts);
  return [link('refresh_failing', words, inAll), ...(source.length > 0 ? source : cache)];
}
