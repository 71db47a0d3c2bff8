/** A worker process for tests, as the product's own entry: settings from the supervisor, then jobs. */
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { brokerConnection } from '../../engine/queue/broker.ts';
import { serveWorkerProcess } from '../../engine/queue/worker-process.ts';
import { runWorker } from '../../engine/queue/worker-runtime.ts';
import { journalHandlers, workerSettingsSchema } from './worker-settings.ts';

await serveWorkerProcess({
  clock: systemClock,
  logger: silentLogger,
  drainMs: 1_500,
  pulseMs: 100,
  start: (sent, supervised) => {
    const { socketPath, journal, queues, concurrency, maxJobs, maxRssBytes, softLimitMs, lockMs, stalledCheckMs } =
      workerSettingsSchema.parse(sent);
    return runWorker({
      connection: brokerConnection({ path: socketPath }),
      queues,
      concurrency,
      maxJobs,
      maxRssBytes,
      softLimitMs: () => softLimitMs,
      ...supervised,
      handlers: journalHandlers(journal),
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      version: 'test',
      timing: { lockMs, stalledCheckMs, heartbeatMs: 200 },
    });
  },
});
