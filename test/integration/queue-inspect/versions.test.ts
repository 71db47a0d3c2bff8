/** Queues made by plain scripts of BullMQ 4, 5 and 6 are found, counted, listed and told apart. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  connectionId,
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

function queueOf(major: (typeof majors)[number], name: string, prefix?: string): PlainQueue {
  const queue = plainQueue(major, redis.socketPath, name, prefix);
  open.push(queue);
  return queue;
}

describe.each(majors)('a queue of BullMQ %i', (major) => {
  it('is found under any prefix, with its maker and its counts by state', async () => {
    const queue = queueOf(major, 'orders', 'shop:eu');
    await queue.add('a', { n: 1 });
    await queue.add('b', { n: 2 });
    await queue.add('later', {}, { delay: 60_000 });
    await queue.add('first', {}, { priority: 3 });
    const id = await sights.see('orders', 'shop:eu');
    const view = sights.inspector.queue(id);
    expect(view.maker.major).toBe(major);
    expect(view.counts).toEqual({
      waiting: 2,
      prioritized: 1,
      active: 0,
      delayed: 1,
      'waiting-children': 0,
      completed: 0,
      failed: 0,
    });
    expect(view.oldestWaitingMs).toBeLessThan(10_000);
    expect(view.workerCount).toBe(0);
  });

  it('does not count the marks that wake workers as jobs', async () => {
    const queue = queueOf(major, 'marked');
    await queue.add('later', {}, { delay: 60_000 });
    await queue.add('first', {}, { priority: 3 });
    const id = await sights.see('marked');
    expect(sights.inspector.queue(id).counts).toMatchObject({ waiting: 0, prioritized: 1, delayed: 1 });
    const page = await sights.inspector.jobs({
      queues: [id],
      states: ['waiting'],
      filter: {},
      cursor: null,
      limit: 50,
    });
    expect(page.rows).toEqual([]);
  });

  it('shows jobs with data, state and the error of a failure', async () => {
    const queue = queueOf(major, 'mails');
    const worker = plainWorker(major, redis.socketPath, 'mails', async ({ name }) => {
      if (name === 'bad') throw new Error('No route to 10.0.0.7');
      return { sent: true };
    });
    open.push(worker);
    await queue.add('good', { to: 'a@b.c' });
    await queue.add('bad', { to: 'x@y.z' }, { attempts: 1 });
    const id = await sights.see('mails');
    await until(async () => (await queue.getJobCounts('completed', 'failed'))['failed'] === 1, 10_000);
    const page = await sights.inspector.jobs({
      queues: [id],
      states: ['completed', 'failed'],
      filter: {},
      cursor: null,
      limit: 50,
    });
    expect(page.rows.map(({ name, state }) => `${name} ${state}`).toSorted()).toEqual(['bad failed', 'good completed']);
    const bad = page.rows.find(({ name }) => name === 'bad');
    expect(bad).toMatchObject({
      error: 'No route to 10.0.0.7',
      attemptsMade: 1,
      dataPreview: '{"to":"x@y.z"}',
      missing: false,
    });
    const { job } = await sights.inspector.job({ queue: id, jobId: bad?.jobId ?? '' });
    expect(job?.stack[0]).toContain('No route to 10.0.0.7');
    expect(job?.timeline.map(({ kind }) => kind)).toEqual(['created', 'started', 'failed']);
    expect(job?.actions).toContain('retry');
  });

  it('has its workers counted by the server’s list of clients, and judged', async () => {
    const queue = queueOf(major, 'worked');
    const worker = plainWorker(major, redis.socketPath, 'worked', async () => null);
    open.push(worker);
    await worker.waitUntilReady();
    await queue.add('a', {});
    const id = await sights.see('worked');
    await until(async () => {
      await sights.inspector.refresh(connectionId);
      return sights.inspector.queue(id).workerCount === 1;
    }, 10_000);
    const [seen] = sights.inspector.foreignWorkers();
    expect(seen).toMatchObject({ kind: 'foreign', verdict: 'consuming', queues: [{ prefix: 'bull', name: 'worked' }] });
  });

  it('is left exactly as it was by being looked at', async () => {
    const queue = queueOf(major, 'untouched');
    await queue.add('a', { n: 1 });
    await queue.add('first', {}, { priority: 2 });
    await queue.add('later', {}, { delay: 60_000 });
    await queue.pause();
    const before = await dump();
    sights.lock(true);
    const id = await sights.see('untouched');
    await sights.inspector.refresh(connectionId);
    await sights.inspector.jobs({
      queues: [id],
      states: ['waiting', 'prioritized', 'delayed', 'failed'],
      filter: { name: 'a' },
      cursor: null,
      limit: 50,
    });
    await sights.inspector.job({ queue: id, jobId: '1' });
    await sights.inspector.failures([id], 100);
    await sights.inspector.flow({ queue: id, jobId: '1' });
    sights.lock(false);
    expect(await dump()).toEqual(before);
  });
});

async function dump(): Promise<Record<string, string>> {
  return sights.link.command('DUMP', async (client) => {
    const keys = (await client.keys('*')).toSorted();
    const values = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
    return Object.fromEntries(keys.map((key, index) => [key, values[index]?.toString('base64') ?? '']));
  });
}

describe('what is no queue', () => {
  it('is not taken for one', async () => {
    await sights.link.command('HSET', (client) => client.hset('article:7:meta', { title: 'x', version: '3' }));
    await sights.link.command('SET', (client) => client.set('other:thing:meta', 'x'));
    await queueOf(6, 'real').add('a', {});
    await sights.see('real');
    await until(() => sights.inspector.list().discovery[0]?.state === 'done');
    expect(sights.inspector.list().queues.map(({ id }) => id.name)).toEqual(['real']);
  });
});
