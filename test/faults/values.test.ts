/** Faults of the source and the cache put into the real engine: the cause that is named must be the one that was injected. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, test } from 'vitest';
import { loadReferencePostgres, referenceFolder } from '../support/edp-sources.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { expectNamed, type FaultRoom } from '../support/injected-faults.ts';
import { startPostgres } from '../support/postgres.ts';
import { redisCli } from '../support/redis-cli.ts';

const read = (room: FaultRoom) => room.client.call('dashboard.get', {});
/** Views that nobody asked for before: the last so many days are each another filter. */
const readViews = async (room: FaultRoom, from: number, count: number): Promise<void> => {
  for (let days = from; days < from + count; days += 1) {
    await room.client.call('dashboard.get', { filters: { periodo_rapido: days } });
  }
};

describe.concurrent('the named cause is the injected one', () => {
  test('the source goes away', () => {
    let folder = '';
    return expectNamed({
      env: (room) => {
        folder = join(room.folder(), 'csv');
        cpSync(referenceFolder, folder, { recursive: true });
        return { VIGIA_SOURCE: folder };
      },
      inject: async (room) => {
        await room.settled();
        rmSync(folder, { recursive: true, force: true });
        await room.demand();
      },
      // What failed is not tried again for a while: only what is asked for anew fails anew.
      meanwhile: (room) => room.demand(),
      signs: ['source'],
      cause: 'source_unreachable',
      names: /unreachable/,
      alert: { ruleId: 'source-failing' },
      tellsWhyStale: true,
    });
  });

  test('the source is slow: each answer of PostgreSQL takes seconds more', () => {
    let slow: () => void = () => undefined;
    return expectNamed({
      env: async (room) => {
        const postgres = await startPostgres();
        room.onEnd(() => postgres.stop());
        const url = new URL(await loadReferencePostgres(postgres, 'edp'));
        const proxy = await startFaultProxy({ host: postgres.host, port: postgres.port });
        room.onEnd(() => proxy.stop());
        slow = () => proxy.delay(1_200);
        url.hostname = '127.0.0.1';
        url.port = String(proxy.port);
        return { VIGIA_SOURCE: url.href };
      },
      inject: async (room) => {
        await room.settled();
        slow();
        await room.demand();
      },
      meanwhile: read,
      signs: ['values'],
      cause: 'source_slow',
      names: /source .* is slow: p95 of its queries|jobs of .* take/,
    });
  });

  test('a storm of invalidations', () =>
    expectNamed({
      inject: (room) => room.settled(),
      meanwhile: async (room) => {
        for (let i = 0; i < 5; i += 1) await room.demand('expired');
      },
      signs: ['hit_rate'],
      cause: 'invalidation_storm',
      names: /invalidations within .* table:edp \(edp_updated/,
    }));

  test('the cache evicts at a tiny memory limit', () =>
    expectNamed({
      env: () => ({ VIGIA_MEMORY_TIER: '1mb' }),
      inject: async (room) => {
        await room.settled();
        await readViews(room, 10, 10);
        await redisCli(room.cache, ['CONFIG', 'SET', 'maxmemory', '3mb']);
      },
      meanwhile: async (room) => {
        // Another program fills the server, so that ours are pushed out.
        const redis = new Redis({ path: room.cache.socketPath });
        for (let i = 0; i < 200; i += 1) await redis.set(`other:${Math.random()}`, 'x'.repeat(4_000));
        redis.disconnect();
        await readViews(room, 10, 10);
      },
      signs: ['evictions'],
      cause: 'evictions',
      names: /evicted .* keys/,
      alert: { ruleId: 'cache-evicting', quick: { threshold: 10, clearThreshold: 1, windowMs: 15_000 } },
    }));

  test('a cold start: nothing is in the cache yet', () => {
    let days = 10;
    return expectNamed({
      inject: (room) => readViews(room, 2, 5),
      meanwhile: (room) => {
        days += 2;
        return readViews(room, days, 4);
      },
      signs: ['hit_rate'],
      cause: 'cold_start',
      names: /the console began .* ago/,
    });
  });

  test('somebody cleared the cache', () =>
    expectNamed({
      inject: async (room) => {
        await room.settled();
        await readViews(room, 10, 8);
      },
      meanwhile: async (room) => {
        await room.client.call('cache.clear', { layer: 'all', confirm: 'all' });
        await readViews(room, 10, 8);
      },
      signs: ['hit_rate', 'values'],
      cause: 'cache_cleared',
      names: /every layer was cleared/,
    }));
});
