/** What breaks behind the console must never take the last known KPIs from it. The real program, broken on purpose. */
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { type ServedConsole, type ServeOptions, serveConsole } from '../../support/served-console.ts';
import { until } from '../../support/until.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'vigia-faults-'));
  cleanUps.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function serve(options: ServeOptions = {}): Promise<ServedConsole> {
  const served = await serveConsole({ ...options, env: { VIGIA_DEMO_ROWS: '2000', ...options.env } });
  cleanUps.push(() => served.stop());
  return served;
}

async function privateRedis(): Promise<TestRedis> {
  const redis = await startRedis();
  cleanUps.push(() => redis.stop());
  return redis;
}

const read = ({ client }: ServedConsole, waitMs = 0) => client.call('dashboard.get', { waitMs });
const receivables = (view: Awaited<ReturnType<typeof read>>): number | null | undefined =>
  view.sections.find(({ name }) => name === 'essentials')?.payload?.figures['receivables_amount']?.value;

const csv = join(import.meta.dirname, '../../data/edp-1000');

describe('Redis', () => {
  test('that is absent at start: KPIs are computed all the same, and used once it is there', async () => {
    const redis = await privateRedis();
    await redis.kill();
    const served = await serve({ env: { REDIS_URL: redis.url } });
    const view = await read(served, 20_000);
    expect(receivables(view)).toBeGreaterThan(0);
    const { links } = await served.client.call('system.info', {});
    expect(links.map(({ state }) => state)).toEqual(['unreachable', 'unreachable']);
    await redis.restart();
    await until(
      async () => (await served.client.call('system.info', {})).links.every(({ state }) => state === 'ready'),
      15_000,
    );
    await until(
      async () => (await served.client.call('workers.list', {})).workers.some(({ verdict }) => verdict === 'consuming'),
      20_000,
    );
  });

  test('that is killed while serving: the values stay with their age, and it recovers by itself', async () => {
    const redis = await privateRedis();
    const served = await serve({ env: { REDIS_URL: redis.url } });
    const before = await read(served, 20_000);
    expect(before.staleSectionCount).toBe(0);
    await redis.kill();
    await until(async () => (await served.client.call('system.info', {})).links[0]?.state === 'unreachable', 10_000);
    const during = await read(served);
    expect(receivables(during)).toBe(receivables(before));
    expect(during.oldestComputedAtMs).toBe(before.oldestComputedAtMs);
    expect(during.sections[0]?.freshness.reason).toBe('redis-unreachable');
    const health = await served.client.call('system.health', {});
    expect(health).toMatchObject({ status: 'unhealthy', redis: 'disconnected' });
    await redis.restart();
    await until(
      async () => (await served.client.call('system.info', {})).links.every(({ state }) => state === 'ready'),
      15_000,
    );
    const { taskId } = await served.client.call('dashboard.refresh', {});
    await until(
      async () => (await served.client.call('task.status', { taskId })).state === 'SUCCESS',
      20_000,
      'a refresh',
    );
  });

  test('with everything else gone after a restart: the last known KPIs come from the local store', async () => {
    const dataDir = folder();
    const source = folder();
    cpSync(csv, source, { recursive: true });
    const redis = await privateRedis();
    const env = { REDIS_URL: redis.url, VIGIA_SOURCE: source };
    const first = await serve({ dataDir, env });
    const before = await read(first, 20_000);
    expect(before.staleSectionCount).toBe(0);
    expect(await first.stop()).toBe(0);
    await redis.kill();
    rmSync(source, { recursive: true, force: true });
    const second = await serve({ dataDir, env });
    const after = await read(second);
    expect(receivables(after)).toBe(receivables(before));
    expect(after.oldestComputedAtMs).toBe(before.oldestComputedAtMs);
    expect(new Set(after.sections.map(({ freshness }) => freshness.source))).toEqual(new Set(['snapshot']));
    expect(after.source.reachable).toBe(false);
    expect(after.source.problem).toContain(source);
  });
});

describe('the source', () => {
  test('that goes: the values stay, and the refresh says what failed', async () => {
    const source = folder();
    cpSync(csv, source, { recursive: true });
    const served = await serve({ env: { VIGIA_SOURCE: source } });
    const before = await read(served, 20_000);
    expect(before.staleSectionCount).toBe(0);
    rmSync(source, { recursive: true, force: true });
    // Files are looked at a few times a second, so the first refresh may still read what was opened.
    await until(
      async () => {
        const { taskId } = await served.client.call('dashboard.refresh', {});
        let task = await served.client.call('task.status', { taskId });
        await until(async () => {
          task = await served.client.call('task.status', { taskId });
          return /RETRY|FAILURE|SUCCESS/.test(task.state);
        }, 10_000);
        return task.error?.includes(source) ?? false;
      },
      20_000,
      'the failure',
    );
    const after = await read(served);
    expect(receivables(after)).toBe(receivables(before));
    expect(after.oldestComputedAtMs).toBeGreaterThanOrEqual(before.oldestComputedAtMs ?? 0);
  });

  test('that lacks a column: names the column and the KPIs that it costs, and computes the others', async () => {
    const source = folder();
    cpSync(csv, source, { recursive: true });
    rmSync(join(source, 'log.csv'));
    const served = await serve({ env: { VIGIA_SOURCE: source } });
    const view = await read(served, 20_000);
    expect(receivables(view)).toBeGreaterThan(0);
    const missing = view.sections.flatMap(({ payload }) => payload?.missing ?? []);
    expect(missing.map(({ reason }) => reason).join()).toContain('log');
  });
});

test('a worker killed in the middle of a job is replaced, and the refresh still ends well', async () => {
  const served = await serve({ env: { VIGIA_DEMO_ROWS: '300000' } });
  await until(async () => (await served.client.call('workers.list', {})).workers.length > 0, 30_000, 'a worker');
  const [worker] = (await served.client.call('workers.list', {})).workers;
  const { taskId } = await served.client.call('dashboard.refresh', {});
  await until(
    async () => /STARTED|PROGRESS/.test((await served.client.call('task.status', { taskId })).state),
    10_000,
    'the start',
  );
  process.kill(worker?.pid ?? 0, 'SIGKILL');
  await until(async () => (await served.client.call('task.status', { taskId })).state === 'SUCCESS', 60_000, 'the end');
  const { workers } = await served.client.call('workers.list', {});
  expect(workers.some(({ workerId, verdict }) => workerId !== worker?.workerId && /consuming|busy/.test(verdict))).toBe(
    true,
  );
}, 90_000);

test('a corrupt local database is set aside with a notice, and nothing else is lost', async () => {
  const dataDir = folder();
  const first = await serve({ dataDir });
  const before = await read(first, 20_000);
  await first.stop();
  writeFileSync(join(dataDir, 'vigia.db'), 'this is no database, whatever its name says'.repeat(100));
  const second = await serve({ dataDir });
  const { notices } = await second.client.call('system.info', {});
  expect(notices.map(({ message }) => message).join()).toContain('corrupt');
  expect(readdirSync(dataDir).some((name) => name.startsWith('vigia.db.corrupt-'))).toBe(true);
  expect(receivables(await read(second, 20_000))).toBe(receivables(before));
});

describe('a start that cannot succeed ends at once with the thing and what to do', () => {
  test.each<[string, ServeOptions, RegExp, number]>([
    ['an unknown pack', { env: { VIGIA_PACK: 'sales' } }, /VIGIA_PACK.*"sales".*edp/, 2],
    ['a wrong setting', { env: { REDIS_CACHE_TTL_KPIS: 'ten' } }, /REDIS_CACHE_TTL_KPIS.*"ten".*whole seconds/, 2],
    ['a wrong Redis address', { args: ['--redis', 'http://cache'] }, /--redis.*redis:\/\/host/, 2],
    ['an unknown flag', { args: ['--prot', '80'] }, /--prot/, 2],
  ])('%s', async (_name, options, words, code) => {
    const dataDir = folder();
    const failure: unknown = await serveConsole({ dataDir, ...options }).catch((error: unknown) => error);
    expect(String(failure)).toMatch(words);
    expect(String(failure)).toContain(`ended with ${code}`);
  });

  test('a data folder that cannot be written', async () => {
    const dataDir = join(folder(), 'file');
    writeFileSync(dataDir, 'in the way');
    chmodSync(dataDir, 0o400);
    await expect(serveConsole({ dataDir })).rejects.toThrow(new RegExp(`ended with 1.*${dataDir}`, 's'));
  });

  test('a port in use', async () => {
    const first = await serve();
    const port = new URL(first.address).port;
    await expect(serveConsole({ dataDir: folder(), args: ['--port', port] })).rejects.toThrow(
      new RegExp(`ended with 1.*${port}`, 's'),
    );
  });

  test('a data folder that another instance uses', async () => {
    const first = await serve();
    await expect(serveConsole({ dataDir: first.dataDir })).rejects.toThrow(/ended with 3/);
    expect(existsSync(join(first.dataDir, 'vigia.lock'))).toBe(true);
  });
});
