/** The worker process: the source, the cache and the job handlers, driven by the queues. */
import { systemClock } from './base/clock.ts';
import { systemIds, systemRandom } from './base/ids.ts';
import { createLogger } from './base/logger.ts';
import { createSectionCache } from './cache/section-cache.ts';
import type { Settings } from './config/settings.ts';
import { SectionComputer } from './kpi/section-computer.ts';
import { SourceHolder } from './kpi/source-holder.ts';
import { Views } from './kpi/views.ts';
import { waitingJobs } from './queue/backlog.ts';
import { brokerAt } from './queue/broker.ts';
import { type SupervisedOptions, serveWorkerProcess, type ToSupervisor } from './queue/worker-process.ts';
import { type RunningWorker, runWorker } from './queue/worker-runtime.ts';
import { parseRedisUrl } from './redis/address.ts';
import { RedisLink } from './redis/link.ts';
import { version } from './version.ts';
import type { Foundation } from './wiring/foundation.ts';
import { jobHandlers } from './wiring/job-handlers.ts';
import { packNamed } from './wiring/packs.ts';
import { basisOf, describeExpected, openPackSource } from './wiring/source.ts';
import { limitOf } from './wiring/workers.ts';

/** What the engine sends to each worker process over its private channel. */
export interface WorkerSettings extends Settings {
  readonly cacheUrl: string;
  readonly brokerUrl: string;
}

/** Runs until it is told to stop, recycled or orphaned, then ends the process. */
export async function runWorkerProcess(): Promise<void> {
  const cleanUps: (() => Promise<void>)[] = [];
  const file = process.env['VIGIA_LOG_FILE'];
  const logger = createLogger({
    level: process.env['VIGIA_LOG_LEVEL'] ?? 'info',
    ...(file === undefined ? {} : { file }),
  });
  const foundation: Foundation = { clock: systemClock, ids: systemIds, random: systemRandom, logger };
  await serveWorkerProcess({
    ...foundation,
    // The parent is the same program of the same version, so its settings are what they claim to be.
    start: (settings, supervised, tell) =>
      startWorker(settings as unknown as WorkerSettings, { supervised, tell }, foundation, cleanUps),
    cleanUp: async () => {
      for (const cleanUp of cleanUps.toReversed()) await cleanUp();
    },
  });
}

function startWorker(
  settings: WorkerSettings,
  { supervised, tell }: { supervised: SupervisedOptions; tell: ToSupervisor },
  foundation: Foundation,
  cleanUps: (() => Promise<void>)[],
): RunningWorker {
  const { clock } = foundation;
  const installed = packNamed(settings.pack);
  const { pack } = installed;
  const link = new RedisLink({ role: 'cache', url: settings.cacheUrl, access: 'own', ...foundation });
  cleanUps.push(() => link.close());
  const broker = new RedisLink({ role: 'broker', url: settings.brokerUrl, access: 'own', ...foundation });
  cleanUps.push(() => broker.close());
  const cache = createSectionCache({
    link,
    // A worker computes; last known values are for readers.
    snapshots: { load: async () => null },
    layers: settings.layers,
    memoryBytes: settings.memoryTierBytes / 4,
    ...foundation,
  });
  cleanUps.push(() => cache.close());
  const holder = new SourceHolder({
    open: () => openPackSource(settings, installed, foundation),
    pack,
    expected: describeExpected(settings),
    onQuery: (query) => tell({ kind: 'vigia:query', query }),
    ...foundation,
  });
  cleanUps.push(() => holder.close());
  const computer = new SectionComputer({
    pack,
    cache,
    source: holder.get,
    settings: settings.kpis,
    queryDeadlineMs: settings.queryDeadlineMs,
  });
  const basis = basisOf(settings);
  const views = new Views({ pack, basis, asOf: settings.asOf, clock });
  const handlers = jobHandlers({
    ...{ computer, views, pack, basis, cache, link, ...foundation },
    layers: () => cache.layers(),
    deadlineMs: settings.queryDeadlineMs,
    waitingJobs: () => waitingJobs(broker, ['kpis', 'dashboard']),
  });
  const connection = brokerAt(parseRedisUrl(settings.brokerUrl));
  cleanUps.push(async () => connection.close());
  return runWorker({
    connection,
    queues: settings.workerQueues,
    concurrency: settings.workerConcurrency,
    handlers,
    version,
    maxJobs: settings.maxJobsPerChild,
    maxRssBytes: settings.workerMemoryBytes,
    softLimitMs: (job) => limitOf(settings, job)?.softMs ?? null,
    ...supervised,
    ...foundation,
  });
}
