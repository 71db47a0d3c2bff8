import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import { CacheFleet, testKey, testLayers, Work } from '../../support/cache-fleet.ts';
import { MovedClock } from '../../support/moved-clock.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let fleet: CacheFleet;
const key = testKey();
const wait = { deadlineMs: 15_000 };
const failing = () => Promise.reject(new EngineError('SQL_QUERY_FAILED', 'no such column'));

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => {
  fleet = new CacheFleet();
});
afterEach(async () => {
  const { link } = await fleet.join(redis.url);
  await link.command('FLUSHALL', (client) => client.flushall());
  await fleet.close();
});

describe('every read says', () => {
  test('in every process that a computation runs somewhere, and that it no longer does', async () => {
    const [one, two] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    await until(async () => (await one.link.command('x', (c) => c.pubsub('NUMSUB', 'vigia:stored')))[1] === 2, 15_000);
    const work = new Work(() => 'v').hold();
    const running = one.cache.compute(key, work.load, wait);
    for (const { cache } of [one, two]) {
      await until(async () => (await cache.read([key]))[0]?.refresh.status === 'running', 15_000);
      const [read] = await cache.read([key]);
      expect(read?.refresh).toMatchObject({ taskId: expect.stringMatching(/^lease:/), progress: 0 });
    }
    work.release();
    expect((await running).refresh).toEqual({ status: 'idle' });
    await until(async () => (await two.cache.read([key]))[0]?.refresh.status === 'idle', 15_000);
  });

  test('in every process how often a refresh failed and why, until one succeeds', async () => {
    const [one, two] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    await until(async () => (await one.link.command('x', (c) => c.pubsub('NUMSUB', 'vigia:stored')))[1] === 2, 15_000);
    for (let times = 1; times <= 2; times += 1) {
      await expect(one.cache.compute(key, failing, wait)).rejects.toMatchObject({ code: 'SQL_QUERY_FAILED' });
      for (const { cache } of [one, two]) {
        await until(async () => {
          const refresh = (await cache.read([key]))[0]?.refresh;
          return refresh?.status === 'failed' && refresh.times === times;
        }, 15_000);
        expect((await cache.read([key]))[0]).toMatchObject({
          state: 'missing',
          reason: 'source-failed',
          reasonDetail: 'no such column',
          refresh: { status: 'failed', lastError: 'no such column' },
        });
      }
    }
    await two.cache.compute(key, new Work(() => 'v').load, wait);
    await until(async () => (await one.cache.read([key]))[0]?.state === 'fresh', 15_000);
    expect((await one.cache.read([key]))[0]?.refresh).toEqual({ status: 'idle' });
  });

  test('of a value whose time has passed that its source failed', async () => {
    const { cache } = await fleet.join(redis.url);
    await cache.compute(key, new Work(() => 'v').load, wait);
    cache.setLayers({ ...testLayers, kpis: { ...testLayers.kpis, ttlMs: 0 } }, null);
    await expect(cache.compute(key, failing, wait)).rejects.toThrow();
    expect((await cache.read([key]))[0]).toMatchObject({ value: 'v', state: 'stale', reason: 'source-failed' });
  });

  test('of a value that is nowhere whether it ever was, also where only others had it', async () => {
    const [one, two] = [await fleet.join(redis.url, { memoryBytes: 0 }), await fleet.join(redis.url)];
    await until(async () => (await one.link.command('x', (c) => c.pubsub('NUMSUB', 'vigia:stored')))[1] === 2, 15_000);
    await one.cache.compute(key, new Work(() => 'v').load, wait);
    await until(async () => (await two.cache.read([key]))[0]?.state === 'fresh', 15_000);
    await one.link.command('evicted', (client) => client.del(key.redisKey));
    await until(async () => (await one.cache.read([key]))[0]?.state === 'missing', 15_000);
    expect((await one.cache.read([key, testKey('never')])).map(({ reason }) => reason)).toEqual([
      'evicted',
      'never-computed',
    ]);
    const heard = await fleet.join(redis.url, { memoryBytes: 0 });
    expect((await heard.cache.read([key]))[0]?.reason).toBe('never-computed');
  });

  test('of an entry in another format which one', async () => {
    const { cache, link } = await fleet.join(redis.url);
    await link.command('SET', (client) => client.set(key.redisKey, Buffer.from('VGE\u0009from tomorrow')));
    expect((await cache.read([key]))[0]).toMatchObject({
      reason: 'entry-unreadable',
      reasonDetail: 'format version 9',
    });
  });
});

describe('a hot key', () => {
  const ttlMs = testLayers.kpis.ttlMs;

  test('is chosen to be refreshed before its end, and computing then renews it', async () => {
    const clock = new MovedClock();
    const { cache } = await fleet.join(redis.url, { clock });
    const work = new Work((run) => run);
    const first = await cache.compute(key, work.load, wait);
    clock.atMs += 0.9 * ttlMs;
    expect((await cache.read([key]))[0]).toMatchObject({ state: 'fresh', renewDue: false });
    clock.atMs += 0.08 * ttlMs;
    expect((await cache.read([key]))[0]).toMatchObject({ state: 'fresh', value: 1, renewDue: true });
    expect((await cache.compute(key, work.load, wait)).value).toBe(1);
    const renewed = await cache.compute(key, work.load, { ...wait, renew: true });
    expect([renewed.value, renewed.state]).toEqual([2, 'fresh']);
    expect(renewed.freshUntilMs ?? 0).toBeGreaterThan(first.freshUntilMs ?? 0);
    expect((await cache.compute(key, work.load, { ...wait, renew: true })).value).toBe(2);
  });

  test('is not chosen again while it is being refreshed', async () => {
    const clock = new MovedClock();
    const { cache } = await fleet.join(redis.url, { clock });
    const work = new Work((run) => run);
    await cache.compute(key, work.load, wait);
    clock.atMs += 0.98 * ttlMs;
    work.hold();
    const renewing = cache.compute(key, work.load, { ...wait, renew: true });
    await until(() => work.runs === 2, 15_000);
    expect((await cache.read([key]))[0]).toMatchObject({ renewDue: false, refresh: { status: 'running' } });
    work.release();
    await renewing;
  });
});

describe('the figures of a layer', () => {
  test('tell hits, misses by reason, bytes, what was saved, who joined, and how long reads took', async () => {
    const { cache } = await fleet.join(redis.url);
    const rows = Array.from({ length: 2_000 }, (_, index) => ['Constructora', index]);
    cache.setLayers({ ...testLayers, kpis: { ...testLayers.kpis, codec: { kind: 'zstd', fromBytes: 1_000 } } }, null);
    await cache.read([key]);
    const work = new Work(() => rows).hold();
    const both = [cache.compute(key, work.load, wait), cache.compute(key, work.load, wait)];
    await until(() => work.runs === 1, 15_000);
    work.release();
    await Promise.all(both);
    await expect(cache.compute(testKey('other'), failing, wait)).rejects.toThrow();
    const other = await fleet.join(redis.url);
    for (let read = 0; read < 30; read += 1) await other.cache.read([key]);
    const [mine, theirs] = [cache, other.cache].map((one) =>
      one.layerFigures(60_000).find(({ layer }) => layer === 'kpis'),
    );
    expect(mine).toMatchObject({ reads: 1, misses: 1, refreshes: 1, failures: 1, joined: 1, hitRatio: null });
    expect(mine?.missesByReason).toEqual({ 'never-computed': 1 });
    expect(mine?.bytesSaved).toBeGreaterThan(mine?.bytesWritten ?? Number.POSITIVE_INFINITY);
    expect(theirs).toMatchObject({ reads: 30, hits: 30, misses: 0, hitRatio: 1, missesByReason: {} });
    expect((theirs?.fromMemory ?? 0) + (theirs?.fromRedis ?? 0)).toBe(30);
    expect(theirs?.bytesRead).toBe(mine?.bytesWritten);
    expect(theirs?.computeMsSaved).toBeGreaterThan(0);
    expect(theirs?.readMsP50).toBeLessThanOrEqual(theirs?.readMsP99 ?? 0);
    expect(cache.layerFigures(60_000).find(({ layer }) => layer === 'charts')).toMatchObject({
      reads: 0,
      readMsP50: null,
    });
  });
});
