/** Alerts over a real store and a real sampler, on a manual clock: firing, restarts, sleep, acknowledgement, delivery. */
import { describe, expect, it } from 'vitest';
import type { AlertEngine } from '../../../engine/alerts/alert-engine.ts';
import { desktopChannel } from '../../../engine/alerts/channels/desktop.ts';
import type { DesktopNotification, DesktopNotify } from '../../../engine/alerts/ports.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { SamplerPorts } from '../../../engine/health/ports.ts';
import { Sampler } from '../../../engine/health/sampler.ts';
import { type AlertRule, alertRuleSchema } from '../../../engine/model/alert.ts';
import type { Store } from '../../../engine/store/store.ts';
import { alertsOver, type TestChannel, testChannel } from '../../support/alert-parts.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type StoreRoom, storeRoom } from '../../support/store-room.ts';

const minute = 60_000;
const rule: AlertRule = alertRuleSchema.parse({
  id: 'memory-high',
  title: 'Redis memory (cache) over 90 %',
  signal: 'redis.cache.memory_ratio',
  comparison: 'above',
  threshold: 0.9,
  clearThreshold: 0.85,
  windowMs: 30_000,
  minimumCount: 4,
  forMs: minute,
  keepFiringForMs: 30_000,
  severity: 'warning',
});
/** What Redis would say; null: it does not answer. */
interface World {
  ratio: number | null;
  limit: boolean;
}

interface Running {
  readonly alerts: AlertEngine;
  readonly store: Store;
  readonly changed: string[];
  readonly givenUp: string[];
  path(): string[];
  state(): string;
  stop(): Promise<void>;
}

function ports(world: World): SamplerPorts {
  const memory = async () => {
    if (world.ratio === null) throw new Error('connection refused');
    return { usedBytes: world.ratio * 1_000, limitBytes: world.limit ? 1_000 : null, policy: 'allkeys-lru' };
  };
  return {
    redis: [{ role: 'cache', ping: async () => 0.3, memory }],
    cache: null,
    responses: null,
    sourceQueries: null,
    workers: null,
    queues: null,
    schedules: null,
    watchedQueues: null,
    process: null,
  };
}

/** Starts what the engine starts: store, sampler, alerts; called again it is a restart. */
async function start(
  room: StoreRoom,
  world: World,
  channels: readonly TestChannel[] = [],
  rules: readonly AlertRule[] = [rule],
): Promise<Running> {
  const { clock } = room;
  const store = await room.open();
  const { alerts, sender } = alertsOver(store, clock, rules, channels);
  const sampler = new Sampler({ clock, logger: silentLogger, ports: ports(world), sink: store.samples });
  sampler.onSampled((round) => void alerts.evaluate(round));
  const changed: string[] = [];
  alerts.onChanged(({ ruleId }) => changed.push(ruleId));
  await sampler.start();
  return {
    alerts,
    store,
    changed,
    givenUp: sender.givenUp,
    path: () =>
      store.alertHistory
        .newest({}, 500)
        .map(({ to }) => to)
        .toReversed(),
    state: () => alerts.list()[0]?.state ?? '',
    async stop() {
      await sampler.stop();
      store.close();
    },
  };
}

function desktop(): { readonly shown: DesktopNotification[]; readonly channel: TestChannel } {
  const shown: DesktopNotification[] = [];
  const host: DesktopNotify = { show: (notification) => void shown.push(notification) };
  return { shown, channel: testChannel((message, signal) => desktopChannel(host, false).send(message, signal)) };
}

function bench(world: Partial<World> = {}) {
  const clock = new ManualClock();
  return { clock, room: storeRoom(clock), world: { ratio: 0.5, limit: true, ...world } };
}

describe('an alert', () => {
  it('waits for its window and its forMs, fires once, clears past its clear threshold, and is told twice', async () => {
    const { clock, room, world } = bench();
    const { shown, channel } = desktop();
    const running = await start(room, world, [channel]);
    await clock.advance(minute);
    world.ratio = 0.97;
    await clock.advance(3 * minute);
    expect(running.path()).toEqual(['pending', 'firing']);
    world.ratio = 0.88;
    await clock.advance(3 * minute);
    expect(running.state()).toBe('firing');
    world.ratio = 0.5;
    await clock.advance(3 * minute);
    expect(running.path()).toEqual(['pending', 'firing', 'resolved']);
    await clock.advance(16 * minute);
    expect(running.path()).toEqual(['pending', 'firing', 'resolved', 'inactive']);
    expect(shown.map(({ alerts }) => alerts.map(({ to, title }) => [to, title]))).toEqual([
      [['firing', rule.title]],
      [['resolved', rule.title]],
    ]);
    expect(running.changed).toHaveLength(4);
    const [firing] = running.store.alertHistory.newest({ to: 'firing' }, 1);
    expect(firing).toMatchObject({ ruleId: rule.id, severity: 'warning', threshold: 0.9 });
    expect(firing?.value).toBeCloseTo(0.97, 2);
    expect(firing?.evidence).toMatch(/^97 % on average over 30 s \(6 observations\), over 90 %$/);
  });

  it('does not fire for a spike that is shorter than its forMs', async () => {
    const { clock, room, world } = bench();
    const running = await start(room, world);
    await clock.advance(minute);
    world.ratio = 0.99;
    await clock.advance(40_000);
    world.ratio = 0.5;
    await clock.advance(2 * minute);
    expect(running.path()).toEqual(['pending', 'inactive']);
  });

  it('is inactive where there is no limit: that was seen, so it is no lack of data, and it never fires', async () => {
    const { clock, room, world } = bench({ ratio: 5, limit: false });
    const { shown, channel } = desktop();
    const running = await start(room, world, [channel]);
    await clock.advance(30 * minute);
    expect(running.path()).toEqual([]);
    expect(running.alerts.list()).toMatchObject([{ state: 'inactive', value: null, observationCount: 6 }]);
    expect(shown).toEqual([]);
  });

  it('ends when the limit that it is about is taken away', async () => {
    const { clock, room, world } = bench({ ratio: 0.97 });
    const running = await start(room, world);
    await clock.advance(3 * minute);
    world.limit = false;
    await clock.advance(3 * minute);
    expect(running.path()).toEqual(['pending', 'firing', 'resolved']);
    const [end] = running.store.alertHistory.newest({}, 1);
    expect(end).toMatchObject({ value: null, facts: { outcome: 'absent', observationCount: 6 } });
    expect(end?.evidence).toBe(
      'There is no redis.cache.memory_ratio here, so nothing to measure (6 observations in 30 s)',
    );
  });

  it('keeps firing while its figure is gone for a short time, and says "no data" when it stays away', async () => {
    const { clock, room, world } = bench({ ratio: 0.97 });
    const { shown, channel } = desktop();
    const running = await start(room, world, [channel]);
    await clock.advance(3 * minute);
    world.ratio = null;
    await clock.advance(5 * minute);
    expect(running.state()).toBe('firing');
    await clock.advance(10 * minute);
    expect(running.path()).toEqual(['pending', 'firing', 'noData']);
    expect(shown).toHaveLength(1);
  });
});

describe('a restart', () => {
  it('at any moment of an alert gives the same transitions and no notification twice', async () => {
    for (const restartAtMs of [20_000, 50_000, 85_000, 95_000, 130_000, 200_000]) {
      const { clock, room, world } = bench({ ratio: 0.97 });
      const { shown, channel } = desktop();
      const first = await start(room, world, [channel]);
      await clock.advance(restartAtMs);
      await first.stop();
      const second = await start(room, world, [channel]);
      await clock.advance(5 * minute);
      expect(second.path()).toEqual(['pending', 'firing']);
      expect(shown.map(({ alerts }) => alerts.map(({ title }) => title))).toEqual([[rule.title]]);
      await second.stop();
    }
  });

  it('after hours goes on firing without a second notification, or resolves on fresh samples', async () => {
    const { clock, room, world } = bench({ ratio: 0.97 });
    const { shown, channel } = desktop();
    const first = await start(room, world, [channel]);
    await clock.advance(3 * minute);
    await first.stop();
    await clock.advance(5 * 60 * minute);
    const second = await start(room, world, [channel]);
    await clock.advance(5 * minute);
    expect(second.path()).toEqual(['pending', 'firing']);
    expect(shown).toHaveLength(1);
    world.ratio = 0.4;
    await clock.advance(5 * minute);
    expect(second.path()).toEqual(['pending', 'firing', 'resolved']);
  });

  it('after hours does not take the time it was away for time in which the condition held', async () => {
    const { clock, room, world } = bench({ ratio: 0.97 });
    const first = await start(room, world);
    await clock.advance(35_000);
    expect(first.state()).toBe('pending');
    await first.stop();
    await clock.advance(5 * 60 * minute);
    const second = await start(room, world);
    await clock.advance(35_000);
    expect(second.state()).toBe('pending');
    await clock.advance(2 * minute);
    expect(second.path()).toEqual(['pending', 'firing']);
  });

  it('sends what was owed when the process died before the channel took it', async () => {
    const { clock, room, world } = bench({ ratio: 0.97 });
    const { shown, channel } = desktop();
    const dead = testChannel(() => new Promise(() => undefined));
    const first = await start(room, world, [dead]);
    await clock.advance(2 * minute);
    expect(first.path()).toEqual(['pending', 'firing']);
    const second = await start(room, world, [channel]);
    await clock.advance(minute);
    expect(shown.map(({ alerts }) => alerts.map(({ title }) => title))).toEqual([[rule.title]]);
    await second.stop();
  });
});

describe('a sleep of two hours', () => {
  it('gives no false alert, whatever the figure did before', async () => {
    const { clock, room, world } = bench({ ratio: 0.97 });
    const { shown, channel } = desktop();
    const running = await start(room, world, [channel]);
    await clock.advance(40_000);
    expect(running.state()).toBe('pending');
    clock.suspend(120 * minute);
    world.ratio = 0.4;
    await clock.advance(10 * minute);
    expect(running.path()).toEqual(['pending', 'inactive']);
    expect(shown).toEqual([]);
  });

  it('leaves a healthy rule without a single transition', async () => {
    const { clock, room, world } = bench();
    const running = await start(room, world);
    await clock.advance(2 * minute);
    clock.suspend(120 * minute);
    await clock.advance(10 * minute);
    expect(running.path()).toEqual([]);
  });
});

describe('an acknowledgement', () => {
  it('is kept over a restart and ends with the alert', async () => {
    const { clock, room, world } = bench({ ratio: 0.97 });
    const first = await start(room, world);
    await clock.advance(3 * minute);
    first.alerts.acknowledge(rule.id, 'ana', 'raising the limit');
    expect(first.changed.at(-1)).toBe(rule.id);
    await first.stop();
    const second = await start(room, world);
    const acknowledged = { acknowledgedBy: 'ana', acknowledgeNote: 'raising the limit' };
    expect(second.alerts.list()).toMatchObject([{ state: 'firing', ...acknowledged }]);
    world.ratio = 0.4;
    await clock.advance(3 * minute);
    expect(second.alerts.list()).toMatchObject([{ state: 'resolved', acknowledgedBy: null, acknowledgedAtMs: null }]);
  });

  it('is refused for a rule that is not there or does not fire', async () => {
    const { room, world } = bench();
    const { alerts } = await start(room, world);
    expect(() => alerts.acknowledge('nothing', 'ana', '')).toThrow(
      expect.objectContaining({ code: 'ALERT_NOT_FOUND' }),
    );
    expect(() => alerts.acknowledge(rule.id, 'ana', '')).toThrow(expect.objectContaining({ code: 'ALERT_NOT_FIRING' }));
  });
});

describe('a channel that fails', () => {
  it('is tried again with growing waits and in order, until it takes what is owed', async () => {
    const { clock, room, world } = bench({ ratio: 0.97 });
    const sent: string[] = [];
    let failures = 4;
    let tries = 0;
    const channel = testChannel(async ({ alerts }) => {
      tries += 1;
      if (failures > 0) {
        failures -= 1;
        throw new Error('no desktop session');
      }
      sent.push(...alerts.map(({ to }) => to));
    });
    await start(room, world, [channel]);
    await clock.advance(100_000);
    expect(sent).toEqual([]);
    world.ratio = 0.4;
    await clock.advance(10 * minute);
    expect(sent).toEqual(['firing', 'resolved']);
    expect(tries).toBe(6);
  });

  it('is given up after its deadline, which is said once, and what comes after it is told', async () => {
    const { clock, room, world } = bench({ ratio: 0.97 });
    const told: string[] = [];
    let broken = true;
    const channel = testChannel(
      async ({ alerts }) => {
        if (broken) throw new Error('no desktop session');
        told.push(...alerts.map(({ to }) => to));
      },
      { deadlineMs: 30 * minute },
    );
    const running = await start(room, world, [channel]);
    await clock.advance(60 * minute);
    expect(running.givenUp).toEqual([`Told: ${rule.title}`]);
    broken = false;
    world.ratio = 0.4;
    await clock.advance(10 * minute);
    expect(told).toEqual(['resolved']);
    expect(running.givenUp).toHaveLength(1);
  });

  it('holds up neither another channel nor the judging', async () => {
    const { clock, room, world } = bench({ ratio: 0.97 });
    const told: string[] = [];
    const dead = testChannel(() => new Promise(() => undefined), { id: 'dead', name: 'Dead' });
    const well = testChannel(async ({ title }) => void told.push(title));
    const running = await start(room, world, [dead, well]);
    await clock.advance(3 * minute);
    world.ratio = 0.4;
    await clock.advance(3 * minute);
    expect(running.path()).toEqual(['pending', 'firing', 'resolved']);
    expect(told).toEqual([rule.title, `Resolved: ${rule.title}`]);
  });
});
