/** A flood of background work beside the work that somebody waits for. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { newJournal, openQueues, refreshOf, startWorker, untilState } from '../../support/queue-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import { journalHandlers } from '../../support/worker-settings.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

it('never delays a KPI refresh: the refresh is done long before the flood', async () => {
  const journal = newJournal();
  const queues = openQueues(redis.socketPath);
  const slow = (_data: object, { signal }: { signal: AbortSignal }): Promise<void> => systemClock.sleep(200, signal);
  const worker = startWorker(redis.socketPath, journal, {
    handlers: { ...journalHandlers(journal), precompute: slow },
  });
  await worker.ready;
  await Promise.all(Array.from({ length: 200 }, () => queues.enqueue('precompute', {}, { deduplicationKey: null })));
  await until(async () => (await queues.counts())[2]?.active === 1);
  const startedMs = performance.now();
  const { taskId } = await queues.enqueue('refresh-kpis', refreshOf('in-a-flood'));
  await untilState(queues, taskId, 'SUCCESS', 1_000);
  expect(performance.now() - startedMs).toBeLessThan(500);
  expect((await queues.counts())[2]?.waiting).toBeGreaterThan(150);
  await worker.stop(0);
  await queues.close();
});
