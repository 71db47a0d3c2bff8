/** What our worker processes cost beside BullMQ's own worker, and how soon an idle one begins. */
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { systemClock } from '../../engine/base/clock.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { queuePrefix } from '../../engine/queue/broker.ts';
import { WorkerSupervisor } from '../../engine/queue/worker-supervisor.ts';
import { openQueues } from '../../test/support/queue-room.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { until } from '../../test/support/until.ts';
import { atLeast, atMost, median, quantile, type Row, told } from '../row.ts';

const jobCount = 30_000;
/** Before it is measured, a process compiles what it runs often; both kinds do. */
const warmUpCount = 5_000;
const rounds = 7;
const concurrency = 50;
const idleJobs = 100;

type Kind = 'ours' | 'plain';

async function withWorker<Value>(kind: Kind, socketPath: string, work: () => Promise<Value>): Promise<Value> {
  const supervisor = new WorkerSupervisor({
    entryPath: join(import.meta.dirname, 'worker-entry.ts'),
    settings: { socketPath, kind, concurrency },
    processCount: 1,
    clock: systemClock,
    logger: silentLogger,
  });
  const ready = new Promise<void>((resolve) => supervisor.onReady(() => resolve()));
  supervisor.start();
  await ready;
  try {
    return await work();
  } finally {
    await supervisor.stop();
  }
}

/** Jobs a second, from the moment the queue is let go until the last is done. */
async function jobsPerSecond(queue: Queue, count: number): Promise<number> {
  await queue.pause();
  const jobs = Array.from({ length: count }, () => ({
    name: 'clean-up',
    data: {},
    opts: { removeOnComplete: true },
  }));
  await queue.addBulk(jobs);
  const startMs = performance.now();
  await queue.resume();
  await until(async () => (await queue.getJobCountByTypes('wait', 'active', 'prioritized')) === 0, 120_000);
  return count / ((performance.now() - startMs) / 1_000);
}

async function warmJobsPerSecond(queue: Queue): Promise<number> {
  await jobsPerSecond(queue, warmUpCount);
  return jobsPerSecond(queue, jobCount);
}

/** Round by round, one after the other, so that a busy machine is busy for both. */
export async function throughput(): Promise<Row[]> {
  const redis = await startRedis();
  const queue = new Queue('background', { connection: { path: redis.socketPath }, prefix: queuePrefix });
  const measured: Record<Kind, number[]> = { ours: [], plain: [] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const kind of round % 2 === 0 ? (['ours', 'plain'] as const) : (['plain', 'ours'] as const)) {
        measured[kind].push(await withWorker(kind, redis.socketPath, () => warmJobsPerSecond(queue)));
      }
    }
  } finally {
    await queue.close();
    await redis.stop();
  }
  const peer = { peer: median(measured.plain), peerName: "BullMQ's own worker" };
  // Of each round by itself: what the machine did to a round, it did to both.
  const ratio = median(measured.ours.map((ours, round) => ours / (measured.plain[round] ?? Number.NaN)));
  return [
    told({
      area: 'jobs',
      name: 'no-op jobs through a worker process',
      unit: 'jobs/s',
      ours: median(measured.ours),
      ...peer,
    }),
    atLeast(0.9, { area: 'jobs', name: "worker process against BullMQ's own worker", unit: '×', ours: ratio }),
  ];
}

/** One job at a time, each after the one before has ended. */
export async function idleStart(): Promise<Row[]> {
  const redis = await startRedis();
  const queues = openQueues(redis.socketPath, { deadlineMs: 5_000 });
  const queue = new Queue('background', { connection: { path: redis.socketPath }, prefix: queuePrefix });
  try {
    const waits = await withWorker('ours', redis.socketPath, async () => {
      const measured: number[] = [];
      for (let job = 0; job < idleJobs; job += 1) measured.push(await startDelayMs());
      return measured;
    });
    const name = 'from the request to the start of a job, idle worker';
    return [
      atMost(10, { area: 'jobs', name: `${name}, p50`, unit: 'ms', ours: median(waits) }),
      told({ area: 'jobs', name: `${name}, p95`, unit: 'ms', ours: quantile(waits, 0.95) }),
    ];
  } finally {
    await queue.close();
    await queues.close();
    await redis.stop();
  }

  async function startDelayMs(): Promise<number> {
    const askedMs = performance.timeOrigin + performance.now();
    const { taskId } = await queues.enqueue('clean-up', {}, { deduplicationKey: null });
    await until(async () => (await queues.status(taskId)).state === 'SUCCESS');
    const job = await queue.getJob(taskId.slice('background:'.length));
    return Number(job?.returnvalue) - askedMs;
  }
}
