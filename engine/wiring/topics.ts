/** What the engine pushes to its hosts, and where each of it comes from. */
import type { Stop } from '../base/clock.ts';
import type { Emitter } from '../base/emitter.ts';
import type { Doctor } from '../doctor/doctor.ts';
import type { SectionName } from '../model/dashboard.ts';
import type { RedisRole } from '../model/health.ts';
import type { TaskStatus } from '../model/task.ts';
import type { JobQueues } from '../queue/job-queues.ts';
import type { openAlerts } from './alerts.ts';
import type { CacheChange, openCacheRoom } from './cache.ts';
import type { openCelery } from './celery.ts';
import type { CeleryChange, CeleryEvents } from './celery-events.ts';
import type { Connections } from './connections.ts';
import type { KpiParts } from './kpis.ts';
import type { Links } from './links.ts';
import type { Monitoring } from './monitoring.ts';
import type { WatchedQueues } from './queues.ts';
import type { WatchedRedis } from './redis.ts';
import type { openReview } from './review.ts';
import type { TimelineRoom } from './timeline.ts';
import type { openWorkers } from './workers.ts';

/** The same names and payloads as the contract's topics. */
export interface EngineTopics {
  'dashboard.changed': { viewId: string; sections: SectionName[] };
  'task.changed': TaskStatus;
  'workers.changed': { workerId: string | null };
  'schedules.changed': { scheduleId: string | null };
  'cache.changed': CacheChange;
  'health.sampled': { atMs: number };
  'alerts.changed': { ruleId: string };
  'alerts.channelsChanged': { channelId: string };
  'source.changed': { reachable: boolean };
  'connections.changed': { connectionId: string };
  'link.changed': { role: RedisRole; state: string };
  'queues.sampled': { connectionId: string; atMs: number };
  'queues.discovered': { connectionId: string };
  'queueActions.changed': { runId: string };
  'review.changed': { what: 'notes'[] };
  'redis.sampled': { connectionId: string; atMs: number };
  'redis.analysed': { connectionId: string; analysisId: string };
  'celery.changed': CeleryChange;
  'celery.inspected': { brokerId: string };
  'timeline.added': { lastAtMs: number };
  'doctor.changed': { atMs: number };
}

/** The rooms that have news. */
export interface NewsRooms {
  readonly kpis: KpiParts;
  readonly queues: JobQueues;
  readonly workers: ReturnType<typeof openWorkers>;
  readonly cacheRoom: ReturnType<typeof openCacheRoom>;
  readonly celery: CeleryEvents;
  readonly celeryRooms: ReturnType<typeof openCelery>;
  readonly monitoring: Monitoring;
  readonly alerts: ReturnType<typeof openAlerts>;
  readonly review: ReturnType<typeof openReview>;
  readonly watchedQueues: WatchedQueues;
  readonly happened: TimelineRoom;
  readonly doctor: Doctor;
  readonly redis: WatchedRedis;
  readonly connections: Connections;
  readonly links: Links;
}

export function forwardTopics(rooms: NewsRooms, topics: Emitter<EngineTopics>): Stop[] {
  const { kpis, queues, workers, cacheRoom, celery, celeryRooms, monitoring, alerts, review, watchedQueues } = rooms;
  const { happened, doctor, redis, connections, links } = rooms;
  return [
    kpis.dashboards.on('changed', (change) => topics.emit('dashboard.changed', change)),
    queues.onTaskChanged((status) => topics.emit('task.changed', status)),
    workers.onChanged((workerId) => topics.emit('workers.changed', { workerId })),
    cacheRoom.onChanged((change) => topics.emit('cache.changed', change)),
    celery.onChanged((change) => topics.emit('celery.changed', change)),
    monitoring.onSampled((atMs) => topics.emit('health.sampled', { atMs })),
    alerts.engine.onChanged((change) => topics.emit('alerts.changed', change)),
    alerts.onRuleChanged((ruleId) => topics.emit('alerts.changed', { ruleId })),
    alerts.onChannelChanged((channelId) => topics.emit('alerts.channelsChanged', { channelId })),
    review.onChanged((change) => topics.emit('review.changed', change)),
    watchedQueues.inspector.on('sampled', (round) => topics.emit('queues.sampled', round)),
    watchedQueues.inspector.on('discovered', (found) => topics.emit('queues.discovered', found)),
    watchedQueues.actions.onChanged((change) => topics.emit('queueActions.changed', change)),
    celeryRooms.onInspected((brokerId) => topics.emit('celery.inspected', { brokerId })),
    happened.timeline.onAdded((added) => topics.emit('timeline.added', added)),
    doctor.onChanged((atMs) => topics.emit('doctor.changed', { atMs })),
    redis.on('sampled', (sampled) => topics.emit('redis.sampled', sampled)),
    redis.on('analysed', (change) => topics.emit('redis.analysed', change)),
    connections.onChange((connectionId) => topics.emit('connections.changed', { connectionId })),
    links.cache.onChange(({ role, state }) => topics.emit('link.changed', { role, state })),
    links.broker.onChange(({ role, state }) => topics.emit('link.changed', { role, state })),
  ];
}
