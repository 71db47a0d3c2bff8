/** Every bad sign that is seen now with its most probable cause, the most fundamental cause first. */
import { type CauseChain, type CauseLink, causeCodes, type Sign } from '../../model/cause.ts';
import type { ReadReason } from '../../model/freshness.ts';
import type { RedisRole } from '../../model/health.ts';
import type { SignalName } from '../../model/sample.ts';
import { isPast } from '../figures.ts';
import type { HealthFacts, KnownValue } from '../overview-facts.ts';
import { availableSlots, hitRatio, memoryRatio } from '../readings.ts';
import { bytesWords, durationWords, latencyWords, percentWords, plural } from '../wording.ts';
import {
  coldRoot,
  goneRoot,
  link,
  queueRoot,
  redisRoot,
  rootOf,
  slowJobsRoot,
  sourceRoot,
  stormRoot,
  workersRoot,
} from './roots.ts';
import { valueChain } from './value-chain.ts';

type Facts = HealthFacts & { readonly values?: readonly KnownValue[] };

/** Waiting longer than this is a backlog. */
const backlogMs = 30_000;
const roles: readonly RedisRole[] = ['cache', 'broker'];
/** Less of the misses than this is not what makes a hit rate low. */
const noticeableShare = 0.25;
const failingRatio = 0.1;

export function chainsOf(facts: Facts): CauseChain[] {
  const chains = [
    ...roles.flatMap((role) => chain('redis', redisRoot(role, facts))),
    ...chain('source', sourceRoot(facts)),
    ...chain('workers', badWorkers(facts)),
    ...chain('backlog', badBacklog(facts)),
    ...chain('jobs_failing', (facts.depth.failedRatio ?? 0) > failingRatio ? failingJobs(facts) : []),
    ...chain('schedules', missedSchedules(facts)),
    ...valueChains(facts),
    ...chain('hit_rate', isHitRateLow(facts) ? lowHitRate(facts) : []),
    ...chain('response_time', isSlow(facts) ? slowResponses(facts) : []),
    ...roles.flatMap((role) => chain('evictions', evictions(role, facts))),
  ];
  return chains.toSorted((a, b) => rank(a) - rank(b));
}

/** Of the figure that a rule watches, whether or not it is bad now; empty where no cause is known of. */
export function chainOfSignal(signal: SignalName, facts: Facts): CauseLink[] {
  const role = roles.find((each) => signal.startsWith(`redis.${each}.`));
  if (role !== undefined) return redisSignal(role, signal, facts);
  if (signal.startsWith('cache.')) return lowHitRate(facts);
  if (signal.startsWith('response.')) return slowResponses(facts);
  if (signal.startsWith('workers.')) return workersChain(facts);
  if (signal === 'queue.failed_ratio') return failingJobs(facts);
  if (signal.startsWith('queue.')) return backlogChain(facts);
  if (signal.startsWith('schedule.')) return missedSchedules(facts);
  if (signal.startsWith('source.')) return sourceRoot(facts);
  if (signal.startsWith('kpi.') || signal.startsWith('section.')) return valueChains(facts)[0]?.links ?? [];
  return [];
}

function chain(sign: Sign, links: CauseLink[]): CauseChain[] {
  return links.length === 0 ? [] : [{ sign, links, root: rootOf(links) }];
}

function rank({ root }: CauseChain): number {
  return root === null || root.code === null ? causeCodes.length : causeCodes.indexOf(root.code);
}

function badWorkers(facts: Facts): CauseLink[] {
  const broken = facts.workers === null || (availableSlots(facts.workers) ?? 0) === 0;
  const wedged = facts.workers?.some(({ verdict }) => verdict === 'wedged') ?? false;
  return broken || wedged ? workersChain(facts) : [];
}

function workersChain(facts: Facts): CauseLink[] {
  const broker = redisRoot('broker', facts);
  if (broker.length > 0) return [link(null, 'the workers cannot be seen without their broker'), ...broker];
  const workers = workersRoot(facts);
  if (workers.length > 0) return workers;
  return (facts.workers ?? [])
    .filter(({ verdict }) => verdict === 'wedged')
    .map(({ workerId, evidence }) => link('workers_wedged', `${workerId} wedged: ${evidence}`));
}

interface Waiting {
  readonly name: string;
  readonly waiting: number;
  readonly oldestWaitingMs: number;
}

/** The queue whose oldest job waits longest; paused ones count, as nobody is served by a pause. */
function worstQueue({ queues, depth }: Facts): Waiting | null {
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

function badBacklog(facts: Facts): CauseLink[] {
  const worst = worstQueue(facts);
  const paused = facts.depth.watched?.some((queue) => queue.paused && queue.waiting > 0) ?? false;
  return paused || (worst !== null && worst.oldestWaitingMs >= backlogMs) ? backlogChain(facts) : [];
}

function backlogChain(facts: Facts): CauseLink[] {
  const paused = facts.depth.watched?.find((queue) => queue.paused && queue.waiting > 0);
  const worst = worstQueue(facts);
  const name = paused?.name ?? worst?.name;
  if (name === undefined) return redisRoot('broker', facts);
  const { waiting = 0, oldestWaitingMs } = paused ?? worst ?? {};
  const oldest = typeof oldestWaitingMs === 'number' ? `, the oldest for ${durationWords(oldestWaitingMs)}` : '';
  const roots = queueRoot(name, facts).filter(({ code, words }) => code !== null || !words.endsWith(`wait in ${name}`));
  return [link(null, `${plural(waiting, 'job')} wait${waiting === 1 ? 's' : ''} in ${name}${oldest}`), ...roots];
}

function failingJobs(facts: Facts): CauseLink[] {
  const ratio = facts.depth.failedRatio;
  const words = ratio === null ? 'jobs fail' : `${percentWords(ratio)} of the jobs fail`;
  const source = sourceRoot(facts);
  const cache = redisRoot('cache', facts);
  return [link('refresh_failing', words), ...(source.length > 0 ? source : cache)];
}

/** A run that nobody saw to: because nobody ran, or nobody could reach the broker. */
function missedSchedules(facts: Facts): CauseLink[] {
  const { depth, atMs } = facts;
  const missed = depth.recent.find(({ code }) => code === 'schedule_missed');
  if (missed === undefined) return [];
  const words = `a run of ${missed.subject} was missed ${durationWords(atMs - missed.atMs)} ago: ${missed.detail}`;
  const gap = depth.recent.find(({ code, subject }) => code === 'not_observed' && subject !== 'own-network');
  const lost = depth.recent.find(({ code, subject }) => code === 'link_lost' && subject === 'broker');
  if (gap !== undefined) {
    const why =
      gap.subject === 'asleep'
        ? 'this machine slept'
        : gap.subject === 'held-up'
          ? 'this console was held up'
          : 'no console ran';
    return [
      link(null, words),
      link('not_running', `${why} for ${durationWords(gap.untilMs - gap.atMs)}, until ${clockWords(gap.untilMs)}`),
    ];
  }
  if (lost !== undefined) {
    return [
      link(null, words),
      link('redis_unreachable', `Redis (broker) was lost at ${clockWords(lost.atMs)}: ${lost.detail}`),
    ];
  }
  return [link('not_running', words)];
}

function clockWords(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(11, 19)} UTC`;
}

/** One chain for all values of one cause: the one that most of them have comes first. */
function valueChains(facts: Facts): CauseChain[] {
  const bad = (facts.values ?? [])
    .filter(({ freshness }) => freshness.state !== 'fresh' || freshness.refresh.status === 'failed')
    .map((value) => ({ value, links: valueChain(value.freshness, facts) }));
  const byRoot = Map.groupBy(bad, ({ links }) => rootOf(links)?.code ?? 'none');
  return [...byRoot.values()]
    .toSorted((a, b) => b.length - a.length)
    .flatMap((group) => {
      const [first] = group;
      const count = plural(group.length, 'value');
      const words = `${count} of ${facts.values?.length ?? 0} not fresh, e.g. ${first?.value.section ?? ''}`;
      return chain('values', [link(null, words), ...(first?.links ?? [])]);
    });
}

function isHitRateLow({ cache, minimumCount, rules }: Facts): boolean {
  const ratio = cache === null ? null : hitRatio(cache);
  return ratio !== null && cache !== null && cache.reads >= minimumCount && isPast(ratio, rules.hit_rate);
}

function lowHitRate(facts: Facts): CauseLink[] {
  const { cache, depth } = facts;
  const reached = redisRoot('cache', facts);
  if (cache === null) return reached;
  const { reads, misses, windowMs } = cache;
  const ratio = hitRatio(cache);
  const rate = ratio === null ? 'no reads' : `hit rate ${percentWords(ratio)}`;
  const sign = link(
    null,
    `${rate} over ${durationWords(windowMs)} (${plural(misses, 'miss').replace('misss', 'misses')} of ${plural(reads, 'read')})`,
  );
  if (reached.length > 0) return [sign, ...reached];
  const [main] = mainMisses(depth.missesByReason, misses);
  if (main === undefined) return [sign];
  const [reason, count] = main;
  const share = link(reason === 'evicted' ? 'removed' : null, `${count} of the misses: ${missWords[reason]}`);
  return [sign, share, ...missRoot(reason, facts)];
}

function mainMisses(byReason: Facts['depth']['missesByReason'], misses: number): [ReadReason, number][] {
  return (Object.entries(byReason) as [ReadReason, number][])
    .filter(([, count]) => count >= misses * noticeableShare && count > 0)
    .toSorted((a, b) => b[1] - a[1]);
}

const missWords: Readonly<Record<ReadReason, string>> = {
  'within-ttl': 'fresh',
  'just-computed': 'computed just now',
  'ttl-passed': 'their time and the time to serve them stale were over',
  'age-ceiling-passed': 'too old to be served as current',
  invalidated: 'invalidated',
  'never-computed': 'never computed before',
  evicted: 'gone from Redis before their time',
  'entry-unreadable': 'the stored entry could not be read',
  'redis-unreachable': 'Redis did not answer in time',
  'source-failed': 'their refresh failed',
  'clock-disagrees': 'a clock is wrong',
};

function missRoot(reason: ReadReason, facts: Facts): CauseLink[] {
  switch (reason) {
    case 'redis-unreachable':
      return [link('redis_frozen', 'Redis (cache) was too slow to answer for a while')];
    case 'evicted':
      return goneRoot(facts);
    case 'invalidated': {
      const storm = stormRoot(facts);
      return storm.length > 0 ? storm : [link('invalidated', 'what they depend on was invalidated')];
    }
    case 'source-failed':
      return [link('refresh_failing', 'their computation fails'), ...sourceRoot(facts)];
    case 'ttl-passed':
    case 'age-ceiling-passed': {
      const held = firstOf(sourceRoot(facts), redisRoot('broker', facts), blockingWorkers(facts));
      return held.length > 0
        ? held
        : [
            link(
              'ttl_short',
              'nothing keeps them from being refreshed: they live too short for how seldom they are read',
            ),
          ];
    }
    case 'never-computed':
    case 'entry-unreadable':
    case 'clock-disagrees':
    case 'within-ttl':
    case 'just-computed': {
      const gone = goneRoot(facts);
      const held = firstOf(
        gone,
        sourceRoot(facts),
        redisRoot('broker', facts),
        blockingWorkers(facts),
        coldRoot(facts),
      );
      return held.length > 0 ? held : [link('key_churn', 'ever new filters are asked for: keys that are read once')];
    }
  }
}

function blockingWorkers(facts: Facts): CauseLink[] {
  const workers = workersRoot(facts);
  return rootOf(workers)?.code === 'slots_busy' ? [] : workers;
}

function firstOf(...found: CauseLink[][]): CauseLink[] {
  return found.find((links) => links.length > 0) ?? [];
}

function isSlow({ response, minimumCount, rules }: Facts): boolean {
  return (
    response !== null &&
    response.p95Ms !== null &&
    response.count >= minimumCount &&
    isPast(response.p95Ms, rules.response_time)
  );
}

function slowResponses(facts: Facts): CauseLink[] {
  const { response } = facts;
  const p95 = response?.p95Ms ?? null;
  const sign = link(
    null,
    p95 === null ? 'responses are slow' : `responses take ${latencyWords(p95)} (p95 of ${response?.count ?? 0})`,
  );
  return [
    sign,
    ...firstOf(redisRoot('cache', facts), slowJobsRoot(facts), redisRoot('broker', facts), coldRoot(facts)),
  ];
}

function redisSignal(role: RedisRole, signal: SignalName, facts: Facts): CauseLink[] {
  const reached = redisRoot(role, facts);
  if (reached.length > 0) return reached;
  if (signal.endsWith('.evicted_count')) return evictions(role, facts);
  if (signal.includes('.memory_')) return memoryChain(role, facts);
  return [];
}

function evictions(role: RedisRole, { depth, memory }: Facts): CauseLink[] {
  const count = depth.evicted[role] ?? 0;
  if (count === 0) return [];
  const { limitBytes = null, policy = '', usedBytes = 0 } = memory[role] ?? {};
  const limit =
    limitBytes === null
      ? 'no limit is set'
      : `${bytesWords(usedBytes)} of ${bytesWords(limitBytes)} used, policy ${policy}`;
  return [link('evictions', `Redis (${role}) evicted ${plural(count, 'key')} lately: ${limit}`)];
}

function memoryChain(role: RedisRole, facts: Facts): CauseLink[] {
  const memory = facts.memory[role];
  const ratio = memory === null ? null : memoryRatio(memory);
  if (memory === null || ratio === null || memory.limitBytes === null) return [];
  const words = `Redis (${role}) uses ${bytesWords(memory.usedBytes)} of ${bytesWords(memory.limitBytes)} (${percentWords(ratio)})`;
  const evicts =
    memory.policy === 'noeviction'
      ? 'it refuses writes when it is full'
      : `it evicts by ${memory.policy} when it is full`;
  return [link('memory_full', `${words}; ${evicts}`)];
}
