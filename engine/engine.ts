/** Wires the rooms into one engine, starts them in order and stops them in reverse. */
import { join } from 'node:path';
import { z } from 'zod';
import type { DesktopNotify } from './alerts/ports.ts';
import { createVerbs, type Verbs } from './api/verbs.ts';
import { type Stop, systemClock } from './base/clock.ts';
import { Emitter } from './base/emitter.ts';
import { messageOf } from './base/errors.ts';
import { systemIds, systemRandom } from './base/ids.ts';
import type { Logger } from './base/logger.ts';
import { openVault, type Seal } from './config/secret-vault.ts';
import type { Settings } from './config/settings.ts';
import { ResponseTimes } from './health/response-times.ts';
import type { RedisRole } from './model/health.ts';
import type { SystemInfo } from './model/system.ts';
import { brokerAt } from './queue/broker.ts';
import { JobQueues } from './queue/job-queues.ts';
import type { JobData } from './queue/jobs.ts';
import type { ChildSettings } from './queue/worker-channel.ts';
import { WorkerSightings } from './queue/worker-sightings.ts';
import { openStore } from './store/store.ts';
import { openAlerts } from './wiring/alerts.ts';
import { openCacheRoom } from './wiring/cache.ts';
import { layersAtStart } from './wiring/cache-layers.ts';
import { openCelery } from './wiring/celery.ts';
import { openCeleryEvents } from './wiring/celery-events.ts';
import { CleanUps } from './wiring/clean-ups.ts';
import { openConnections } from './wiring/connections.ts';
import { openDoctor } from './wiring/doctor.ts';
import { doctorsWork } from './wiring/doctor-work.ts';
import type { Foundation } from './wiring/foundation.ts';
import { openKpis } from './wiring/kpis.ts';
import { openLinks } from './wiring/links.ts';
import { openMonitoring } from './wiring/monitoring.ts';
import { packNamed } from './wiring/packs.ts';
import { openQueues } from './wiring/queues.ts';
import { auditCommand, type CommandRecord, pruneStore } from './wiring/records.ts';
import { watchRedis } from './wiring/redis.ts';
import { openReview } from './wiring/review.ts';
import { missedRunsOf, openScheduler, scheduleParts, troublesOf } from './wiring/schedules.ts';
import { explained } from './wiring/slow-queries.ts';
import { watchedSource } from './wiring/source.ts';
import { systemInfoOf } from './wiring/system-info.ts';
import { tasksOf } from './wiring/tasks.ts';
import { openTimeline } from './wiring/timeline.ts';
import { type EngineTopics, forwardTopics } from './wiring/topics.ts';
import { openWorkers } from './wiring/workers.ts';
import type { WorkerSettings } from './worker.ts';

export interface EngineOptions {
  readonly settings: Settings;
  readonly host: SystemInfo['host'];
  /** The program of a worker process; it calls `runWorkerProcess`. */
  readonly workerEntry: string;
  readonly logger: Logger;
  /** Null where there is no desktop. */
  readonly desktop: DesktopNotify | null;
  /** The system's keychain; without one secrets go to a file of their owner alone. */
  readonly seal?: Seal | null;
}

export interface Engine {
  readonly handlers: Verbs;
  on<Name extends keyof EngineTopics>(topic: Name, listener: (payload: EngineTopics[Name]) => void): Stop;
  /** Writes one line of the audit log; never throws. */
  audit(record: CommandRecord): void;
  /** Takes four seconds at most. Calling it twice is harmless. */
  stop(): Promise<void>;
}

/**
 * Starts everything and resolves when calls can be answered; connections, workers and the source come up meanwhile.
 * The caller holds the data folder (`openDataDir`).
 * @throws EngineError CONFIG_UNKNOWN_PACK, REDIS_SERVER_MISSING, REDIS_START_FAILED
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { settings, logger } = options;
  const foundation: Foundation = { clock: systemClock, ids: systemIds, random: systemRandom, logger };
  const cleanUps = new CleanUps(logger);
  try {
    return await start(options, foundation, cleanUps);
  } catch (error) {
    logger.error('The engine could not start', { error: messageOf(error), dataDir: settings.dataDir });
    await cleanUps.run();
    throw error;
  }
}

/** A worker reaches the servers where this engine does. */
function workerSettings(settings: Settings, urls: Readonly<Record<RedisRole, string>>): ChildSettings {
  const own: WorkerSettings = { ...settings, cacheUrl: urls.cache, brokerUrl: urls.broker };
  return z.json().parse(own);
}

async function start(options: EngineOptions, foundation: Foundation, cleanUps: CleanUps): Promise<Engine> {
  const { settings: configured, logger } = options;
  const { clock } = foundation;
  const startedAtMs = clock.now();
  const installed = packNamed(configured.pack);
  const { pack } = installed;
  const topics = new Emitter<EngineTopics>((error) =>
    logger.error('A listener to the engine failed', { error: messageOf(error) }),
  );
  const [store, links] = await Promise.all([
    openStore({ file: join(configured.dataDir, 'vigia.db'), ...foundation }),
    openLinks(configured, foundation),
  ]);
  cleanUps.add('store', () => store.close());
  cleanUps.add('links', () => links.close());
  const happened = openTimeline(store, configured, foundation);
  const settings: Settings = { ...configured, layers: layersAtStart(configured, store.settings, logger) };
  const vault = openVault({ dataDir: settings.dataDir, seal: options.seal ?? null, env: process.env });
  const connections = openConnections({ links, store, vault }, foundation);
  cleanUps.add('connections', () => connections.close());
  const redis = watchRedis({ connections, store }, foundation);
  cleanUps.add('health of Redis', () => redis.stop());

  const responses = new ResponseTimes({ clock });
  const { holder, sourceQueries, slowQueries } = watchedSource(
    settings,
    installed,
    (source) => {
      happened.sourceSeen(source);
      topics.emit('source.changed', { reachable: source.reachable });
    },
    foundation,
  );
  cleanUps.add('source', () => holder.close());

  const connection = brokerAt(links.broker.target);
  cleanUps.add('broker', () => connection.close());
  const queues = new JobQueues({ connection, retryFirstMs: settings.retryFirstMs, ...foundation });
  cleanUps.add('queues', () => queues.close());
  const workers = openWorkers(
    {
      settings,
      connection,
      childSettings: workerSettings(settings, links.urls),
      entryPath: options.workerEntry,
      env: {
        VIGIA_LOG_LEVEL: settings.logLevel,
        VIGIA_LOG_FILE: join(settings.dataDir, 'worker.log'),
        // A process that replaces another starts in half the time.
        NODE_COMPILE_CACHE: join(settings.dataDir, 'compile-cache'),
      },
    },
    foundation,
  );
  const sightings = new WorkerSightings({
    queues,
    clock,
    own: workers.ids,
    movement: () => watchedQueues.movement(),
  });
  const watchedQueues = openQueues({ connections, sightings, store }, foundation);
  cleanUps.add('watched queues', () => watchedQueues.close());
  const kpis = openKpis({ settings, pack, links, queues, holder, store }, foundation);
  cleanUps.add('cache', () => kpis.close());
  const celery = openCeleryEvents({ settings, broker: links.broker, connections, store }, foundation);
  cleanUps.add('celery', () => celery.stop());
  const celeryRooms = openCelery(
    { connections, broker: links.broker, heard: celery.heard, onPrefix: celery.listen },
    foundation,
  );
  cleanUps.add('celery rooms', () => celeryRooms.stop());
  const alerts = openAlerts({ store, vault, pack, desktop: options.desktop, broker: links.broker }, foundation);
  const onScheduleChanged = (scheduleId: string | null): void => topics.emit('schedules.changed', { scheduleId });
  const warmUp = (): JobData['precompute'] => cacheRoom.warming.scheduled();
  const scheduler = openScheduler(
    {
      ...{ pack, views: kpis.views, queues, store, warmUp },
      onChanged: onScheduleChanged,
      onTrouble: happened.scheduleTrouble,
    },
    foundation,
  );
  const schedules = {
    troubles: () => troublesOf(scheduler, foundation),
    missedRuns: () => missedRunsOf(scheduler, foundation),
  };
  const monitoring = openMonitoring(
    {
      settings,
      schedules,
      watchedQueues,
      links,
      kpis,
      queues,
      sightings,
      workersStarting: workers.isStarting,
      celery,
      holder,
      store,
      responses,
      sourceQueries,
      alerts: alerts.engine,
      happened,
      unproved: () => cacheRoom.warming.unprovedCount,
    },
    foundation,
  );
  const cacheRoom = openCacheRoom(
    { settings, configured, pack, links, kpis, queues, store, causeFacts: monitoring.causeFacts },
    foundation,
  );
  cleanUps.add('cache room', () => cacheRoom.stop());
  happened.follow({ connections, redis, watchedQueues, cache: kpis.cache, alerts: alerts.engine });
  happened.followWarming(cacheRoom);
  cleanUps.add('timeline', () => happened.stop());

  const review = openReview({ settings, pack, kpis, links, holder, sightings, celery, store, vault }, foundation);
  cleanUps.add('review', () => review.stop());

  const doctor = openDoctor(
    {
      ...{ connections, redis, store, signs: async () => (await monitoring.overview()).causes },
      work: doctorsWork({ watchedQueues, celery: celeryRooms.parts, workers }, foundation),
      slowQueries: () => explained(slowQueries, holder),
    },
    foundation,
  );

  const stops = [
    ...forwardTopics(
      {
        ...{ kpis, queues, workers, cacheRoom, celery, celeryRooms, monitoring, alerts, review, watchedQueues },
        ...{ happened, doctor, redis, connections, links },
      },
      topics,
    ),
    workers.supervisor.onQuery((query) => slowQueries.record(query)),
    queues.onTaskChanged((status) => {
      if (status.job === 'clean-up' && status.state === 'SUCCESS') pruneStore(store, logger);
    }),
  ];
  cleanUps.add('listeners', () => stops.forEach((stop) => stop()));
  monitoring.start();
  cleanUps.add('monitoring', () => monitoring.stop());
  scheduler.start();
  cleanUps.add('scheduler', () => scheduler.stop());
  cleanUps.add('workers', () => workers.stop());
  // Demo data is there before a worker looks for it; without a source workers start all the same.
  const startWorkers = (): void => {
    if (!cleanUps.begun) workers.supervisor.start();
  };
  holder.get().then(startWorkers, startWorkers);

  const handlers = createVerbs({
    connections,
    store,
    redis: redis.ops,
    systemInfo: () =>
      systemInfoOf({ host: options.host, startedAtMs, pack, settings, holder, kpis, links, store }, clock),
    systemHealth: monitoring.systemHealth,
    overview: monitoring.overview,
    performance: monitoring.performance,
    timed: async (work) => {
      const startMs = clock.monotonicMs();
      const value = await work();
      responses.record(clock.monotonicMs() - startMs);
      return value;
    },
    dashboards: {
      get: (filters, waitMs) => {
        cacheRoom.warming.used(filters);
        return kpis.dashboards.get(filters, waitMs);
      },
      force: (filters, who) => kpis.dashboards.force(filters, who),
    },
    doctor,
    review: review.verbs,
    cache: happened.noting(cacheRoom.ops),
    celeryRooms: celeryRooms.parts,
    filterOptions: () => kpis.filterOptions.list(),
    tasks: tasksOf({ queues, tracker: kpis.tracker, dashboards: kpis.dashboards }),
    alerts: alerts.verbs,
    series: (signal, fromMs, toMs, maxPoints) => store.samples.series(signal, fromMs, toMs, maxPoints),
    workers: workers.verbs(queues, sightings),
    timeline: happened.timeline,
    queueCounts: () => queues.counts(),
    queues: watchedQueues.verbs,
    ...scheduleParts(scheduler, foundation),
    celery: { ...celery, nowMs: () => clock.now() },
  });
  return {
    handlers,
    on: topics.on.bind(topics),
    audit: (record) => {
      auditCommand(store, record, foundation);
      happened.commandRan(record);
    },
    stop: () => cleanUps.run(),
  };
}
