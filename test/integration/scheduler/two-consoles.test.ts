/** Two consoles with schedulers of their own on one broker. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { JobQueues } from '../../../engine/queue/job-queues.ts';
import { brokerBoard } from '../../../engine/scheduler/board.ts';
import { Scheduler } from '../../../engine/scheduler/scheduler.ts';
import { builtIn } from '../../../engine/scheduler/schedules.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';
import { journalLines, newJournal, openQueues, startWorker } from '../../support/queue-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { memoryEdits } from '../../support/scheduler-room.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

interface Console {
  readonly clock: ManualClock;
  readonly queues: JobQueues;
  readonly ledger: MemoryLedger;
  readonly scheduler: Scheduler;
}

function openConsole(schedulerId: string): Console {
  const clock = new ManualClock(Date.UTC(2026, 2, 31, 12));
  const queues = openQueues(redis.socketPath);
  const ledger = new MemoryLedger();
  const scheduler = new Scheduler({
    builtIns: { 'clean-up': builtIn('Clean-up', 'clean-up', 3_600_000) },
    edits: memoryEdits(),
    jobOf: () => ({ job: 'clean-up', data: {} }),
    queues,
    board: brokerBoard((what, work) => queues.onBroker(what, work)),
    ledger,
    clock,
    logger: silentLogger,
    schedulerId,
    host: schedulerId,
    pid: process.pid,
  });
  return { clock, queues, ledger, scheduler };
}

const roles = (consoles: readonly Console[]): string[] => consoles.map(({ scheduler }) => scheduler.status().role);

/** Their clocks go on in small steps, so that the beats between them can be answered by the real broker. */
async function untilThen(consoles: readonly Console[], condition: () => boolean, what: string): Promise<void> {
  await until(
    async () => {
      for (const { clock } of consoles) await clock.advance(5_000);
      return condition();
    },
    10_000,
    what,
  );
}

it('run each due time once between them, have both on record, share changes, and hand over', async () => {
  const journal = newJournal();
  const worker = startWorker(redis.socketPath, journal);
  const one = openConsole('one');
  const two = openConsole('two');
  const both = [one, two];
  one.scheduler.start();
  await until(() => one.scheduler.status().role === 'acting');
  two.scheduler.start();
  await until(() => two.scheduler.status().role === 'standby');
  expect(two.scheduler.status()).toMatchObject({ acting: { host: 'one' }, others: [{ schedulerId: 'one' }] });
  for (let hour = 1; hour <= 3; hour += 1) {
    for (const { clock } of both) await clock.advance(3_600_000);
    const succeeded = ({ ledger }: Console): number =>
      ledger.runs.filter(({ outcome }) => outcome === 'succeeded').length;
    await untilThen(both, () => both.every((console) => succeeded(console) === hour), `hour ${hour} on both records`);
  }
  expect(journalLines(journal)).toHaveLength(3);
  expect(one.ledger.runs.map(({ taskId }) => taskId)).toEqual(two.ledger.runs.map(({ taskId }) => taskId));

  two.scheduler.edit('clean-up', { paused: true });
  await untilThen(both, () => one.scheduler.list()[0]?.paused === true, 'the change on the other console');
  one.scheduler.edit('clean-up', { paused: false });
  await untilThen(both, () => two.scheduler.list()[0]?.paused === false, 'the change back');

  await one.scheduler.stop();
  await untilThen([two], () => roles([two])[0] === 'acting', 'the other to act');
  await two.clock.advance(3_600_000);
  await until(() => journalLines(journal).length === 4);
  for (const { scheduler, queues } of both) {
    await scheduler.stop();
    await queues.close();
  }
  await worker.stop(0);
});
