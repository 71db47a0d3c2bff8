/** What holds a message back and what lets it go, over a real store on a manual clock, restarts included. */
import { describe, expect, it } from 'vitest';
import { Silences } from '../../../engine/alerts/silences.ts';
import { systemIds } from '../../../engine/base/ids.ts';
import { type AlertRule, alertRuleSchema } from '../../../engine/model/alert.ts';
import type { AlertChannel } from '../../../engine/model/alert-channel.ts';
import type { SignalName } from '../../../engine/model/sample.ts';
import { alertsOver, testChannel } from '../../support/alert-parts.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type StoreRoom, storeRoom } from '../../support/store-room.ts';

const minute = 60_000;
const periodMs = 5_000;
const makeRule = (change: Partial<AlertRule>): AlertRule =>
  alertRuleSchema.parse({
    id: 'child',
    title: 'Child',
    signal: 'queue.backlog_count',
    comparison: 'above',
    threshold: 10,
    clearThreshold: 5,
    windowMs: periodMs,
    minimumCount: 1,
    forMs: 0,
    keepFiringForMs: 0,
    severity: 'warning',
    ...change,
  });
const child = makeRule({});
const parent = makeRule({
  id: 'parent',
  title: 'Parent',
  signal: 'redis.broker.unreachable_count',
  threshold: 0,
  clearThreshold: 0,
});

type World = Partial<Record<SignalName, number>>;

async function console(
  room: StoreRoom,
  clock: ManualClock,
  world: World,
  rules: readonly AlertRule[],
  change: Partial<Omit<AlertChannel, 'settings'>> = {},
) {
  const store = await room.open();
  const told: string[] = [];
  const channel = testChannel(async ({ title }) => void told.push(title), change);
  const silences = new Silences({ clock, ids: systemIds, settings: store.settings });
  const { alerts } = alertsOver(store, clock, rules, [channel], silences);
  let lastMs = clock.now();
  /** Samples and judges every period, as the sampler does; `blindness` is what the witness says. */
  const pass = async (forMs: number, blindness: string | null = null): Promise<void> => {
    for (let passed = 0; passed < forMs; passed += periodMs) {
      await clock.advance(periodMs);
      const atMs = clock.now();
      const gap = atMs - lastMs > 3 * periodMs ? { fromMs: lastMs, toMs: atMs, reason: 'asleep' } : null;
      lastMs = atMs;
      store.samples.append(
        Object.entries(world).map(([signal, value]) => ({
          signal: signal as SignalName,
          atMs,
          value: value ?? null,
          count: 1,
        })),
      );
      await alerts.evaluate({ atMs, gap, blindness });
    }
    await clock.advance(0);
  };
  const statusOf = (id: string) => alerts.list().find(({ rule }) => rule.id === id);
  return { store, alerts, silences, told, pass, statusOf };
}

function bench() {
  const clock = new ManualClock();
  return { clock, room: storeRoom(clock) };
}

describe('inhibition', () => {
  const inhibited = { ...child, inhibitedBy: ['parent'] };

  it('tells the cause only, says of the child what caused it, and tells the child when it outlives its cause', async () => {
    const { clock, room } = bench();
    const world: World = { 'redis.broker.unreachable_count': 1, 'queue.backlog_count': 0 };
    const { told, pass, statusOf, store } = await console(room, clock, world, [parent, inhibited]);
    await pass(minute);
    world['queue.backlog_count'] = 50;
    await pass(minute);
    expect(told).toEqual(['Parent']);
    expect(statusOf('child')).toMatchObject({ state: 'firing', inhibitedBy: 'Parent' });
    expect(store.alertHistory.newest({ ruleId: 'child' }, 1)).toMatchObject([{ to: 'firing', cause: 'Parent' }]);
    world['redis.broker.unreachable_count'] = 0;
    await pass(minute);
    expect(told).toEqual(['Parent', 'Resolved: Parent', 'Child']);
  });

  it('says nothing of a child that began and ended under its cause', async () => {
    const { clock, room } = bench();
    const world: World = { 'redis.broker.unreachable_count': 1, 'queue.backlog_count': 0 };
    const { told, pass } = await console(room, clock, world, [parent, inhibited]);
    await pass(minute);
    world['queue.backlog_count'] = 50;
    await pass(minute);
    world['queue.backlog_count'] = 0;
    await pass(minute);
    world['redis.broker.unreachable_count'] = 0;
    await pass(minute);
    expect(told).toEqual(['Parent', 'Resolved: Parent']);
  });
});

describe('a silence', () => {
  it('keeps an alert from being told until it is over, over a restart, and then tells it once', async () => {
    const { clock, room } = bench();
    const world: World = { 'queue.backlog_count': 0 };
    const first = await console(room, clock, world, [child]);
    first.silences.add(
      {
        matchers: [{ label: 'rule', operator: 'like', value: 'ch*d' }],
        forMs: 10 * minute,
        hours: null,
        reason: 'move',
      },
      'ana',
    );
    await first.pass(minute);
    world['queue.backlog_count'] = 50;
    await first.pass(minute);
    expect(first.told).toEqual([]);
    expect(first.statusOf('child')).toMatchObject({ state: 'firing', silencedBy: 'move' });
    first.store.close();
    const second = await console(room, clock, world, [child]);
    await second.pass(5 * minute);
    expect(second.told).toEqual([]);
    await second.pass(5 * minute);
    expect(second.told).toEqual(['Child']);
    second.store.close();
    const third = await console(room, clock, world, [child]);
    await third.pass(minute);
    expect(third.told).toEqual([]);
  });

  it('that is lifted lets the alert be told; one for other labels never held it', async () => {
    const { clock, room } = bench();
    const world: World = { 'queue.backlog_count': 50 };
    const { silences, told, pass } = await console(room, clock, world, [{ ...child, labels: { team: 'kpi' } }]);
    const matchers = (value: string) => [{ label: 'team', operator: 'is' as const, value }];
    const { id } = silences.add({ matchers: matchers('kpi'), forMs: null, hours: null, reason: 'x' }, 'ana');
    silences.add({ matchers: matchers('other'), forMs: null, hours: null, reason: 'y' }, 'ana');
    await pass(minute);
    expect(told).toEqual([]);
    silences.lift(id);
    await pass(periodMs);
    expect(told).toEqual(['Child']);
    expect(() => silences.lift(id)).toThrow(expect.objectContaining({ code: 'ALERT_SILENCE_NOT_FOUND' }));
  });

  it('in the same hours of every week is a mute time', async () => {
    // A Thursday, 12:00 UTC: 13:00 in Madrid.
    const { clock, room } = bench();
    const world: World = { 'queue.backlog_count': 50 };
    const { silences, told, pass } = await console(room, clock, world, [child]);
    const hours = { days: [4], from: '13:00', to: '13:30', timeZone: 'Europe/Madrid' };
    silences.add({ matchers: [], forMs: null, hours, reason: 'lunch' }, 'ana');
    await pass(29 * minute);
    expect(told).toEqual([]);
    await pass(2 * minute);
    expect(told).toEqual(['Child']);
  });
});

describe('a flapping alert', () => {
  it('is told a few times, then only once it stays', async () => {
    const { clock, room } = bench();
    const world: World = { 'queue.backlog_count': 0 };
    const { told, pass, statusOf } = await console(room, clock, world, [child]);
    for (let turn = 0; turn < 10; turn += 1) {
      world['queue.backlog_count'] = 50;
      await pass(minute / 2);
      world['queue.backlog_count'] = 0;
      await pass(minute / 2);
    }
    expect(told).toHaveLength(8);
    world['queue.backlog_count'] = 50;
    await pass(2 * minute);
    expect(statusOf('child')).toMatchObject({ state: 'firing', isFlapping: true });
    expect(told).toHaveLength(8);
    await pass(9 * minute);
    expect(told).toHaveLength(9);
    expect(statusOf('child')?.isFlapping).toBe(false);
  });
});

describe('an alert that nobody answers', () => {
  it('is told again after the repeat interval, until somebody acknowledges it', async () => {
    const { clock, room } = bench();
    const world: World = { 'queue.backlog_count': 50 };
    const { told, pass, alerts } = await console(room, clock, world, [child], { repeatMs: 10 * minute });
    await pass(25 * minute);
    expect(told).toEqual(['Child', 'Still: Child', 'Still: Child']);
    alerts.acknowledge('child', 'ana', 'on it');
    await pass(30 * minute);
    expect(told).toHaveLength(3);
  });
});

describe('grouping', () => {
  it('tells what came up together in one message, after the group wait', async () => {
    const { clock, room } = bench();
    const world: World = { 'queue.backlog_count': 50, 'redis.broker.unreachable_count': 1 };
    const change = { groupBy: 'channel', groupWaitMs: 30_000 } as const;
    const { told, pass } = await console(room, clock, world, [child, parent], change);
    await pass(30_000);
    expect(told).toEqual([]);
    await pass(20_000);
    expect(told).toEqual(['2 alerts: 2 firing']);
  });
});

describe('time that this console did not see', () => {
  it('in a sleep of two hours is one record, and no alert', async () => {
    const { clock, room } = bench();
    const world: World = { 'queue.backlog_count': 0 };
    const rules = Array.from({ length: 40 }, (_, n) => makeRule({ id: `r${n}`, forMs: minute }));
    const { told, pass, store } = await console(room, clock, world, rules);
    await pass(minute);
    world['queue.backlog_count'] = 50;
    await pass(20_000);
    clock.suspend(120 * minute);
    world['queue.backlog_count'] = 0;
    await pass(10 * minute);
    expect(told).toEqual([]);
    const gaps = store.alerts.gaps(0, clock.now(), 100);
    expect(gaps).toMatchObject([{ reason: 'asleep' }]);
    expect((gaps[0]?.toMs ?? 0) - (gaps[0]?.fromMs ?? 0)).toBeGreaterThan(119 * minute);
  });

  it('because its own network is gone is one record, and everything that failed meanwhile is nobody else’s fault', async () => {
    const { clock, room } = bench();
    const world: World = { 'redis.broker.unreachable_count': 0 };
    const { told, pass, store } = await console(room, clock, world, [parent, child]);
    await pass(minute);
    world['redis.broker.unreachable_count'] = 1;
    await pass(20 * minute, 'no network interface is up');
    expect(told).toEqual([]);
    expect(store.alerts.gaps(0, clock.now(), 100)).toMatchObject([
      { toMs: null, detail: 'no network interface is up' },
    ]);
    world['redis.broker.unreachable_count'] = 0;
    await pass(5 * minute);
    expect(told).toEqual([]);
    expect(store.alerts.gaps(0, clock.now(), 100)).toHaveLength(1);
    expect(store.alerts.gaps(0, clock.now(), 100)[0]?.toMs).not.toBeNull();
  });
});

describe('a rule', () => {
  it('that is switched off while it fires ends, and who was told hears of it', async () => {
    const { clock, room } = bench();
    const world: World = { 'queue.backlog_count': 50 };
    const rules = [child];
    const { told, pass } = await console(room, clock, world, rules);
    await pass(minute);
    rules.pop();
    await pass(minute);
    expect(told).toEqual(['Child', 'Resolved: Child']);
  });

  it('is judged in its active hours only', async () => {
    const { clock, room } = bench();
    const world: World = { 'queue.backlog_count': 50 };
    const activeHours = { days: [4], from: '12:30', to: '14:00', timeZone: 'UTC' };
    const { told, pass } = await console(room, clock, world, [{ ...child, activeHours }]);
    await pass(29 * minute);
    expect(told).toEqual([]);
    await pass(3 * minute);
    expect(told).toEqual(['Child']);
  });

  it('may take silence for trouble, with a pending time', async () => {
    const { clock, room } = bench();
    const world: World = { 'redis.broker.unreachable_count': 0 };
    const { told, pass } = await console(room, clock, world, [{ ...child, onMissing: 'fire', forMs: 2 * minute }]);
    await pass(minute);
    expect(told).toEqual([]);
    await pass(2 * minute);
    expect(told).toEqual(['Child']);
  });
});
