/** What the Overview says of a healthy chain, and of each broken link. */
import { describe, expect, it } from 'vitest';
import { buildOverview } from '../../../engine/health/overview.ts';
import type { OverviewFacts } from '../../../engine/health/overview-facts.ts';
import { overviewSchema } from '../../../engine/model/health.ts';
import { atMs, freshness, healthyDepth, healthyFacts, link, queue, staleFreshness, worker } from './facts.ts';

const figure = (facts: OverviewFacts, id: string) => buildOverview(facts).figures.find((entry) => entry.id === id);
const node = (facts: OverviewFacts, id: string) => buildOverview(facts).chain.find((entry) => entry.id === id);
const minute = 60_000;

describe('a healthy default installation', () => {
  const overview = buildOverview(healthyFacts());

  it('is well, says nothing, and fits the contract', () => {
    expect(overviewSchema.parse(overview)).toEqual(overview);
    expect(overview).toMatchObject({ state: 'well', headline: null, stale: [], valueCount: 1 });
  });

  it('shows the four figures with what stands behind them', () => {
    expect(overview.figures.map(({ id, value, note, state }) => [id, value, note, state])).toEqual([
      ['hit_rate', 0.974, '2.4 % stale', 'well'],
      ['response_time', 1.8, 'p99 6.1 ms', 'well'],
      ['workers', 4, 'of 4 slots', 'well'],
      ['redis_memory', 79 / 256, 'of 256 MB (cache)', 'well'],
    ]);
  });

  it('shows five links with their flow', () => {
    expect(overview.chain.map(({ id, word, facts, flow }) => ({ id, word, facts, flow }))).toEqual([
      { id: 'source', word: 'well', facts: ['Demo data · 50,000 rows', 'queries p95 38 ms'], flow: '3.1 queries/s' },
      { id: 'workers', word: 'well', facts: ['1 consuming'], flow: '0.4 jobs/s' },
      { id: 'broker', word: 'well', facts: ['nothing waits'], flow: '0.4 writes/s' },
      { id: 'cache', word: 'well', facts: ['hit rate 97.4 % · 79 MB', '41 entries'], flow: '212 reads/s' },
      { id: 'kpis', word: 'well', facts: ['1 value, oldest 3 min', 'data to 2026-03-30'], flow: null },
    ]);
  });
});

describe('a figure that is not there', () => {
  it('is no share of a limit that is not set, is not well, and does not make the whole ill', () => {
    const memory = { usedBytes: 3 * 1_048_576, limitBytes: null, policy: 'noeviction' };
    const facts = healthyFacts({ memory: { cache: memory, broker: memory } });
    expect(figure(facts, 'redis_memory')).toMatchObject({
      value: null,
      state: 'unknown',
      noDataReason: 'Redis has no memory limit',
      note: '3 MB used',
    });
    expect(buildOverview(facts).state).toBe('well');
  });

  it('is not called without a limit while the Redis that may have one is away', () => {
    const { broker } = healthyFacts().memory;
    expect(figure(healthyFacts({ memory: { cache: null, broker } }), 'redis_memory')).toMatchObject({
      value: null,
      state: 'unknown',
      noDataReason: 'Redis (cache) does not tell its memory',
      note: null,
    });
  });

  it('is not on the chain either when there are too few reads for it', () => {
    const cache = { windowMs: 5 * minute, reads: 7, hits: 0, staleHits: 0, misses: 7, entryCount: 4 };
    expect(node(healthyFacts({ cache }), 'cache')).toMatchObject({ facts: ['79 MB', '4 entries'] });
  });

  it('is no ratio of three reads', () => {
    const cache = { windowMs: 5 * minute, reads: 3, hits: 0, staleHits: 0, misses: 3, entryCount: 0 };
    expect(figure(healthyFacts({ cache }), 'hit_rate')).toMatchObject({
      value: null,
      state: 'unknown',
      noDataReason: '3 reads in 5 min; 20 are needed',
      observationCount: 3,
    });
  });

  it('is not zero workers when none can be judged', () => {
    const facts = healthyFacts({ workers: [worker('unknown', { evidence: 'no heartbeat for 40 s' })] });
    expect(figure(facts, 'workers')).toMatchObject({ value: null, state: 'unknown' });
    expect(node(facts, 'workers')).toMatchObject({ state: 'unknown', word: 'not judged' });
    expect(buildOverview(facts)).toMatchObject({ state: 'unknown' });
  });
});

describe('a figure past its threshold', () => {
  const cache = { windowMs: 5 * minute, reads: 100, hits: 62, staleHits: 0, misses: 38, entryCount: 4 };

  it('is a warning until its rule fires', () => {
    expect(buildOverview(healthyFacts({ cache }))).toMatchObject({
      state: 'warning',
      headline: 'Cache hit rate: 62 %, under 80 %',
      headlineFigure: 'hit_rate',
    });
  });

  it('is failed once its rule fires, with since when', () => {
    const { rules } = healthyFacts();
    const firing = { ...rules, hit_rate: { ...rules.hit_rate, firingSinceMs: atMs - 6 * minute } };
    const facts = healthyFacts({ cache, rules: firing });
    expect(figure(facts, 'hit_rate')).toMatchObject({ state: 'failed', firingSinceMs: atMs - 6 * minute });
    expect(buildOverview(facts).headline).toBe('Cache hit rate: 62 %, under 80 % for 6 min');
  });
});

describe('a broken link of the chain', () => {
  it.each([
    [
      'source',
      { source: { ...healthyFacts().source, reachable: false, problem: 'connection refused' } },
      'failed',
      'unreachable',
      'The source Demo data is unreachable: connection refused',
    ],
    ['workers', { workers: [] }, 'failed', 'none', 'No worker runs, so nothing is refreshed'],
    [
      'workers',
      { workers: [worker('gone'), worker('unknown')], depth: healthyDepth({ workersStarting: true }) },
      'unknown',
      'starting',
      'The workers are starting',
    ],
    [
      'workers',
      { workers: [worker('wedged', { evidence: 'no job finished for 6 min' })] },
      'failed',
      '0 of 4',
      'Workers: no worker consumes; w1 wedged: no job finished for 6 min',
    ],
    [
      'workers',
      { workers: [worker('consuming'), worker('wedged', { workerId: 'w2' })] },
      'warning',
      '4 of 8',
      '4 of 8 worker slots take jobs',
    ],
    ['workers', { workers: null }, 'unknown', 'not seen', 'Workers: the workers cannot be seen'],
    [
      'broker',
      { links: [link('cache'), link('broker', 'unreachable', 'ECONNREFUSED')] },
      'failed',
      'unreachable',
      'Redis (broker) is unreachable for 2 min (ECONNREFUSED)',
    ],
    [
      'broker',
      { queues: [queue('kpis', { waiting: 18, oldestWaitingMs: 43_000 })] },
      'warning',
      'backlog',
      'The oldest job waits for 43 s',
    ],
    [
      'broker',
      { memory: { cache: null, broker: { usedBytes: 1, limitBytes: null, policy: 'allkeys-lru' } } },
      'warning',
      'may evict',
      "The broker's policy is allkeys-lru, so Redis may delete jobs; set maxmemory-policy noeviction",
    ],
    [
      'cache',
      { links: [link('cache', 'connecting'), link('broker')] },
      'unknown',
      'connecting',
      'Redis (cache) is connecting for 2 min',
    ],
    ['kpis', { values: [] }, 'unknown', 'none yet', 'Nothing has been computed yet'],
    [
      'kpis',
      { values: [{ section: 'kpis' as const, filters: {}, freshness: freshness({ state: 'expired' }) }] },
      'failed',
      '1 last known',
      '1 value too old to be served as current',
    ],
  ])('%s: %o', (id, change, state, word, headline) => {
    const facts = healthyFacts(change);
    expect(node(facts, id)).toMatchObject({ state, word });
    expect(buildOverview(facts)).toMatchObject({ state, headline, headlineSaid: { code: expect.any(String) } });
  });

  it('is the headline when it is worse than what comes before it', () => {
    const facts = healthyFacts({
      workers: [worker('consuming'), worker('wedged')],
      links: [link('cache', 'unreachable'), link('broker')],
    });
    expect(buildOverview(facts).headline).toBe('Redis (cache) is unreachable for 2 min');
  });
});

it('lists stale values with their causes, and counts all', () => {
  const values = [
    { section: 'kpis' as const, filters: {}, freshness: freshness() },
    { section: 'charts' as const, filters: { client: 'a' }, freshness: staleFreshness({ status: 'idle' }) },
  ];
  const overview = buildOverview(healthyFacts({ values, workers: [] }));
  expect(overview.valueCount).toBe(2);
  expect(overview.stale).toMatchObject([
    {
      section: 'charts',
      filters: { client: 'a' },
      causes: [
        { words: 'its time was over 3 min ago', said: { code: 'cause_time_over_for', values: { agoMs: 3 * minute } } },
        { words: 'no worker runs', said: { code: 'cause_no_worker_runs' } },
      ],
    },
  ]);
});
