/** What the alerts' history adds up to, over a real store. */
import { expect, test } from 'vitest';
import { firingOf } from '../../support/alert-parts.ts';
import { storeRoom } from '../../support/store-room.ts';

const minute = 60_000;
const hour = 60 * minute;
const owed = { channelId: 'mail', groupKey: 'mail', waitMs: 0, deadlineMs: hour };

/** Fires and ends; answers the ids of both changes. */
function episode(
  store: Awaited<ReturnType<ReturnType<typeof storeRoom>['open']>>,
  ruleId: string,
  fromMs: number,
  toMs: number | null,
): number[] {
  const state = {
    ruleId,
    state: 'firing',
    sinceMs: fromMs,
    kind: 'bad',
    kindSinceMs: fromMs,
    seenAtMs: fromMs,
    value: 1,
    observationCount: 5,
  } as const;
  const ids = store.alerts.commit([state], [{ transition: firingOf(ruleId, fromMs), notify: [owed] }]);
  if (toMs === null) return ids;
  const end = firingOf(ruleId, toMs, { from: 'firing', to: 'resolved' });
  return [...ids, ...store.alerts.commit([], [{ transition: end, notify: [owed] }])];
}

test('each firing is one stretch, and the figures of its rule are means of what happened', async () => {
  const store = await storeRoom().open();
  const t = 1_800_000_000_000;
  episode(store, 'a', t, t + 10 * minute);
  episode(store, 'a', t + hour, t + hour + 20 * minute);
  store.alerts.acknowledge('b', 'x', '', t);
  episode(store, 'b', t + 2 * hour, null);
  store.alerts.acknowledge('b', 'ana', 'looking', t + 2 * hour + 5 * minute);
  const { rules, spans, spanCount } = await store.alertEpisodes.figures(t - hour, t + 3 * hour);
  expect(spanCount).toBe(3);
  expect(spans.map(({ ruleId, fromMs, toMs }) => [ruleId, fromMs - t, toMs === null ? null : toMs - t])).toEqual([
    ['a', 0, 10 * minute],
    ['a', hour, hour + 20 * minute],
    ['b', 2 * hour, null],
  ]);
  expect(rules).toMatchObject([
    { ruleId: 'a', firingCount: 2, firingMs: 30 * minute, resolveMs: 15 * minute, acknowledgeMs: null },
    { ruleId: 'b', firingCount: 1, firingMs: hour, resolveMs: null, acknowledgeMs: 5 * minute, acknowledgedCount: 1 },
  ]);
});

test('what fired before the stretch began counts from its edge, and is no new firing', async () => {
  const store = await storeRoom().open();
  const t = 1_800_000_000_000;
  episode(store, 'still', t, null);
  episode(store, 'long', t, t + 5 * hour);
  const { rules, spans } = await store.alertEpisodes.figures(t + hour, t + 2 * hour);
  expect(spans.map(({ ruleId, fromMs }) => [ruleId, fromMs])).toEqual([
    ['long', t],
    ['still', t],
  ]);
  expect(rules.map(({ firingCount, firingMs }) => [firingCount, firingMs])).toEqual([
    [0, hour],
    [0, hour],
  ]);
});

test('thousands of changes at the same moment are each counted once', async () => {
  const store = await storeRoom().open();
  const t = 1_800_000_000_000;
  const changes = Array.from({ length: 2_500 }, (_, n) => ({ transition: firingOf(`r${n}`, t), notify: [] }));
  store.alerts.commit([], changes);
  const { rules, spanCount } = await store.alertEpisodes.figures(t - hour, t + hour);
  expect(spanCount).toBe(2_500);
  expect(new Set(rules.map(({ firingCount }) => firingCount))).toEqual(new Set([1]));
});

test('one change in full has its neighbours, what was owed for it, and only the acknowledgements of its episode', async () => {
  const store = await storeRoom().open();
  const t = 1_800_000_000_000;
  episode(store, 'a', t, null);
  store.alerts.acknowledge('a', 'earlier', '', t + minute);
  store.alerts.commit(
    [],
    [{ transition: firingOf('a', t + 2 * minute, { from: 'firing', to: 'resolved' }), notify: [] }],
  );
  const [firingId = 0] = episode(store, 'a', t + hour, null);
  store.alerts.acknowledge('a', 'ana', 'restarting', t + hour + minute);
  const [endId = 0] = store.alerts.commit(
    [],
    [{ transition: firingOf('a', t + 2 * hour, { from: 'firing', to: 'resolved' }), notify: [] }],
  );
  const began = store.alertEpisodes.detail(firingId);
  expect(began?.acknowledgements).toEqual([{ who: 'ana', note: 'restarting', atMs: t + hour + minute }]);
  expect(began?.notifications).toMatchObject([{ channelId: 'mail', state: 'due', repeatNumber: 0, attempts: 0 }]);
  expect(began?.around.map(({ to }) => to)).toEqual(['firing', 'resolved', 'firing', 'resolved']);
  expect(store.alertEpisodes.detail(endId)?.acknowledgements).toHaveLength(1);
  expect(store.alertEpisodes.detail(9_999)).toBeNull();
});
