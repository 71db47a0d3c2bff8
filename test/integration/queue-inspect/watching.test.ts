/** What is told of queues that stand still or move: nobody there, wedged, paused, moving; and queues in a cluster. */
import { Queue } from 'bullmq';
import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import type { QueueId } from '../../../engine/model/queue.ts';
import { type LookMemory, lookAt } from '../../../engine/queue/inspect/queue-look.ts';
import {
  connectionId,
  openSights,
  type PlainQueue,
  plainQueue,
  plainWorker,
  type Sights,
} from '../../support/queue-sights.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let sights: Sights;
let aheadMs = 0;
const open: { close(force?: boolean): Promise<void> }[] = [];

/** Our own time can be moved ahead; the server's goes on as it does. */
const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  aheadMs = 0;
  sights = await openSights(redis.url, { clock, periodMs: 60_000 });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close(true)));
  await sights.link.command('FLUSHALL', (client) => client.call('FLUSHALL'));
  await sights.close();
});

function queueOf(name: string): PlainQueue {
  const queue = plainQueue(6, redis.socketPath, name);
  open.push(queue);
  return queue;
}

/** What a look goes by when nothing special was seen before. */
const nothingKnown: LookMemory = {
  lastEventId: '0-0',
  lowestPriority: 0,
  prioritizedCount: 0,
  waitingChildrenCount: 0,
  pausedListCount: 0,
  usesPausedList: false,
  isLimited: false,
  oldestActive: null,
  finishedIds: [],
  round: 0,
};

async function codes(id: QueueId): Promise<string[]> {
  await sights.inspector.refresh(connectionId);
  return sights.inspector.queue(id).concerns.map(({ code }) => code);
}

async function workerThere(id: QueueId): Promise<void> {
  await until(async () => {
    await sights.inspector.refresh(connectionId);
    return sights.inspector.queue(id).workerCount === 1;
  });
}

/** A worker of the test before may still be leaving. */
function workersOf(id: QueueId) {
  return sights.inspector.foreignWorkers().filter(({ queues }) => queues.some(({ name }) => name === id.name));
}

/** Connected under a worker's name, and taking nothing. */
async function standStill(name: string): Promise<void> {
  const client = sights.link.duplicate('still', { connectionName: `bull:${Buffer.from(name).toString('base64')}` });
  open.push({ close: async () => client.disconnect() });
  await until(() => client.status === 'ready');
}

describe('a queue with waiting jobs', () => {
  it('and nobody connected is loud, and quiet again with a worker', async () => {
    const queue = queueOf('alone');
    await queue.add('a', {});
    const id = await sights.see('alone');
    expect(await codes(id)).toEqual([]);
    aheadMs = 11_000;
    expect(await codes(id)).toEqual(['no_workers']);
    expect(sights.inspector.queue(id).concerns[0]).toMatchObject({ severity: 'failed' });
    open.push(plainWorker(6, redis.socketPath, 'alone', async () => null));
    await until(async () => (await codes(id)).length === 0);
  });

  it('and a worker that begins none of them is wedged within 30 s; paused it is not', async () => {
    const queue = queueOf('still');
    await standStill('still');
    await queue.add('a', {});
    const id = await sights.see('still');
    await workerThere(id);
    expect(workersOf(id)).toMatchObject([{ verdict: 'consuming' }]);
    aheadMs = 25_000;
    expect(await codes(id)).toEqual(['wedged']);
    expect(workersOf(id)).toMatchObject([{ verdict: 'wedged' }]);
    expect(workersOf(id)[0]?.evidence).toMatch(/1 job wait.*none begun for 2\d s/);
    await queue.pause();
    expect(await codes(id)).toEqual(['paused_with_backlog']);
    expect(workersOf(id)[0]).toMatchObject({
      verdict: 'consuming',
      evidence: 'connected; the queue is paused',
    });
  });

  it('at its limit of jobs at once is held back, not wedged', async () => {
    const queue = new Queue('held', { connection: { path: redis.socketPath } });
    open.push(queue);
    await queue.setGlobalConcurrency(1);
    const gate = Promise.withResolvers<void>();
    open.push(
      { close: async () => gate.resolve() },
      plainWorker(6, redis.socketPath, 'held', () => gate.promise),
    );
    await queue.addBulk([1, 2].map((n) => ({ name: 'a', data: { n } })));
    await until(async () => (await queue.getActiveCount()) === 1);
    const id = await sights.see('held');
    await workerThere(id);
    aheadMs = 45_000;
    expect(await codes(id)).toEqual([]);
    expect(sights.inspector.queue(id).concurrency).toBe(1);
    gate.resolve();
  });
});

describe('a worker of another program', () => {
  it('is busy while its slots are taken, and gone after it left', async () => {
    const queue = queueOf('busy');
    const gate = Promise.withResolvers<void>();
    const worker = plainWorker(6, redis.socketPath, 'busy', () => gate.promise);
    open.push(worker);
    await queue.addBulk([1, 2].map((n) => ({ name: 'a', data: { n } })));
    await until(async () => (await queue.getJobCounts('active'))['active'] === 1);
    const id = await sights.see('busy');
    await workerThere(id);
    await until(async () => {
      await sights.inspector.refresh(connectionId);
      return workersOf(id)[0]?.verdict === 'busy';
    });
    gate.resolve();
    await worker.close();
    await sights.inspector.refresh(connectionId);
    expect(workersOf(id)).toMatchObject([{ verdict: 'gone' }]);
  });
});

describe('a queue that moves', () => {
  it('has rates, latencies and a history of what was done', async () => {
    const queue = queueOf('moves');
    const id = await (async () => {
      await queue.add('first', {}, { delay: 3_600_000 });
      return sights.see('moves');
    })();
    open.push(plainWorker(6, redis.socketPath, 'moves', async () => null));
    await queue.addBulk(Array.from({ length: 30 }, (_, n) => ({ name: 'a', data: { n } })));
    await until(async () => (await queue.getJobCounts('completed'))['completed'] === 30);
    aheadMs = 10_000;
    await sights.inspector.refresh(connectionId);
    const { rates } = sights.inspector.queue(id);
    expect((rates.addedPerS ?? 0) * (rates.windowMs / 1_000)).toBeCloseTo(30);
    expect((rates.finishedPerS ?? 0) * (rates.windowMs / 1_000)).toBeCloseTo(30);
    expect(rates.estimated).toBe(false);
    await until(async () => {
      await sights.inspector.refresh(connectionId);
      return sights.inspector.queue(id).latencies.sampleCount >= 20;
    });
    expect(sights.inspector.queue(id).latencies.run?.p95Ms).toBeLessThan(5_000);
    expect(sights.inspector.queue(id).forecast.trend).toBe('clear');
    aheadMs = 70_000;
    await sights.inspector.refresh(connectionId);
    const kept = sights.history.filter(({ queue: one }) => one.name === 'moves');
    expect(kept.reduce((sum, { point }) => sum + (point.finishedJobs ?? 0), 0)).toBe(30);
    expect(kept.at(-1)?.point).toMatchObject({ waiting: 0, delayed: 1, workers: 1 });
  });

  it.each([0, 1])('costs at most 15 commands a look, with everything in it, in turn %i', async (round) => {
    const queue = queueOf('full');
    await queue.addBulk(Array.from({ length: 50 }, (_, n) => ({ name: 'a', data: { n } })));
    await queue.add('p', {}, { priority: 5 });
    await queue.add('d', {}, { delay: 60_000 });
    const gate = Promise.withResolvers<void>();
    open.push(
      { close: async () => gate.resolve() },
      plainWorker(6, redis.socketPath, 'full', () => gate.promise),
    );
    await until(async () => (await queue.getJobCounts('active'))['active'] === 1);
    const memory: LookMemory = {
      ...nothingKnown,
      prioritizedCount: 1,
      waitingChildrenCount: 1,
      usesPausedList: round === 0,
      isLimited: true,
      finishedIds: Array.from({ length: 50 }, (_, n) => String(n)),
      round,
    };
    const calls: string[] = [];
    const look = await sights.link.command('looking', (client) =>
      lookAt(
        { call: (command, ...args) => (calls.push(command), client.call(command, ...args)) },
        { prefix: 'bull', name: 'full' },
        memory,
      ),
    );
    gate.resolve();
    expect(calls).toHaveLength(15);
    expect(look.commandCount).toBe(15);
    expect(look.counts).toMatchObject({ waiting: 49, active: 1, prioritized: 1, delayed: 1 });
  });
});

describe('a pause by BullMQ 5, which parks the waiting jobs', () => {
  it.each([0, 1])('hides none of them from the first look after it, in turn %i', async (round) => {
    const queue = plainQueue(5, redis.socketPath, 'parked');
    open.push(queue);
    await queue.addBulk([1, 2, 3].map((n) => ({ name: 'a', data: { n } })));
    await queue.pause();
    const look = await sights.link.command('looking', (client) =>
      lookAt(client, { prefix: 'bull', name: 'parked' }, { ...nothingKnown, round }),
    );
    expect(look.counts.waiting).toBe(3);
    expect(look.pausedListCount).toBe(3);
  });
});

describe('in a cluster', () => {
  it('queues with hash tags are found on every node, listed, and acted on', async () => {
    const cluster = await startRedisCluster();
    const clustered = await openSights(cluster.url);
    const client = new Cluster(cluster.masters.map(({ port }) => ({ host: '127.0.0.1', port })));
    try {
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      for (const name of names) {
        const queue = new Queue(name, { connection: client, prefix: `{shop-${name}}` });
        await queue.addBulk([1, 2, 3].map((n) => ({ name: 'x', data: { n } })));
      }
      for (const name of names) {
        const id = await clustered.see(name, `{shop-${name}}`);
        expect(clustered.inspector.queue(id).counts).toMatchObject({ waiting: 3 });
        const run = await clustered.act({ action: 'drain', queue: id, delayed: false });
        expect(run).toMatchObject({ state: 'done', doneCount: 3 });
      }
      const all = clustered.inspector.list();
      expect(all.queues.map(({ id }) => id.prefix)).toEqual(names.map((name) => `{shop-${name}}`));
    } finally {
      client.disconnect();
      await clustered.close();
      await cluster.stop();
    }
  });
});
