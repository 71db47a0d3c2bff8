/** `vigia doctor` as a user runs it: on servers by address, and by the console that runs; and the same over HTTP. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, runProgram } from '../../support/program.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { serveConsole } from '../../support/served-console.ts';
import { until } from '../../support/until.ts';

const root = new URL('../../../', import.meta.url).pathname;
let cache: TestRedis;
let broker: TestRedis;

beforeAll(async () => {
  [cache, broker] = await Promise.all([
    startRedis({ args: ['--maxmemory', '256mb', '--maxmemory-policy', 'allkeys-lru'] }),
    startRedis({ args: ['--appendonly', 'yes'] }),
  ]);
});
afterAll(async () => {
  await Promise.all([cache.stop(), broker.stop()]);
});

async function vigia(...args: readonly string[]): Promise<Ended> {
  const bare = Object.entries(process.env).filter(([name]) => !/^(VIGIA_|REDIS_|CELERY_|NODE_)/.test(name));
  const all = ['src/cli/index.ts', 'doctor', ...args];
  return await runProgram(process.execPath, all, Object.fromEntries(bare), root).ended(60_000);
}

test('by address: nothing found ends with 0, a broker that evicts with 1, in a table and as JSON', async () => {
  const where = ['--redis', cache.url, '--broker', broker.url];
  const healthy = await vigia(...where);
  expect(healthy).toMatchObject({ code: 0, output: expect.stringMatching(/^0 found, \d+ checks well/) });
  const client = new Redis(broker.socketPath);
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  client.disconnect();
  const ill = await vigia(...where);
  expect(ill.code).toBe(1);
  expect(ill.output).toMatch(
    /^SEVERITY +FINDING +EVIDENCE +FIRST STEP\n(warning|critical) +Redis \(broker\) may throw jobs away/,
  );
  const json = await vigia(...where, '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.output)).toMatchObject({ findings: [{ checkId: 'redis-eviction', code: 'broker_evicts' }] });
}, 120_000);

test('a server that is silent is a finding, a wrong address is wrong input, and nothing to ask is said', async () => {
  const silent = await vigia('--redis', 'unix:///nowhere/redis.sock');
  expect(silent).toMatchObject({ code: 1, output: expect.stringContaining('is silent') });
  expect((await vigia('--redis', 'nonsense')).code).toBe(2);
  const none = await vigia('--data-dir', '/nowhere/at/all');
  expect(none).toMatchObject({ code: 4, output: expect.stringContaining('/nowhere/at/all') });
}, 120_000);

test('of a running console it tells of the console too; HTTP gives the same report to whoever has the token', async () => {
  const served = await serveConsole({ env: { VIGIA_DEMO_ROWS: '400', VIGIA_WARMING: 'false' } });
  try {
    await until(async () => (await served.client.call('workers.list', {})).workers.length > 0, 60_000, 'a worker');
    const { output } = await vigia('--data-dir', served.dataDir, '--json');
    const ids = (JSON.parse(output) as { checked: { checkId: string }[] }).checked.map(({ checkId }) => checkId);
    expect(ids).toEqual(expect.arrayContaining(['redis-reach', 'local-store', 'observation-gap']));
    const overHttp = await served.get('/manager/api/doctor');
    expect(overHttp.status).toBe(200);
    expect(await overHttp.json()).toMatchObject({ atMs: expect.any(Number), checked: expect.any(Array) });
    const bare = await fetch(`${served.address}/manager/api/doctor`);
    expect(bare.status).toBe(401);
    const { report } = await served.client.call('doctor.report', {});
    expect(report?.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  } finally {
    await served.stop();
  }
}, 120_000);
