/** A worker process that refreshes entries of a real cache, to be killed by a test at any moment. */
import { z } from 'zod';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { brokerConnection } from '../../engine/queue/broker.ts';
import type { JobContext } from '../../engine/queue/job-runner.ts';
import type { RefreshData } from '../../engine/queue/jobs.ts';
import { serveWorkerProcess } from '../../engine/queue/worker-process.ts';
import { runWorker } from '../../engine/queue/worker-runtime.ts';
import { CacheFleet } from './cache-fleet.ts';
import { refreshedKey } from './refreshed-key.ts';

const settingsSchema = z.object({
  socketPath: z.string(),
  cacheUrl: z.string(),
  leaseMs: z.number(),
  lockMs: z.number(),
  concurrency: z.number(),
});

const fleet = new CacheFleet();

await serveWorkerProcess({
  clock: systemClock,
  logger: silentLogger,
  drainMs: 500,
  start: async (sent) => {
    const { socketPath, cacheUrl, leaseMs, lockMs, concurrency } = settingsSchema.parse(sent);
    const { cache } = await fleet.join(cacheUrl, { leaseMs }, false);
    const refresh = async ({ viewId, filters }: RefreshData, { signal }: JobContext): Promise<void> => {
      const load = async (loading: AbortSignal) => {
        await systemClock.sleep(Number(filters['takesMs'] ?? 0), loading);
        return { value: { viewId }, dataAsOfMs: null };
      };
      await cache.compute(refreshedKey(viewId), load, { deadlineMs: 20_000, signal });
    };
    return runWorker({
      connection: brokerConnection({ path: socketPath }),
      queues: ['kpis'],
      concurrency,
      handlers: {
        'refresh-kpis': refresh,
        'refresh-dashboard': refresh,
        precompute: async () => undefined,
        'clean-up': async () => undefined,
      },
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      version: 'test',
      timing: { lockMs, stalledCheckMs: lockMs / 2, maxStalledCount: 1_000 },
    });
  },
});
