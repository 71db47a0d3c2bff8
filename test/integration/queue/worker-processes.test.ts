/** Real worker processes under the supervisor: killed, recycled, drained, orphaned, and crashing. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { JobQueues } from '../../../engine/queue/job-queues.ts';
import type { WorkerExit } from '../../../engine/queue/worker-exit.ts';
import { WorkerSightings } from '../../../engine/queue/worker-sightings.ts';
import { WorkerSupervisor } from '../../../engine/queue/worker-supervisor.ts';
import { journalLines, newJournal, openQueues, refreshOf, untilState } from '../../support/queue-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import type { WorkerSettings } from '../../support/worker-settings.ts';

const entryPath = fileURLToPath(new URL('../../support/worker-entry.ts', import.meta.url));

let redis: TestRedis;
let queues: JobQueues;
let journal: string;
let supervisor: WorkerSupervisor;
let exits: WorkerExit[];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => {
  queues = openQueues(redis.socketPath);
  journal = newJournal();
  exits = [];
});
afterEach(async () => {
  await supervisor.stop();
  await queues.close();
});

function settings(change: Partial<WorkerSettings> = {}): WorkerSettings {
  return {
    socketPath: redis.socketPath,
    journal,
    queues: ['kpis', 'dashboard', 'background'],
    concurrency: 4,
    maxJobs: null,
    maxRssBytes: null,
    softLimitMs: null,
    lockMs: 1_000,
    stalledCheckMs: 300,
    ...change,
  };
}

async function supervise(change: Partial<WorkerSettings> = {}, processCount = 1, path = entryPath): Promise<void> {
  supervisor = new WorkerSupervisor({
    entryPath: path,
    settings: settings(change),
    processCount,
    clock: systemClock,
    logger: silentLogger,
    backoff: { firstMs: 50, longestMs: 400 },
  });
  supervisor.onExit((exit) => exits.push(exit));
  supervisor.start();
  if (path === entryPath) await untilReady(processCount);
}

async function untilReady(count: number): Promise<void> {
  const ready = (): number => supervisor.processes().filter(({ workerId }) => workerId !== null).length;
  await until(() => ready() === count, 10_000, `${count} ready processes`);
}

function pidOf(index = 0): number {
  const process = supervisor.processes()[index];
  if (!process) throw new Error(`There is no process ${index}`);
  return process.pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

describe('a killed worker', () => {
  it('loses no job: what it ran is run again to its end, once', { timeout: 30_000 }, async () => {
    await supervise();
    const tasks = await Promise.all(
      ['a', 'b', 'c'].map((view) => queues.enqueue('refresh-dashboard', refreshOf(`kill-${view}`, { takesMs: 500 }))),
    );
    await until(() => journalLines(journal).some((line) => line.startsWith('started')));
    const killed = pidOf();
    process.kill(killed, 'SIGKILL');
    for (const { taskId } of tasks) await untilState(queues, taskId, 'SUCCESS', 15_000);
    const finished = journalLines(journal).filter((line) => line.startsWith('finished'));
    expect(finished).toHaveLength(3);
    expect(new Set(finished.map((line) => line.split(' ')[1]))).toEqual(new Set(['kill-a', 'kill-b', 'kill-c']));
    expect(finished.every((line) => !line.endsWith(` ${killed}`))).toBe(true);
    expect(exits[0]).toMatchObject({ pid: killed, reason: 'crashed', signal: 'SIGKILL', restartInMs: 50 });
  });

  it('is not resumed when its job was cancelled meanwhile', { timeout: 30_000 }, async () => {
    await supervise();
    const { taskId } = await queues.enqueue('refresh-kpis', refreshOf('kill-cancel', { takesMs: 20_000 }));
    await until(() => journalLines(journal).length === 1);
    process.kill(pidOf(), 'SIGKILL');
    await until(() => exits.length === 1);
    await queues.cancel(taskId);
    await until(async () => (await queues.counts()).every(({ active, waiting }) => active + waiting === 0), 15_000);
    expect((await queues.status(taskId)).state).toBe('REVOKED');
    expect(journalLines(journal)).toHaveLength(1);
  });
});

describe('recycling', () => {
  it('replaces one process after another, and every job is done', { timeout: 60_000 }, async () => {
    await supervise({ maxJobs: 3 });
    const taskIds: string[] = [];
    // A worn-out process takes jobs until its replacement does, so jobs go on coming until two have gone.
    while (exits.length < 2) {
      const { taskId } = await queues.enqueue('refresh-kpis', refreshOf(`recycle-${taskIds.length}`));
      taskIds.push(taskId);
      await untilState(queues, taskId, 'SUCCESS', 15_000);
    }
    expect(exits[0]).toMatchObject({ reason: 'recycled', code: 0, restartInMs: null });
    expect(exits[1]).toMatchObject({ reason: 'recycled', code: 0 });
    const finished = journalLines(journal).filter((line) => line.startsWith('finished'));
    expect(finished).toHaveLength(taskIds.length);
    expect(new Set(finished.map((line) => line.split(' ')[2])).size).toBeGreaterThanOrEqual(2);
  });
});

describe('stopping', () => {
  it('lets active jobs finish that can', async () => {
    await supervise();
    const { taskId } = await queues.enqueue('refresh-dashboard', refreshOf('drain', { takesMs: 700 }));
    await until(() => journalLines(journal).length === 1);
    await supervisor.stop();
    expect((await queues.status(taskId)).state).toBe('SUCCESS');
    expect(exits).toMatchObject([{ reason: 'stopped', code: 0, restartInMs: null }]);
    expect(supervisor.processes()).toEqual([]);
  });

  it('gives jobs back that take longer, at once and without counting it a failure', async () => {
    await supervise();
    const { taskId } = await queues.enqueue('refresh-dashboard', refreshOf('give-back', { takesMs: 20_000 }));
    await until(() => journalLines(journal).length === 1);
    await supervisor.stop();
    const { waiting, active } = (await queues.counts())[1] ?? {};
    expect({ waiting, active }).toEqual({ waiting: 1, active: 0 });
    expect((await queues.status(taskId)).state).toBe('RETRY');
    await queues.cancel(taskId);
  });

  it('kills within 4 s what does not listen', { timeout: 30_000 }, async () => {
    await supervise();
    const { taskId } = await queues.enqueue('refresh-kpis', refreshOf('deaf', { takesMs: 20_000, deaf: 1 }));
    await until(() => journalLines(journal).length === 1);
    const startedMs = performance.now();
    await supervisor.stop();
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    expect(supervisor.processes()).toEqual([]);
    await until(() => exits.length === 1);
    await queues.cancel(taskId);
  });

  it('takes the processes along when the supervisor itself is killed', async () => {
    const parent = fork(fileURLToPath(new URL('../../support/supervisor-entry.ts', import.meta.url)), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await supervise();
    parent.send({ entryPath, settings: settings() });
    const [pid] = (await once(parent, 'message')) as [number];
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid), 5_000, 'the orphan to end');
  });
});

describe('a program that fails at once', () => {
  it('is tried again, each time later', async () => {
    await supervise({}, 1, fileURLToPath(new URL('../../support/broken-entry.ts', import.meta.url)));
    await until(() => exits.length >= 3, 10_000);
    expect(exits.slice(0, 3).map(({ reason, restartInMs }) => [reason, restartInMs])).toEqual([
      ['crashed', 50],
      ['crashed', 100],
      ['crashed', 200],
    ]);
  });
});

describe('sightings', () => {
  it('shows the processes as consuming, and as gone after they stopped in order', async () => {
    await supervise({}, 2);
    const pids = supervisor.processes().map(({ pid }) => pid);
    const sightings = new WorkerSightings({ queues, clock: systemClock });
    const mine = async () => (await sightings.list()).filter(({ pid }) => pids.includes(pid));
    await until(async () => (await mine()).length === 2);
    expect(await mine()).toMatchObject([
      { verdict: 'consuming', slots: 4 },
      { verdict: 'consuming', slots: 4 },
    ]);
    await supervisor.stop();
    expect((await mine()).map(({ verdict }) => verdict)).toEqual(['gone', 'gone']);
  });
});
