import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { entryKey } from '../../../engine/cache/key.ts';
import { cacheEntriesQuerySchema } from '../../../engine/model/cache-entries.ts';
import { CacheFleet, type Member, testKey, Work } from '../../support/cache-fleet.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { type Surveyed, survey } from '../../support/surveyed-cache.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let fleet: CacheFleet;
let member: Member;
let surveyed: Surveyed | null = null;
const wait = { deadlineMs: 15_000, tags: ['table:edp', 'cliente:Ñuble'] };

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  fleet = new CacheFleet();
  member = await fleet.join(redis.url);
});
afterEach(async () => {
  surveyed?.stop();
  surveyed = null;
  await member.link.command('FLUSHALL', (client) => client.flushall());
  await fleet.close();
});

const query = (change: object = {}) => cacheEntriesQuerySchema.parse(change);
const page = (change: object = {}) => surveyed?.listings.page(query(change));
const keysOf = async (change: object = {}) => ((await page(change))?.rows ?? []).map(({ key }) => key);
const send = (name: string, ...args: (string | number)[]) =>
  member.link.command(name, (client) => client.call(name, ...args));

function edpKey(filters: Record<string, string | number>, section = 'kpis') {
  return entryKey({ pack: 'edp', packVersion: 7, filters, asOf: '2026-01-15', layer: 'kpis', section });
}

describe('entries of our own', () => {
  test('are listed with filters in words, ages, sizes and tags, without their payloads being fetched', async () => {
    const key = edpKey({ cliente: 'Constructora Ñuble\u001fMinera Sur', periodo_rapido: 30 });
    const large = 'x'.repeat(200_000) + Math.random();
    await member.cache.compute(key, new Work(() => ({ large })).load, wait);
    const before = await outputBytes();
    surveyed = await survey(member);
    const fetched = (await outputBytes()) - before;
    const [row] = (await page())?.rows ?? [];
    expect(row).toMatchObject({
      key: key.redisKey,
      origin: 'own',
      layer: 'kpis',
      section: 'kpis',
      pack: 'edp',
      asOf: '2026-01-15',
      filters: [
        { id: 'periodo_rapido', label: 'Last days', values: ['30'] },
        { id: 'cliente', label: 'Client', values: ['Constructora Ñuble', 'Minera Sur'] },
      ],
      state: 'fresh',
      tags: ['cliente:Ñuble', 'table:edp'],
      problem: null,
    });
    expect(row?.rawBytes).toBeGreaterThan(200_000);
    expect(row?.ratio).toBeGreaterThan(100);
    expect((row?.deletedAtMs ?? 0) - Date.now()).toBeGreaterThan(3_000_000);
    expect(fetched).toBeLessThan(40_000);
  });

  test('are found by words of their filters, key and tags, and by layer, state and tag', async () => {
    const [nuble, sur] = [edpKey({ cliente: 'Constructora Ñuble' }), edpKey({ cliente: 'Minera Sur' })];
    await member.cache.compute(nuble, new Work(() => 1).load, wait);
    await member.cache.compute(sur, new Work(() => 2).load, { deadlineMs: 5_000, tags: ['table:cost'] });
    await member.cache.compute(testKey('chart', 'charts'), new Work(() => 3).load, { deadlineMs: 5_000 });
    surveyed = await survey(member);
    expect(await keysOf({ search: 'minera client' })).toEqual([sur.redisKey]);
    expect(await keysOf({ search: 'minera ñuble' })).toEqual([]);
    expect(await keysOf({ search: nuble.viewId })).toEqual([nuble.redisKey]);
    expect(await keysOf({ layers: ['charts'] })).toHaveLength(1);
    expect(await keysOf({ tags: ['table:cost'] })).toEqual([sur.redisKey]);
    expect(await keysOf({ states: ['stale'] })).toEqual([]);
    const { facets } = (await page()) ?? {};
    expect(facets?.layers).toEqual([
      { name: 'charts', count: 1 },
      { name: 'kpis', count: 2 },
    ]);
    expect(facets?.tags).toContainEqual({ name: 'table:cost', count: 1 });
  });

  test('come and go in the index soon after they do in Redis', async () => {
    surveyed = await survey(member);
    const key = edpKey({ cliente: 'A' });
    await member.cache.compute(key, new Work(() => 1).load, wait);
    await until(async () => (await keysOf()).length === 1, 15_000, 'the new entry');
    await send('DEL', key.redisKey);
    await until(async () => (await keysOf()).length === 0, 15_000, 'the entry to go');
    expect(surveyed.changes.at(-1)).toMatchObject({ key: key.redisKey, after: null });
  });

  test('show what an invalidation made of them at once, of a tag and of one entry alone', async () => {
    const [one, two] = [edpKey({ cliente: 'A' }), edpKey({ cliente: 'B' })];
    for (const key of [one, two]) await member.cache.compute(key, new Work(() => 1).load, wait);
    surveyed = await survey(member);
    const { ownTag } = await import('../../../engine/cache/own-tag.ts');
    await member.cache.invalidate([ownTag(one.redisKey)], 'expired', 'wrong');
    expect(await keysOf({ states: ['expired'] })).toEqual([one.redisKey]);
    expect((await member.cache.read([one, two])).map(({ state }) => state)).toEqual(['expired', 'fresh']);
    await member.cache.invalidate(['table:edp'], 'stale', 'edp_updated');
    expect(await keysOf({ states: ['stale'] })).toEqual([two.redisKey]);
  });

  test('count the reads that this process answered', async () => {
    const key = edpKey({ cliente: 'A' });
    await member.cache.compute(key, new Work(() => 1).load, wait);
    for (let times = 0; times < 3; times += 1) await member.cache.read([key]);
    await member.cache.read([key], { counted: false });
    surveyed = await survey(member);
    expect((await page())?.rows[0]).toMatchObject({ hits: 3, inMemory: true });
  });

  test('that are damaged or truncated are listed as unreadable, with the reason', async () => {
    const key = edpKey({ cliente: 'A' });
    await member.cache.compute(key, new Work(() => 'whole').load, wait);
    await member.link.command('cut', async (client) => {
      const bytes = await client.getBuffer(key.redisKey);
      await client.set(key.redisKey, bytes?.subarray(0, bytes.length - 3) ?? '', 'PX', 60_000);
    });
    surveyed = await survey(member);
    const [row] = (await page())?.rows ?? [];
    expect(row).toMatchObject({ state: 'unreadable', problem: expect.stringMatching(/bytes instead of/) });
  });
});

describe('a long list', () => {
  test('is given piece by piece, each of the same moment, sorted as asked', async () => {
    for (let n = 0; n < 30; n += 1)
      await member.cache.compute(edpKey({ cliente: `C${n}` }), new Work(() => 'y'.repeat(n)).load, wait);
    surveyed = await survey(member);
    const first = await page({ sort: 'size', descending: true, limit: 10 });
    await member.cache.compute(edpKey({ cliente: 'late' }), new Work(() => 'z'.repeat(900)).load, wait);
    await until(() => surveyed?.index.size === 31, 15_000, 'the late entry');
    const second = await page({ sort: 'size', descending: true, limit: 10, offset: 10, listingId: first?.listingId });
    expect(second?.listingId).toBe(first?.listingId);
    const sizes = [...(first?.rows ?? []), ...(second?.rows ?? [])].map(({ sizeBytes }) => sizeBytes);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(first).toMatchObject({ matchCount: 30, partial: false });
    // Another question is another listing.
    expect((await page({ sort: 'size', listingId: first?.listingId }))?.matchCount).toBe(31);
  });

  test('says so when there are more entries than the index takes', async () => {
    for (let n = 0; n < 12; n += 1)
      await member.cache.compute(edpKey({ cliente: `C${n}` }), new Work(() => n).load, wait);
    surveyed = await survey(member, { limit: 10 });
    expect(await page()).toMatchObject({ matchCount: 10, partial: true });
  });
});

describe("the original system's entries", () => {
  const value = JSON.stringify({ success: true, data: { total: 12 } });

  test('are shown with layer, age, time left, size and stale copy', async () => {
    const writtenAt = new Date(Date.now() - 100_000);
    await send('SETEX', 'manager_dashboard:9f86d081884c', 200, value);
    await send('SETEX', 'manager_dashboard:9f86d081884c:stale', 3600, value);
    const meta = JSON.stringify({ created_at: writtenAt.toISOString().replace('Z', '000'), ttl: 300 });
    await send('SETEX', 'manager_dashboard:9f86d081884c:meta', 3600, meta);
    await send('SETEX', 'kpis:a3f5', 400, value);
    await send('SETEX', 'charts:77aa', 10, value);
    await send('SETEX', 'financials:0c0c:stale', 3600, value);
    await send('SET', 'kpis:latest', value);
    await send('SETEX', 'dashboard:precomputed', 250, value);
    await send('SET', 'session:abc', 'somebody else');
    surveyed = await survey(member);
    const rows = new Map(((await page({ origin: 'foreign' }))?.rows ?? []).map((row) => [row.key, row]));
    expect([...rows.keys()]).toEqual([
      'charts:77aa',
      'dashboard:precomputed',
      'financials:0c0c',
      'kpis:a3f5',
      'kpis:latest',
      'manager_dashboard:9f86d081884c',
    ]);
    const dashboard = rows.get('manager_dashboard:9f86d081884c');
    expect(dashboard).toMatchObject({
      origin: 'foreign',
      layer: 'dashboard',
      state: 'fresh',
      hasStaleCopy: true,
      sizeBytes: value.length,
      hits: null,
      refreshable: false,
      computedAtMs: writtenAt.getTime(),
    });
    expect((dashboard?.freshUntilMs ?? 0) - Date.now()).toBeGreaterThan(190_000);
    // Without a note: 600 s less the 400 s that are left.
    expect(Math.abs((rows.get('kpis:a3f5')?.computedAtMs ?? 0) - (Date.now() - 200_000))).toBeLessThan(5_000);
    expect(rows.get('financials:0c0c')).toMatchObject({ state: 'stale', hasStaleCopy: true, freshUntilMs: null });
    expect(rows.get('kpis:latest')).toMatchObject({ deletedAtMs: null, computedAtMs: null, layer: 'kpis' });
  });

  test('and those of a pattern of the user are told from everything else', async () => {
    await send('SETEX', 'shop:kpi:1', 60, 'x');
    await send('SETEX', 'shopkeeper', 60, 'x');
    await send('RPUSH', 'shop:kpi:list', 'x');
    surveyed = await survey(member, { patterns: [{ glob: 'shop:kpi:*', layer: 'kpis' }] });
    const rows = (await page())?.rows ?? [];
    expect(rows.map(({ key, layer, state }) => [key, layer, state])).toEqual([
      ['shop:kpi:1', 'kpis', 'fresh'],
      ['shop:kpi:list', 'kpis', 'unreadable'],
    ]);
  });
});

test('the load of looking is counted', async () => {
  for (let n = 0; n < 5; n += 1) await member.cache.compute(edpKey({ cliente: `C${n}` }), new Work(() => n).load, wait);
  surveyed = await survey(member);
  expect(surveyed.meter.lastMinute()).toBeGreaterThanOrEqual(16);
  expect(surveyed.meter.total).toBe(surveyed.meter.lastMinute());
});

async function outputBytes(): Promise<number> {
  const info = await member.link.command('INFO', (client) => client.info('stats'));
  return Number(/total_net_output_bytes:(\d+)/.exec(info)?.[1]);
}
