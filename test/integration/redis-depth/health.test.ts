/** What is sampled of a real server: figures, windows, commands, history, and what our looking costs. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRedisCluster, type TestCluster } from '../../support/redis-cluster.ts';
import { connectionId, openRedisRoom, type RedisRoom } from '../../support/redis-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let room: RedisRoom;
let client: Redis;

beforeAll(async () => {
  redis = await startRedis({ tcp: true });
  client = new Redis(redis.socketPath, { connectionName: 'shop' });
  client.on('error', () => undefined);
  room = await openRedisRoom(redis.url);
});
afterAll(async () => {
  client.disconnect();
  await room.close();
  await redis.stop();
});

const health = () => room.call('redis.health', { connectionId });

test('figures of the server are there after the first look, and no limit is a state', async () => {
  await client.set('a', '1', 'EX', 100);
  await client.set('b', '1');
  await until(async () => (await health()).total?.figures?.keyCount === 2, 10_000, 'the keys to be seen');
  const { state, total, shards } = await health();
  expect(state).toBe('sampling');
  expect(shards).toHaveLength(1);
  expect(total?.product).toBe('Redis');
  expect(total?.figures?.memory?.limit.kind).toBe('none');
  expect(total?.figures?.memory?.usedBytes).toBeGreaterThan(500_000);
  expect(total?.figures?.databases).toMatchObject([{ db: 0, keyCount: 2, expiringCount: 1 }]);
  expect(total?.figures?.replication).toMatchObject({ role: 'master', replicas: [] });
  expect(total?.figures?.roundTripMs).toBeGreaterThan(0);
  const trips = total?.roundTrips;
  expect(trips?.count).toBeGreaterThan(0);
  expect(trips?.p50Ms).toBeGreaterThan(0);
  expect(trips?.p99Ms).toBeGreaterThanOrEqual(trips?.p50Ms ?? Number.POSITIVE_INFINITY);
  await client.config('SET', 'maxmemory', '100mb');
  await until(async () => (await health()).total?.figures?.memory?.limit.kind === 'limited', 10_000, 'the limit');
  await client.config('SET', 'maxmemory', '0');
});

test('the hit rate is of the window only, and unknown below its minimum', async () => {
  await until(async () => (await health()).total?.windows[0]?.hits.reads === 0, 10_000, 'the first look');
  expect((await health()).total?.windows[0]?.hits.ratio).toBeNull();
  const pipeline = client.pipeline();
  for (let n = 0; n < 300; n += 1) pipeline.get(n % 3 === 0 ? 'nothing' : 'a');
  await pipeline.exec();
  await until(async () => (await health()).total?.windows[0]?.hits.reads === 300, 10_000, 'the reads to be seen');
  expect((await health()).total?.windows[0]?.hits.ratio).toBeCloseTo(2 / 3);
  await client.config('RESETSTAT');
  await until(async () => (await health()).total?.windows[0]?.hits.reads === 0, 10_000, 'the reset to be seen');
});

test('commands of the last minutes come by their differences', async () => {
  await until(async () => ((await health()).total?.commands ?? []).length > 0, 25_000, 'two looks at commandstats');
  await client.hset('h', 'f', '1');
  const pipeline = client.pipeline();
  for (let n = 0; n < 500; n += 1) pipeline.hget('h', 'f');
  await pipeline.exec();
  const use = async () => (await health()).total?.commands.find(({ command }) => command === 'hget');
  await until(async () => (await use()) !== undefined, 25_000, 'hget among the commands');
  expect(await use()).toMatchObject({ rejected: 0, failed: 0 });
  expect((await use())?.perS).toBeGreaterThan(0);
}, 60_000);

test('ten seconds are kept with what happened in them, and our load is counted and within its budget', async () => {
  const nowMs = Date.now();
  const read = () => room.call('redis.history', { connectionId, fromMs: nowMs - 60_000, toMs: nowMs + 60_000 });
  await until(
    async () => (await read()).points.some(({ commands }) => commands?.['hget'] === 500),
    25_000,
    'the points',
  );
  const { tier, stepMs, shards, points } = await read();
  expect({ tier, stepMs, shards: shards.length }).toEqual({ tier: 'ten-seconds', stepMs: 10_000, shards: 1 });
  const covered = points.filter(({ coveredMs }) => coveredMs > 0);
  expect(covered.length).toBeGreaterThan(0);
  expect(covered.every(({ usedBytes, opsPerS }) => (usedBytes ?? 0) > 0 && (opsPerS ?? -1) >= 0)).toBe(true);
  const { own } = await health();
  expect(own.commandsLastMinute).toBeGreaterThan(3);
  expect(own.commandsLastMinute).toBeLessThanOrEqual(own.budgetPerMinute);
  expect(own.cpuRatio).toBeLessThan(0.05);
}, 40_000);

test('a server that is away is told as away, with its last figures, and is seen again when it is back', async () => {
  await redis.kill();
  await until(async () => (await health()).state === 'away', 10_000, 'the server to be missed');
  const { problem, total } = await health();
  expect(problem).not.toBeNull();
  expect(total?.figures?.memory?.usedBytes).toBeGreaterThan(0);
  await redis.restart();
  await until(async () => (await health()).state === 'sampling', 10_000, 'the server to be back');
  // Counters of the run before do not make differences below zero.
  expect((await health()).total?.windows.every(({ opsPerS }) => opsPerS === null || opsPerS >= 0)).toBe(true);
}, 30_000);

test('an unknown connection is refused by its name', async () => {
  await expect(room.call('redis.health', { connectionId: 'nobody' })).rejects.toMatchObject({
    code: 'CONNECTION_NOT_FOUND',
  });
});

test('every shard of a cluster is seen by itself, and all together are one', async () => {
  const cluster: TestCluster = await startRedisCluster();
  const whole = await openRedisRoom(cluster.url);
  try {
    for (let n = 0; n < 60; n += 1) await whole.link.command('SET', (one) => one.set(`key:${n}`, 'x'));
    const seen = () => whole.call('redis.health', { connectionId });
    await until(async () => (await seen()).total?.figures?.keyCount === 60, 10_000, 'all keys');
    const { shards, total } = await seen();
    expect(shards.map(({ address }) => address)).toEqual(
      cluster.masters.map(({ port }) => `127.0.0.1:${port}`).toSorted(),
    );
    expect(shards.every(({ figures }) => (figures?.keyCount ?? 0) > 0)).toBe(true);
    const sum = shards.reduce((bytes, { figures }) => bytes + (figures?.memory?.usedBytes ?? 0), 0);
    expect(total?.figures?.memory?.usedBytes).toBe(sum);
    cluster.masters[0]?.freeze();
    await until(async () => (await seen()).state === 'partly', 15_000, 'the frozen shard to be missed');
    cluster.masters[0]?.thaw();
  } finally {
    cluster.masters[0]?.thaw();
    await whole.close();
    await cluster.stop();
  }
}, 60_000);
