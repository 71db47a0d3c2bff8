/** What each kind of record keeps, finds again, and lets go. */
import { describe, expect, it } from 'vitest';
import type { AlertHistoryPage, AlertHistoryQuery, AlertState, AlertTransition } from '../../../engine/model/alert.ts';
import { said } from '../../../engine/model/said.ts';
import type { NewTransition } from '../../../engine/store/alert-store.ts';
import type { Store } from '../../../engine/store/store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { storeRoom } from '../../support/store-room.ts';

const day = 86_400_000;
const minute = 60_000;
const snapshot = (redisKey: string, computedAtMs: number, value: unknown) => ({
  redisKey,
  value,
  computedAtMs,
  dataAsOfMs: null,
  computeMs: 2,
});

describe('snapshots', () => {
  it('give back what was saved, and null for what never was', async () => {
    const store = await storeRoom().open();
    const kept = { ...snapshot('k', 1_000, { texto: 'ñandú', list: [1, null, true] }), dataAsOfMs: 900 };
    store.snapshots.save(kept);
    expect(await store.snapshots.load('k')).toEqual(kept);
    expect(await store.snapshots.load('other')).toBeNull();
  });

  it('keep the newest as last known, whatever the order of arrival', async () => {
    const store = await storeRoom().open();
    store.snapshots.save(snapshot('k', 2_000, 'new'));
    store.snapshots.save(snapshot('k', 1_000, 'old'));
    expect(await store.snapshots.load('k')).toMatchObject({ value: 'new', computedAtMs: 2_000 });
    expect(await store.snapshots.loadAt('k', 1_500)).toMatchObject({ value: 'old' });
    expect(await store.snapshots.loadAt('k', 500)).toBeNull();
    expect(store.snapshots.history('k', 9).map(({ computedAtMs }) => computedAtMs)).toEqual([2_000, 1_000]);
  });

  it('store equal contents once', async () => {
    const store = await storeRoom().open();
    const value = Array.from({ length: 3_000 }, (_, n) => (n * 7_919) % 10_007);
    store.snapshots.save(snapshot('k', 0, value));
    const before = store.sizeBytes();
    for (let n = 1; n <= 100; n += 1) store.snapshots.save(snapshot('k', n, value));
    store.close();
    expect(store.sizeBytes()).toBeLessThan(before + 40_000);
  });

  it('find the newest of a lineage under another key, and list the latest', async () => {
    const store = await storeRoom().open();
    store.snapshots.save(snapshot('monday', 1_000, 'm'), 'all/kpis');
    store.snapshots.save(snapshot('tuesday', 2_000, 't'), 'all/kpis');
    store.snapshots.save(snapshot('elsewhere', 3_000, 'e'), 'client-a/kpis');
    expect(await store.snapshots.loadLineage('all/kpis')).toMatchObject({ redisKey: 'tuesday' });
    expect(await store.snapshots.loadLineage('none')).toBeNull();
    expect((await store.snapshots.latestAll(2)).map(({ redisKey }) => redisKey)).toEqual(['elsewhere', 'tuesday']);
    expect(store.snapshots.count()).toBe(3);
  });
});

describe('samples', () => {
  const start = Date.UTC(2026, 0, 10);
  const fill = (store: Store, count: number, from = start): void => {
    for (let n = 0; n < count; n += 1) {
      store.samples.append([{ signal: 'redis.cache.ping_ms', atMs: from + n * 5_000, value: n % 10, count: 1 }]);
    }
  };

  it('give a window its mean weighted by the observations, its extremes and its newest value', async () => {
    const store = await storeRoom().open();
    store.samples.append([{ signal: 'cache.hit_ratio', atMs: 1_000, value: 0.5, count: 30 }]);
    store.samples.append([{ signal: 'cache.hit_ratio', atMs: 2_000, value: 1, count: 10 }]);
    store.samples.append([{ signal: 'cache.hit_ratio', atMs: 3_000, value: null, count: 0 }]);
    expect(store.samples.window('cache.hit_ratio', 0, 3_000)).toEqual({
      mean: 0.625,
      max: 1,
      min: 0.5,
      sum: 25,
      observationCount: 40,
      absentCount: 0,
    });
    expect(store.samples.last('cache.hit_ratio', 0, 3_000)).toEqual({ atMs: 2_000, value: 1 });
    expect(store.samples.window('cache.hit_ratio', 2_000, 3_000)).toMatchObject({ mean: null, observationCount: 0 });
    expect(store.samples.window('response.p95_ms', 0, 9_000)).toMatchObject({ mean: null, observationCount: 0 });
    expect(store.samples.last('response.p95_ms', 0, 9_000)).toBeNull();
    expect(store.samples.lastAtMs()).toBe(3_000);
  });

  it('give a day as no more points than asked for, with true means', async () => {
    const store = await storeRoom().open();
    fill(store, 17_280);
    const { points } = store.samples.series('redis.cache.ping_ms', start, start + day, 240);
    expect(points.length).toBeGreaterThan(200);
    expect(points.length).toBeLessThanOrEqual(240);
    for (const { value } of points) expect(Math.abs((value ?? 0) - 4.5)).toBeLessThan(0.5);
  });

  it('show where nobody looked as a gap, at any width', async () => {
    const store = await storeRoom().open();
    fill(store, 720);
    fill(store, 720, start + 2 * 3_600_000);
    for (const maxPoints of [5_000, 240, 60]) {
      const { points } = store.samples.series('redis.cache.ping_ms', start, start + 3 * 3_600_000, maxPoints);
      const gaps = points.filter(({ value }) => value === null);
      expect(gaps).toHaveLength(1);
      expect(gaps[0]?.atMs).toBe(start + 3_600_000);
    }
  });

  it('become means of a minute after a day, with the same mean, and go after their time', async () => {
    const clock = new ManualClock(start + 2 * day);
    const room = storeRoom(clock);
    const store = await room.open({ limits: { sampleMs: 30 * day } });
    fill(store, 2_880);
    const before = store.samples.window('redis.cache.ping_ms', start, start + 4 * 3_600_000);
    const counts = await store.prune();
    expect(counts).toMatchObject({ samplesThinned: 2_640, samples: 0 });
    const after = store.samples.window('redis.cache.ping_ms', start, start + 4 * 3_600_000);
    expect(after.mean).toBeCloseTo(before.mean ?? Number.NaN, 2);
    const { points } = store.samples.series('redis.cache.ping_ms', start, start + 4 * 3_600_000, 1_000);
    expect(points.every(({ value }) => value !== null)).toBe(true);
    expect(await store.prune()).toMatchObject({ samplesThinned: 0, samples: 0 });
    await clock.advance(40 * day);
    expect(await store.prune()).toMatchObject({ samples: 240 });
    expect(points.length).toBe(240);
  });
});

describe('schedule runs', () => {
  it('are begun, ended, and found by schedule, newest first', async () => {
    const store = await storeRoom().open();
    const begun = {
      scheduleId: 'kpis',
      dueCount: 1,
      startedAtMs: 105,
      endedAtMs: null,
      outcome: 'running' as const,
      lateMs: 5,
      taskId: 'kpis:1',
      error: null,
    };
    const first = store.runs.append({ ...begun, dueMs: 100 });
    const second = store.runs.append({ ...begun, dueMs: 200 });
    expect(store.runs.unfinished().map(({ id }) => id)).toEqual([first, second]);
    expect(store.runs.update(first, { outcome: 'failed', endedAtMs: 150, error: 'source away' })).toBe(true);
    expect(store.runs.update(9_999, { outcome: 'failed' })).toBe(false);
    expect(store.runs.last('kpis')).toMatchObject({ id: second, dueMs: 200, outcome: 'running' });
    expect(store.runs.lastRuns('kpis', 5).map(({ outcome }) => outcome)).toEqual(['running', 'failed']);
    expect(store.runs.last('none')).toBeNull();
  });
});

describe('audit, notices, settings', () => {
  it('keep who did what, without secrets, page by page', async () => {
    const store = await storeRoom().open();
    for (let n = 0; n < 5; n += 1) {
      store.audit.append({
        who: 'ana',
        transport: 'ipc',
        call: 'dashboard.refresh',
        input: { n, token: 't' },
        outcome: 'ok',
        error: null,
        atMs: n,
      });
    }
    const page = store.audit.list(2);
    expect(page.map(({ atMs, input }) => [atMs, input])).toEqual([
      [4, '{"n":4,"token":"***"}'],
      [3, '{"n":3,"token":"***"}'],
    ]);
    expect(store.audit.list(9, page.at(-1)?.id).map(({ atMs }) => atMs)).toEqual([2, 1, 0]);
  });

  it('keep notices and settings over a restart', async () => {
    const room = storeRoom();
    const store = await room.open();
    const notice = { id: 'n1', level: 'info', message: 'restored', said: said('notice_restored'), atMs: 1 } as const;
    store.notices.add(notice);
    store.settings.set('window', '{"w":800}');
    store.close();
    const again = await room.open();
    expect(again.notices.list()).toEqual([notice]);
    expect(again.settings.get('window')).toBe('{"w":800}');
    again.notices.remove('n1');
    again.settings.remove('window');
    expect([again.notices.list(), again.settings.get('window')]).toEqual([[], null]);
  });
});

describe('alert history of 20,000 transitions', () => {
  const query: AlertHistoryQuery = {
    search: '',
    ruleId: null,
    to: null,
    severity: null,
    fromMs: null,
    untilMs: null,
    beforeId: null,
    limit: 100,
  };
  const transition = (n: number): NewTransition => ({
    ruleId: `rule-${n % 7}`,
    title: n % 2 === 0 ? 'Razón de aciertos baja' : 'Response time over 2 s',
    severity: 'warning',
    cause: null,
    chain: [],
    from: 'pending',
    to: (['firing', 'resolved', 'inactive'] satisfies AlertState[])[n % 3] ?? 'firing',
    atMs: n * 1_000,
    value: n / 20_000,
    threshold: 0.8,
    evidence: `observation ${n} of 100 % in 5 min`,
  });

  async function filled(): Promise<Store> {
    const store = await storeRoom().open();
    const all = Array.from({ length: 20_000 }, (_, n) => ({ transition: transition(n), notify: [] }));
    store.alerts.commit([], all);
    return store;
  }

  async function readAll(store: Store, asked: AlertHistoryQuery, limit = 100): Promise<AlertTransition[]> {
    const read: AlertTransition[] = [];
    let beforeId: number | null = null;
    do {
      const page: AlertHistoryPage = await store.alertHistory.page({ ...asked, limit, beforeId });
      read.push(...page.transitions);
      beforeId = page.nextBeforeId;
    } while (beforeId !== null);
    return read;
  }

  it('is paged through once, whole, newest first', async () => {
    const store = await filled();
    const ids: number[] = [];
    let beforeId: number | null = null;
    do {
      const page = await store.alertHistory.page({ ...query, limit: 500, beforeId });
      // What is more is told as more: counting it all would take longer than the page.
      expect(page).toMatchObject({ totalCount: 10_000, hasMoreThanCounted: true });
      ids.push(...page.transitions.map(({ id }) => id));
      beforeId = page.nextBeforeId;
    } while (beforeId !== null);
    expect(ids).toHaveLength(20_000);
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
  });

  it('is searched by every word, by parts of words, without regard to case or accents', async () => {
    const store = await filled();
    const total = async (search: string) => (await store.alertHistory.page({ ...query, search })).totalCount;
    expect(await total('observation 1234')).toBe(12);
    expect(await store.alertHistory.page({ ...query, search: 'RAZON aciertos' })).toMatchObject({
      totalCount: 10_000,
      hasMoreThanCounted: false,
    });
    expect(await total('razón 1234')).toBe(7);
    expect(await store.alertHistory.page({ ...query, search: '100 %' })).toMatchObject({
      totalCount: 10_000,
      hasMoreThanCounted: true,
    });
    expect(await total('" OR 1=1 --')).toBe(0);
    expect(await total('_')).toBe(0);
  });

  it('is filtered by severity, alone and with everything else, and gives each change once', async () => {
    const store = await storeRoom().open();
    const severities = ['info', 'warning', 'critical'] as const;
    const all = Array.from({ length: 3_000 }, (_, n) => {
      const severity = severities[Math.floor(n / 100) % 3] ?? 'info';
      return { transition: { ...transition(n), severity }, notify: [] };
    });
    store.alerts.commit([], all);
    const everyOne = await readAll(store, query);
    expect(everyOne).toHaveLength(3_000);
    for (const severity of [null, ...severities]) {
      for (const to of [null, 'firing', 'resolved'] as const) {
        for (const ruleId of [null, 'rule-3']) {
          const filter = { severity, to, ruleId, fromMs: 500_000, untilMs: 2_500_000 };
          const expected = everyOne.filter(
            (each) =>
              (severity === null || each.severity === severity) &&
              (to === null || each.to === to) &&
              (ruleId === null || each.ruleId === ruleId) &&
              each.atMs >= 500_000 &&
              each.atMs <= 2_500_000,
          );
          expect(expected.length).toBeGreaterThan(5);
          expect(await readAll(store, { ...query, ...filter })).toEqual(expected);
          expect((await store.alertHistory.page({ ...query, ...filter })).totalCount).toBe(expected.length);
        }
      }
    }
  });

  it('is searched beyond one stretch, page by page, whatever else is filtered', async () => {
    const store = await filled();
    const found = await readAll(store, { ...query, search: 'observation 12', severity: 'warning' });
    const expected = Array.from({ length: 20_000 }, (_, n) => n).filter((n) => `${n}`.includes('12'));
    expect(found.map(({ atMs }) => atMs / 1_000)).toEqual(expected.toReversed());
  });

  it('is in the order of time, also when the clock was set back in between', async () => {
    const store = await storeRoom().open();
    const all = [5, 9, 3, 7, 7].map((n) => ({ transition: transition(n), notify: [] }));
    store.alerts.commit([], all);
    const times = (await readAll(store, query, 2)).map(({ atMs, id }) => [atMs / 1_000, id]);
    expect(times).toEqual([
      [9, 2],
      [7, 5],
      [7, 4],
      [5, 1],
      [3, 3],
    ]);
  });

  it('is filtered by rule, state and time together', async () => {
    const store = await filled();
    const page = await store.alertHistory.page({
      ...query,
      ruleId: 'rule-3',
      to: 'firing',
      fromMs: 1_000_000,
      untilMs: 2_000_000,
      limit: 10,
    });
    expect(page.totalCount).toBe(48);
    expect(page.transitions).toHaveLength(10);
    for (const { ruleId, to, atMs } of page.transitions) {
      expect([ruleId, to]).toEqual(['rule-3', 'firing']);
      expect(atMs >= 1_000_000 && atMs <= 2_000_000).toBe(true);
    }
  });
});

describe('the clean-up', () => {
  it('removes what is past its age, with the contents nobody points to any more', async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 10));
    const room = storeRoom(clock);
    const store = await room.open({ limits: { snapshotCount: 2 } });
    const old = clock.now() - 400 * day;
    for (let n = 0; n < 5; n += 1) store.snapshots.save(snapshot(`k${n}`, old + n, { n }));
    store.runs.append({
      scheduleId: 's',
      dueCount: 1,
      dueMs: old,
      startedAtMs: null,
      endedAtMs: null,
      outcome: 'missed',
      lateMs: null,
      taskId: null,
      error: null,
    });
    store.notices.add({ id: 'n', level: 'info', message: 'old', atMs: old });
    const counts = await store.prune();
    expect(counts).toMatchObject({ snapshots: 3, snapshotHistory: 5, payloads: 3, scheduleRuns: 1, notices: 1 });
    expect((await store.snapshots.latestAll(9)).map(({ redisKey }) => redisKey)).toEqual(['k4', 'k3']);
  });

  it('keeps the file under its ceiling by giving up the oldest first, and never the last hour', async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 10));
    const room = storeRoom(clock);
    const store = await room.open({ limits: { sizeBytes: 600_000, rawSampleMs: 365 * day } });
    const from = clock.now() - 40_000 * 5_000;
    for (let n = 0; n < 40_000; n += 100) {
      const round = Array.from({ length: 100 }, (_, more) => ({
        signal: 'engine.rss_bytes' as const,
        atMs: from + (n + more) * 5_000,
        value: n,
        count: 1,
      }));
      store.samples.append(round);
    }
    const before = store.sizeBytes();
    const counts = await store.prune();
    expect(counts.samples).toBeGreaterThan(10_000);
    store.close();
    expect(store.sizeBytes()).toBeLessThan(Math.min(before, 600_000 + 251 * 4_096));
    const again = await room.open();
    const { points } = again.samples.series('engine.rss_bytes', clock.now() - 60 * minute, clock.now(), 1_000);
    expect(points.length).toBeGreaterThan(700);
  });
});
