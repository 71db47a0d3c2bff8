/** How long the history of alerts is kept: by age and size, as people set it, and never what is open or still to be told. */
import { expect, it } from 'vitest';
import type { AlertRetentionLimits } from '../../../engine/model/alert-retention.ts';
import type { NewChange } from '../../../engine/store/alert-store.ts';
import type { Store } from '../../../engine/store/store.ts';
import { firingOf } from '../../support/alert-parts.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { storeRoom } from '../../support/store-room.ts';

const day = 24 * 3_600_000;
const megabyte = 1024 * 1024;
const start = Date.UTC(2026, 0, 1);

function changes(count: number, everyMs: number, ruleId = 'workers'): NewChange[] {
  return Array.from({ length: count }, (_, n) => ({
    transition: { ...firingOf(ruleId, start + n * everyMs), to: n % 2 === 0 ? 'firing' : 'resolved' },
    notify: [],
  }));
}

function commit(store: Store, all: readonly NewChange[]): number[] {
  const ids: number[] = [];
  for (let from = 0; from < all.length; from += 500) ids.push(...store.alerts.commit([], all.slice(from, from + 500)));
  return ids;
}

const limits = (change: Partial<AlertRetentionLimits>): AlertRetentionLimits => ({
  keepMs: 730 * day,
  ceilingBytes: 64 * megabyte,
  ...change,
});

it('starts with the limits of the program, keeps those of people over a restart, and takes them back', async () => {
  const room = storeRoom();
  const store = await room.open();
  expect(await store.alertRetention.view()).toEqual({
    ...limits({}),
    ...{ isDefault: true, transitionCount: 0, sizeBytes: expect.any(Number), oldestAtMs: null },
  });
  store.alertRetention.set(limits({ keepMs: 30 * day }));
  store.close();
  const again = await room.open();
  expect(await again.alertRetention.view()).toMatchObject({ keepMs: 30 * day, isDefault: false });
  again.alertRetention.set(null);
  expect(await again.alertRetention.view()).toMatchObject({ keepMs: 730 * day, isDefault: true });
});

it('removes what is older, and nothing else', async () => {
  const clock = new ManualClock(start + 100 * day);
  const store = await storeRoom(clock).open();
  commit(store, changes(1_000, day / 10));
  store.alertRetention.set(limits({ keepMs: 40 * day }));
  expect(await store.prune()).toMatchObject({ transitions: 600 });
  expect(await store.alertRetention.view()).toMatchObject({ transitionCount: 400, oldestAtMs: start + 60 * day });
  expect(await store.prune()).toMatchObject({ transitions: 0 });
});

it('removes the oldest of what takes more than its ceiling; the size told is about what the file gains', async () => {
  const store = await storeRoom(new ManualClock(start + day)).open();
  const before = store.usedRatio() * store.ceilingBytes;
  commit(store, changes(12_000, 1_000));
  const gained = store.usedRatio() * store.ceilingBytes - before;
  const { sizeBytes } = await store.alertRetention.view();
  expect(sizeBytes / gained).toBeGreaterThan(0.8);
  expect(sizeBytes / gained).toBeLessThan(1.25);
  store.alertRetention.set(limits({ ceilingBytes: 2 * megabyte }));
  await store.prune();
  const kept = await store.alertRetention.view();
  expect(kept.sizeBytes).toBeLessThanOrEqual(2 * megabyte);
  expect(kept.sizeBytes).toBeGreaterThan(1.9 * megabyte);
  expect(store.alertHistory.newest({}, 1)[0]?.atMs).toBe(start + 11_999_000);
});

it('keeps how an alert that still fires began, and what is owed to a channel, whatever their age', async () => {
  const clock = new ManualClock(start + 900 * day);
  const store = await storeRoom(clock).open();
  const state = { state: 'firing', kind: 'bad', value: 1, observationCount: 5 } as const;
  const times = { sinceMs: start, kindSinceMs: start, seenAtMs: start };
  const owed = { channelId: 'told', groupKey: 'owed', waitMs: 0, deadlineMs: 2_000 * day };
  const [fires] = store.alerts.commit(
    [{ ruleId: 'fires', ...state, ...times }],
    [{ transition: firingOf('fires', start), notify: [] }],
  );
  const [unsent] = store.alerts.commit([], [{ transition: firingOf('owed', start), notify: [owed] }]);
  commit(store, changes(500, 1_000));
  store.alertRetention.set(limits({ keepMs: 7 * day }));
  expect(await store.prune()).toMatchObject({ transitions: 500 });
  expect(store.alertHistory.newest({}, 9).map(({ id }) => id)).toEqual([unsent, fires]);
  expect(store.alerts.openEpisodes()).toMatchObject([{ ruleId: 'fires', firingId: fires }]);
  expect(store.notifications.dueChannels()).toEqual(['told']);
});
