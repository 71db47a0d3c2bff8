/** Every bad sign that is seen now with its most probable cause, the most fundamental cause first. */
import { type CauseChain, type CauseLink, causeCodes, type Sign } from '../../model/cause.ts';
import type { ReadReason } from '../../model/freshness.ts';
import type { RedisRole } from '../../model/health.ts';
import { type Said, said } from '../../model/said.ts';
import type { SignalName } from '../../model/sample.ts';
import type { TimelineEvent } from '../../model/timeline.ts';
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
  workersSaid,
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
  const roots = queueRoot(name, facts).filter(({ code, words }) => code !== null || !words.endsWith(`wait in ${name}`));
  const words = `${plural(waiting, 'job')} wait${waiting === 1 ? 's' : ''} in ${name}`;
  const figures = { count: waiting, queue: name };
  if (typeof oldestWaitingMs !== 'number') return [link(null, words, said('cause_jobs_wait', figures)), ...roots];
  const inAll = said('cause_jobs_wait_oldest', { ...figures, oldestMs: oldestWaitingMs });
  return [link(null, `${words}, the oldest for ${durationWords(oldestWaitingMs)}`, inAll), ...roots];
}

function failingJobs(facts: Facts): CauseLink[] {
  const ratio = facts.depth.failedRatio;
  const words = ratio === null ? 'jobs fail' : `${percentWords(ratio)} of the jobs fail`;
  const inAll = ratio === null ? said('cause_jobs_fail') : said('cause_jobs_fail_ratio', { failedRatio: ratio });
  const source = sourceRoot(facts);
  const cache = redisRoot('cache', facts);
  return [link('refresh_failing', words, inAll), ...(source.length > 0 ? source : cache)];
}

/** A run that nobody saw to: because nobody ran, or nobody could reach the broker. */
function missedSchedules(facts: Facts): CauseLink[] {
  const { depth, atMs } = facts;
  const missed = depth.recent.find(({ code }) => code === 'schedule_missed');
  if (missed === undefined) return [];
  const agoMs = atMs - missed.atMs;
  const words = `a run of ${missed.subject} was missed ${durationWords(agoMs)} ago: ${missed.detail}`;
  const inAll = said('cause_run_missed', { schedule: missed.subject, agoMs, detail: missed.detail });
  const gap = depth.recent.find(({ code, subject }) => code === 'not_observed' && subject !== 'own-network');
  const lost = depth.recent.find(({ code, subject }) => code === 'link_lost' && subject === 'broker');
  if (gap !== undefined) {
    return [link(null, words, inAll), notRunning(gap)];
  }
  if (lost !== undefined) {
    const at = clockWords(lost.atMs);
    const lostWords = `Redis (broker) was lost at ${at}: ${lost.detail}`;
    return [
      link(null, words, inAll),
      link('redis_unreachable', lostWords, said('cause_broker_lost', { at, detail: lost.detail })),
    ];
  }
  return [link('not_running', words, inAll)];
}

function notRunning({ subject, atMs, untilMs }: TimelineEvent): CauseLink {
  const forMs = untilMs - atMs;
  const until = clockWords(untilMs);
  const ended = `for ${durationWords(forMs)}, until ${until}`;
  if (subject === 'asleep') {
    return link('not_running', `this machine slept ${ended}`, said('cause_slept', { forMs, until }));
  }
  return subject === 'held-up'
    ? link('not_running', `this console was held up ${ended}`, said('cause_held_up', { forMs, until }))
    : link('not_running', `no console ran ${ended}`, said('cause_no_console', { forMs, until }));
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
      const all = facts.values?.length ?? 0;
      const section = first?.value.section ?? '';
      const words = `${plural(group.length, 'value')} of ${all} not fresh, e.g. ${section}`;
      const inAll = said('cause_values_stale', { count: group.length, all, section });
      return chain('values', [link(null, words, inAll), ...(first?.links ?? [])]);
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
    ratio === null
      ? said('cause_no_reads', { windowMs })
      : said('cause_hit_rate', { hitRatio: ratio, windowMs, misses, reads }),
  );
  if (reached.length > 0) return [sign, ...reached];
  const [main] = mainMisses(depth.missesByReason, misses);
  if (main === undefined) return [sign];
  const [reason, count] = main;
  const share = link(
    reason === 'evicted' ? 'removed' : null,
    `${count} of the misses: ${missWords[reason].words}`,
    said(missWords[reason].code, { misses: count }),
  );
  return [sign, share, ...missRoot(reason, facts)];
}

function mainMisses(byReason: Facts['depth']['missesByReason'], misses: number): [ReadReason, number][] {
  return (Object.entries(byReason) as [ReadReason, number][])
    .filter(([, count]) => count >= misses * noticeableShare && count > 0)
    .toSorted((a, b) => b[1] - a[1]);
}

const missWords = {
  'within-ttl': { words: 'fresh', code: 'cause_misses_within_ttl' },
  'just-computed': { words: 'computed just now', code: 'cause_misses_just_computed' },
  'ttl-passed': { words: 'their time and the time to serve them stale were over', code: 'cause_misses_ttl_passed' },
  'age-ceiling-passed': { words: 'too old to be served as current', code: 'cause_misses_age_ceiling_passed' },
  invalidated: { words: 'invalidated', code: 'cause_misses_invalidated' },
  'never-computed': { words: 'never computed before', code: 'cause_misses_never_computed' },
  evicted: { words: 'gone from Redis before their time', code: 'cause_misses_evicted' },
  'entry-unreadable': { words: 'the stored entry could not be read', code: 'cause_misses_entry_unreadable' },
  'redis-unreachable': { words: 'Redis did not answer in time', code: 'cause_misses_redis_unreachable' },
  'source-failed': { words: 'their refresh failed', code: 'cause_misses_source_failed' },
  'clock-disagrees': { words: 'a clock is wrong', code: 'cause_misses_clock_disagrees' },
} as const satisfies Readonly<Record<ReadReason, { words: string; code: Said['code'] }>>;

function missRoot(reason: ReadReason, facts: Facts): CauseLink[] {
  switch (reason) {
    case 'redis-unreachable':
      return [link('redis_frozen', 'Redis (cache) was too slow to answer for a while', said('cause_cache_slow'))];
    case 'evicted':
      return goneRoot(facts);
    case 'invalidated': {
      const storm = stormRoot(facts);
      if (storm.length > 0) return storm;
      return [link('invalidated', 'what they depend on was invalidated', said('cause_dependency_invalidated'))];
    }
    case 'source-failed':
      return [
        link('refresh_failing', 'their computation fails', said('cause_computation_fails')),
        ...sourceRoot(facts),
      ];
    case 'ttl-passed':
    case 'age-ceiling-passed': {
      const held = firstOf(sourceRoot(facts), redisRoot('broker', facts), blockingWorkers(facts));
      if (held.length > 0) return held;
      const words = 'nothing keeps them from being refreshed: they live too short for how seldom they are read';
      return [link('ttl_short', words, said('cause_ttl_short'))];
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
      if (held.length > 0) return held;
      const words = 'ever new filters are asked for: keys that are read once';
      return [link('key_churn', words, said('cause_key_churn'))];
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
  const count = response?.count ?? 0;
  const sign =
    p95 === null
      ? link(null, 'responses are slow', said('cause_responses_slow'))
      : link(
          null,
          `responses take ${latencyWords(p95)} (p95 of ${count})`,
          said('cause_responses_take', { p95LatencyMs: p95, responses: count }),
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
  const words = `Redis (${role}) evicted ${plural(count, 'key')} lately`;
  if (limitBytes === null) {
    return [link('evictions', `${words}: no limit is set`, said('cause_evictions_unlimited', { role, count }))];
  }
  const limit = `${bytesWords(usedBytes)} of ${bytesWords(limitBytes)} used, policy ${policy}`;
  const inAll = said('cause_evictions_used', { role, count, usedBytes, limitBytes, policy });
  return [link('evictions', `${words}: ${limit}`, inAll)];
}

function memoryChain(role: RedisRole, facts: Facts): CauseLink[] {
  const memory = facts.memory[role];
  const ratio = memory === null ? null : memoryRatio(memory);
  if (memory === null || ratio === null || memory.limitBytes === null) return [];
  const words = `Redis (${role}) uses ${bytesWords(memory.usedBytes)} of ${bytesWords(memory.limitBytes)} (${percentWords(ratio)})`;
  const { usedBytes, limitBytes, policy } = memory;
  const figures = { role, usedBytes, limitBytes, usedRatio: ratio };
  return [
    policy === 'noeviction'
      ? link('memory_full', `${words}; it refuses writes when it is full`, said('cause_memory_refuses', figures))
      : link(
          'memory_full',
          `${words}; it evicts by ${policy} when it is full`,
          said('cause_memory_evicts', { ...figures, policy }),
        ),
  ];
}
