/** A healthy default installation as facts, for tests to break one thing at a time. */
import type { CauseDepth, WatchedQueue } from '../../../engine/health/causes/depth.ts';
import type { OverviewFacts } from '../../../engine/health/overview-facts.ts';
import type { Freshness } from '../../../engine/model/freshness.ts';
import type { LinkView, RedisRole } from '../../../engine/model/health.ts';
import type { QueueCounts } from '../../../engine/model/task.ts';
import type { TimelineEvent } from '../../../engine/model/timeline.ts';
import type { WorkerView } from '../../../engine/model/worker.ts';
import { workerView } from '../../support/worker-views.ts';

export const atMs = Date.UTC(2026, 2, 31, 14);
const minute = 60_000;
const megabyte = 1_048_576;

export function link(role: RedisRole, state: LinkView['state'] = 'ready', problem: string | null = null): LinkView {
  return {
    role,
    address: `${role}.sock`,
    embedded: true,
    state,
    sinceMs: atMs - 2 * minute,
    version: '7.0.15',
    problem,
  };
}

export function worker(verdict: WorkerView['verdict'], changes: Partial<WorkerView> = {}): WorkerView {
  return workerView({ verdict, lastHeartbeatAtMs: atMs, ...changes });
}

export function queue(name: QueueCounts['queue'], changes: Partial<QueueCounts> = {}): QueueCounts {
  return { queue: name, waiting: 0, active: 0, delayed: 0, failed: 0, completed: 9, oldestWaitingMs: null, ...changes };
}

export function freshness(changes: Partial<Freshness> = {}): Freshness {
  return {
    state: 'fresh',
    source: 'redis',
    reason: 'within-ttl',
    reasonDetail: null,
    layer: 'kpis',
    dataAsOfMs: Date.UTC(2026, 2, 30),
    computedAtMs: atMs - 3 * minute,
    freshUntilMs: atMs + 7 * minute,
    staleUntilMs: atMs + 67 * minute,
    sizeBytes: 3_000,
    computeMs: 40,
    refresh: { status: 'idle' },
    ...changes,
  };
}

/** Past its time for three minutes. */
export const staleFreshness = (refresh: Freshness['refresh']): Freshness =>
  freshness({ state: 'stale', reason: 'ttl-passed', freshUntilMs: atMs - 3 * minute, refresh });

export function healthyDepth(changes: Partial<CauseDepth> = {}): CauseDepth {
  return {
    blindness: null,
    startedAtMs: atMs - 24 * 60 * minute,
    workersStarting: false,
    watched: [watchedQueue('kpis'), watchedQueue('dashboard'), watchedQueue('background')],
    missesByReason: {},
    evicted: { cache: 0, broker: 0 },
    queries: { p95Ms: 38, usualMs: 40, lightMs: 2, count: 12 },
    failedRatio: 0,
    recent: [],
    ...changes,
  };
}

export function watchedQueue(name: WatchedQueue['name'], changes: Partial<WatchedQueue> = {}): WatchedQueue {
  return {
    ...{ name, paused: false, waiting: 0, active: 0, oldestWaitingMs: null, workerCount: 1 },
    ...{ addedPerS: 0.4, finishedPerS: 0.4, runP95Ms: 200, concerns: [], ...changes },
  };
}

export function happened(
  code: TimelineEvent['code'],
  agoMs: number,
  changes: Partial<TimelineEvent> = {},
): TimelineEvent {
  const at = { atMs: atMs - agoMs, untilMs: atMs - agoMs };
  return { id: 1, ...at, kind: 'redis', code, tone: 'warning', subject: 'cache', detail: '', count: 1, ...changes };
}

export function healthyFacts(changes: Partial<OverviewFacts> = {}): OverviewFacts {
  const series = { signal: 'cache.hit_ratio' as const, fromMs: atMs - 60 * minute, toMs: atMs, points: [] };
  return {
    atMs,
    links: [link('cache'), link('broker')],
    source: {
      kind: 'duckdb',
      label: 'Demo data',
      demo: true,
      rowCount: 50_000,
      reachable: true,
      problem: null,
    },
    workers: [worker('consuming')],
    queues: [queue('kpis'), queue('dashboard'), queue('background')],
    cache: { windowMs: 5 * minute, reads: 1_000, hits: 950, staleHits: 24, misses: 26, entryCount: 41 },
    response: { windowMs: 5 * minute, count: 400, meanMs: 1.1, p50Ms: 0.9, p95Ms: 1.8, p99Ms: 6.1 },
    memory: {
      cache: { usedBytes: 79 * megabyte, limitBytes: 256 * megabyte, policy: 'allkeys-lru' },
      broker: { usedBytes: 3 * megabyte, limitBytes: null, policy: 'noeviction' },
    },
    minimumCount: 20,
    backlogMs: 30_000,
    rules: {
      hit_rate: { threshold: 0.8, badWhen: 'below', firingSinceMs: null },
      response_time: { threshold: 2_000, badWhen: 'above', firingSinceMs: null },
      workers: { threshold: 2, badWhen: 'below', firingSinceMs: null },
      redis_memory: { threshold: 0.9, badWhen: 'above', firingSinceMs: null },
    },
    depth: healthyDepth(),
    series: { hit_rate: series, response_time: series, workers: series, redis_memory: series },
    values: [{ section: 'kpis', filters: {}, freshness: freshness() }],
    flows: { queries: 3.1, jobs: 0.4, writes: 0.4, reads: 212 },
    sourceQueryP95Ms: 38,
    ...changes,
  };
}
