/** The real program with its workers on a cluster and behind sentinels, and its connections through the contract. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { startRedisSentinels } from '../../support/redis-sentinel.ts';
import { startRedis } from '../../support/redis-server.ts';
import { type ServedConsole, serveConsole } from '../../support/served-console.ts';
import { until } from '../../support/until.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function serveOn(url: string): Promise<ServedConsole> {
  const env = { REDIS_URL: url, CELERY_BROKER_URL: url, VIGIA_DEMO_ROWS: '2000', VIGIA_AS_OF: '2026-11-22' };
  const served = await serveConsole({ env });
  cleanUps.push(async () => expect(await served.stop()).toBe(0));
  await until(async () => (await served.client.call('workers.list', {})).workers.length > 0, 20_000, 'a worker');
  return served;
}

/** Every section fresh by a worker's job, from filters that nobody asked for before. */
async function computes({ client }: ServedConsole, estado: string): Promise<void> {
  const view = await client.call('dashboard.get', { filters: { estado }, waitMs: 20_000 });
  expect(view.sections.map(({ freshness }) => freshness.state)).toEqual(Array(7).fill('fresh'));
}

test('on a cluster a dashboard is computed by the workers, and the links say what they are', async () => {
  const cluster = await startRedisCluster();
  cleanUps.push(() => cluster.stop());
  const served = await serveOn(cluster.url);
  await computes(served, 'validado');
  const { connections } = await served.client.call('connections.list', {});
  expect(connections.map(({ id, topology, mode, link }) => [id, topology, mode, link.state])).toEqual([
    ['cache', 'cluster', 'operate', 'ready'],
    ['broker', 'cluster', 'operate', 'ready'],
  ]);
}, 60_000);

test('behind sentinels it goes on after a failover', async () => {
  const sentinels = await startRedisSentinels();
  cleanUps.push(() => sentinels.stop());
  const served = await serveOn(sentinels.url);
  await computes(served, 'validado');
  await sentinels.failover();
  await until(
    async () => (await served.client.call('system.info', {})).links.every(({ state }) => state === 'ready'),
    20_000,
  );
  await computes(served, 'pagado');
}, 90_000);

test('connections pass through the contract, and no secret of them reaches the audit log or a list', async () => {
  const own = await startRedis();
  const other = await startRedis({ tcp: true, args: ['--requirepass', 's3cret'] });
  cleanUps.push(() => Promise.all([own.stop(), other.stop()]));
  const served = await serveOn(own.url);
  const { client } = served;
  const draft = { name: 'Sales', url: `redis://:s3cret@127.0.0.1:${other.port}`, environment: 'production' as const };
  expect((await client.call('connections.test', draft)).ok).toBe(true);
  const { id } = await client.call('connections.save', draft);
  const found = async () => (await client.call('connections.list', {})).connections.find((each) => each.id === id);
  await until(async () => (await found())?.link.state === 'ready', 5_000);
  expect(await found()).toMatchObject({ mode: 'observe', hasPassword: true, url: `redis://127.0.0.1:${other.port}` });
  expect((await client.call('connections.unlock', { connectionId: id })).mode).toBe('operate');
  expect((await client.call('connections.lock', { connectionId: id })).mode).toBe('observe');
  await expect(client.call('connections.unlock', { connectionId: id, forMs: 1 })).rejects.toMatchObject({
    code: 'CALL_INPUT_INVALID',
  });
  expect(JSON.stringify(await client.call('connections.list', {}))).not.toContain('s3cret');
  for (const name of ['vigia.db', 'vigia.db-wal', 'vigia.log']) {
    expect([name, readFileSync(join(served.dataDir, name)).includes('s3cret')]).toEqual([name, false]);
  }
  await client.call('connections.remove', { connectionId: id });
  expect(await found()).toBeUndefined();
  expect(readFileSync(join(served.dataDir, 'secrets.json'), 'utf8')).not.toContain('s3cret');
}, 60_000);
