/** Faults of Redis put into the real engine: the cause that is named must be the one that was injected. */
import { describe, test } from 'vitest';
import { expectNamed, type FaultRoom } from '../support/injected-faults.ts';

const read = (room: FaultRoom) => room.client.call('dashboard.get', {});

describe.concurrent('the named cause is the injected one', () => {
  test('the Redis of the cache is killed', () =>
    expectNamed({
      inject: async (room) => {
        await room.settled();
        await room.cache.kill();
      },
      meanwhile: read,
      signs: ['redis'],
      cause: 'redis_unreachable',
      names: /Redis \(cache\) is unreachable/,
      alert: { ruleId: 'redis-cache-unreachable' },
    }));

  test('the broker is killed', () =>
    expectNamed({
      inject: async (room) => {
        await room.settled();
        await room.broker.kill();
      },
      signs: ['workers'],
      cause: 'redis_unreachable',
      names: /Redis \(broker\) is unreachable/,
      alert: { ruleId: 'redis-broker-unreachable' },
    }));

  test('the broker freezes: it takes connections and never answers', () =>
    expectNamed({
      inject: async (room) => {
        await room.settled();
        room.broker.freeze();
        room.onEnd(() => room.broker.thaw());
      },
      signs: ['redis'],
      cause: 'redis_frozen',
      names: /Redis \(broker\)/,
    }));
});
