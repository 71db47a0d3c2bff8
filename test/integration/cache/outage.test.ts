import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CacheFleet, testKey, Work } from '../../support/cache-fleet.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let fleet: CacheFleet;
const key = testKey();
const wait = { deadlineMs: 15_000 };

beforeEach(async () => {
  redis = await startRedis();
  fleet = new CacheFleet();
});
afterEach(async () => {
  await fleet.close();
  await redis.stop();
});

describe('while Redis is away', () => {
  test('what was read before stays readable and says that Redis is unreachable', async () => {
    const { cache, link } = await fleet.join(redis.url);
    await cache.compute(key, new Work(() => 'known').load, wait);
    await redis.kill();
    await until(() => link.view().state === 'unreachable', 15_000);
    expect(
      (await cache.read([key, testKey('other')])).map(({ value, state, reason, source }) => [
        value,
        state,
        reason,
        source,
      ]),
    ).toEqual([
      ['known', 'fresh', 'redis-unreachable', 'memory'],
      [null, 'missing', 'redis-unreachable', 'none'],
    ]);
  });

  test('each process computes once for itself and offers the result when Redis is back', async () => {
    const { cache, link } = await fleet.join(redis.url);
    await redis.kill();
    await until(() => link.view().state === 'unreachable', 15_000);
    const work = new Work(() => 'made alone').hold();
    const heard: string[] = [];
    cache.onStored(({ section }) => heard.push(section));
    const answers = Array.from({ length: 20 }, () => cache.compute(key, work.load, wait));
    await until(() => work.runs > 0, 15_000);
    work.release();
    await Promise.all(answers);
    expect([work.runs, heard]).toEqual([1, ['kpis']]);
    expect((await cache.read([key]))[0]).toMatchObject({
      value: 'made alone',
      state: 'fresh',
      reason: 'redis-unreachable',
    });
    await redis.restart();
    const other = await fleet.join(redis.url);
    await until(async () => (await other.cache.read([key]))[0]?.value === 'made alone', 15_000, 'the offered entry');
    expect((await cache.read([key]))[0]).toMatchObject({ state: 'fresh', reason: 'within-ttl' });
  });

  test('an older entry of our own does not replace what was stored meanwhile', async () => {
    const one = await fleet.join(redis.url);
    redis.freeze();
    await until(() => one.link.view().state === 'unreachable', 15_000);
    await one.cache.compute(key, new Work(() => 'ours').load, wait);
    redis.thaw();
    const two = await fleet.join(redis.url);
    await two.cache.compute(key, new Work(() => 'theirs').load, { ...wait, force: true });
    await until(() => one.link.isReady, 15_000);
    await until(async () => (await one.cache.read([key]))[0]?.value === 'theirs', 15_000);
    const reader = await fleet.join(redis.url);
    expect((await reader.cache.read([key]))[0]?.value).toBe('theirs');
  });

  test('no read fails through a crash and a restart, and Redis answers again', async () => {
    const { cache, link } = await fleet.join(redis.url);
    await cache.compute(key, new Work(() => 1).load, wait);
    const other = testKey('not in memory');
    const stop = new AbortController();
    let during = 0;
    const readers = (async () => {
      while (!stop.signal.aborted) {
        const [known] = await cache.read([key, other]);
        expect(known?.value).toBe(1);
        if (known?.reason === 'redis-unreachable') during += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await redis.kill();
    await until(() => link.view().state === 'unreachable' && during > 0, 15_000);
    await redis.restart();
    await until(async () => (await cache.read([other]))[0]?.reason === 'never-computed', 15_000);
    stop.abort();
    await readers;
  });

  test('a Redis that takes everything and answers nothing costs a few readers a moment and then nobody anything', async () => {
    const redisDeadlineMs = 1_000;
    const { cache, link } = await fleet.join(redis.url, { redisDeadlineMs });
    await cache.compute(key, new Work(() => 'known').load, wait);
    redis.freeze();
    let waited = 0;
    for (; cache.insight().breaker === 'closed' && link.isReady; waited += 1) {
      expect((await cache.read([testKey(`s${waited}`)]))[0]?.reason).toBe('redis-unreachable');
    }
    expect(waited).toBeLessThanOrEqual(4);
    // Had each of them to wait for its own deadline, this would take longer than a test may.
    for (let read = 0; read < 100; read += 1) {
      expect((await cache.read([testKey(`t${read}`)]))[0]?.reason).toBe('redis-unreachable');
    }
    expect((await cache.read([key]))[0]?.value).toBe('known');
    redis.thaw();
    await until(async () => (await cache.read([testKey('s0')]))[0]?.reason === 'never-computed', 15_000);
  });

  test('at start, computing and reading work without it', async () => {
    const { cache } = await fleet.join('redis://127.0.0.1:1', {}, false);
    expect((await cache.read([key]))[0]).toMatchObject({ state: 'missing', reason: 'redis-unreachable' });
    expect((await cache.compute(key, new Work(() => 'v').load, wait)).value).toBe('v');
    expect((await cache.read([key]))[0]).toMatchObject({ value: 'v', state: 'fresh' });
  });

  test('the last snapshot is shown, and read from the disk once', async () => {
    let loads = 0;
    const { cache } = await fleet.join(
      'redis://127.0.0.1:1',
      {
        snapshots: {
          load: async (redisKey) => {
            loads += 1;
            return { redisKey, value: 'last', computedAtMs: Date.now() - 1_000, dataAsOfMs: null, computeMs: null };
          },
        },
      },
      false,
    );
    for (let read = 0; read < 3; read += 1) {
      expect((await cache.read([key]))[0]).toMatchObject({
        value: 'last',
        state: 'stale',
        source: 'snapshot',
        reason: 'redis-unreachable',
      });
    }
    expect(loads).toBe(1);
  });
});

describe('a Redis without client tracking', () => {
  test('is coherent by our own messages', async () => {
    const limited = await startRedis({ args: ['--rename-command', 'CLIENT', ''] });
    try {
      const [one, two] = [await fleet.join(limited.url), await fleet.join(limited.url)];
      const work = new Work((run) => run);
      await one.cache.compute(key, work.load, wait);
      await until(async () => (await two.cache.read([key]))[0]?.source === 'memory', 15_000);
      await one.cache.compute(key, work.load, { ...wait, force: true });
      await until(async () => (await two.cache.read([key]))[0]?.value === 2, 15_000);
    } finally {
      await fleet.close();
      await limited.stop();
    }
  });
});
