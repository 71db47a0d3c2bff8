/** More states of real servers that the doctor names: full houses, failing rewrites, snapshots only, a cluster that lacks a part. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type DoctorRoom, openDoctorRoom } from '../../support/doctor-room.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { startRewordingProxy } from '../../support/rewording-proxy.ts';
import { until } from '../../support/until.ts';

let cache: TestRedis;
let broker: TestRedis;
let room: DoctorRoom;
let toBroker: Redis;
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  const ofCache = ['--maxmemory', '256mb', '--maxmemory-policy', 'allkeys-lru'];
  [cache, broker] = await Promise.all([startRedis({ args: ofCache }), startRedis({ args: ['--appendonly', 'yes'] })]);
  toBroker = new Redis(broker.socketPath);
  room = await openDoctorRoom({ cache: cache.url, broker: broker.url });
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});
afterAll(async () => {
  toBroker.disconnect();
  await room.close();
  await Promise.all([cache.stop(), broker.stop()]);
});

const codes = async (check: string, subject: string) => (await room.found(check, subject)).map(({ code }) => code);

/** A further connection to look at, removed at the end of the test. */
async function watch(url: string, purposes: ('cache' | 'bullmq')[] = []): Promise<string> {
  const { id } = await room.connections.save({ name: 'further', url, purposes });
  cleanUps.push(() => room.connections.remove(id));
  await room.connections.of(id).settled(10_000);
  return id;
}

test('clients that were turned away are counted; with more room for them the figure leaves by and by', async () => {
  const crowd: Redis[] = [];
  cleanUps.push(() => crowd.forEach((one) => one.disconnect()));
  const control = new Redis(cache.socketPath);
  cleanUps.push(() => control.disconnect());
  await control.ping();
  const { clients } = await room.redis.ops.clients('cache');
  const limit = clients.length + 4;
  await control.config('SET', 'maxclients', String(limit));
  cleanUps.push(() => control.config('SET', 'maxclients', '10000'));
  const refused = async () => {
    const late = new Redis(cache.socketPath, { lazyConnect: true, retryStrategy: null });
    late.on('error', () => undefined);
    crowd.push(late);
    await late.connect().catch(() => undefined);
    return (await codes('redis-clients', 'cache')).includes('clients_refused');
  };
  await until(refused, 60_000, 'the refusal');
  const [finding] = await room.found('redis-clients', 'cache');
  expect(finding).toMatchObject({ code: 'clients_refused', severity: 'critical' });
  expect(finding?.evidence.find(({ name }) => name === 'refused_recently')?.value).toBeGreaterThan(0);
  const applied = await room.doctor.fix(finding?.findingId ?? '', finding?.fix?.commands ?? [], 'tester');
  expect(applied.state).toBe('settling');
  expect(await control.config('GET', 'maxclients')).toEqual(['maxclients', String(2 * limit)]);
}, 90_000);

test('a rewrite of the append-only file that failed is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vigia-doctor-aof-'));
  const server = await startRedis({ folder, args: ['--appendonly', 'yes'] });
  const client = new Redis(server.socketPath);
  cleanUps.push(
    () => rm(folder, { recursive: true, force: true }),
    () => server.stop(),
    () => client.disconnect(),
  );
  const id = await watch(server.url);
  expect(await room.outcome('redis-persistence', id)).toBe('well');
  await client.set('a', '1');
  await rm(folder, { recursive: true });
  await client.call('BGREWRITEAOF').catch(() => undefined);
  await until(async () => (await codes('redis-persistence', id)).includes('rewrite_failed'), 30_000, 'the finding');
}, 60_000);

test('jobs that only snapshots keep are named, and well once an append-only file is written', async () => {
  await toBroker.config('SET', 'save', '3600 1');
  await toBroker.config('SET', 'appendonly', 'no');
  const [finding] = await room.found('redis-persistence', 'broker');
  expect(finding).toMatchObject({ code: 'jobs_kept_by_snapshots' });
  const applied = await room.doctor.fix(finding?.findingId ?? '', finding?.fix?.commands ?? [], 'tester');
  expect(applied.state).toBe('mended');
  expect(await toBroker.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
  await until(async () => (await room.outcome('redis-persistence', 'broker')) === 'well', 30_000, 'well');
}, 60_000);

test('a slow fork and an append that failed, as a server says of itself', async () => {
  const proxy = await startRewordingProxy(broker.socketPath, (text) =>
    text
      .replaceAll('aof_last_write_status:ok', 'aof_last_write_status:er')
      .replaceAll(/latest_fork_usec:\d+\r\ntotal_forks:\d+/g, (all) => {
        const digits = all.length - 'latest_fork_usec:\r\nx:1'.length;
        return `latest_fork_usec:${'900000'.padStart(digits, '0')}\r\nx:1`;
      }),
  );
  cleanUps.push(() => proxy.stop());
  const id = await watch(proxy.url);
  expect(await codes('redis-persistence', id)).toEqual(expect.arrayContaining(['fork_slow', 'append_failed']));
});

test('a cluster of which a part is away is named with the part', async () => {
  const cluster = await startRedisCluster({ args: ['--cluster-require-full-coverage', 'no'] });
  cleanUps.push(() => cluster.stop());
  const id = await watch(cluster.url);
  expect(await room.outcome('redis-reach', id)).toBe('well');
  await cluster.masters[1]?.kill();
  await until(async () => (await codes('redis-reach', id)).includes('partly_away'), 60_000, 'the finding');
  const [finding] = await room.found('redis-reach', id);
  expect(JSON.stringify(finding?.evidence)).toContain(`127.0.0.1:${cluster.masters[1]?.port}`);
  await cluster.masters[1]?.restart();
  await until(async () => (await room.outcome('redis-reach', id)) === 'well', 60_000, 'the whole cluster');
}, 150_000);
