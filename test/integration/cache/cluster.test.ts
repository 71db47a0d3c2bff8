/** The cache on a real cluster of three masters: entries of many slots, tags in a slot of their own, changes told by every master. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EntryKey } from '../../../engine/cache/cache.ts';
import { entryKey } from '../../../engine/cache/key.ts';
import { CacheFleet, Work } from '../../support/cache-fleet.ts';
import { startRedisCluster, type TestCluster } from '../../support/redis-cluster.ts';
import { until } from '../../support/until.ts';

let cluster: TestCluster;
let fleet: CacheFleet;
const options = { deadlineMs: 10_000, tags: ['table:edp'] };
/** Enough views that every master has some. */
const keys: EntryKey[] = Array.from({ length: 40 }, (_, index) =>
  entryKey({ pack: 'test', packVersion: 1, filters: { index }, asOf: '2026-01-15', layer: 'kpis', section: 'kpis' }),
);
const [key] = keys as [EntryKey];

beforeAll(async () => {
  cluster = await startRedisCluster();
}, 30_000);
afterAll(() => cluster.stop());
beforeEach(() => {
  fleet = new CacheFleet();
});
afterEach(async () => {
  await fleet.close();
  await cluster.flush();
});

test('entries of all slots are read in one call, then from memory', async () => {
  const [one, two] = [await fleet.join(cluster.url), await fleet.join(cluster.url)];
  for (const [index, each] of keys.entries()) await one.cache.compute(each, new Work(() => index).load, options);
  expect((await two.cache.read(keys)).map(({ value }) => value)).toEqual(keys.map((_key, index) => index));
  await until(async () => (await two.cache.read(keys)).every(({ source }) => source === 'memory'), 15_000);
});

test('an invalidation reaches what depends on it in every slot and every process', async () => {
  const [one, two] = [await fleet.join(cluster.url), await fleet.join(cluster.url)];
  for (const each of keys) await one.cache.compute(each, new Work(() => 'old').load, options);
  await until(async () => (await two.cache.read(keys)).every(({ source }) => source === 'memory'), 15_000);
  await one.cache.invalidate(['table:edp'], 'stale', 'test');
  await until(async () => (await two.cache.read(keys)).every(({ reason }) => reason === 'invalidated'), 15_000);
  await two.cache.compute(key, new Work(() => 'new').load, options);
  await until(async () => (await one.cache.read([key]))[0]?.value === 'new', 15_000);
});

test('many callers in two processes cause one computation', async () => {
  const members = [await fleet.join(cluster.url), await fleet.join(cluster.url)];
  const work = new Work((run) => run).hold();
  const answers = members.flatMap(({ cache }) =>
    Array.from({ length: 50 }, () => cache.compute(key, work.load, options)),
  );
  await until(() => work.runs > 0, 15_000);
  work.release();
  expect(new Set((await Promise.all(answers)).map(({ value }) => value))).toEqual(new Set([1]));
});

test('a holder that lost its lease does not overwrite what was stored since', async () => {
  const [late, other] = [await fleet.join(cluster.url, { leaseMs: 60_000 }), await fleet.join(cluster.url)];
  const slow = new Work(() => 'old').hold();
  const paused = late.cache.compute(key, slow.load, options);
  await until(() => slow.runs === 1, 15_000);
  const lease = key.redisKey.replace('vigia:v2:', 'vigia:lease:v2:');
  await other.link.command('the lease runs out', (client) => client.del(lease));
  await other.cache.compute(key, new Work(() => 'new').load, options);
  slow.release();
  expect((await paused).value).toBe('new');
});

test('while a master is away its entries are served from memory, and it is used again once it is back', async () => {
  const { cache } = await fleet.join(cluster.url);
  for (const each of keys) await cache.compute(each, new Work(() => 'kept').load, options);
  const [master] = cluster.masters;
  await master?.kill();
  const during = await cache.read(keys);
  expect(during.map(({ value }) => value)).toEqual(keys.map(() => 'kept'));
  await master?.restart();
  await until(
    async () => (await cache.compute(key, new Work(() => 'again').load, { ...options, force: true })).value === 'again',
    15_000,
  );
  await until(async () => (await cache.read([key]))[0]?.state === 'fresh', 15_000);
}, 60_000);
