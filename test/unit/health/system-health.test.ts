/** The guide's five figures, and the status over them. */
import { expect, it } from 'vitest';
import { buildSystemHealth } from '../../../engine/health/system-health.ts';
import { systemHealthSchema } from '../../../engine/model/health.ts';
import { atMs, healthyFacts, link, worker } from './facts.ts';

it('a healthy installation is healthy and fits the contract', () => {
  const health = buildSystemHealth(healthyFacts());
  expect(systemHealthSchema.parse(health)).toEqual(health);
  expect(health).toMatchObject({
    status: 'healthy',
    at: new Date(atMs).toISOString(),
    redis: 'connected',
    celery_workers: 4,
    cache_hit_rate: 0.974,
    avg_response_time: 1.1,
    memory_usage: 79 / 256,
    behind: { reasons: [], hit_rate: { hits: 974, reads: 1_000 }, response: { count: 400, p95Ms: 1.8 } },
  });
});

it('one process with four slots is four workers, wedged ones are none', () => {
  expect(buildSystemHealth(healthyFacts({ workers: [worker('busy'), worker('wedged')] })).celery_workers).toBe(4);
});

it('figures with too little behind them are null, not zero', () => {
  const cache = { windowMs: 300_000, reads: 5, hits: 0, staleHits: 0, misses: 5, entryCount: null };
  const response = { windowMs: 300_000, count: 2, meanMs: 9_000, p50Ms: 9_000, p95Ms: 9_000, p99Ms: 9_000 };
  const health = buildSystemHealth(healthyFacts({ cache, response, memory: { cache: null, broker: null } }));
  expect(health).toMatchObject({
    status: 'healthy',
    cache_hit_rate: null,
    avg_response_time: null,
    memory_usage: null,
    behind: { memory: null },
  });
});

it('a crossed threshold degrades and is named', () => {
  const memory = { cache: { usedBytes: 95, limitBytes: 100, policy: 'allkeys-lru' }, broker: null };
  expect(buildSystemHealth(healthyFacts({ memory }))).toMatchObject({
    status: 'degraded',
    behind: { reasons: ['Redis memory 95 % is over 90 %'] },
  });
});

it('workers that cannot be seen degrade, workers that are gone are unhealthy', () => {
  expect(buildSystemHealth(healthyFacts({ workers: null }))).toMatchObject({
    status: 'degraded',
    celery_workers: 0,
    behind: { reasons: ['the workers cannot be seen'] },
  });
  expect(buildSystemHealth(healthyFacts({ workers: [worker('gone')] }))).toMatchObject({ status: 'unhealthy' });
});

it('an unreachable Redis or source is unhealthy, a connecting Redis is only degraded', () => {
  const down = buildSystemHealth(healthyFacts({ links: [link('cache', 'unreachable'), link('broker')] }));
  expect(down).toMatchObject({ status: 'unhealthy', redis: 'disconnected' });
  const source = { ...healthyFacts().source, reachable: false };
  expect(buildSystemHealth(healthyFacts({ source })).status).toBe('unhealthy');
  const connecting = buildSystemHealth(healthyFacts({ links: [link('cache', 'connecting'), link('broker')] }));
  expect(connecting).toMatchObject({ status: 'degraded', redis: 'connecting' });
});
