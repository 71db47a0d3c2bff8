/** Worker processes that are worn out, too large, too slow or blocked: replaced in order, or killed for what they run. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { brokerConnection } from '../../../engine/queue/broker.ts';
import type { JobQueues } from '../../../engine/queue/job-queues.ts';
import { JobRescue } from '../../../engine/queue/job-rescue.ts';
import type { WorkerExit } from '../../../engine/queue/worker-exit.ts';
import { WorkerSightings } from '../../../engine/queue/worker-sightings.ts';
import { WorkerSupervisor, type WorkerSupervisorOptions } from '../../../engine/queue/worker-supervisor.ts';
import { journalLines, newJournal, openQueues, refreshOf, untilState } from '../../support/queue-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import type { WorkerSettings } from '../../support/worker-settings.ts';

const entryPath = fileURLToPath(new URL('../../support/worker-entry.ts', import.meta.url));
const mebibyte = 1024 * 1024;

let redis: TestRedis;
let queues: JobQueues;
let rescue: JobRescue;
let journal: string;
let supervisor: WorkerSupervisor;
let exits: WorkerExit[];
/** What happened to processes, in order. */
let story: string[];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => {
  queues = openQueues(redis.socketPath, { deadlineMs: 5_000 });
  const connection = brokerConnection({ path: redis.socketPath });
  rescue = new JobRescue({ connection, clock: systemClock, logger: silentLogger });
  journal = newJournal();
  exits = [];
  story = [];
});
afterEach(async () => {
  await supervisor.stop();
  await rescue.close();
  await queues.close();
});

async function supervise(
  settings: Partial<WorkerSettings> = {},
  options: Partial<WorkerSupervisorOptions> = {},
): Promise<void> {
  const base: WorkerSettings = {
    socketPath: redis.socketPath,
    journal,
    queues: ['kpis', 'dashboard', 'background'],
    concurrency: 4,
    maxJobs: null,
    maxRssBytes: null,
    softLimitMs: null,
    lockMs: 10_000,
    stalledCheckMs: 5_000,
  };
  supervisor = new WorkerSupervisor({
    entryPath,
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'vigia-test-compile-cache') },
    settings: { ...base, ...settings },
    processCount: 1,
    clock: systemClock,
    logger: silentLogger,
    rescue,
    watchMs: 100,
    backoff: { firstMs: 50, longestMs: 400 },
    ...options,
  });
  supervisor.onReady(({ pid }) => story.push(`ready ${pid}`));
  supervisor.onExit((exit) => {
    exits.push(exit);
    story.push(`${exit.reason} ${exit.pid}`);
  });
  supervisor.start();
  await until(() => story.length > 0, 20_000, 'a ready process');
}

const workerIdOf = (index = 0): string => supervisor.processes()[index]?.workerId ?? '';
const started = (view: string): boolean => journalLines(journal).some((line) => line.startsWith(`started ${view} `));

describe('a worn-out process', () => {
  it('goes on until its replacement takes jobs, finishes its own, and only then ends', {
    timeout: 60_000,
  }, async () => {
    await supervise({ maxJobs: 2 });
    const [first] = supervisor.processes();
    const long = await queues.enqueue('refresh-dashboard', refreshOf('long', { takesMs: 3_000 }));
    await until(() => started('long'));
    for (const view of ['a', 'b', 'c']) await queues.enqueue('refresh-kpis', refreshOf(view));
    await until(() => story.length >= 3, 20_000, 'the first process to end');
    const [, second, third] = story;
    expect(second).toMatch(/^ready/);
    expect(third).toBe(`recycled ${first?.pid}`);
    expect(exits[0]).toMatchObject({ code: 0, restartInMs: null });
    expect(exits[0]?.why).toMatch(/after \d jobs \(limit 2\)/);
    expect((await queues.status(long.taskId)).state).toBe('SUCCESS');
    expect(journalLines(journal).filter((line) => line.startsWith('started long'))).toHaveLength(1);
    const sightings = new WorkerSightings({ queues, clock: systemClock });
    await until(async () => (await sightings.list()).some(({ recycledCount }) => recycledCount === 1));
  });

  it('is replaced above its memory ceiling, and the words say by how much', { timeout: 60_000 }, async () => {
    await supervise({ maxRssBytes: 400 * mebibyte });
    await queues.enqueue('refresh-kpis', refreshOf('hoard', { hoardsMb: 400 }));
    await until(() => exits.length === 1, 20_000, 'the large process to end');
    expect(exits[0]).toMatchObject({ reason: 'recycled', code: 0 });
    expect(exits[0]?.why).toMatch(/above its memory ceiling: \d+ of 400 MiB/);
  });

  it('is replaced when somebody asks, wherever it runs', { timeout: 60_000 }, async () => {
    await supervise();
    const before = workerIdOf();
    await until(async () => (await queues.workerReports()).reports.some(({ workerId }) => workerId === before));
    await queues.recycle(before);
    await until(() => exits.length === 1, 20_000);
    expect(exits[0]).toMatchObject({ workerId: before, reason: 'recycled', why: 'was replaced on request' });
    expect(workerIdOf()).not.toBe(before);
    await expect(queues.recycle('nobody')).rejects.toMatchObject({ code: 'QUEUE_WORKER_NOT_FOUND' });
  });
});

describe('a job over its soft limit', () => {
  it('is stopped through its signal, and tried again later with the reason on record', {
    timeout: 60_000,
  }, async () => {
    await supervise({ softLimitMs: 300 });
    const { taskId } = await queues.enqueue('refresh-kpis', refreshOf('soft', { takesMs: 20_000 }));
    await untilState(queues, taskId, 'RETRY', 10_000);
    const status = await queues.status(taskId);
    expect(status.attempts).toMatchObject([{ attempt: 1, workerId: workerIdOf() }]);
    expect(status.attempts[0]?.message).toBe('Took longer than the soft limit of 0.3 s and was stopped');
    expect(status.nextAttemptAtMs).toBeGreaterThan(Date.now() + 20_000);
    expect(exits).toEqual([]);
    await queues.cancel(taskId);
  });
});

describe('a job over its hard limit', () => {
  it('fails with the reason, its process is killed, and the other jobs of it run again', {
    timeout: 60_000,
  }, async () => {
    await supervise({}, { hardLimitMs: (job) => (job === 'refresh-kpis' ? 1_000 : null) });
    const victim = workerIdOf();
    const other = await queues.enqueue('refresh-dashboard', refreshOf('other', { takesMs: 2_500 }));
    const deaf = await queues.enqueue('refresh-kpis', refreshOf('deaf', { takesMs: 60_000, deaf: 1 }));
    await untilState(queues, deaf.taskId, 'FAILURE', 20_000);
    const status = await queues.status(deaf.taskId);
    expect(status).toMatchObject({
      error: 'Took longer than the hard limit of 1 s; its process was killed',
      attempt: 1,
    });
    expect(status.attempts).toMatchObject([{ attempt: 1, workerId: victim }]);
    expect(exits[0]).toMatchObject({ reason: 'killed', signal: 'SIGKILL' });
    expect(exits[0]?.why).toContain(deaf.taskId);
    await untilState(queues, other.taskId, 'SUCCESS', 20_000);
    expect((await queues.status(other.taskId)).attempts[0]?.message).toMatch(/^Lost its worker, which was killed/);
  });

  it('is found although it blocks its whole process', { timeout: 60_000 }, async () => {
    await supervise({}, { hardLimitMs: () => 1_500, silenceMs: 1_500 });
    const { taskId } = await queues.enqueue('refresh-kpis', refreshOf('blocked', { blocksMs: 60_000 }));
    await untilState(queues, taskId, 'FAILURE', 20_000);
    expect((await queues.status(taskId)).error).toContain('hard limit of 1.5 s');
    expect(exits[0]?.reason).toBe('killed');
  });
});

describe('the number of processes', () => {
  it('is raised and lowered while jobs run, and none of them is lost', { timeout: 60_000 }, async () => {
    await supervise();
    supervisor.scale(2);
    await until(() => supervisor.processes().filter(({ state }) => state === 'running').length === 2, 20_000);
    const tasks = await Promise.all(
      [1, 2, 3].map((n) => queues.enqueue('refresh-dashboard', refreshOf(`scale-${n}`, { takesMs: 1_500 }))),
    );
    await until(() => journalLines(journal).filter((line) => line.startsWith('started')).length === 3);
    supervisor.scale(0);
    await until(() => supervisor.processes().length === 0, 20_000, 'all processes to end');
    for (const { taskId } of tasks) expect((await queues.status(taskId)).state).toBe('SUCCESS');
    expect(exits.map(({ reason }) => reason)).toEqual(['stopped', 'stopped']);
  });
});
