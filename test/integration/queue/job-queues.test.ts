/** The queues and a worker on a real broker: joining, status, progress, cancelling, retries, counts, events. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TaskStatus } from '../../../engine/model/task.ts';
import type { JobQueues } from '../../../engine/queue/job-queues.ts';
import type { RunningWorker } from '../../../engine/queue/worker-runtime.ts';
import {
  closeBrokers,
  journalLines,
  newJournal,
  openQueues,
  refreshOf,
  startWorker,
  untilState,
} from '../../support/queue-room.ts';
import { type RedisTarget, startRedisTarget } from '../../support/redis-target.ts';
import { until } from '../../support/until.ts';

let redis: RedisTarget;
let queues: JobQueues;
let journal: string;
let worker: RunningWorker | null = null;

beforeAll(async () => {
  redis = await startRedisTarget();
});
afterAll(async () => {
  closeBrokers();
  await redis.stop();
});
beforeEach(() => {
  queues = openQueues(redis.url);
  journal = newJournal();
});
afterEach(async () => {
  await worker?.stop(0);
  worker = null;
  await queues.close();
});

async function work(): Promise<void> {
  worker = startWorker(redis.url, journal);
  await worker.ready;
}

describe('joining', () => {
  it('gives the waiting task to a second request for the same view', async () => {
    const first = await queues.enqueue('refresh-dashboard', refreshOf('join-waiting'));
    const second = await queues.enqueue('refresh-dashboard', refreshOf('join-waiting'));
    expect(first.joined).toBe(false);
    expect(second).toEqual({ taskId: first.taskId, joined: true });
    expect(first.taskId).toMatch(/^dashboard:/);
    await work();
    await untilState(queues, first.taskId, 'SUCCESS');
  });

  it('gives the running task to a second request, and a new one after it has ended', async () => {
    await work();
    const first = await queues.enqueue('refresh-kpis', refreshOf('join-active', { takesMs: 300 }));
    await untilState(queues, first.taskId, 'PROGRESS');
    expect(await queues.enqueue('refresh-kpis', refreshOf('join-active'))).toEqual({
      taskId: first.taskId,
      joined: true,
    });
    await untilState(queues, first.taskId, 'SUCCESS');
    const third = await queues.enqueue('refresh-kpis', refreshOf('join-active'));
    expect(third.joined).toBe(false);
    expect(third.taskId).not.toBe(first.taskId);
    await untilState(queues, third.taskId, 'SUCCESS');
  });

  it('starts anew after a failure', async () => {
    await work();
    const first = await queues.enqueue('refresh-kpis', refreshOf('join-failed', { fails: 'for-good' }));
    await untilState(queues, first.taskId, 'FAILURE');
    const second = await queues.enqueue('refresh-kpis', refreshOf('join-failed'));
    expect(second.joined).toBe(false);
    await untilState(queues, second.taskId, 'SUCCESS');
  });

  it('never joins a forced refresh to one that would leave fresh sections alone', async () => {
    const plain = await queues.enqueue('refresh-dashboard', refreshOf('forced'));
    const forced = await queues.enqueue('refresh-dashboard', refreshOf('forced', {}, true));
    expect(forced.joined).toBe(false);
    expect(forced.taskId).not.toBe(plain.taskId);
    await queues.cancel(plain.taskId);
    await queues.cancel(forced.taskId);
  });

  it('queues a named run once, also after it has ended', async () => {
    await work();
    const first = await queues.enqueue('clean-up', {}, { runKey: 'clean-up@1000', deduplicationKey: null });
    expect(first).toEqual({ taskId: 'background:clean-up@1000', joined: false });
    await untilState(queues, first.taskId, 'SUCCESS');
    const again = await queues.enqueue('clean-up', {}, { runKey: 'clean-up@1000', deduplicationKey: null });
    expect(again).toEqual({ taskId: first.taskId, joined: true });
    expect(journalLines(journal)).toHaveLength(1);
  });
});

describe('status', () => {
  it('tells the state, the step and the share done of a running task', async () => {
    await work();
    const { taskId } = await queues.enqueue('refresh-dashboard', refreshOf('progress', { takesMs: 600, steps: 2 }));
    await until(async () => (await queues.status(taskId)).progress.stepsDone === 1);
    const running = await queues.status(taskId);
    expect(running).toMatchObject({
      taskId,
      queue: 'dashboard',
      job: 'refresh-dashboard',
      state: 'PROGRESS',
      progress: { ratio: 0.5, step: 'kpis', stepsDone: 1, stepCount: 2 },
      attempt: 1,
      maxAttempts: 4,
      error: null,
      finishedAtMs: null,
    });
    await untilState(queues, taskId, 'SUCCESS');
    expect((await queues.status(taskId)).progress.ratio).toBe(1);
  });

  it('says QUEUE_TASK_NOT_FOUND for ids that no task has', async () => {
    for (const taskId of ['kpis:nobody', 'kpis:', 'elsewhere:1', 'direct']) {
      await expect(queues.status(taskId)).rejects.toMatchObject({ code: 'QUEUE_TASK_NOT_FOUND' });
    }
  });

  it('is RETRY with the error, credentials blanked, while a failed task waits for its next attempt', async () => {
    await work();
    const { taskId } = await queues.enqueue('refresh-kpis', refreshOf('retry', { fails: 'answer' }));
    await untilState(queues, taskId, 'RETRY');
    expect(await queues.status(taskId)).toMatchObject({ attempt: 1, error: 'No answer at postgres://***@host/db' });
    await queues.cancel(taskId);
  });
});

describe('a poison job', () => {
  it('ends as failed after three retries, with the error of every try: when, where, what', async () => {
    await queues.close();
    queues = openQueues(redis.url, { retryFirstMs: 20 });
    await work();
    const { taskId } = await queues.enqueue('refresh-kpis', refreshOf('poison', { fails: 'answer' }));
    await untilState(queues, taskId, 'FAILURE');
    const { attempts, attempt, maxAttempts } = await queues.status(taskId);
    expect([attempt, maxAttempts]).toEqual([4, 4]);
    expect(attempts.map((entry) => entry.attempt)).toEqual([1, 2, 3, 4]);
    for (const entry of attempts) {
      expect(entry).toMatchObject({ workerId: worker?.workerId, message: 'No answer at postgres://***@host/db' });
      expect(Math.abs(entry.atMs - Date.now())).toBeLessThan(10_000);
    }
    expect((await queues.counts())[0]?.failed).toBeGreaterThan(0);
  });
});

describe('the turn of a waiting task', () => {
  it('is told as place and, once workers have measured, as time', { timeout: 40_000 }, async () => {
    const ask = (n: number) => queues.enqueue('refresh-dashboard', refreshOf(`turn-${n}`, { takesMs: 250 }));
    const tasks = [];
    for (let n = 0; n < 30; n += 1) tasks.push(await ask(n));
    const turns = await Promise.all(tasks.map(({ taskId }) => queues.status(taskId)));
    expect(turns.map(({ position }) => position)).toEqual(tasks.map((_, index) => index + 1));
    const last = tasks.at(-1)?.taskId ?? '';
    await work();
    await until(async () => (await queues.status(last)).estimatedWaitMs !== null, 15_000, 'an estimate');
    const waiting = await queues.status(last);
    expect(waiting.estimatedWaitMs).toBeGreaterThan(0);
    expect(waiting.estimatedWaitMs).toBeLessThan(60_000);
    await untilState(queues, last, 'SUCCESS', 20_000);
    expect(await queues.status(last)).toMatchObject({ position: null, estimatedWaitMs: null });
  });

  it('counts those that go first: somebody who waits before the schedules', async () => {
    const scheduled = await queues.enqueue('refresh-kpis', refreshOf('scheduled'), { priority: 'scheduled' });
    const interactive = await queues.enqueue('refresh-kpis', refreshOf('interactive'));
    expect((await queues.status(scheduled.taskId)).position).toBe(2);
    expect((await queues.status(interactive.taskId)).position).toBe(1);
    await queues.cancel(scheduled.taskId);
    await queues.cancel(interactive.taskId);
  });
});

describe('cancel', () => {
  it('removes a waiting task and frees its view', async () => {
    const { taskId } = await queues.enqueue('refresh-kpis', refreshOf('cancel-waiting'));
    expect(await queues.cancel(taskId)).toMatchObject({ taskId, state: 'REVOKED' });
    const next = await queues.enqueue('refresh-kpis', refreshOf('cancel-waiting'));
    expect(next.joined).toBe(false);
    await work();
    await untilState(queues, next.taskId, 'SUCCESS');
    expect(journalLines(journal)).toHaveLength(2);
  });

  it('removes a task that waits for its next attempt', async () => {
    await work();
    const { taskId } = await queues.enqueue('refresh-kpis', refreshOf('cancel-retry', { fails: 'answer' }));
    await untilState(queues, taskId, 'RETRY');
    expect((await queues.cancel(taskId)).state).toBe('REVOKED');
    expect((await queues.status(taskId)).state).toBe('REVOKED');
  });

  it('stops a running task through its signal, without another attempt', async () => {
    await work();
    const { taskId } = await queues.enqueue('refresh-kpis', refreshOf('cancel-active', { takesMs: 20_000 }));
    await untilState(queues, taskId, 'PROGRESS');
    expect((await queues.cancel(taskId)).state).toBe('REVOKED');
    await until(async () => (await queues.counts()).every(({ active }) => active === 0));
    expect(await queues.status(taskId)).toMatchObject({ state: 'REVOKED', attempt: 1 });
    expect((await queues.enqueue('refresh-kpis', refreshOf('cancel-active'))).joined).toBe(false);
  });

  it('leaves a finished task as it is', async () => {
    await work();
    const { taskId } = await queues.enqueue('refresh-kpis', refreshOf('cancel-done'));
    await untilState(queues, taskId, 'SUCCESS');
    expect((await queues.cancel(taskId)).state).toBe('SUCCESS');
  });
});

describe('counts', () => {
  it('counts the jobs by state and tells how long the oldest has waited', async () => {
    await queues.enqueue('precompute', {}, { deduplicationKey: null });
    await queues.enqueue('clean-up', {}, { deduplicationKey: null, priority: 'interactive' });
    await until(async () => {
      const background = (await queues.counts()).find(({ queue }) => queue === 'background');
      return background?.waiting === 2 && (background.oldestWaitingMs ?? 0) >= 50;
    });
    await work();
    await until(async () =>
      (await queues.counts()).every(({ waiting, oldestWaitingMs }) => waiting === 0 && oldestWaitingMs === null),
    );
  });
});

describe('events', () => {
  it('tells every change of a task in order, from waiting to its end', async () => {
    const seen: TaskStatus[] = [];
    queues.onTaskChanged((status) => seen.push(status));
    const { taskId } = await queues.enqueue('refresh-dashboard', refreshOf('events', { takesMs: 300, steps: 2 }));
    await until(() => seen.length > 0);
    await work();
    await until(() => seen.at(-1)?.state === 'SUCCESS');
    const states = seen.filter((status) => status.taskId === taskId).map(({ state }) => state);
    expect(states[0]).toBe('PENDING');
    expect(states).toContain('PROGRESS');
  });
});
