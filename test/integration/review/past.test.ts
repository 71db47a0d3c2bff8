/** Time travel over a real store: every part of the screen at one instant, and a KPI's history with its gaps. */
import { describe, expect, it } from 'vitest';
import type { AlertState } from '../../../engine/model/alert.ts';
import type { Store } from '../../../engine/store/store.ts';
import { day, hour, minute, reviewNow as now, reviewRoom } from '../../support/review-room.ts';

function transition(store: Store, ruleId: string, from: AlertState, to: AlertState, atMs: number): void {
  const words = {
    title: `Rule ${ruleId}`,
    severity: 'warning',
    value: 3,
    threshold: 2,
    evidence: 'seen',
    cause: null,
  } as const;
  store.alerts.commit([], [{ transition: { ruleId, from, to, atMs, ...words, chain: [] }, notify: [] }]);
}

describe('a moment', () => {
  it('has the KPIs that were the newest then, with the ages and the state they had then', async () => {
    const { past, save } = await reviewRoom();
    save('essentials', now - 3 * hour, { dso_days: 50 });
    save('essentials', now - hour, { dso_days: 40 });
    save('kpis', now - 3 * hour, { rate: 0.5 });
    const moment = past.moment({ filters: {}, atMs: now - 2 * hour });
    expect(moment.sections[0]).toMatchObject({ name: 'essentials', state: 'stale', computedAtMs: now - 3 * hour });
    expect(moment.sections[0]?.payload?.figures['dso_days']?.value).toBe(50);
    expect(past.moment({ filters: {}, atMs: now - hour + minute }).sections[0]).toMatchObject({ state: 'fresh' });
    expect(past.moment({ filters: {}, atMs: now + 3 * day }).sections[0]).toMatchObject({ state: 'expired' });
    expect(moment.oldestComputedAtMs).toBe(now - 3 * hour);
  });

  it('claims no age for a view of which a section is missing, and says so when nothing is kept from then', async () => {
    const { past, save } = await reviewRoom();
    save('essentials', now - hour, { dso_days: 40 });
    expect(past.moment({ filters: {}, atMs: now })).toMatchObject({ oldestComputedAtMs: null, observed: 'blind' });
    const before = past.moment({ filters: {}, atMs: now - day });
    expect(before.observed).toBe('before');
    expect(before.sections.map(({ state }) => state)).toEqual(['missing', 'missing']);
    expect(past.moment({ filters: { cliente: 'Andes' }, atMs: now }).sections[0]?.payload).toBeNull();
  });

  it('has links, source and workers as they were seen, and none where nobody looked', async () => {
    const { past, reach, around, clock } = await reviewRoom();
    await reach.look();
    for (let n = 0; n < 4; n += 1) {
      await clock.advance(30_000);
      await reach.look();
    }
    const wellAtMs = clock.now();
    await clock.advance(30_000);
    around.cache = 'unreachable';
    around.workers = 0;
    await reach.look();
    const brokenAtMs = clock.now();
    await clock.advance(hour);
    expect(past.moment({ filters: {}, atMs: wellAtMs }).surroundings).toMatchObject({
      links: [{ role: 'cache', state: 'ready' }, { role: 'broker' }],
      workers: [{ workerId: 'w0' }, { workerId: 'w1' }],
    });
    expect(past.moment({ filters: {}, atMs: brokenAtMs })).toMatchObject({
      observed: 'seen',
      surroundings: { links: [{ state: 'unreachable' }, { state: 'ready' }], workers: [] },
    });
    expect(past.moment({ filters: {}, atMs: brokenAtMs + 10 * minute })).toMatchObject({
      observed: 'blind',
      surroundings: null,
    });
  });

  it('keeps surroundings that stay the same as one record', async () => {
    const { reach, clock, store } = await reviewRoom();
    for (let n = 0; n < 20; n += 1) {
      await reach.look();
      await clock.advance(30_000);
    }
    expect(store.surroundings.at(clock.now())).toMatchObject({ fromMs: now, seenUntilMs: now + 19 * 30_000 });
  });

  it('has the sampled figures of that instant and leaves out what was not sampled near it', async () => {
    const { past, store } = await reviewRoom();
    store.samples.append([
      { signal: 'cache.hit_ratio', atMs: now - hour, value: 0.9, count: 10 },
      { signal: 'response.p95_ms', atMs: now - 2 * hour, value: 12, count: 10 },
    ]);
    const { signals } = past.moment({ filters: {}, atMs: now - hour + 4_000 });
    expect(signals).toEqual([{ signal: 'cache.hit_ratio', atMs: now - hour, value: 0.9 }]);
  });

  it('has the queues of that minute, and of that hour once the minutes are gone', async () => {
    const { past, store } = await reviewRoom();
    const queue = { connectionId: 'broker', prefix: 'bull', name: 'kpis' };
    const point = { waiting: 7, active: 2, delayed: 0, failed: 1, addedJobs: 0, startedJobs: 0, finishedJobs: 0 };
    const rest = {
      failedJobs: 0,
      oldestWaitingMs: 9_000,
      waitP95Ms: null,
      runP95Ms: null,
      workers: 1,
      sizeBytes: null,
    };
    store.queueHistory.append([{ queue, point: { atMs: now - 5 * day, ...point, ...rest } }]);
    store.queueHistory.append([{ queue, point: { atMs: now - hour, ...point, ...rest, waiting: 3 } }]);
    await store.prune();
    expect(past.moment({ filters: {}, atMs: now - hour + 30_000 }).queues).toMatchObject([
      { name: 'kpis', waiting: 3, stretchMs: minute },
    ]);
    expect(past.moment({ filters: {}, atMs: now - 5 * day + 20 * minute }).queues).toMatchObject([
      { waiting: 7, stretchMs: hour },
    ]);
    expect(past.moment({ filters: {}, atMs: now - 20 * day }).queues).toEqual([]);
  });

  it('has the alerts that were not well then, and none that had ended or not begun', async () => {
    const { past, store } = await reviewRoom();
    transition(store, 'a', 'inactive', 'pending', now - 5 * hour);
    transition(store, 'a', 'pending', 'firing', now - 4 * hour);
    transition(store, 'b', 'inactive', 'firing', now - 3 * hour);
    transition(store, 'a', 'firing', 'resolved', now - 2 * hour);
    transition(store, 'c', 'inactive', 'noData', now - hour);
    const at = (atMs: number) =>
      past.moment({ filters: {}, atMs }).alerts.map(({ ruleId, state }) => `${ruleId} ${state}`);
    expect(at(now - 6 * hour)).toEqual([]);
    expect(at(now - 4.5 * hour)).toEqual(['a pending']);
    expect(at(now - 2.5 * hour)).toEqual(['a firing', 'b firing']);
    expect(at(now)).toEqual(['b firing', 'c noData']);
    const { alerts } = past.timeline({ filters: {}, fromMs: now - 3.5 * hour, toMs: now });
    expect(alerts.map(({ ruleId, fromMs, toMs }) => [ruleId, fromMs, toMs])).toEqual([
      ['a', now - 4 * hour, now - 2 * hour],
      ['b', now - 3 * hour, null],
    ]);
  });
});

describe('the timeline', () => {
  it('begins at the oldest snapshot of the view, and names every view that has a past', async () => {
    const { past, save } = await reviewRoom();
    save('essentials', now - 3 * day, { dso_days: 1 });
    save('kpis', now - 2 * day, { rate: 1 });
    save('essentials', now - day, { dso_days: 2 }, { cliente: 'Andes' });
    const all = past.timeline({ filters: {}, fromMs: null, toMs: null });
    expect(all).toMatchObject({ fromMs: now - 3 * day, toMs: now, instants: [now - 3 * day, now - 2 * day] });
    expect(all.views.map(({ filters }) => filters)).toEqual([{ cliente: 'Andes' }, {}]);
    expect(all.storage).toMatchObject({ snapshotCount: 3, payloadCount: 3, ceilingBytes: 128 * 1024 * 1024 });
    expect(past.timeline({ filters: { cliente: 'Andes' }, fromMs: null, toMs: null }).instants).toEqual([now - day]);
  });

  it('carries the stretches in which nobody looked', async () => {
    const { past, store } = await reviewRoom();
    store.alerts.saveGap({ fromMs: now - 3 * hour, toMs: now - 2 * hour, reason: 'asleep', detail: 'two hours' });
    expect(past.timeline({ filters: {}, fromMs: now - day, toMs: now }).gaps).toMatchObject([{ reason: 'asleep' }]);
    expect(past.moment({ filters: {}, atMs: now - 2.5 * hour }).gap).toMatchObject({ reason: 'asleep' });
    expect(past.moment({ filters: {}, atMs: now - hour }).gap).toBeNull();
  });
});

describe('the history of a KPI', () => {
  it('has its values, and a gap from when a value no longer spoke until the next was computed', async () => {
    const { past, save } = await reviewRoom();
    for (const [hoursAgo, value] of [
      [10, 50],
      [9.5, 49],
      [4, null],
      [3.5, 47],
    ] as const) {
      save('essentials', now - hoursAgo * hour, { dso_days: value });
    }
    const [history] = await past.histories({
      filters: {},
      kpiIds: ['dso_days'],
      fromMs: now - day,
      toMs: now,
      maxPoints: 400,
    });
    // The layer's ten minutes and six more of them: a value speaks for 70 minutes.
    expect(history).toMatchObject({ unit: 'days', computationCount: 4 });
    expect(history?.points).toEqual([
      { atMs: now - 10 * hour, value: 50 },
      { atMs: now - 9.5 * hour, value: 49 },
      { atMs: now - 9.5 * hour + 70 * minute, value: null },
      { atMs: now - 4 * hour, value: null },
      { atMs: now - 3.5 * hour, value: 47 },
      { atMs: now - 3.5 * hour + 70 * minute, value: null },
    ]);
  });

  it('shows no gap between what was thinned to one an hour, and one where hours are missing', async () => {
    const { past, save } = await reviewRoom();
    for (const hoursAgo of [60, 59, 58, 50]) save('essentials', now - hoursAgo * hour, { dso_days: hoursAgo });
    const [history] = await past.histories({
      filters: {},
      kpiIds: ['dso_days'],
      fromMs: now - 3 * day,
      toMs: now - 50 * hour,
      maxPoints: 400,
    });
    expect(history?.points.map(({ value }) => value)).toEqual([60, 59, 58, null, 50]);
  });

  it('is cut to the points asked for by taking the last of each stretch, and answers in the order asked', async () => {
    const { past, save } = await reviewRoom();
    for (let n = 0; n < 100; n += 1) save('essentials', now - n * 10 * minute, { dso_days: n });
    save('kpis', now, { rate: 0.5 });
    const histories = await past.histories({
      filters: {},
      kpiIds: ['rate', 'x_none', 'dso_days'],
      fromMs: now - day,
      toMs: now,
      maxPoints: 10,
    });
    expect(histories.map(({ kpiId }) => kpiId)).toEqual(['rate', 'dso_days']);
    expect(histories[1]?.points.length).toBeLessThanOrEqual(11);
    expect(histories[1]?.computationCount).toBe(100);
    expect(histories[1]?.points.at(-1)).toEqual({ atMs: now, value: 0 });
  });
});
