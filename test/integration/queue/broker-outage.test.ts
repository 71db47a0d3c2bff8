/** The broker away: at the start, in the middle, frozen; every call ends soon, and all goes on when it is back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskStatus } from '../../../engine/model/task.ts';
import type { JobQueues } from '../../../engine/queue/job-queues.ts';
import type { RunningWorker } from '../../../engine/queue/worker-runtime.ts';
import { newJournal, openQueues, refreshOf, startWorker, untilState } from '../../support/queue-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let folder: string;
let redis: TestRedis | null = null;
let queues: JobQueues;
let worker: RunningWorker | null = null;

const start = async (): Promise<void> => {
  redis = await startRedis({ folder, args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
};
const stop = async (): Promise<void> => {
  await redis?.stop();
  redis = null;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigia-broker-'));
  queues = openQueues(join(folder, 'redis.sock'));
});
afterEach(async () => {
  await worker?.stop(0);
  worker = null;
  await queues.close();
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function expectUnreachableSoon(work: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  await expect(work()).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' });
  expect(performance.now() - startedMs).toBeLessThan(1_100);
}

describe('without a broker', () => {
  it('every call says QUEUE_UNREACHABLE within a second, and closing is as quick', async () => {
    await expectUnreachableSoon(() => queues.enqueue('clean-up', {}));
    await expectUnreachableSoon(() => queues.status('kpis:1'));
    await expectUnreachableSoon(() => queues.cancel('kpis:1'));
    await expectUnreachableSoon(() => queues.counts());
    const startedMs = performance.now();
    await queues.close();
    expect(performance.now() - startedMs).toBeLessThan(1_200);
  });

  it('works as soon as the broker comes, and refused jobs do not turn up later', async () => {
    await expectUnreachableSoon(() => queues.enqueue('clean-up', {}));
    await start();
    await until(
      () =>
        queues.counts().then(
          () => true,
          () => false,
        ),
      5_000,
    );
    const { joined } = await queues.enqueue('clean-up', {});
    expect(joined).toBe(false);
    expect((await queues.counts())[2]).toMatchObject({ queue: 'background', waiting: 1 });
  });
});

describe('a broker that dies and comes back', () => {
  it('keeps the jobs, and worker and console go on by themselves', { timeout: 30_000 }, async () => {
    await start();
    worker = startWorker(join(folder, 'redis.sock'), newJournal());
    await worker.ready;
    const seen: TaskStatus[] = [];
    queues.onTaskChanged((status) => seen.push(status));
    const before = await queues.enqueue('refresh-kpis', refreshOf('outage', { takesMs: 500 }));
    await untilState(queues, before.taskId, 'PROGRESS');
    await stop();
    await expectUnreachableSoon(() => queues.enqueue('refresh-kpis', refreshOf('outage-2')));
    await start();
    await until(
      () =>
        queues.counts().then(
          () => true,
          () => false,
        ),
      5_000,
    );
    const after = await queues.enqueue('refresh-dashboard', refreshOf('outage-3'));
    await untilState(queues, after.taskId, 'SUCCESS', 10_000);
    await untilState(queues, before.taskId, 'SUCCESS', 15_000);
    const ended = (taskId: string): boolean =>
      seen.some((status) => status.taskId === taskId && status.state === 'SUCCESS');
    await until(() => ended(before.taskId) && ended(after.taskId), 10_000, 'both ends to be told');
  });

  it('is told of as unreachable within a second when it hangs', async () => {
    await start();
    await until(
      () =>
        queues.counts().then(
          () => true,
          () => false,
        ),
      5_000,
    );
    process.kill(redis?.pid ?? 0, 'SIGSTOP');
    try {
      await expectUnreachableSoon(() => queues.enqueue('clean-up', {}));
    } finally {
      process.kill(redis?.pid ?? 0, 'SIGCONT');
    }
    await until(
      () =>
        queues.counts().then(
          () => true,
          () => false,
        ),
      5_000,
    );
  });
});
