import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { cleanUpEntries } from '../../../engine/cache/clean-up.ts';
import { clearEntries } from '../../../engine/cache/clear.ts';
import { encodeEntry } from '../../../engine/cache/codec.ts';
import { entryKey } from '../../../engine/cache/key.ts';
import { ViewWords } from '../../../engine/kpi/view-words.ts';
import type { LayerName } from '../../../engine/model/freshness.ts';
import { orphanTest } from '../../../engine/wiring/orphans.ts';
import { edpPack } from '../../../packs/edp/index.ts';
import { CacheFleet, type Member, testLayers } from '../../support/cache-fleet.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';

let redis: TestRedis;
let member: Member;
const fleet = new CacheFleet();
const basis = {
  source: 'test',
  settings: { criticalDays: 60, capitalRate: 0, fastCollectionDays: 30, monthlyGoal: null, targets: {} },
};

beforeAll(async () => {
  redis = await startRedis();
  member = await fleet.join(redis.url);
});
afterAll(async () => {
  await fleet.close();
  await redis.stop();
});
beforeEach(() => member.link.command('FLUSHALL', (client) => client.flushall()));

const isOrphan = orphanTest(
  { pack: edpPack, words: new ViewWords(edpPack, basis), layers: () => testLayers },
  { clock: systemClock },
);
const run = (remove: boolean) =>
  cleanUpEntries({ link: member.link, clock: systemClock, isOrphan, remove, requestedBy: 'test' });
const keys = async () =>
  (await member.link.command('KEYS', (client) => client.keys('*'))).filter((key) => !key.includes('shared')).toSorted();

interface Written {
  pack?: string;
  packVersion?: number;
  section?: string;
  layer?: LayerName;
  ageMs?: number;
  forever?: boolean;
}

/** An entry as a program of that version would have left it. */
async function written(entry: Written = {}): Promise<string> {
  const { pack = 'edp', packVersion = edpPack.version, section = 'kpis', layer = 'kpis', ageMs = 0 } = entry;
  const key = entryKey({ pack, packVersion, filters: {}, asOf: '2026-01-15', layer, section });
  const computedAtMs = Date.now() - ageMs;
  const freshUntilMs = computedAtMs + testLayers[layer].ttlMs;
  const head = {
    ...{ id: 'ab'.repeat(16), meaning: key.meaning, tags: [], stamp: { epoch: '', seq: 0 } },
    ...{ computedAtMs, dataAsOfMs: null, computeMs: 1, freshUntilMs, staleUntilMs: freshUntilMs + 3_600_000 },
  };
  const { bytes } = await encodeEntry(head, { section }, { kind: 'none', fromBytes: 0 });
  await member.link.command('SET', async (client) => {
    await client.set(key.redisKey, bytes, 'PX', 3_600_000);
    if (entry.forever) await client.persist(key.redisKey);
  });
  return key.redisKey;
}

async function everything(): Promise<{ good: string[]; bad: string[] }> {
  await member.link.command('junk', (client) =>
    client.mset('vigia:v2:{x}:kpis:a', 'junk', 'vigia:v2:{x}:kpis:b', 'VGE\u0000old', 'vigia:other', 'untouched'),
  );
  await member.link.command('old', (client) =>
    client.set(`vigia:v1:{${'0'.repeat(32)}}:kpis:kpis`, 'VGE\u0001', 'PX', 60_000),
  );
  await member.link.command('new', (client) => client.set('vigia:v99:{x}:kpis:a', 'of a newer program'));
  await member.link.command('list', (client) => client.lpush('vigia:v2:{x}:kpis:c', 'x'));
  await member.link.command('newer', (client) => client.set('vigia:v2:{x}:kpis:d', 'VGE\u0009newer', 'PX', 60_000));
  const stale = testLayers.kpis.ttlMs + 1_000;
  const good = [
    await written(),
    await written({ ageMs: stale, section: 'essentials', layer: 'dashboard' }),
    await written({ pack: 'another', ageMs: stale, section: 'gone' }),
    // Another version's console may still run and keep it fresh.
    await written({ packVersion: 1 }),
    await written({ ageMs: stale, section: 'filter-options', layer: 'dashboard' }),
  ];
  const bad = [
    await written({ packVersion: 2, ageMs: stale }),
    await written({ section: 'attic', ageMs: stale }),
    await written({ section: 'charts', layer: 'charts', forever: true }),
  ];
  return { good, bad };
}

describe('clean-up', () => {
  test('looks first: what can go, by kind, with counts, bytes and examples, and removes nothing', async () => {
    const { bad } = await everything();
    const before = await keys();
    const report = await run(false);
    expect(report).toMatchObject({
      removed: false,
      complete: true,
      before: { entryCount: 14 },
      after: { entryCount: 14 },
    });
    expect(report.kinds.map(({ kind, entryCount }) => [kind, entryCount])).toEqual([
      ['outdated-format', 4],
      ['orphan', 2],
      ['without-expiry', 1],
    ]);
    expect(report.kinds[1]?.sample.toSorted()).toEqual(bad.slice(0, 2).toSorted());
    expect(report.kinds[1]?.sizeBytes).toBeGreaterThan(100);
    expect(await keys()).toEqual(before);
  });

  test('then removes just these, and tells of before and after', async () => {
    const { good } = await everything();
    const report = await run(true);
    expect(report).toMatchObject({ removed: true, before: { entryCount: 14 }, after: { entryCount: 7 } });
    expect(report.before.sizeBytes - report.after.sizeBytes).toBe(
      report.kinds.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    );
    expect(await keys()).toEqual([...good, 'vigia:other', 'vigia:v2:{x}:kpis:d', 'vigia:v99:{x}:kpis:a'].toSorted());
    expect(await run(true)).toMatchObject({ before: { entryCount: 7 }, after: { entryCount: 7 } });
  });
});

describe('clearing', () => {
  test('removes the entries of one layer, of ours only, and says how many and how big', async () => {
    const [kpis, charts] = [await written(), await written({ section: 'charts', layer: 'charts' })];
    await member.link.command('SET', (client) => client.set('kpis:latest', 'of the original'));
    const report = await clearEntries({ link: member.link, clock: systemClock }, 'kpis');
    expect(report).toMatchObject({ layer: 'kpis', removedCount: 1, complete: true });
    expect(report.removedBytes).toBeGreaterThan(100);
    expect(await keys()).toEqual([charts, 'kpis:latest'].toSorted());
    expect(kpis).not.toBe(charts);
    expect(await clearEntries({ link: member.link, clock: systemClock }, 'all')).toMatchObject({ removedCount: 1 });
    expect(await keys()).toEqual(['kpis:latest']);
  });
});
