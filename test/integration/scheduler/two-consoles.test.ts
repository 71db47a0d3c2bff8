/** Two consoles with schedulers of their own on one broker. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '../../../engine/base/logger.ts';
import { Scheduler } from '../../../engine/scheduler/scheduler.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';
import { journalLines, newJournal, openQueues, startWorker } from '../../support/queue-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

it('run each due time once between them, and both have it on record', async () => {
  const journal = newJournal();
  const worker = startWorker(redis.socketPath, journal);
  const consoles = [0, 1].map(() => {
    const clock = new ManualClock(Date.UTC(2026, 2, 31, 12));
    const queues = openQueues(redis.socketPath);
    const ledger = new MemoryLedger();
    const scheduler = new Scheduler({
      schedules: [{ id: 'clean-up', job: 'clean-up', everyMs: 3_600_000 }],
      jobOf: () => ({ job: 'clean-up', data: {} }),
      queues,
      ledger,
      clock,
      logger: silentLogger,
    });
    return { clock, queues, ledger, scheduler };
  });
  for (const { scheduler } of consoles) scheduler.start();
  for (let hour = 1; hour <= 3; hour += 1) {
    for (const { clock } of consoles) await clock.advance(3_600_000);
    await until(() =>
      consoles.every(({ ledger }) => ledger.runs.filter(({ outcome }) => outcome === 'succeeded').length === hour),
    );
  }
  expect(journalLines(journal)).toHaveLength(3);
  const [first, second] = consoles.map(({ ledger }) => ledger.runs.map(({ taskId }) => taskId));
  expect(first).toEqual(second);
  for (const { scheduler, queues } of consoles) {
    await scheduler.stop();
    await queues.close();
  }
  await worker.stop(0);
});
