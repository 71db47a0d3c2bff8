/** Signs and their causes, the most fundamental first; and what an alert on a figure would say. */
import { describe, expect, it } from 'vitest';
import { chainOfSignal, chainsOf as foundChains } from '../../../engine/health/causes/chains.ts';
import type { OverviewFacts } from '../../../engine/health/overview-facts.ts';
import type { CauseChain } from '../../../engine/model/cause.ts';
import { unsayable } from '../../support/spanish-causes.ts';
import {
  atMs,
  happened,
  healthyDepth,
  healthyFacts,
  link,
  queue,
  staleFreshness,
  watchedQueue,
  worker,
} from './facts.ts';

const minute = 60_000;
/** Whatever is found can be said in every language. */
const chainsOf = (facts: OverviewFacts): CauseChain[] => {
  const chains = foundChains(facts);
  expect(chains.flatMap(({ links }) => unsayable(links))).toEqual([]);
  return chains;
};
const brief = (chains: readonly CauseChain[]) => chains.map(({ sign, root }) => [sign, root?.code ?? null]);
const lowHits = { windowMs: 5 * minute, reads: 100, hits: 30, staleHits: 0, misses: 70, entryCount: null };
const misses = (missesByReason: object, more: object = {}) =>
  healthyFacts({ cache: lowHits, depth: healthyDepth({ missesByReason, ...more }) });

it('a healthy installation has no sign', () => {
  expect(chainsOf(healthyFacts())).toEqual([]);
});

it('a lost broker comes before what it causes, and a machine without a network before the broker', () => {
  const broken = {
    links: [link('cache'), { ...link('broker', 'unreachable', 'ECONNREFUSED'), embedded: false }],
    workers: null,
    queues: null,
    values: [{ section: 'kpis' as const, filters: {}, freshness: staleFreshness({ status: 'idle' }) }],
  };
  expect(brief(chainsOf(healthyFacts(broken)))).toEqual([
    ['redis', 'redis_unreachable'],
    ['workers', 'redis_unreachable'],
    ['values', 'redis_unreachable'],
  ]);
  const blind = healthyFacts({ ...broken, depth: healthyDepth({ blindness: 'this machine has no network' }) });
  expect(brief(chainsOf(blind))[0]).toEqual(['redis', 'own_network']);
});

it('a link that is ready and complains of silence is frozen', () => {
  const links = [link('cache'), { ...link('broker'), problem: 'REDIS_TIMEOUT: PING did not answer within 2 s' }];
  expect(brief(chainsOf(healthyFacts({ links })))).toEqual([['redis', 'redis_frozen']]);
});

describe('a backlog', () => {
  const waiting = { waiting: 12, oldestWaitingMs: 40_000 };
  const facts = (watched: object, more: object = {}) =>
    healthyFacts({
      queues: [queue('kpis', waiting), queue('dashboard'), queue('background')],
      depth: healthyDepth({ watched: [watchedQueue('kpis', { ...waiting, ...watched })] }),
      ...more,
    });

  it.each([
    ['of a paused queue', facts({ paused: true }), 'queue_paused'],
    ['without workers', facts({ workerCount: 0 }, { workers: [] }), 'workers_missing'],
    ['of killed workers', facts({ workerCount: 0 }, { workers: [worker('unknown')] }), 'workers_missing'],
    ['of stopped workers', facts({ workerCount: 1 }, { workers: [worker('unknown')] }), 'workers_wedged'],
    ['of wedged workers', facts({}, { workers: [worker('wedged')] }), 'workers_wedged'],
    ['of too much work', facts({ waiting: 900, active: 2 }), 'job_flood'],
    ['of long work', facts({ active: 2 }), 'slots_busy'],
  ])('%s', (_name, given, code) => {
    const backlog = chainsOf(given).find(({ sign }) => sign === 'backlog');
    expect(backlog?.root?.code).toBe(code);
    expect(backlog?.links[0]?.words).toMatch(/jobs wait in kpis, the oldest for 40 s/);
  });

  it('of a slow source', () => {
    const queries = { p95Ms: 4_000, usualMs: 40, lightMs: 3, count: 9 };
    const slow = facts({ active: 2 });
    const chains = chainsOf({ ...slow, depth: { ...slow.depth, queries } });
    expect(brief(chains)).toEqual([
      ['source', 'source_slow'],
      ['backlog', 'source_slow'],
    ]);
    expect(chains[0]?.root?.words).toContain('p95 of its queries 4 s (9 queries); usually 40 ms');
  });

  it('of queries that are large by nature does not accuse the source', () => {
    const queries = { p95Ms: 4_000, usualMs: null, lightMs: 3, count: 9 };
    const slow = facts({ active: 2 });
    expect(brief(chainsOf({ ...slow, depth: { ...slow.depth, queries } }))).toEqual([['backlog', 'slots_busy']]);
  });

  it('shorter than half a minute is no sign', () => {
    expect(chainsOf(healthyFacts({ queues: [queue('kpis', { waiting: 5, oldestWaitingMs: 10_000 })] }))).toEqual([]);
  });
});

describe('a low hit rate', () => {
  const invalidations = happened('invalidated', minute, {
    ...{ kind: 'cache', subject: 'table:edp', detail: 'edp_updated', count: 300, untilMs: atMs },
  });
  it.each([
    ['by evictions', misses({ evicted: 60 }, { evicted: { cache: 400, broker: 0 } }), 'evictions'],
    [
      'by a clearing',
      misses({ evicted: 60 }, { recent: [happened('cleared', minute, { subject: 'all' })] }),
      'cache_cleared',
    ],
    [
      'by a restart',
      misses({ 'never-computed': 60 }, { recent: [happened('server_restarted', minute)] }),
      'redis_restarted',
    ],
    ['by something else that removes keys', misses({ evicted: 60 }), 'removed'],
    ['by invalidations', misses({ invalidated: 60 }, { recent: [invalidations] }), 'invalidation_storm'],
    ['by one invalidation', misses({ invalidated: 60 }), 'invalidated'],
    ['by a cold start', misses({ 'never-computed': 60 }, { startedAtMs: atMs - minute }), 'cold_start'],
    ['by ever new filters', misses({ 'never-computed': 60 }), 'key_churn'],
    ['by a short life', misses({ 'ttl-passed': 60 }), 'ttl_short'],
    ['by refreshes that nobody does', { ...misses({ 'ttl-passed': 60 }), workers: [] }, 'workers_missing'],
  ])('%s', (_name, facts, code) => {
    expect(chainsOf(facts).find(({ sign }) => sign === 'hit_rate')?.root?.code).toBe(code);
  });

  it('of too few reads is no sign', () => {
    const cache = { ...lowHits, reads: 10, hits: 1, misses: 9 };
    expect(chainsOf(healthyFacts({ cache, depth: healthyDepth({ missesByReason: { evicted: 9 } }) }))).toEqual([]);
  });
});

it('a missed schedule is of the time in which no console ran', () => {
  const missed = happened('schedule_missed', 3 * minute, {
    kind: 'schedule',
    subject: 'kpis',
    detail: '3 runs missed',
  });
  const gap = happened('not_observed', 5 * minute, { kind: 'gap', subject: 'not-running', untilMs: atMs - 2 * minute });
  const [chain] = chainsOf(healthyFacts({ depth: healthyDepth({ recent: [missed, gap] }) }));
  expect(chain).toMatchObject({ sign: 'schedules', root: { code: 'not_running' } });
  expect(chain?.root?.words).toContain('no console ran for 3 min');
});

it('a missed schedule is not of a time without a console that ended long before it was due', () => {
  const missed = happened('schedule_missed', minute, { kind: 'schedule', subject: 'kpis', detail: '3 runs missed' });
  const gap = happened('not_observed', 5 * minute, { kind: 'gap', subject: 'not-running', untilMs: atMs - 2 * minute });
  const [chain] = chainsOf(healthyFacts({ depth: healthyDepth({ recent: [missed, gap] }) }));
  expect(chain).toMatchObject({ sign: 'schedules' });
  expect(chain?.root?.words).not.toContain('no console ran');
});

describe('an alert', () => {
  it.each([
    ['cache.hit_ratio', misses({ invalidated: 60 }), 'invalidated'],
    ['workers.available_count', healthyFacts({ workers: [] }), 'workers_missing'],
    ['redis.cache.unreachable_count', healthyFacts({ links: [link('cache', 'unreachable')] }), 'redis_unreachable'],
    ['redis.cache.memory_ratio', healthyFacts(), 'memory_full'],
    [
      'source.unreachable_count',
      healthyFacts({ source: { ...healthyFacts().source, reachable: false } }),
      'source_unreachable',
    ],
  ] as const)('on %s has its cause', (signal, facts, code) => {
    const links = chainOfSignal(signal, facts);
    expect(links.findLast((each) => each.code !== null)?.code).toBe(code);
    expect(unsayable(links)).toEqual([]);
  });

  it('on a figure that nothing is known of has none', () => {
    expect(chainOfSignal('engine.rss_bytes', healthyFacts())).toEqual([]);
    const value = { section: 'kpis' as const, filters: {}, freshness: staleFreshness({ status: 'idle' }) };
    const stale = healthyFacts({ values: [value] });
    expect(chainOfSignal('section.kpis.age_ms', stale)).not.toEqual([]);
    expect(chainOfSignal('kpi.dso_days', stale)).toEqual([]);
  });
});

describe('workers of a console that has just begun', () => {
  const starting = (workers: OverviewFacts['workers']) =>
    brief(chainsOf(healthyFacts({ workers, depth: healthyDepth({ workersStarting: true }) })));

  it('are starting, whatever an earlier console left behind', () => {
    expect(starting([])).toEqual([['workers', 'workers_unseen']]);
    expect(starting([worker('gone'), worker('unknown')])).toEqual([['workers', 'workers_unseen']]);
  });

  it('that are seen are judged', () => {
    expect(starting([worker('consuming')])).toEqual([]);
    expect(starting([worker('wedged')])).toEqual([['workers', 'workers_wedged']]);
  });
});
