/** A console that dies just before or just after each step of an alert's life: it goes on as if nothing had happened. */
import { expect, it } from 'vitest';
import { silentLogger } from '../../../engine/base/logger.ts';
import { Sampler } from '../../../engine/health/sampler.ts';
import { alertRuleSchema } from '../../../engine/model/alert.ts';
import type { Store } from '../../../engine/store/store.ts';
import { alertsOver, testChannel } from '../../support/alert-parts.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { storeRoom } from '../../support/store-room.ts';

const stepMs = 10_000;
const rule = alertRuleSchema.parse({
  id: 'memory-high',
  title: 'Redis memory (cache) over 90 %',
  signal: 'redis.cache.memory_ratio',
  comparison: 'above',
  threshold: 0.9,
  clearThreshold: 0.85,
  windowMs: 30_000,
  minimumCount: 4,
  forMs: 60_000,
  keepFiringForMs: 30_000,
  severity: 'warning',
});

/** One life of a console; after its death nothing that it does reaches the store or a receiver. */
class Life {
  readonly steps: string[] = [];
  isOver = false;
  readonly #deathAt: number | null;

  constructor(deathAt: number | null) {
    this.#deathAt = deathAt;
  }

  moment(step: string): void {
    if (this.isOver) throw new Error('dead');
    this.steps.push(step);
    if (this.steps.length - 1 !== this.#deathAt) return;
    this.isOver = true;
    throw new Error(`died ${step}`);
  }

  /** Each moment stands before or after a write that is really done. */
  around<A extends unknown[], R>(
    write: (...args: A) => R,
    nameOf: (...args: NoInfer<A>) => string | null,
  ): (...args: A) => R {
    return (...args) => {
      const name = nameOf(...args);
      if (this.isOver) throw new Error('dead');
      if (name === null) return write(...args);
      this.moment(`before ${name}`);
      const result = write(...args);
      this.moment(`after ${name}`);
      return result;
    };
  }
}

function mortal(store: Store, life: Life): void {
  const { alerts, notifications } = store;
  alerts.commit = life.around(alerts.commit.bind(alerts), (_states, changes) => changes[0]?.transition.to ?? null);
  alerts.acknowledge = life.around(alerts.acknowledge.bind(alerts), () => 'acknowledge');
  const next = notifications.next.bind(notifications);
  notifications.next = (...args) => {
    if (life.isOver) throw new Error('dead');
    const batch = next(...args);
    if (batch !== null) life.moment('after taking a batch');
    return batch;
  };
  notifications.markSent = life.around(notifications.markSent.bind(notifications), () => 'marking it sent');
  notifications.markFailed = life.around(notifications.markFailed.bind(notifications), () => null);
  notifications.postpone = life.around(notifications.postpone.bind(notifications), () => null);
  notifications.markGivenUp = life.around(notifications.markGivenUp.bind(notifications), () => null);
}

/** The whole life of one alert; dies once at the moment `deathAt` and is started again at once. */
async function live(deathAt: number | null) {
  const clock = new ManualClock();
  const room = storeRoom(clock);
  const first = new Life(deathAt);
  const told: { id: string; to: string }[] = [];
  let ratio = 0.97;
  const start = async (life: Life) => {
    const store = await room.open();
    mortal(store, life);
    const channel = testChannel(async (message) => {
      life.moment('before the receiver took it');
      for (const { to } of message.alerts) told.push({ id: message.id, to });
      life.moment('after the receiver took it');
    });
    const { alerts } = alertsOver(store, clock, [rule], [channel]);
    const memory = async () => ({ usedBytes: ratio * 1_000, limitBytes: 1_000, policy: 'allkeys-lru' });
    const none = { cache: null, responses: null, sourceQueries: null, workers: null, queues: null };
    const rest = { schedules: null, watchedQueues: null, process: null };
    const ports = { redis: [{ role: 'cache' as const, ping: async () => 0.3, memory }], ...none, ...rest };
    const sampler = new Sampler({ clock, logger: silentLogger, ports, sink: store.samples });
    sampler.onSampled((round) => void alerts.evaluate(round));
    await sampler.start();
    return { life, store, alerts, sampler };
  };
  let console = await start(first);
  const restartWhenDead = async (): Promise<void> => {
    if (!console.life.isOver) return;
    await console.sampler.stop();
    console.store.close();
    console = await start(new Life(null));
  };
  const pass = async (durationMs: number): Promise<void> => {
    for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
      await clock.advance(stepMs);
      await restartWhenDead();
    }
  };
  await pass(240_000);
  // Whoever sees the console die presses again, if it is not noted yet.
  for (let press = 0; press < 2 && console.alerts.list()[0]?.acknowledgedBy === null; press += 1) {
    try {
      console.alerts.acknowledge(rule.id, 'ana', 'raising the limit');
    } catch (error) {
      if (!console.life.isOver) throw error;
    }
    await restartWhenDead();
  }
  const acknowledgedBy = console.alerts.list()[0]?.acknowledgedBy;
  await pass(30_000);
  ratio = 0.4;
  await pass(240_000);
  const path = console.store.alertHistory.newest({}, 100).map(({ to }) => to);
  const owed = console.store.notifications.dueChannels();
  await console.sampler.stop();
  console.store.close();
  return { steps: first.steps, died: first.isOver, told, acknowledgedBy, path: path.toReversed(), owed };
}

const sending = [
  'after taking a batch',
  'before the receiver took it',
  'after the receiver took it',
  'before marking it sent',
  'after marking it sent',
];
const moments = [
  ...['before pending', 'after pending'],
  ...['before firing', 'after firing', ...sending],
  ...['before acknowledge', 'after acknowledge'],
  ...['before resolved', 'after resolved', ...sending],
];

it('passes through these moments when it lives', async () => {
  const { steps, told } = await live(null);
  expect(steps).toEqual(moments);
  expect(told.map(({ to }) => to)).toEqual(['firing', 'resolved']);
});

it.each(moments.map((name, index) => ({ name, index })))(
  'dies $name (moment $index): the same path, nothing lost, nothing told as if it were new',
  async ({ name, index }) => {
    const { steps, died, told, acknowledgedBy, path, owed } = await live(index);
    expect([died, steps.at(-1)]).toEqual([true, name]);
    expect(path).toEqual(['pending', 'firing', 'resolved']);
    expect(acknowledgedBy).toBe('ana');
    expect(owed).toEqual([]);
    // Only what the receiver had and nobody could mark is repeated, under the id that it had.
    const isRepeated = name === 'after the receiver took it' || name === 'before marking it sent';
    expect(told).toHaveLength(isRepeated ? 3 : 2);
    const idsOf = (to: string): number => new Set(told.filter((one) => one.to === to).map(({ id }) => id)).size;
    expect([idsOf('firing'), idsOf('resolved')]).toEqual([1, 1]);
  },
);
