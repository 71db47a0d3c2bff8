import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import type { Snapshot } from '../../../engine/cache/cache.ts';
import { CacheFleet, testKey, testLayers, Work } from '../../support/cache-fleet.ts';
import { listenerCount, type RedisTarget, startRedisTarget } from '../../support/redis-target.ts';
import { until } from '../../support/until.ts';

let redis: RedisTarget;
let fleet: CacheFleet;
const key = testKey();
const wait = { deadlineMs: 15_000 };

beforeAll(async () => {
  redis = await startRedisTarget();
});
afterAll(() => redis.stop());
beforeEach(() => {
  fleet = new CacheFleet();
});
afterEach(async () => {
  await redis.flush();
  await fleet.close();
});

describe('a value', () => {
  test('that was never computed is missing, and says so', async () => {
    const { cache } = await fleet.join(redis.url);
    expect(await cache.read([key])).toMatchObject([
      { value: null, state: 'missing', reason: 'never-computed', source: 'none' },
    ]);
  });

  test('is told with its times once it was computed', async () => {
    const { cache } = await fleet.join(redis.url);
    const before = Date.now();
    const read = await cache.compute(key, new Work(() => ({ n: 1 })).load, wait);
    expect(read).toMatchObject({
      value: { n: 1 },
      state: 'fresh',
      source: 'computed',
      reason: 'just-computed',
      layer: 'kpis',
      dataAsOfMs: 1_700_000_000_000,
      refresh: { status: 'idle' },
    });
    expect(read.computedAtMs).toBeGreaterThanOrEqual(before);
    expect((read.freshUntilMs ?? 0) - (read.computedAtMs ?? 0)).toBe(testLayers.kpis.ttlMs);
    expect((read.staleUntilMs ?? 0) - (read.freshUntilMs ?? 0)).toBe(testLayers.kpis.staleWindowMs);
    expect(read.sizeBytes).toBeGreaterThan(80);
  });

  test('computed by one process is read by another from Redis, then from its memory', async () => {
    const [one, two] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    await one.cache.compute(key, new Work(() => ({ list: ['á', 2, null] })).load, wait);
    const sources: string[] = [];
    await until(async () => {
      const [read] = await two.cache.read<unknown>([key]);
      expect(read).toMatchObject({ value: { list: ['á', 2, null] }, state: 'fresh', reason: 'within-ttl' });
      sources.push(read?.source ?? '');
      return read?.source === 'memory';
    }, 15_000);
    expect(sources[0]).toBe('redis');
  });

  test('of many keys is read in their order', async () => {
    const { cache } = await fleet.join(redis.url);
    const keys = ['a', 'b', 'c', 'd'].map((section) => testKey(section));
    for (const index of [0, 2]) {
      const one = keys[index];
      if (one) await cache.compute(one, new Work(() => one.section).load, wait);
    }
    const other = await fleet.join(redis.url);
    expect((await other.cache.read([...keys, ...keys])).map(({ value }) => value)).toEqual([
      'a',
      null,
      'c',
      null,
      'a',
      null,
      'c',
      null,
    ]);
  });

  test('turns stale after its TTL and stays readable', async () => {
    const layers = { ...testLayers, kpis: { ...testLayers.kpis, ttlMs: 60, staleWindowMs: 60_000, maxAgeMs: 120_000 } };
    const { cache } = await fleet.join(redis.url, { layers });
    await cache.compute(key, new Work(() => 'old').load, wait);
    await until(async () => (await cache.read([key]))[0]?.state === 'stale', 15_000);
    expect((await cache.read([key]))[0]).toMatchObject({ value: 'old', reason: 'ttl-passed' });
  });

  test('is fresh as long as the layer says now, not as it said when it was stored', async () => {
    const { cache } = await fleet.join(redis.url);
    await cache.compute(key, new Work(() => 1).load, wait);
    expect((await cache.read([key]))[0]?.state).toBe('fresh');
    cache.setLayers({ ...testLayers, kpis: { ...testLayers.kpis, ttlMs: 0 } }, null);
    expect((await cache.read([key]))[0]).toMatchObject({ state: 'stale', reason: 'ttl-passed' });
  });

  test('that somebody stores anew is never again served from the memory of another', async () => {
    const [one, two] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    const work = new Work((run) => run);
    await one.cache.compute(key, work.load, wait);
    await until(async () => (await two.cache.read([key]))[0]?.source === 'memory', 15_000);
    for (let run = 2; run < 20; run += 1) {
      await one.cache.compute(key, work.load, { ...wait, force: true });
      await until(async () => (await two.cache.read([key]))[0]?.value === run, 15_000, 'the newer value');
      expect((await two.cache.read([key]))[0]?.value).toBe(run);
    }
  });

  test('that was deleted from Redis by a stranger is shown as stale and evicted', async () => {
    const { cache, link } = await fleet.join(redis.url);
    await cache.compute(key, new Work(() => 'kept').load, wait);
    await until(async () => (await cache.read([key]))[0]?.source === 'memory', 15_000);
    await link.command('DEL', (client) => client.del(key.redisKey));
    await until(async () => (await cache.read([key]))[0]?.reason === 'evicted', 15_000);
    expect((await cache.read([key]))[0]).toMatchObject({ value: 'kept', state: 'stale', source: 'memory' });
  });

  test('that cannot be read is a miss with its reason, and computing mends it', async () => {
    const { cache, link } = await fleet.join(redis.url);
    await link.command('SET', (client) => client.set(key.redisKey, 'not an entry'));
    expect((await cache.read([key]))[0]).toMatchObject({ value: null, state: 'missing', reason: 'entry-unreadable' });
    await cache.compute(key, new Work(() => 'mended').load, wait);
    const other = await fleet.join(redis.url);
    expect((await other.cache.read([key]))[0]).toMatchObject({ value: 'mended', state: 'fresh' });
  });

  test('of the wrong Redis type is a miss as well', async () => {
    const { cache, link } = await fleet.join(redis.url);
    await link.command('LPUSH', (client) => client.lpush(key.redisKey, 'x'));
    expect((await cache.read([key, testKey('other')]))[0]?.state).toBe('missing');
    expect((await cache.compute(key, new Work(() => 'v').load, wait)).value).toBe('v');
  });

  test('from the snapshots stands in, as stale, for what Redis lost', async () => {
    const snapshot: Snapshot = {
      redisKey: key.redisKey,
      value: 'last',
      computedAtMs: Date.now() - 1_000,
      dataAsOfMs: null,
      computeMs: 5,
    };
    const { cache } = await fleet.join(redis.url, {
      snapshots: { load: async (redisKey) => (redisKey === key.redisKey ? snapshot : null) },
    });
    expect(
      (await cache.read([key, testKey('b')])).map(({ state, source, reason, value }) => [state, source, reason, value]),
    ).toEqual([
      ['stale', 'snapshot', 'evicted', 'last'],
      ['missing', 'none', 'never-computed', null],
    ]);
    await cache.compute(key, new Work(() => 'new').load, wait);
    expect((await cache.read([key]))[0]).toMatchObject({ value: 'new', state: 'fresh' });
  });

  test('older than the age ceiling is only the last known one', async () => {
    const computedAtMs = Date.now() - 48 * 3_600_000;
    const { cache } = await fleet.join(redis.url, {
      snapshots: {
        load: async (redisKey) => ({ redisKey, value: 1, computedAtMs, dataAsOfMs: null, computeMs: null }),
      },
    });
    expect((await cache.read([key]))[0]).toMatchObject({
      state: 'expired',
      reason: 'age-ceiling-passed',
      source: 'snapshot',
      value: 1,
    });
  });

  test('survives a snapshot that cannot be read', async () => {
    const { cache } = await fleet.join(redis.url, { snapshots: { load: () => Promise.reject(new Error('disk')) } });
    expect((await cache.read([key]))[0]).toMatchObject({ state: 'missing' });
  });
});

describe('computing', () => {
  test('leaves a fresh entry alone, and computes it all the same when forced', async () => {
    const { cache } = await fleet.join(redis.url);
    const work = new Work((run) => run);
    await cache.compute(key, work.load, wait);
    expect((await cache.compute(key, work.load, wait)).value).toBe(1);
    expect((await cache.compute(key, work.load, { ...wait, force: true })).value).toBe(2);
    expect((await cache.read([key]))[0]?.value).toBe(2);
  });

  test('runs once for many callers in many processes', async () => {
    const members = [
      await fleet.join(redis.url),
      await fleet.join(redis.url),
      await fleet.join(redis.url),
      await fleet.join(redis.url),
    ];
    const work = new Work((run) => ({ run })).hold();
    const answers = members.flatMap(({ cache }) =>
      Array.from({ length: 50 }, () => cache.compute(key, work.load, wait)),
    );
    await until(() => work.runs > 0, 15_000);
    work.release();
    expect(new Set((await Promise.all(answers)).map(({ value }) => value?.run))).toEqual(new Set([1]));
    expect(work.runs).toBe(1);
  });

  test('runs once also when several force it at the same time', async () => {
    const members = [await fleet.join(redis.url), await fleet.join(redis.url)];
    const work = new Work((run) => run).hold();
    const answers = members.flatMap(({ cache }) =>
      [1, 2, 3].map(() => cache.compute(key, work.load, { ...wait, force: true })),
    );
    await until(() => work.runs > 0, 15_000);
    // Two joined callers of another process are on the lease by now, or will find it held.
    await until(async () => (await fleet.join(redis.url)).link.isReady, 15_000);
    work.release();
    expect((await Promise.all(answers)).map(({ value }) => value)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('wakes the waiters of other processes by the write, not by polling', async () => {
    // Whoever looked only when the lease ends would come too late.
    const leaseMs = 60_000;
    const [one, two] = [await fleet.join(redis.url, { leaseMs }), await fleet.join(redis.url, { leaseMs })];
    await until(async () => (await listenerCount(one.link)) === 2, 15_000);
    const work = new Work(() => 'v').hold();
    const first = one.cache.compute(key, work.load, wait);
    await until(() => work.runs === 1, 15_000);
    const second = two.cache.compute(key, work.load, wait);
    await until(async () => (await two.link.command('x', (c) => c.exists(key.redisKey))) === 0, 15_000);
    work.release();
    await first;
    expect((await second).source).toBe('redis');
    expect(work.runs).toBe(1);
  });

  test('that fails changes nothing that is stored, tells the waiters, and can be tried again at once', async () => {
    const [one, two] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    await one.cache.compute(key, new Work(() => 'good').load, wait);
    const gate = Promise.withResolvers<never>();
    const failing = one.cache.compute(key, () => gate.promise, { ...wait, force: true });
    await until(
      async () => (await one.link.command('x', (c) => c.exists(`vigia:lease:v2:${key.redisKey.slice(9)}`))) === 1,
      15_000,
    );
    const joined = two.cache.compute(key, () => Promise.resolve({ value: 'wrong', dataAsOfMs: null }), {
      ...wait,
      force: true,
    });
    joined.catch(() => undefined);
    await until(async () => (await listenerCount(one.link)) === 2, 15_000);
    gate.reject(new EngineError('SQL_QUERY_FAILED', 'no such column'));
    await expect(failing).rejects.toMatchObject({ code: 'SQL_QUERY_FAILED', message: 'no such column' });
    expect((await one.cache.read([key]))[0]).toMatchObject({ value: 'good', state: 'fresh' });
    await joined.then(
      ({ value }) => expect(value).toBe('wrong'),
      (error: unknown) => expect(error).toMatchObject({ code: 'SQL_QUERY_FAILED' }),
    );
    expect((await one.cache.compute(key, new Work(() => 'again').load, { ...wait, force: true })).value).toBe('again');
  });

  test('goes on and is stored when its caller stops waiting', async () => {
    const { cache } = await fleet.join(redis.url);
    const work = new Work(() => 'late').hold();
    await expect(cache.compute(key, work.load, { deadlineMs: 50 })).rejects.toMatchObject({
      code: 'CACHE_LOADER_TIMEOUT',
    });
    work.release();
    await until(async () => (await cache.read([key]))[0]?.value === 'late', 15_000);
  });

  test('is told to stop when everybody who wanted it has withdrawn, and the next caller starts anew', async () => {
    const { cache } = await fleet.join(redis.url);
    const controller = new AbortController();
    let told: AbortSignal | null = null;
    const given = cache.compute(
      key,
      (signal) => {
        told = signal;
        return new Promise<never>(() => undefined);
      },
      { ...wait, signal: controller.signal },
    );
    await until(() => told !== null, 15_000);
    controller.abort(new Error('revoked'));
    await expect(given).rejects.toThrow('revoked');
    await until(() => told?.aborted === true, 15_000);
    expect((await cache.compute(key, new Work(() => 'next').load, { deadlineMs: 1_000 })).value).toBe('next');
  });

  test('is announced in every process, once each', async () => {
    const [one, two] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    await until(async () => (await listenerCount(one.link)) === 2, 15_000);
    const heard: string[] = [];
    one.cache.onStored(({ section }) => heard.push(`one ${section}`));
    two.cache.onStored(({ section, viewId, layer }) => heard.push(`two ${section} ${viewId === key.viewId} ${layer}`));
    await one.cache.compute(key, new Work(() => 1).load, wait);
    await one.cache.compute(testKey('other'), new Work(() => 1).load, wait);
    await until(() => heard.length >= 4, 15_000);
    expect(heard.toSorted()).toEqual(['one kpis', 'one other', 'two kpis true kpis', 'two other true kpis']);
  });

  test('is given up when the cache closes, and its lease is free at once', async () => {
    const [one, two] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    let started = false;
    const given = one.cache.compute(
      key,
      () => {
        started = true;
        return new Promise<never>(() => undefined);
      },
      wait,
    );
    given.catch(() => undefined);
    await until(() => started, 15_000);
    await one.cache.close();
    await expect(given).rejects.toMatchObject({ code: 'ENGINE_STOPPED' });
    expect((await two.cache.compute(key, new Work(() => 'free').load, { deadlineMs: 1_000 })).value).toBe('free');
  });

  test('takes over from a holder that died, when its lease has run out', async () => {
    const { cache, link } = await fleet.join(redis.url);
    const lease = `vigia:lease:v2:${key.redisKey.slice(9)}`;
    await link.command('SET', (client) => client.set(lease, 'a dead one', 'PX', 1_000));
    const load = async () => {
      const holder = await link.command('GET', (client) => client.get(lease));
      return { value: holder === 'a dead one' ? 'beside it' : 'taken over', dataAsOfMs: null };
    };
    expect((await cache.compute(key, load, wait)).value).toBe('taken over');
  });
});

describe('the fence', () => {
  test('keeps a holder that was paused past its lease from overwriting a newer entry', async () => {
    // So long a lease is renewed so late that nothing mends its loss.
    const late = await fleet.join(redis.url, { leaseMs: 60_000 });
    const other = await fleet.join(redis.url);
    const slow = new Work(() => 'old').hold();
    const paused = late.cache.compute(key, slow.load, wait);
    await until(() => slow.runs === 1, 15_000);
    await other.link.command('the lease runs out', (client) => client.del(`vigia:lease:v2:${key.redisKey.slice(9)}`));
    await other.cache.compute(key, new Work(() => 'new').load, wait);
    slow.release();
    expect((await paused).value).toBe('new');
    const reader = await fleet.join(redis.url);
    expect((await reader.cache.read([key]))[0]?.value).toBe('new');
  });

  test('keeps it out also while the new holder is still at work', async () => {
    const [late, other] = [await fleet.join(redis.url, { leaseMs: 60_000 }), await fleet.join(redis.url)];
    const [slow, newer] = [new Work(() => 'old').hold(), new Work(() => 'new').hold()];
    const paused = late.cache.compute(key, slow.load, wait);
    await until(() => slow.runs === 1, 15_000);
    await other.link.command('the lease runs out', (client) => client.del(`vigia:lease:v2:${key.redisKey.slice(9)}`));
    const taken = other.cache.compute(key, newer.load, wait);
    await until(() => newer.runs === 1, 15_000);
    slow.release();
    await paused;
    const reader = await fleet.join(redis.url);
    expect((await reader.cache.read([key]))[0]?.state).toBe('missing');
    newer.release();
    expect((await taken).value).toBe('new');
    expect((await reader.cache.read([key]))[0]?.value).toBe('new');
  });

  test('lets a late holder store when nobody has taken over', async () => {
    const late = await fleet.join(redis.url, { leaseMs: 60_000 });
    const slow = new Work(() => 'late but alone').hold();
    const paused = late.cache.compute(key, slow.load, wait);
    await until(() => slow.runs === 1, 15_000);
    await late.link.command('the lease runs out', (client) => client.del(`vigia:lease:v2:${key.redisKey.slice(9)}`));
    slow.release();
    await paused;
    const reader = await fleet.join(redis.url);
    expect((await reader.cache.read([key]))[0]?.value).toBe('late but alone');
  });

  test('is not needed while the work is merely long: the lease is renewed', async () => {
    const [one, two] = [
      await fleet.join(redis.url, { leaseMs: 1_000 }),
      await fleet.join(redis.url, { leaseMs: 1_000 }),
    ];
    const work = new Work((run) => run).hold();
    const first = one.cache.compute(key, work.load, wait);
    await until(() => work.runs === 1, 15_000);
    const second = two.cache.compute(key, work.load, wait);
    const heldUntil = performance.now() + 2_500;
    await until(() => performance.now() > heldUntil, 15_000);
    work.release();
    expect([(await first).value, (await second).value, work.runs]).toEqual([1, 1, 1]);
  });
});

describe('figures', () => {
  test('count what was read and computed, and leave housekeeping out', async () => {
    const { cache } = await fleet.join(redis.url);
    await cache.read([key]);
    await cache.compute(key, new Work(() => 'v').load, wait);
    await cache.read([key, testKey('none')]);
    await cache.read([key], { counted: false });
    cache.setLayers({ ...testLayers, kpis: { ...testLayers.kpis, ttlMs: 0 } }, null);
    await cache.read([key]);
    const figures = cache.figures(60_000);
    expect(figures).toMatchObject({ windowMs: 60_000, reads: 4, hits: 1, staleHits: 1, misses: 2, computations: 1 });
    expect(figures.bytesWritten).toBeGreaterThan(80);
  });
});
