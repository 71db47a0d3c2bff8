/** `vigia worker` as a user starts it: two machines' worth of processes with folders of their own, one broker between them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { isAlive, type Program, runProgram } from '../../support/program.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { type ServedConsole, serveConsole } from '../../support/served-console.ts';
import { until } from '../../support/until.ts';

const root = join(import.meta.dirname, '../../..');
const csv = join(root, 'test/data/edp-1000');
const cli = join(root, 'src/cli/index.ts');
const compileCache = join(tmpdir(), 'vigia-test-compile-cache');
const asOf = '2026-03-31';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'vigia-machine-'));
  cleanUps.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function machine(args: readonly string[]): Program {
  const dataDir = folder();
  const program = runProgram(
    process.execPath,
    [cli, 'worker', '--data-dir', dataDir, ...args],
    { ...process.env, VIGIA_AS_OF: asOf, VIGIA_LOG_LEVEL: 'warn', NODE_COMPILE_CACHE: compileCache },
    dataDir,
  );
  cleanUps.push(() => program.destroy());
  return program;
}

async function broker(): Promise<TestRedis> {
  const redis = await startRedis();
  cleanUps.push(() => redis.stop());
  return redis;
}

const seen = async ({ client }: ServedConsole) =>
  (await client.call('workers.list', {})).workers.filter(
    ({ verdict }) => verdict === 'consuming' || verdict === 'busy',
  );

test('two machines serve one console, and one goes on when the other is gone', { timeout: 120_000 }, async () => {
  const redis = await broker();
  const servers = ['--redis', redis.url, '--broker', redis.url, '--source', csv];
  const env = { VIGIA_AS_OF: asOf, VIGIA_WORKER_PROCESSES: '0' };
  const served = await serveConsole({ args: ['--redis', redis.url, '--source', csv], env });
  cleanUps.push(() => served.stop());
  const one = machine([...servers, '--queues', 'kpis,dashboard', '--concurrency', '4', '--processes', '2']);
  await one.says(/2 worker processes for kpis, dashboard at .*, 4 jobs at once each/);
  await one.says(/2 of 2 take jobs/, 60_000);
  const two = machine([...servers, '--queues', 'dashboard', '--processes', '1']);
  await two.says(/1 of 1 take jobs/, 60_000);
  await until(async () => (await seen(served)).length === 3, 20_000, 'three processes on two machines');
  const workers = await seen(served);
  expect(workers.map(({ own }) => own)).toEqual([false, false, false]);
  expect(workers.map(({ queues }) => queues.join()).toSorted()).toEqual([
    'dashboard',
    'kpis,dashboard',
    'kpis,dashboard',
  ]);
  for (const worker of workers) {
    expect(worker).toMatchObject({ version: expect.any(String), retiring: false, recycledCount: 0 });
    expect(worker.rssBytes).toBeGreaterThan(10_000_000);
    expect(Math.abs(worker.clockSkewMs)).toBeLessThan(1_000);
  }

  const refresh = async (filters: Record<string, string>): Promise<void> => {
    const { taskId } = await served.client.call('dashboard.refresh', { filters });
    await until(
      async () => (await served.client.call('task.status', { taskId })).state === 'SUCCESS',
      60_000,
      'the refresh',
    );
    const status = await served.client.call('task.status', { taskId });
    expect(status.progress.parts.length).toBeGreaterThan(3);
    expect(status.progress.parts.every(({ state }) => state === 'done')).toBe(true);
  };
  await refresh({});

  // The first machine loses its power; what remains on the other takes everything of its queue.
  const pids = one.family();
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until(() => pids.every((pid) => !isAlive(pid)));
  await refresh({});

  two.signalGroup('SIGINT');
  const { code, output } = await two.ended(40_000);
  expect(code).toBe(0);
  expect(output).toContain('Stopping: jobs may finish');
  await until(
    async () => (await seen(served)).length === 0 || (await seen(served)).every(({ pid }) => pids.includes(pid)),
  );
});

test('without a server to work for it says so and ends with 2', async () => {
  const program = machine(['--queues', 'kpis']);
  const { code, output } = await program.ended(30_000);
  expect(code).toBe(2);
  expect(output).toContain('--broker');
  const wrong = machine(['--redis', 'redis://127.0.0.1:1', '--queues', 'kpis,elsewhere']);
  const second = await wrong.ended(30_000);
  expect(second.code).toBe(2);
  expect(second.output).toContain('must be one or more of kpis,dashboard,background');
});
