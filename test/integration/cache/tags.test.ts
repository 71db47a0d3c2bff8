import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CacheFleet, type Member, testKey, testLayers, Work } from '../../support/cache-fleet.ts';
import { startRedis } from '../../support/redis-server.ts';
import { cutListeners, listenerCount, type RedisTarget, startRedisTarget } from '../../support/redis-target.ts';
import { until } from '../../support/until.ts';

let redis: RedisTarget;
let fleet: CacheFleet;
const key = testKey();
const edp = { deadlineMs: 5_000, tags: ['table:edp', 'cliente:Ñuble'] };
const shared = 'vigia:shared:v2:{shared}';

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

/** A process whose memory tier holds the entry and may answer from it. */
async function reader(): Promise<Member> {
  const member = await fleet.join(redis.url);
  await until(async () => (await member.cache.read([key]))[0]?.source === 'memory', 15_000, 'the memory tier');
  return member;
}

describe('invalidating a tag', () => {
  test('makes what depends on it stale everywhere, named, until it was computed anew', async () => {
    const one = await fleet.join(redis.url);
    await one.cache.compute(key, new Work(() => 'old').load, edp);
    const [two, three] = [await reader(), await reader()];
    await one.cache.invalidate(['cliente:Ñuble'], 'stale', 'webhook');
    const seen = { value: 'old', state: 'stale', reason: 'invalidated', reasonDetail: 'cliente:Ñuble (webhook)' };
    expect((await one.cache.read([key]))[0]).toMatchObject(seen);
    for (const { cache } of [two, three]) {
      await until(async () => (await cache.read([key]))[0]?.state === 'stale', 15_000);
      expect((await cache.read([key]))[0]).toMatchObject(seen);
    }
    expect(await three.cache.compute(key, new Work(() => 'new').load, edp)).toMatchObject({
      state: 'fresh',
      value: 'new',
    });
    for (const { cache } of [one, two]) {
      await until(async () => (await cache.read([key]))[0]?.value === 'new', 15_000);
      expect((await cache.read([key]))[0]).toMatchObject({ state: 'fresh', reason: 'within-ttl', reasonDetail: null });
    }
  });

  test('with "expired" leaves it only as the last known value', async () => {
    const { cache } = await fleet.join(redis.url);
    await cache.compute(key, new Work(() => 'old').load, edp);
    await cache.invalidate(['table:edp'], 'expired', '');
    expect((await cache.read([key]))[0]).toMatchObject({
      value: 'old',
      state: 'expired',
      reason: 'invalidated',
      reasonDetail: 'table:edp',
    });
    await cache.invalidate(['table:edp'], 'stale', 'later');
    expect((await cache.read([key]))[0]?.state).toBe('expired');
  });

  test('leaves alone what does not depend on it', async () => {
    const { cache } = await fleet.join(redis.url);
    await cache.compute(key, new Work(() => 'kept').load, edp);
    await cache.compute(testKey('none'), new Work(() => 'kept').load, { deadlineMs: 5_000 });
    await cache.invalidate(['table:cost', 'cliente:*'], 'expired', '');
    expect((await cache.read([key, testKey('none')])).map(({ state }) => state)).toEqual(['fresh', 'fresh']);
  });

  test('also concerns a computation that had begun before, here and in another process', async () => {
    for (const local of [true, false]) {
      const one = await fleet.join(redis.url);
      const two = local ? one : await fleet.join(redis.url);
      const work = new Work((run) => run).hold();
      const running = one.cache.compute(key, work.load, { ...edp, force: true });
      await until(() => work.runs === 1, 15_000);
      await two.cache.invalidate(['table:edp'], 'stale', 'data came in');
      work.release();
      expect(await running).toMatchObject({ state: 'stale', reason: 'invalidated' });
      expect((await two.cache.read([key]))[0]).toMatchObject({ state: 'stale', reason: 'invalidated' });
      expect((await two.cache.compute(key, work.load, edp)).state).toBe('fresh');
    }
  });

  test('lets who asks after it not be content with a computation that began before it', async () => {
    const { cache } = await fleet.join(redis.url);
    const work = new Work((run) => run).hold();
    const early = cache.compute(key, work.load, edp);
    await until(() => work.runs === 1, 15_000);
    await cache.invalidate(['table:edp'], 'expired', '');
    const late = cache.compute(key, work.load, edp);
    work.release();
    expect((await early).state).toBe('expired');
    expect(await late).toMatchObject({ state: 'fresh', value: 2 });
  });

  test('is told to listeners of every process', async () => {
    const [one, two] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    const heard: string[] = [];
    one.cache.onInvalidated((marks) => heard.push(...marks.map(({ tag }) => `one ${tag}`)));
    two.cache.onInvalidated((marks) => heard.push(...marks.map(({ tag }) => `two ${tag}`)));
    await until(async () => (await listenerCount(one.link)) === 2, 15_000);
    await one.cache.invalidate(['b', 'a'], 'stale', '');
    await until(() => heard.length >= 4, 15_000);
    expect(heard.toSorted()).toEqual(['one a', 'one b', 'two a', 'two b']);
    await until(() => two.cache.tagMarks().length === 2, 15_000);
    expect(two.cache.tagMarks().map(({ tag, seq, mode }) => [tag, seq, mode])).toEqual([
      ['a', 1, 'stale'],
      ['b', 1, 'stale'],
    ]);
  });

  test('without Redis says that it could not be done', async () => {
    const lonely = await startRedis();
    try {
      const { cache } = await fleet.join(lonely.url);
      await lonely.kill();
      await expect(cache.invalidate(['a'], 'stale', '')).rejects.toMatchObject({
        code: expect.stringMatching(/^REDIS_/),
      });
    } finally {
      await lonely.stop();
    }
  });
});

describe('an invalidation that a process could not hear', () => {
  test('while its messages were cut is known before its memory is believed again', async () => {
    const one = await fleet.join(redis.url);
    await one.cache.compute(key, new Work(() => 'old').load, edp);
    const two = await reader();
    for (let round = 1; round <= 5; round += 1) {
      await cutListeners(one.link);
      await one.cache.invalidate(['table:edp'], 'stale', `round ${round}`);
      // The end of the connection takes a moment to be noticed; from then on at no moment and from no tier may it be fresh.
      await until(async () => (await two.cache.read([key]))[0]?.state === 'stale', 15_000);
      const endMs = performance.now() + 300;
      while (performance.now() < endMs) {
        const [read] = await two.cache.read([key]);
        expect(read).toMatchObject({ state: 'stale', reasonDetail: `table:edp (round ${round})` });
        await new Promise((resolve) => setImmediate(resolve));
      }
      await one.cache.compute(key, new Work(() => `new ${round}`).load, edp);
      const current = { value: `new ${round}`, source: 'memory', state: 'fresh' };
      await until(async () => {
        const [read] = await two.cache.read([key]);
        return read?.source === current.source && read.value === current.value;
      }, 15_000);
      expect((await two.cache.read([key]))[0]).toMatchObject(current);
    }
  });

  test('because it started later is known at its first read', async () => {
    const one = await fleet.join(redis.url);
    await one.cache.compute(key, new Work(() => 'old').load, edp);
    await one.cache.invalidate(['table:edp'], 'stale', '');
    const late = await fleet.join(redis.url);
    expect((await late.cache.read([key]))[0]).toMatchObject({ state: 'stale', reason: 'invalidated' });
  });

  test('because Redis lost the record makes what depends on anything stale, and computing mends it', async () => {
    const one = await fleet.join(redis.url);
    await one.cache.compute(key, new Work(() => 'old').load, edp);
    await one.cache.invalidate(['table:edp'], 'expired', '');
    await one.link.command('lost', (client) => client.del(shared));
    const late = await fleet.join(redis.url);
    expect((await late.cache.read([key]))[0]).toMatchObject({
      state: 'stale',
      reasonDetail: 'the record of invalidations was lost in Redis',
    });
    expect((await late.cache.compute(key, new Work(() => 'new').load, edp)).state).toBe('fresh');
    await until(async () => (await one.cache.read([key]))[0]?.value === 'new', 15_000);
    await until(async () => (await one.cache.read([key]))[0]?.state === 'fresh', 15_000, 'the new epoch');
  });

  test('because everything was flushed does not come back from memory as current', async () => {
    const one = await fleet.join(redis.url);
    await one.cache.compute(key, new Work(() => 'old').load, edp);
    const two = await reader();
    await redis.flush();
    await until(async () => (await two.cache.read([key]))[0]?.state === 'stale', 15_000);
    expect((await two.cache.read([key]))[0]).toMatchObject({ value: 'old', source: 'memory' });
  });
});

describe('the record of invalidations', () => {
  test('is pruned of what no entry can be concerned by any more', async () => {
    const { cache, link } = await fleet.join(redis.url);
    const tags = Array.from({ length: 60 }, (_, index) => `t${index}`);
    await cache.invalidate(tags, 'stale', 'old');
    await link.command('age', async (client) => {
      for (const tag of tags.slice(0, 40)) await client.hset(shared, `t:${tag}`, '1 0 1000 stale old');
    });
    expect(await cache.pruneTags()).toBe(40);
    expect(await cache.pruneTags()).toBe(0);
    const late = await fleet.join(redis.url);
    await late.cache.read([key]);
    expect(late.cache.tagMarks()).toHaveLength(20);
  });

  test('survives reasons and tags of any text', async () => {
    const { cache } = await fleet.join(redis.url);
    const tag = 'cliente:"Ñandú" %d {x} \\ 日本';
    await cache.invalidate([tag], 'expired', 'said: "it\nis" %s 100 %');
    const late = await fleet.join(redis.url);
    await late.cache.read([key]);
    expect(late.cache.tagMarks()).toMatchObject([{ tag, mode: 'expired', reason: 'said: "it is" %s 100 %' }]);
    expect(late.cache.tagMarks()).toEqual(cache.tagMarks());
  });
});

describe('layers set at run time', () => {
  test('hold in every process, those that start later included, until they are taken back', async () => {
    const [one, two] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    await one.cache.compute(key, new Work(() => 1).load, edp);
    await until(async () => (await two.cache.read([key]))[0]?.source === 'memory', 15_000);
    await one.cache.shareLayers([{ layer: 'kpis', atMs: null, settings: { ...testLayers.kpis, ttlMs: 0 } }]);
    await until(async () => (await two.cache.read([key]))[0]?.state === 'stale', 15_000);
    const late = await fleet.join(redis.url);
    expect((await late.cache.read([key]))[0]?.state).toBe('stale');
    expect(late.cache.layers().kpis.ttlMs).toBe(0);
    await late.cache.shareLayers([{ layer: 'kpis', atMs: null, settings: null }]);
    await until(async () => (await two.cache.read([key]))[0]?.state === 'fresh', 15_000);
    await until(async () => one.cache.layers().kpis.ttlMs > 0, 15_000);
    expect(one.cache.layers()).toEqual(testLayers);
  });
});
