/** Actions on queues made by BullMQ 4, 5 and 6: planned with their cost, run in short steps, refused when they would do harm. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import type { QueueId } from '../../../engine/model/queue.ts';
import {
  connectionId,
  type Major,
  majors,
  openSights,
  type PlainQueue,
  type PlainWorker,
  plainQueue,
  plainWorker,
  type Sights,
} from '../../support/queue-sights.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let sights: Sights;
const open: (PlainQueue | PlainWorker)[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  sights = await openSights(redis.url);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  sights.lock(false);
  await sights.link.command('FLUSHALL', (client) => client.call('FLUSHALL'));
  await sights.close();
});

function queueOf(major: Major, name: string): PlainQueue {
  const queue = plainQueue(major, redis.socketPath, name);
  open.push(queue);
  return queue;
}

/** Works everything off and goes; jobs named `bad` fail. */
async function workOff(major: Major, queue: PlainQueue, name: string): Promise<string[]> {
  const done: string[] = [];
  const worker = plainWorker(major, redis.socketPath, name, async (job) => {
    if (job.name === 'bad') throw new Error('bad');
    done.push(String(job.id));
  });
  await until(async () => {
    const counts = await queue.getJobCounts('wait', 'paused', 'active', 'prioritized', 'delayed');
    return Object.values(counts).every((count) => count === 0);
  }, 20_000);
  await worker.close();
  return done;
}

async function seen(name: string): Promise<QueueId> {
  return sights.see(name);
}

function counts(id: QueueId): Partial<Record<string, number>> {
  return sights.inspector.queue(id).counts ?? {};
}

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'none';
  } catch (error) {
    return error instanceof EngineError ? error.code : String(error);
  }
}

describe.each(majors)('on a queue of BullMQ %i', (major) => {
  it('failed jobs that match are retried, and worked off by a worker of that version', async () => {
    const queue = queueOf(major, 'retry');
    await queue.addBulk(Array.from({ length: 120 }, (_, n) => ({ name: n % 2 === 0 ? 'bad' : 'good', data: { n } })));
    await workOff(major, queue, 'retry');
    const id = await seen('retry');
    expect(counts(id)).toMatchObject({ failed: 60, completed: 60 });
    const run = await sights.act({
      action: 'retry',
      resetAttempts: true,
      target: { kind: 'matching', queue: id, state: 'failed', filter: { data: { path: 'n', equals: '4' } } },
    });
    expect(run).toMatchObject({ state: 'done', doneCount: 1, seenCount: 60, skippedCount: 0 });
    const all = await sights.act({
      action: 'retry',
      resetAttempts: true,
      target: { kind: 'matching', queue: id, state: 'failed', filter: {} },
    });
    expect(all).toMatchObject({ state: 'done', doneCount: 59 });
    expect(counts(id)).toMatchObject({ waiting: 60, failed: 0 });
    const { rows } = await sights.inspector.jobs({
      queues: [id],
      states: ['waiting'],
      filter: {},
      cursor: null,
      limit: 1,
    });
    expect(rows[0]?.attemptsMade).toBe(0);
    await workOff(major, queue, 'retry');
    await sights.inspector.refresh(connectionId);
    expect(counts(id)).toMatchObject({ waiting: 0, failed: 60 });
  });

  it('delayed jobs are promoted, others left alone', async () => {
    const queue = queueOf(major, 'promote');
    await queue.add('soon', {}, { delay: 600_000 });
    await queue.add('later', {}, { delay: 900_000 });
    const id = await seen('promote');
    const run = await sights.act({
      action: 'promote',
      target: { kind: 'matching', queue: id, state: 'delayed', filter: { name: 'soon' } },
    });
    expect(run).toMatchObject({ state: 'done', doneCount: 1 });
    expect(counts(id)).toMatchObject({ waiting: 1, delayed: 1 });
  });

  it('a pause parks the jobs as that version does, so that its own resume loses none', async () => {
    const queue = queueOf(major, 'pause');
    await queue.addBulk([1, 2, 3].map((n) => ({ name: 'a', data: { n } })));
    const id = await seen('pause');
    await sights.act({ action: 'pause', queue: id });
    expect(sights.inspector.queue(id)).toMatchObject({ paused: true });
    expect(counts(id)).toMatchObject({ waiting: 3 });
    await queue.add('while paused', {});
    await queue.resume();
    expect((await workOff(major, queue, 'pause')).length).toBe(4);
  });

  it('a queue that its version paused is resumed with all its jobs', async () => {
    const queue = queueOf(major, 'resume');
    await queue.addBulk([1, 2, 3].map((n) => ({ name: 'a', data: { n } })));
    await queue.pause();
    await queue.add('while paused', {});
    const id = await seen('resume');
    expect(counts(id)).toMatchObject({ waiting: 4 });
    await sights.act({ action: 'resume', queue: id });
    expect(sights.inspector.queue(id).paused).toBe(false);
    expect((await workOff(major, queue, 'resume')).length).toBe(4);
  });

  it('draining takes what waits and is prioritized, with delayed jobs only when asked for', async () => {
    const queue = queueOf(major, 'drain');
    await queue.addBulk(Array.from({ length: 130 }, (_, n) => ({ name: 'a', data: { n } })));
    await queue.add('first', {}, { priority: 2 });
    await queue.add('later', {}, { delay: 600_000 });
    const id = await seen('drain');
    const plan = await sights.actions.plan({ action: 'drain', queue: id, delayed: false });
    expect(plan).toMatchObject({ jobCount: 131, exact: true, refused: null });
    await sights.act({ action: 'drain', queue: id, delayed: false });
    expect(counts(id)).toMatchObject({ waiting: 0, prioritized: 0, delayed: 1 });
    await sights.act({ action: 'drain', queue: id, delayed: true });
    expect(counts(id)).toMatchObject({ delayed: 0 });
  });

  it('cleaning takes finished jobs that are old enough', async () => {
    const queue = queueOf(major, 'clean');
    await queue.addBulk(Array.from({ length: 230 }, (_, n) => ({ name: 'good', data: { n } })));
    await workOff(major, queue, 'clean');
    const id = await seen('clean');
    await sights.act({ action: 'clean', queue: id, state: 'completed', olderThanMs: 3_600_000 });
    expect(counts(id)).toMatchObject({ completed: 230 });
    const run = await sights.act({ action: 'clean', queue: id, state: 'completed', olderThanMs: 0 });
    expect(run).toMatchObject({ state: 'done', doneCount: 230 });
    expect(counts(id)).toMatchObject({ completed: 0 });
  });

  it('obliterating wants the name typed, then leaves no key', async () => {
    const queue = queueOf(major, 'obliterate');
    await queue.addBulk(Array.from({ length: 250 }, (_, n) => ({ name: 'a', data: { n } })));
    await queue.add('later', {}, { delay: 600_000 });
    const id = await seen('obliterate');
    const plan = await sights.actions.plan({ action: 'obliterate', queue: id, force: false });
    expect(plan.confirmation).toBe('obliterate');
    expect(await codeOf(() => sights.actions.run(plan.planId, plan.request, 'obliterat', 'me'))).toBe(
      'QUEUE_CONFIRMATION_WRONG',
    );
    await sights.act({ action: 'obliterate', queue: id, force: false }, 'obliterate');
    const keys = await sights.link.command('KEYS', (client) => client.keys('bull:obliterate:*'));
    expect(keys).toEqual([]);
    await until(async () => {
      await sights.inspector.refresh(connectionId);
      return sights.inspector.list().queues.length === 0;
    });
  });

  it('a job is added, duplicated and removed without the queue changing its maker', async () => {
    const queue = queueOf(major, 'single');
    await queue.add('first', { a: 1 }, { attempts: 3 });
    const id = await seen('single');
    const added = await sights.act({
      action: 'add',
      queue: id,
      name: 'mine',
      data: '{"b":2}',
      delayMs: 0,
      priority: 0,
      attempts: 2,
    });
    const [addedId = ''] = added.createdJobIds;
    const jobs = [{ queue: id, jobId: addedId }];
    const copied = await sights.act({ action: 'duplicate', target: { kind: 'jobs', jobs } });
    const [copyId = ''] = copied.createdJobIds;
    const { job: copy } = await sights.inspector.job({ queue: id, jobId: copyId });
    expect(copy).toMatchObject({ name: 'mine', data: { text: '{"b":2}' }, attempts: { max: 2 } });
    await sights.act({ action: 'remove', target: { kind: 'jobs', jobs } });
    expect((await sights.inspector.job({ queue: id, jobId: addedId })).missing).toMatchObject({ cause: 'removed' });
    expect(sights.inspector.queue(id).maker.major).toBe(major);
    expect((await workOff(major, queue, 'single')).length).toBe(2);
  });
});

describe.each([5, 6] as const)('the rate of a queue of BullMQ %i', (major) => {
  it('is kept to by its workers once it is set, and is free again when it is taken away', async () => {
    const queue = queueOf(major, 'rate');
    const id = await (async () => {
      await queue.add('a', {});
      return seen('rate');
    })();
    await sights.act({ action: 'set-rate', queue: id, rate: { max: 2, durationMs: 600_000 } });
    expect(sights.inspector.queue(id).rateLimit).toMatchObject({ max: 2, durationMs: 600_000 });
    await queue.addBulk(Array.from({ length: 5 }, (_, n) => ({ name: 'a', data: { n } })));
    const done: string[] = [];
    const worker = plainWorker(major, redis.socketPath, 'rate', async (job) => {
      done.push(String(job.id));
    });
    open.push(worker);
    await until(async () => {
      await sights.inspector.refresh(connectionId);
      return sights.inspector.queue(id).limitedUntilMs !== null && done.length >= 2;
    });
    expect(done).toHaveLength(2);
    await sights.act({ action: 'set-rate', queue: id, rate: null });
    expect(sights.inspector.queue(id).rateLimit).toBeNull();
    // One that sleeps until the limit ends looks again after up to 30 s; one that comes now begins at once.
    await worker.close();
    expect(await workOff(major, queue, 'rate')).toHaveLength(4);
  });
});

describe('what would do harm', () => {
  it.each([4, 5] as const)(
    'is refused: queueing into a paused queue of BullMQ %i, whose resume would lose the jobs',
    async (major) => {
      const queue = queueOf(major, 'harm');
      await queue.add('a', {});
      await queue.pause();
      const id = await seen('harm');
      const plan = await sights.actions.plan({
        action: 'add',
        queue: id,
        name: 'b',
        data: '{}',
        delayMs: 0,
        priority: 0,
        attempts: 1,
      });
      expect(plan.refused).toContain('resume it first');
      expect(await codeOf(() => sights.actions.run(plan.planId, plan.request, '', 'me'))).toBe('QUEUE_ACTION_REFUSED');
    },
  );

  it('is refused while the connection is only observed, in the plan and when it is locked after it', async () => {
    const queue = queueOf(6, 'locked');
    await queue.add('a', {});
    const id = await seen('locked');
    const plan = await sights.actions.plan({ action: 'pause', queue: id });
    sights.lock(true);
    expect(sights.inspector.queue(id).writable).toBe(false);
    expect((await sights.actions.plan({ action: 'pause', queue: id })).refused).toContain('only observed');
    expect(await codeOf(() => sights.actions.run(plan.planId, plan.request, '', 'me'))).toBe('QUEUE_LOCKED');
    expect(await queue.getJobCounts('wait')).toEqual({ wait: 1 });
  });

  it('is refused: another request than the planned one, and a plan that was used', async () => {
    await queueOf(6, 'planned').add('a', {});
    const id = await seen('planned');
    const { planId, request } = await sights.actions.plan({ action: 'pause', queue: id });
    expect(await codeOf(() => sights.actions.run(planId, { action: 'resume', queue: id }, '', 'me'))).toBe(
      'QUEUE_PLAN_NOT_FOUND',
    );
    sights.actions.run(planId, request, '', 'me');
    expect(await codeOf(() => sights.actions.run(planId, request, '', 'me'))).toBe('QUEUE_PLAN_NOT_FOUND');
  });
});

describe('a bulk action', () => {
  it('stops when it is cancelled, keeps what was done, and is told once at its end', async () => {
    const queue = queueOf(6, 'many');
    for (let from = 0; from < 5_000; from += 1_000) {
      await queue.addBulk(Array.from({ length: 1_000 }, (_, n) => ({ name: 'a', data: { n } })));
    }
    const id = await seen('many');
    const { planId, request } = await sights.actions.plan({ action: 'drain', queue: id, delayed: false });
    const { runId } = sights.actions.run(planId, request, '', 'me');
    await until(() => sights.actions.get(runId).doneCount > 0);
    const run = await sights.actions.cancel(runId);
    expect(run.state).toBe('cancelled');
    expect(run.doneCount).toBeLessThan(5_000);
    expect((await queue.getJobCounts('wait'))['wait']).toBe(5_000 - run.doneCount);
    expect(sights.ended).toHaveLength(1);
    expect(sights.ended[0]).toMatchObject({ who: 'me', state: 'cancelled', request: { action: 'drain' } });
  });

  it('skips a job that lies deep in a long list, and removes one near its head', async () => {
    const queue = queueOf(6, 'deep');
    await queue.addBulk(['oldest', 'second'].map((name) => ({ name, data: {} })));
    const [oldest = ''] = await sights.link.command('LRANGE', (client) => client.lrange('bull:deep:wait', -1, -1));
    await sights.link.command('EVAL', (client) =>
      client.call(
        'EVAL',
        "for n = 1, 60000 do redis.call('LPUSH', KEYS[1], 'x' .. n) redis.call('HSET', 'bull:deep:x' .. n, 'name', 'a', 'data', '{}', 'opts', '{}', 'timestamp', 1) end",
        1,
        'bull:deep:wait',
      ),
    );
    const id = await seen('deep');
    const removed = (jobId: string) =>
      sights.act({ action: 'remove', target: { kind: 'jobs', jobs: [{ queue: id, jobId }] } });
    expect(await removed('x59999')).toMatchObject({ doneCount: 1, skippedCount: 0 });
    const deep = await removed(oldest);
    expect(deep).toMatchObject({ doneCount: 0, skippedCount: 1 });
    expect(deep.skipped[0]?.reason).toContain('deeper than 50,000 jobs in a list of 60,001');
    expect(await queue.getJobCounts('wait')).toEqual({ wait: 60_001 });
  });

  it('skips jobs that a worker holds, and says why', async () => {
    const queue = queueOf(6, 'held');
    await queue.add('slow', {});
    const gate = Promise.withResolvers<void>();
    const worker = plainWorker(6, redis.socketPath, 'held', () => gate.promise);
    open.push(worker);
    await until(async () => (await queue.getJobCounts('active'))['active'] === 1);
    const id = await seen('held');
    const run = await sights.act({ action: 'remove', target: { kind: 'jobs', jobs: [{ queue: id, jobId: '1' }] } });
    gate.resolve();
    expect(run).toMatchObject({
      state: 'done',
      doneCount: 0,
      skippedCount: 1,
      skipped: [{ jobId: '1', reason: 'a worker holds it' }],
    });
  });
});
