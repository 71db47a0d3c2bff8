/** What looking at queues costs: the first page of a very long one, rounds over a hundred, and memory over an hour. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Redis } from 'ioredis';
import { systemClock } from '../../engine/base/clock.ts';
import type { JobState, QueueId } from '../../engine/model/queue.ts';
import type { JobListQuery } from '../../engine/queue/inspect/job-list.ts';
import { commandsPerLook } from '../../engine/queue/inspect/queue-look.ts';
import { connectionId, openSights, type Sights } from '../../test/support/queue-sights.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { until } from '../../test/support/until.ts';
import { atMost, median, quantile, type Row, told } from '../row.ts';

const manyJobs = 1_000_000;
const queueCount = 100;
const workerCount = 200;
const runs = 20;

/** Row 3 of the issue, with what searching and grouping cost beside it. */
export async function longQueue(): Promise<Row[]> {
  const redis = await startRedis();
  const client = new Redis(redis.socketPath);
  let sights: Sights | null = null;
  try {
    await fill(client, 'long', 'completed', manyJobs);
    await fill(client, 'long', 'failed', 2_000);
    sights = await openSights(redis.url, { periodMs: 3_600_000 });
    const { inspector, act } = sights;
    // A worker's name tells of a queue at once; the walk over a million keys would take its half minute.
    const worker = new Redis(redis.socketPath, { connectionName: `bull:${Buffer.from('long').toString('base64')}` });
    await worker.ping();
    const id = await sights.see('long');
    worker.disconnect();
    const list = (states: JobState[]) => inspector.jobs({ queues: [id], states, filter: {}, cursor: null, limit: 50 });
    await list(['completed']);
    const pages: number[] = [];
    const pageWorstMs = await slowest(client, async () => {
      pages.push(...(await timed(runs, () => list(['completed']))));
    });
    const failures: number[] = [];
    const searches: number[] = [];
    const details: number[] = [];
    const looks: number[] = [];
    const otherWorstMs = await slowest(client, async () => {
      looks.push(...(await timed(runs, () => inspector.refresh(connectionId))));
      failures.push(...(await timed(1, () => inspector.failures([id], 2_000))));
      searches.push(...(await timed(1, () => inspector.jobs(searchOf(id)))));
      details.push(...(await timed(runs, () => inspector.job({ queue: id, jobId: '500000' }))));
    });
    const actionWorstMs = await slowest(client, async () => {
      await act({ action: 'clean', queue: id, state: 'failed', olderThanMs: 0 });
      await fill(client, 'long', 'failed', 2_000);
    });
    const row = { area: 'jobs' as const, unit: 'ms' };
    return [
      atMost(100, { ...row, name: 'page 1 of 1,000,000 completed jobs, p95', ours: quantile(pages, 0.95) }),
      atMost(5, { ...row, name: 'slowest Redis command of those pages', ours: pageWorstMs }),
      atMost(5, {
        ...row,
        name: 'slowest Redis command of looks, details, failures and searches there',
        ours: otherWorstMs,
      }),
      atMost(5, {
        ...row,
        name: 'slowest Redis command while failed jobs are cleaned, 2,000 at a time',
        ours: actionWorstMs,
      }),
      told({ ...row, name: 'one look at that queue', ours: median(looks) }),
      told({ ...row, name: 'one job of it with all details', ours: median(details) }),
      told({ ...row, name: '2,000 failures grouped', ours: median(failures) }),
      told({
        ...row,
        name: '2,000 jobs searched by a path in the data, or as many as 400 ms allow',
        ours: median(searches),
      }),
    ];
  } finally {
    await sights?.close();
    client.disconnect();
    await redis.stop();
  }
}

/** Rows 4 and 5. */
export async function manyQueues(): Promise<Row[]> {
  const redis = await startRedis();
  const client = new Redis(redis.socketPath);
  const workers: Redis[] = [];
  let aheadMs = 0;
  let opened: Sights | null = null;
  const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  try {
    const names = Array.from({ length: queueCount }, (_, n) => `queue-${n}`);
    for (const name of names) {
      await fill(client, name, 'completed', 300);
      await fill(client, name, 'failed', 20);
      await client.rpush(`bull:${name}:wait`, '1', '2', '3');
    }
    for (let n = 0; n < workerCount; n += 1) {
      const queue = Buffer.from(names[n % queueCount] ?? '').toString('base64');
      workers.push(new Redis(redis.socketPath, { connectionName: `bull:${queue}:w:worker-${n}` }));
    }
    await Promise.all(workers.map((worker) => worker.ping()));
    const sights = await openSights(redis.url, { clock, periodMs: 3_600_000 });
    opened = sights;
    await until(
      async () => {
        await sights.inspector.refresh(connectionId);
        return sights.inspector.list().queues.filter(({ counts }) => counts !== null).length === queueCount;
      },
      60_000,
      'all queues',
    );
    const moves = async (): Promise<void> => {
      const pipeline = client.pipeline();
      for (const [n, name] of names.entries()) {
        for (const event of ['added', 'waiting', 'active', 'completed']) {
          pipeline.xadd(
            `bull:${name}:events`,
            'MAXLEN',
            '~',
            '1000',
            '*',
            'event',
            event,
            'jobId',
            String((n * 7 + aheadMs / 5_000) % 300),
          );
        }
      }
      await pipeline.exec();
    };
    const round = async (): Promise<void> => {
      aheadMs += 5_000;
      await moves();
      await sights.inspector.refresh(connectionId);
    };
    await round();
    const before = await commandCount(client);
    const movesOnly = queueCount * 4;
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      await moves();
      const startMs = performance.now();
      await sights.inspector.refresh(connectionId);
      times.push(performance.now() - startMs);
    }
    const perQueue = ((await commandCount(client)) - before) / runs / queueCount - movesOnly / queueCount;
    for (let n = 0; n < 360; n += 1) await round();
    const warmBytes = heapBytes();
    for (let n = 0; n < 720; n += 1) await round();
    const endBytes = heapBytes();
    const found = sights.inspector.list();
    const seen = { queues: found.queues.length, workers: sights.inspector.foreignWorkers().length };
    if (seen.queues !== queueCount || seen.workers !== workerCount) throw new Error(`Saw ${JSON.stringify(seen)}`);
    return [
      atMost(300, {
        area: 'jobs',
        name: `a round over ${queueCount} queues and ${workerCount} workers, p95`,
        unit: 'ms',
        ours: quantile(times, 0.95),
      }),
      atMost(commandsPerLook, { area: 'jobs', name: 'commands a queue and round, all in', unit: '', ours: perQueue }),
      atMost(0.1, {
        area: 'jobs',
        name: 'growth of the heap over an hour of watching them, after half an hour to warm up',
        unit: '×',
        ours: endBytes / warmBytes - 1,
      }),
      told({ area: 'jobs', name: 'heap at its end', unit: 'MB', ours: endBytes / 1e6 }),
    ];
  } finally {
    await opened?.close();
    for (const worker of workers) worker.disconnect();
    client.disconnect();
    await redis.stop();
  }
}

/** Finished jobs with the fields that BullMQ writes, made inside the server for speed. */
async function fill(client: Redis, name: string, state: 'completed' | 'failed', count: number): Promise<void> {
  const script = `
    local base, state, from, to, now = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
    for n = from, to do
      local at = now - 2000000 + n
      local id = (state == 'failed' and 'f' or '') .. n
      redis.call('ZADD', base .. state, at, id)
      redis.call('HSET', base .. id, 'name', 'send', 'data', '{"order":' .. n .. ',"to":"someone@example.org"}', 'opts', '{"attempts":3}',
        'timestamp', at - 60, 'delay', 0, 'priority', 0, 'processedOn', at - 20, 'finishedOn', at, 'atm', 1, 'ats', 1,
        state == 'failed' and 'failedReason' or 'returnvalue', state == 'failed' and ('Order ' .. n .. ' not found') or 'null')
    end
    redis.call('HSET', base .. 'meta', 'version', 'bullmq:6.7.0', 'opts.maxLenEvents', 10000)`;
  const step = 20_000;
  for (let from = 1; from <= count; from += step) {
    await client.eval(script, 1, `bull:${name}:`, state, from, Math.min(count, from + step - 1), Date.now());
  }
}

/**
 * Milliseconds of the slowest command, by Redis's own measure, of the best of three goes: a machine that is shared only
 * ever adds to it. The scripts that fill are not counted.
 */
async function slowest(client: Redis, work: () => Promise<void>): Promise<number> {
  const worst: number[] = [];
  for (let go = 0; go < 3; go += 1) {
    await client.config('SET', 'slowlog-max-len', '20000');
    await client.config('SET', 'slowlog-log-slower-than', '100');
    await client.slowlog('RESET');
    await work();
    const entries = (await client.slowlog('GET', 20_000)) as [number, number, number, string[]][];
    const ours = entries.filter(([, , , [name = '']]) => name.toLowerCase() !== 'eval');
    worst.push(Math.max(0, ...ours.map(([, , micros]) => micros / 1_000)));
  }
  return Math.min(...worst);
}

function searchOf(id: QueueId): JobListQuery {
  return { queues: [id], states: ['completed'], filter: { data: { path: 'nothing' } }, cursor: null, limit: 50 };
}

async function commandCount(client: Redis): Promise<number> {
  return Number(/^total_commands_processed:(\d+)/m.exec(await client.info('stats'))?.[1]);
}

async function timed(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < count; run += 1) {
    const startMs = performance.now();
    await work();
    times.push(performance.now() - startMs);
  }
  return times;
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
