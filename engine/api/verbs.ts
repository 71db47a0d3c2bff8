/** The verbs a host may call, one for each call of the contract; each only hands on to the room that knows. */

import type { DashboardView } from '../model/dashboard.ts';
import type { FilterOption, Filters } from '../model/filters.ts';
import type { Overview, SystemHealth } from '../model/health.ts';
import type { Series, SignalName } from '../model/sample.ts';
import type { PerformanceMetrics, SystemInfo } from '../model/system.ts';
import type { QueueCounts } from '../model/task.ts';
import type { TimelinePage, TimelineQuery } from '../model/timeline.ts';
import { type AlertVerbParts, alertVerbs } from './alert-verbs.ts';
import { type CacheOps, createCacheVerbs } from './cache-verbs.ts';
import { type CeleryTaskParts, celeryTaskVerbs } from './celery-task-verbs.ts';
import { type CeleryParts, celeryVerbs } from './celery-verbs.ts';
import { type ConnectionVerbParts, connectionVerbs } from './connection-verbs.ts';
import { type DoctorVerbParts, doctorVerbs } from './doctor-verbs.ts';
import { type JobVerbParts, jobVerbs } from './job-verbs.ts';
import { createQueueVerbs, type QueueVerbParts } from './queue-verbs.ts';
import { type RedisVerbParts, redisVerbs } from './redis-verbs.ts';
import { type ReviewVerbParts, reviewVerbs } from './review-verbs.ts';
import { type ScheduleVerbParts, scheduleVerbs } from './schedule-verbs.ts';
import { type StorageVerbParts, storageVerbs } from './storage-verbs.ts';

/** Who calls, as far as the transport can tell. */
interface Caller {
  readonly name: string;
}

/** What the verbs are made of; filled in by the engine. */
export interface VerbParts
  extends AlertVerbParts,
    ConnectionVerbParts,
    DoctorVerbParts,
    JobVerbParts,
    RedisVerbParts,
    ReviewVerbParts,
    ScheduleVerbParts,
    StorageVerbParts {
  readonly systemInfo: () => SystemInfo;
  readonly systemHealth: () => Promise<SystemHealth>;
  readonly overview: () => Promise<Overview>;
  readonly performance: () => PerformanceMetrics;
  /** Measures the time of a cached read as its caller sees it. */
  readonly timed: <Value>(work: () => Promise<Value>) => Promise<Value>;
  readonly dashboards: {
    get(filters: Filters, waitMs: number): Promise<DashboardView>;
    force(filters: Filters, requestedBy: string): Promise<{ taskId: string }>;
  };
  readonly filterOptions: () => Promise<FilterOption[]>;
  readonly series: (signal: SignalName, fromMs: number, toMs: number, maxPoints: number) => Series;
  readonly timeline: { page(query: TimelineQuery): TimelinePage };
  readonly queueCounts: () => Promise<QueueCounts[]>;
  readonly queues: QueueVerbParts;
  readonly cache: CacheOps;
  readonly celery: CeleryTaskParts;
  readonly celeryRooms: CeleryParts;
}

/** Typed by what it is; that it covers the contract is checked where a host makes a dispatcher of it. */
export function createVerbs(parts: VerbParts) {
  return {
    ...connectionVerbs(parts),
    'system.info': async () => parts.systemInfo(),
    'system.health': () => parts.systemHealth(),
    'overview.get': () => parts.overview(),
    'dashboard.get': ({ filters, waitMs }: { filters: Filters; waitMs: number }) =>
      // Waiting was asked for, so it is no sign of a slow console.
      waitMs > 0 ? parts.dashboards.get(filters, waitMs) : parts.timed(() => parts.dashboards.get(filters, 0)),
    'dashboard.filters': async () => ({ options: await parts.filterOptions() }),
    'dashboard.refresh': ({ filters }: { filters: Filters }, caller: Caller) =>
      parts.dashboards.force(filters, caller.name),
    ...alertVerbs(parts),
    'samples.series': async (wanted: { signal: SignalName; fromMs: number; toMs: number; maxPoints: number }) =>
      parts.series(wanted.signal, wanted.fromMs, wanted.toMs, wanted.maxPoints),
    'performance.metrics': async () => parts.performance(),
    'queues.counts': async () => ({ queues: await parts.queueCounts() }),
    'timeline.events': async (query: TimelineQuery) => parts.timeline.page(query),
    ...createQueueVerbs(parts.queues),
    ...doctorVerbs(parts),
    ...jobVerbs(parts),
    ...redisVerbs(parts),
    ...reviewVerbs(parts),
    ...scheduleVerbs(parts),
    ...storageVerbs(parts),
    ...createCacheVerbs(parts.cache),
    ...celeryTaskVerbs(parts.celery),
    ...celeryVerbs(parts.celeryRooms),
  };
}

export type Verbs = ReturnType<typeof createVerbs>;
