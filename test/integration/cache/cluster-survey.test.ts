/** The list of entries over a real cluster of three masters. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { entryKey } from '../../../engine/cache/key.ts';
import { cacheEntriesQuerySchema } from '../../../engine/model/cache-entries.ts';
import { CacheFleet, type Member, Work } from '../../support/cache-fleet.ts';
import { startRedisCluster, type TestCluster } from '../../support/redis-cluster.ts';
import { type Surveyed, survey } from '../../support/surveyed-cache.ts';
import { until } from '../../support/until.ts';

let cluster: TestCluster;
let fleet: CacheFleet;
let member: Member;
let surveyed: Surveyed | null = null;
const wait = { deadlineMs: 20_000, tags: ['table:edp'] };
/** Enough views that every master has some. */
const keys = Array.from({ length: 40 }, (_, index) =>
  entryKey({
    pack: 'edp',
    packVersion: 7,
    filters: { cliente: `C${index}` },
    asOf: '2026-01-15',
    layer: 'kpis',
    section: 'kpis',
  }),
);

beforeAll(async () => {
  cluster = await startRedisCluster();
}, 60_000);
afterAll(() => cluster.stop());
beforeEach(async () => {
  fleet = new CacheFleet();
  member = await fleet.join(cluster.url);
});
afterEach(async () => {
  surveyed?.stop();
  surveyed = null;
  await fleet.close();
  await cluster.flush();
});

const page = (change: object = {}) => surveyed?.listings.page(cacheEntriesQuerySchema.parse({ limit: 100, ...change }));
const names = keys.map(({ redisKey }) => redisKey);

test('every entry of every master is walked, with nothing left out and nothing twice', async () => {
  for (const key of keys) await member.cache.compute(key, new Work(() => 'v').load, wait);
  const perMaster = await Promise.all(
    member.link.shards().map((shard) => shard.command('DBSIZE', (client) => client.dbsize())),
  );
  expect(perMaster.filter((count) => count > 0)).toHaveLength(3);
  surveyed = await survey(member);
  const listed = await page({ sort: 'key' });
  expect(listed).toMatchObject({ matchCount: keys.length, totalCount: keys.length, partial: false });
  expect(listed?.rows.map(({ key }) => key)).toEqual(names.toSorted());
  expect(listed?.rows.every(({ state }) => state === 'fresh')).toBe(true);
});

test('what is stored, removed or invalidated on any master is seen without another walk', async () => {
  surveyed = await survey(member);
  const walkedAtMs = surveyed.surveyor.state.walkedAtMs;
  const other = await fleet.join(cluster.url);
  for (const key of keys) await other.cache.compute(key, new Work(() => 'v').load, wait);
  await until(async () => (await page())?.matchCount === keys.length, 20_000, 'every entry');
  await other.link.command('UNLINK', (client) => Promise.all(names.slice(0, 10).map((name) => client.unlink(name))));
  await until(async () => (await page())?.matchCount === keys.length - 10, 20_000, 'the removed to go');
  await other.cache.invalidate(['table:edp'], 'stale', 'test');
  await until(
    async () => (await page({ states: ['stale'] }))?.matchCount === keys.length - 10,
    20_000,
    'the invalidation',
  );
  expect(surveyed.surveyor.state.walkedAtMs).toBe(walkedAtMs);
});
