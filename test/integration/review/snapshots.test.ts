/** Snapshots as they are kept: once each, compressed, thinned by age, under a ceiling, with a size that is true. */
import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { SnapshotPlace } from '../../../engine/store/snapshot-store.ts';
import type { Store } from '../../../engine/store/store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { storeRoom } from '../../support/store-room.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const noon = Date.UTC(2026, 5, 30, 12);
const place: SnapshotPlace = {
  pack: 'edp',
  packVersion: 1,
  source: 'demo',
  section: 'essentials',
  layer: 'kpis',
  filters: '[]',
  asOf: '2026-06-30',
};

function save(store: Store, computedAtMs: number, value: unknown, redisKey = 'k', lineage = 'all/essentials'): void {
  store.snapshots.save({ redisKey, value, computedAtMs, dataAsOfMs: null, computeMs: 1 }, lineage, place);
}

function timesOf(store: Store, fromMs: number, toMs: number): number[] {
  const [line] = store.snapshotHistory.lines('edp', 'demo', '[]');
  if (!line) return [];
  return store.snapshotHistory.between(line.id, fromMs, toMs, 10_000).map(({ computedAtMs }) => computedAtMs);
}

describe('snapshots', () => {
  it('stay whole for a day, then the last of each hour for thirty days, then the last of each day', async () => {
    const store = await storeRoom(new ManualClock(noon)).open();
    for (let atMs = noon - 60 * day; atMs <= noon; atMs += 20 * minute) save(store, atMs, { n: atMs % 7 });
    await store.prune();
    const lastDay = timesOf(store, noon - day, noon);
    expect(lastDay).toHaveLength(73);
    const hourly = timesOf(store, noon - 30 * day, noon - day - 1);
    expect(hourly).toHaveLength(29 * 24);
    expect(new Set(hourly.map((atMs) => atMs % hour))).toEqual(new Set([40 * minute]));
    const daily = timesOf(store, noon - 60 * day, Math.floor((noon - 30 * day) / day) * day - 1);
    expect(daily).toHaveLength(30);
    expect(new Set(daily.map((atMs) => atMs % day))).toEqual(new Set([23 * hour + 40 * minute]));
  });

  it('are thinned over the change of keys that every midnight brings, and each view by itself', async () => {
    const store = await storeRoom(new ManualClock(noon)).open();
    const old = noon - 10 * day;
    save(store, old + 10 * minute, 1, 'monday');
    save(store, old + 20 * minute, 2, 'tuesday');
    save(store, old + 15 * minute, 3, 'other', 'client/essentials');
    await store.prune();
    expect(timesOf(store, old, old + hour)).toEqual([old + 20 * minute]);
    expect(store.snapshots.history('other', 9)).toHaveLength(1);
  });

  it('are thinned no further by looking again, and go on being thinned as they age', async () => {
    const clock = new ManualClock(noon);
    const room = storeRoom(clock);
    const store = await room.open();
    for (let atMs = noon - 3 * day; atMs <= noon; atMs += 20 * minute) save(store, atMs, atMs);
    await store.prune();
    const once = timesOf(store, 0, noon);
    expect((await store.prune()).snapshotsThinned).toBe(0);
    store.close();
    const again = await room.open();
    expect((await again.prune()).snapshotsThinned).toBe(0);
    expect(timesOf(again, 0, noon)).toEqual(once);
    await clock.advance(day);
    expect((await again.prune()).snapshotsThinned).toBe(48);
  });

  it('of equal content share it, compressed, and the size that is told is what the file holds', async () => {
    const room = storeRoom(new ManualClock(noon));
    const store = await room.open();
    for (let n = 0; n < 300; n += 1) {
      const value = {
        figures: Array.from({ length: 200 }, (_, more) => ({ id: `kpi_${more}`, value: (n % 100) * more })),
      };
      save(store, noon - n * minute, value);
    }
    const figures = store.snapshotHistory.figures();
    expect(figures).toMatchObject({ snapshotCount: 300, payloadCount: 100, oldestAtMs: noon - 299 * minute });
    expect(figures.storedBytes).toBeLessThan(figures.rawBytes / 4);
    store.close();
    const database = new Database(room.file, { readonly: true });
    const pages = database
      .prepare<[], { bytes: number }>(
        `SELECT sum(pgsize) AS bytes FROM dbstat WHERE name LIKE '%payload%' OR name LIKE 'snapshot_history%'`,
      )
      .get();
    database.close();
    expect(figures.sizeBytes / (pages?.bytes ?? 0)).toBeGreaterThan(0.6);
    expect(figures.sizeBytes / (pages?.bytes ?? 0)).toBeLessThan(1.2);
  });

  it('are kept under their ceiling by giving up the oldest, never the last known value', async () => {
    const store = await storeRoom(new ManualClock(noon)).open({ limits: { snapshotBytes: 300_000 } });
    for (let n = 0; n < 100; n += 1) save(store, noon - n * minute, randomBytes(10_000).toString('base64'));
    save(store, noon - 200 * minute, 'the last of another view', 'rare', 'rare/essentials');
    await store.prune();
    expect(store.snapshotHistory.figures().sizeBytes).toBeLessThanOrEqual(300_000);
    expect(timesOf(store, noon, noon)).toEqual([noon]);
    expect(await store.snapshots.load('rare')).toMatchObject({ value: 'the last of another view' });
  });
});

describe('the past of a view', () => {
  it('is found by pack, source and filters, whatever version of the formulas computed it', async () => {
    const store = await storeRoom(new ManualClock(noon)).open();
    save(store, noon - hour, 'old formula');
    store.snapshots.save(
      { redisKey: 'k2', value: 'new formula', computedAtMs: noon, dataAsOfMs: null, computeMs: 1 },
      'all/essentials/2',
      { ...place, packVersion: 2 },
    );
    store.snapshots.save(
      { redisKey: 'k3', value: 'elsewhere', computedAtMs: noon, dataAsOfMs: null, computeMs: 1 },
      'elsewhere',
      { ...place, source: 'postgres' },
    );
    const lines = store.snapshotHistory.lines('edp', 'demo', '[]');
    expect(lines.map(({ packVersion }) => packVersion)).toEqual([1, 2]);
    expect(store.snapshotHistory.views('edp', 'demo')).toEqual([
      { filters: '[]', firstAtMs: noon - hour, lastAtMs: noon },
    ]);
    expect(store.snapshotHistory.views('edp', 'postgres')).toMatchObject([{ firstAtMs: noon }]);
    const [first] = lines;
    const found = first && store.snapshotHistory.at(first.id, noon);
    expect(found && store.snapshotHistory.content(found.payloadId)).toBe('old formula');
    expect(first && store.snapshotHistory.at(first.id, noon - hour - 1)).toBeNull();
  });
});
