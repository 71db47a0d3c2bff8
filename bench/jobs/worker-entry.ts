/** A worker process that does nothing, for measuring: ours or BullMQ's own, as its settings say. */
import { Worker } from 'bullmq';
import { z } from 'zod';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { brokerConnection, queuePrefix } from '../../engine/queue/broker.ts';
import { serveWorkerProcess } from '../../engine/queue/worker-process.ts';
import { type RunningWorker, runWorker } from '../../engine/queue/worker-runtime.ts';

const settingsSchema = z.object({
  socketPath: z.string(),
  kind: z.enum(['ours', 'plain']),
  concurrency: z.number(),
});

/** When the job was begun, epoch milliseconds with fractions. */
const startedAt = async (): Promise<number> => performance.timeOrigin + performance.now();

await serveWorkerProcess({
  clock: systemClock,
  logger: silentLogger,
  start: (sent, supervised) => {
    const { socketPath, kind, concurrency } = settingsSchema.parse(sent);
    if (kind === 'plain') return plainWorker(socketPath, concurrency);
    return runWorker({
      connection: brokerConnection({ path: socketPath }),
      queues: ['background'],
      concurrency,
      handlers: {
        'refresh-kpis': startedAt,
        'refresh-dashboard': startedAt,
        precompute: startedAt,
        'clean-up': startedAt,
      },
      softLimitMs: () => 900_000,
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      version: 'bench',
      ...supervised,
    });
  },
});

/** BullMQ as its documentation shows it. */
function plainWorker(socketPath: string, concurrency: number): RunningWorker {
  const worker = new Worker('background', startedAt, {
    connection: { path: socketPath, maxRetriesPerRequest: null },
    prefix: queuePrefix,
    concurrency,
  });
  const finished = Promise.withResolvers<'stopped'>();
  return {
    workerId: 'plain',
    ready: worker.waitUntilReady().then(() => undefined),
    done: finished.promise,
    active: () => [],
    retire: () => undefined,
    async stop() {
      await worker.close();
      finished.resolve('stopped');
    },
  };
}
