/** An analysis of a real server's keys: exact where all are measured, within its ceiling where not, kept with trends. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { connectionId, openRedisRoom, type RedisRoom } from '../../support/redis-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let room: RedisRoom;
let client: Redis;

beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.socketPath);
  room = await openRedisRoom(redis.url, { mode: 'observe' });
});
afterAll(async () => {
  client.disconnect();
  await room.close();
  await redis.stop();
});
beforeEach(async () => void (await client.flushall()));

async function analysed(asked: RedisRoom, order: object = {}) {
  const { analysisId } = await asked.call('redis.analyse', { connectionId, commandsPerS: 50_000, ...order });
  const now = () => asked.call('redis.analysis', { analysisId });
  await until(async () => (await now()).state !== 'running', 30_000, 'the end of the analysis');
  return now();
}

async function fill(sessions: number): Promise<void> {
  const pipeline = client.pipeline();
  for (let n = 0; n < sessions; n += 1) pipeline.set(`session:${n}`, 'x'.repeat(100), 'PX', 1_800_000);
  for (let n = 0; n < 50; n += 1) pipeline.hset(`user:${n}:profile`, 'name', 'y');
  pipeline.set('huge', 'z'.repeat(1_000_000));
  await pipeline.exec();
}

test('with few keys everything is measured: counts, sizes, expiries, the biggest', async () => {
  await fill(500);
  const found = await analysed(room);
  expect(found).toMatchObject({ state: 'done', exact: true, keyCount: 551, walkedKeys: 551, measuredKeys: 551 });
  expect(found.problem).toBeNull();
  const use = (name: string) => found.namespaces.find(({ namespace }) => namespace === name);
  expect(use('session:*')).toMatchObject({ keyCount: 500, noExpiryShare: 0, types: { string: 500 }, trend: null });
  expect(use('user:*:*')).toMatchObject({ keyCount: 50, noExpiryShare: 1, types: { hash: 50 } });
  expect(use('session:*')?.bytes).toBe(500 * Number(await client.call('MEMORY', 'USAGE', 'session:1')));
  expect(found.biggestKeys[0]).toMatchObject({ key: 'huge', type: 'string', ttlMs: null });
  expect(found.keysWithoutExpiry).toHaveLength(50);
  expect(found.noExpiryCount).toBe(51);
  expect(found.ttlHistogram.find(({ upToMs }) => upToMs === 3_600_000)).toMatchObject({ keyCount: 500 });
});

test('a later one tells what changed against the one before', async () => {
  await fill(300);
  const first = await analysed(room);
  await fill(400);
  const second = await analysed(room);
  expect(second.previousId).toBe(first.analysisId);
  expect(second.namespaces.find(({ namespace }) => namespace === 'session:*')?.trend?.keyCount).toBe(100);
  const { analyses, sizeBytes } = await room.call('redis.analyses', { connectionId });
  expect(analyses.slice(0, 2).map(({ analysisId }) => analysisId)).toEqual([second.analysisId, first.analysisId]);
  expect(sizeBytes).toBeGreaterThan(100);
});

test('with many keys a part is measured, never more than the ceiling, and the rest is extrapolated', async () => {
  await fill(5_000);
  const found = await analysed(room, { maxMeasuredKeys: 500 });
  expect(found.exact).toBe(false);
  expect(found.measuredKeys).toBeLessThanOrEqual(500);
  expect(found.measuredKeys).toBeGreaterThan(300);
  expect(found.namespaces.find(({ namespace }) => namespace === 'session:*')?.keyCount).toBe(5_000);
});

test('it keeps to its commands a second, runs alone, and can be cancelled', async () => {
  await fill(3_000);
  const { analysisId } = await room.call('redis.analyse', { connectionId, commandsPerS: 100 });
  await expect(room.call('redis.analyse', { connectionId })).rejects.toMatchObject({ code: 'REDIS_ANALYSIS_RUNNING' });
  await until(async () => (await room.call('redis.analysis', { analysisId })).walkedKeys > 0, 10_000, 'progress');
  const ended = await room.call('redis.analyse.cancel', { analysisId });
  expect(ended.state).toBe('cancelled');
  const tookS = ((ended.endedAtMs ?? 0) - ended.startedAtMs) / 1_000;
  // A pipeline's worth may be ahead of the clock.
  expect(ended.commands).toBeLessThan(100 * tookS + 150);
});

test('an unknown one is not found', async () => {
  await expect(room.call('redis.analysis', { analysisId: 'none' })).rejects.toMatchObject({
    code: 'REDIS_ANALYSIS_NOT_FOUND',
  });
});

test('on a cluster every shard is walked', async () => {
  const cluster = await startRedisCluster();
  const whole = await openRedisRoom(cluster.url);
  try {
    for (let n = 0; n < 300; n += 1) await whole.link.command('SET', (one) => one.set(`key:${n}`, 'v'));
    expect(await analysed(whole)).toMatchObject({ state: 'done', exact: true, walkedKeys: 300, measuredKeys: 300 });
  } finally {
    await whole.close();
    await cluster.stop();
  }
}, 40_000);
