/** Lists, searches, failures, flows and lost records of queues on a real server. */
import { FlowProducer } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JobRow } from '../../../engine/model/job.ts';
import type { QueueId } from '../../../engine/model/queue.ts';
import type { JobListQuery } from '../../../engine/queue/inspect/job-list.ts';
import {
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
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  sights = await openSights(redis.url);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  await sights.link.command('FLUSHALL', (client) => client.call('FLUSHALL'));
  await sights.close();
});

function queueOf(name: string): PlainQueue {
  const queue = plainQueue(6, redis.socketPath, name);
  open.push(queue);
  return queue;
}

async function failAll(queue: PlainQueue, name: string, errorOf: (n: number) => string): Promise<void> {
  const worker: PlainWorker = plainWorker(6, redis.socketPath, name, async (job) => {
    throw new Error(errorOf((job.data as { n: number }).n));
  });
  await until(async () => {
    const counts = await queue.getJobCounts('wait', 'active');
    return Object.values(counts).every((count) => count === 0);
  }, 20_000);
  await worker.close();
}

/** All pages of a list, as a console that scrolls to the end. */
async function everything(query: Omit<JobListQuery, 'cursor'>): Promise<{ rows: JobRow[]; pages: number }> {
  const rows: JobRow[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const page: Awaited<ReturnType<typeof sights.inspector.jobs>> = await sights.inspector.jobs({ ...query, cursor });
    rows.push(...page.rows);
    cursor = page.nextCursor;
    pages += 1;
  } while (cursor !== null && pages < 1_000);
  return { rows, pages };
}

const ids = (rows: readonly JobRow[]): string[] => rows.map(({ jobId }) => jobId);

/** Puts finished jobs where BullMQ puts them, at times of our choice. */
async function writeFinished(
  name: string,
  state: 'completed' | 'failed',
  jobs: { id: string; atMs: number; error?: string }[],
): Promise<void> {
  await sights.link.command(
    'writing',
    async (client) => {
      const write = async ({ id, atMs, error }: (typeof jobs)[number]): Promise<void> => {
        await client.zadd(`bull:${name}:${state}`, atMs, id);
        await client.hset(`bull:${name}:${id}`, {
          name: `job-${name}`,
          data: JSON.stringify({ id }),
          opts: '{}',
          timestamp: atMs - 200,
          processedOn: atMs - 100,
          finishedOn: atMs,
          ...(error === undefined ? {} : { failedReason: error }),
        });
      };
      await Promise.all(jobs.map(write));
      await client.hset(`bull:${name}:meta`, 'version', 'bullmq:6.7.0');
    },
    20_000,
  );
}

describe('a list', () => {
  it('pages through every waiting job once, in the order they will run', async () => {
    const queue = queueOf('order');
    await queue.addBulk(Array.from({ length: 95 }, (_, n) => ({ name: 'a', data: { n } })));
    const id = await sights.see('order');
    const { rows } = await everything({ queues: [id], states: ['waiting'], filter: {}, limit: 20 });
    expect(ids(rows)).toEqual(Array.from({ length: 95 }, (_, n) => String(n + 1)));
  });

  it('pages through finished jobs of several queues by time, each once, also where many ended in one millisecond', async () => {
    const at = 1_750_000_000_000;
    const of = (name: string): { id: string; atMs: number }[] =>
      Array.from({ length: 120 }, (_, n) => ({ id: `${name}-${n}`, atMs: at + Math.floor(n / 40) }));
    await writeFinished('east', 'completed', of('east'));
    await writeFinished('west', 'completed', of('west'));
    const [east, west] = [await sights.see('east'), await sights.see('west')];
    const { rows, pages } = await everything({ queues: [east, west], states: ['completed'], filter: {}, limit: 50 });
    expect(new Set(ids(rows)).size).toBe(240);
    expect(rows).toHaveLength(240);
    expect(pages).toBeLessThanOrEqual(6);
    const times = rows.map(({ finishedAtMs }) => finishedAtMs ?? 0);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it('does not repeat jobs when more end while it is paged through', async () => {
    const at = 1_750_000_000_000;
    await writeFinished(
      'grow',
      'completed',
      Array.from({ length: 60 }, (_, n) => ({ id: `old-${n}`, atMs: at + n })),
    );
    const id = await sights.see('grow');
    const query = { queues: [id], states: ['completed' as const], filter: {}, limit: 20 };
    const first = await sights.inspector.jobs({ ...query, cursor: null });
    await writeFinished(
      'grow',
      'completed',
      Array.from({ length: 30 }, (_, n) => ({ id: `new-${n}`, atMs: at + 1_000 + n })),
    );
    const second = await sights.inspector.jobs({ ...query, cursor: first.nextCursor });
    expect(ids(second.rows)[0]).toBe('old-39');
    expect(new Set([...ids(first.rows), ...ids(second.rows)]).size).toBe(40);
  });

  it('finds jobs by exact id, name, time, error and a path inside the data', async () => {
    const at = 1_750_000_000_000;
    await writeFinished('find', 'failed', [
      { id: 'one', atMs: at, error: 'Card 4711 was declined' },
      { id: 'two', atMs: at + 1_000, error: 'Timeout' },
    ]);
    const id = await sights.see('find');
    const found = async (filter: JobListQuery['filter']): Promise<string[]> =>
      ids((await everything({ queues: [id], states: ['failed'], filter, limit: 50 })).rows);
    expect(await found({ id: 'two' })).toEqual(['two']);
    expect(await found({ id: 'three' })).toEqual([]);
    expect(await found({ name: 'JOB-f' })).toEqual(['two', 'one']);
    expect(await found({ error: 'declined' })).toEqual(['one']);
    expect(await found({ toMs: at + 500 })).toEqual(['one']);
    expect(await found({ data: { path: 'id', equals: 'two' } })).toEqual(['two']);
    expect(await found({ data: { path: 'nothing' } })).toEqual([]);
  });

  it('bounds a search, says how far it came, and goes on from there', async () => {
    const at = 1_750_000_000_000;
    await writeFinished(
      'deep',
      'completed',
      Array.from({ length: 4_500 }, (_, n) => ({ id: `j${n}`, atMs: at + n })),
    );
    const id = await sights.see('deep');
    const query = {
      queues: [id],
      states: ['completed' as const],
      filter: { data: { path: 'id', equals: 'j10' } },
      limit: 50,
    };
    const first = await sights.inspector.jobs({ ...query, cursor: null });
    expect(first.rows).toEqual([]);
    expect(first.searched).toMatchObject({ of: 4_500, complete: false });
    expect(first.searched.count).toBeLessThanOrEqual(2_000);
    const { rows, pages } = await everything(query);
    expect(ids(rows)).toEqual(['j10']);
    expect(pages).toBeGreaterThanOrEqual(3);
  });
});

describe('a job whose record is gone', () => {
  async function lose(name: string): Promise<QueueId> {
    await queueOf(name).addBulk([1, 2, 3].map((n) => ({ name: 'a', data: { n } })));
    await sights.link.command('DEL', (client) => client.del(`bull:${name}:1`));
    return sights.see(name);
  }

  it('is told in the list, with a likely cause, and as a concern of the queue', async () => {
    const id = await lose('lost');
    const page = await sights.inspector.jobs({
      queues: [id],
      states: ['waiting'],
      filter: {},
      cursor: null,
      limit: 50,
    });
    expect(page.rows.map(({ missing }) => missing)).toEqual([true, false, false]);
    expect(page.missing).toMatchObject({ count: 1, cause: 'removed', evictionPolicy: 'noeviction' });
    expect(sights.inspector.queue(id).concerns).toMatchObject([{ code: 'missing_records', severity: 'failed' }]);
  });

  it('was evicted where the server evicts', async () => {
    const id = await lose('evicted');
    const config = (name: string, value: string): Promise<unknown> =>
      sights.link.command('CONFIG', (client) => client.call('CONFIG', 'SET', name, value));
    await config('maxmemory-policy', 'volatile-lru');
    await config('maxmemory', '3mb');
    await sights.link.command(
      'filling',
      async (client) => {
        for (let n = 0; n < 400; n += 1)
          await client.set(`filler:${n}`, 'x'.repeat(10_000), 'EX', 600).catch(() => null);
      },
      20_000,
    );
    const { missing } = await sights.inspector.job({ queue: id, jobId: '1' });
    await config('maxmemory', '0');
    await config('maxmemory-policy', 'noeviction');
    expect(missing).toMatchObject({ cause: 'evicted', evictionPolicy: 'volatile-lru' });
    expect(missing?.evidence).toContain('noeviction');
  });
});

describe('failures', () => {
  it('of one cause are one group, whatever ids and numbers the errors name, and the group finds its jobs', async () => {
    const queue = queueOf('broken');
    await queue.addBulk(Array.from({ length: 30 }, (_, n) => ({ name: 'a', data: { n }, opts: { attempts: 1 } })));
    await failAll(queue, 'broken', (n) =>
      n % 3 === 0 ? `Order ${n} not found` : `Timeout after ${n}00 ms at host-${n}.local`,
    );
    const id = await sights.see('broken');
    const { groups, searched } = await sights.inspector.failures([id], 1_000);
    expect(searched).toEqual({ count: 30, of: 30, complete: true });
    expect(groups.map(({ pattern, count }) => [pattern, count])).toEqual([
      ['Timeout after <n> ms at host-<n>.local', 20],
      ['Order <n> not found', 10],
    ]);
    const { rows } = await everything({
      queues: [id],
      states: ['failed'],
      filter: { failureGroup: groups[1]?.group ?? '' },
      limit: 50,
    });
    expect(rows).toHaveLength(10);
  });
});

describe('a flow', () => {
  it('is read from its root, from whichever of its jobs it is asked for', async () => {
    const flows = new FlowProducer({ connection: { path: redis.socketPath } });
    open.push(flows);
    const tree = await flows.add({
      name: 'report',
      queueName: 'reports',
      children: [
        { name: 'left', queueName: 'parts', data: {} },
        { name: 'right', queueName: 'parts', data: {}, children: [{ name: 'leaf', queueName: 'parts', data: {} }] },
      ],
    });
    await sights.see('reports');
    const parts = await sights.see('parts');
    const leaf = tree.children?.find(({ job }) => job.name === 'right')?.children?.[0]?.job.id ?? '';
    const { root, truncated } = await sights.inspector.flow({ queue: parts, jobId: leaf });
    expect(truncated).toBe(false);
    expect(root).toMatchObject({ name: 'report', state: 'waiting-children', asked: false });
    expect(root.children.map(({ name }) => `${name}`).toSorted()).toEqual(['left', 'right']);
    const right = root.children.find(({ name }) => name === 'right');
    expect(right?.children).toMatchObject([{ name: 'leaf', state: 'waiting', asked: true, children: [] }]);
    const { job } = await sights.inspector.job({ queue: parts, jobId: leaf });
    expect(job?.parent).toMatchObject({ queueKey: 'bull:parts', jobId: right?.jobId });
  });
});
