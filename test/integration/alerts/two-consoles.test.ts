/** Two consoles with stores of their own on one real Redis: one message each, and none lost when one of them dies. */
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Telling, type TellingBoard } from '../../../engine/alerts/telling.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { bookOf, firingOf, senderOver, testChannel } from '../../support/alert-parts.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { startRedis } from '../../support/redis-server.ts';
import { storeRoom } from '../../support/store-room.ts';
import { until } from '../../support/until.ts';

async function board(): Promise<TellingBoard & { client: Redis }> {
  const server = await startRedis();
  const client = new Redis(server.url);
  onTestFinished(async () => {
    client.disconnect();
    await server.stop();
  });
  return {
    client,
    take: async (key, value, ttlMs) =>
      (await client.set(key, value, 'PX', ttlMs, 'NX')) === null ? ((await client.get(key)) ?? value) : value,
    set: async (key, value, ttlMs) => void (await client.set(key, value, 'PX', ttlMs)),
    remove: async (key) => void (await client.del(key)),
  };
}

async function consoleOn(shared: TellingBoard, consoleId: string, told: string[], send?: () => Promise<void>) {
  const clock = new ManualClock();
  const store = await storeRoom(clock).open();
  const channel = testChannel(async ({ title }) => {
    if (send) await send();
    told.push(`${consoleId}: ${title}`);
  });
  const telling = new Telling({ board: shared, consoleId, logger: silentLogger });
  const sender = senderOver(store, clock, bookOf([channel]), telling);
  const owe = (to: 'firing' | 'resolved'): void => {
    const notify = [{ channelId: 'told', groupKey: 'all', waitMs: 0, deadlineMs: 3_600_000 }];
    // An end is owed only to those who were told of a beginning, so it is committed with its own.
    const transition = firingOf('memory', clock.now(), { to, from: to === 'firing' ? 'pending' : 'firing' });
    if (to === 'firing') {
      const state = {
        ...{ ruleId: 'memory', state: 'firing' as const, sinceMs: 0, kind: 'bad' as const, kindSinceMs: 0 },
        ...{ seenAtMs: 0, value: 1, observationCount: 1 },
      };
      store.alerts.commit([state], [{ transition, notify }]);
    } else store.alerts.commit([], [{ transition, notify }]);
  };
  return { clock, store, sender, owe };
}

describe('two consoles on one Redis', () => {
  it('tell each beginning and each end once, also of a second episode', async () => {
    const shared = await board();
    const told: string[] = [];
    const one = await consoleOn(shared, 'one', told);
    const two = await consoleOn(shared, 'two', told);
    for (const to of ['firing', 'resolved', 'firing', 'resolved'] as const) {
      one.owe(to);
      two.owe(to);
      await Promise.all([one.sender.deliver(), two.sender.deliver()]);
      for (const each of [one, two]) {
        await each.clock.advance(20_000);
        await each.sender.deliver();
      }
    }
    expect(told.map((line) => line.replace(/^\w+: /, ''))).toEqual([
      'Rule memory',
      'Resolved: Rule memory',
      'Rule memory',
      'Resolved: Rule memory',
    ]);
    expect([...one.store.notifications.dueChannels(), ...two.store.notifications.dueChannels()]).toEqual([]);
  });

  it('that starts late does not tell again what the other has told', async () => {
    const shared = await board();
    const told: string[] = [];
    const one = await consoleOn(shared, 'one', told);
    one.owe('firing');
    await one.sender.deliver();
    const two = await consoleOn(shared, 'two', told);
    two.owe('firing');
    await two.sender.deliver();
    expect(told).toEqual(['one: Rule memory']);
    const { deliveries } = two.store.notifications.deliveries({ channelId: 'told', beforeId: null, limit: 1 });
    expect(deliveries).toMatchObject([{ outcome: 'told-elsewhere' }]);
  });

  it('take over within a minute what a dying one had begun to tell', async () => {
    const shared = await board();
    const told: string[] = [];
    const dying = await consoleOn(shared, 'dying', told, () => new Promise(() => undefined));
    dying.owe('firing');
    void dying.sender.deliver();
    await until(async () => (await shared.client.keys('*')).length === 1, 5_000, 'the claim');
    const [claim = ''] = await shared.client.keys('*');
    expect(await shared.client.pttl(claim)).toBeLessThanOrEqual(45_000);
    const heir = await consoleOn(shared, 'heir', told);
    heir.owe('firing');
    await heir.sender.deliver();
    expect(told).toEqual([]);
    // The claim of the dead one runs out.
    await shared.client.del(claim);
    await heir.clock.advance(15_000);
    await heir.sender.deliver();
    expect(told).toEqual(['heir: Rule memory']);
  });

  it('tell all the same when Redis cannot say what the other does', async () => {
    const refusing: TellingBoard = {
      take: async () => Promise.reject(new Error('Redis is away')),
      set: async () => Promise.reject(new Error('Redis is away')),
      remove: async () => Promise.reject(new Error('Redis is away')),
    };
    const told: string[] = [];
    const one = await consoleOn(refusing, 'one', told);
    one.owe('firing');
    await one.sender.deliver();
    expect(told).toEqual(['one: Rule memory']);
  });
});
