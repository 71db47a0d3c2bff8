/** The caches that ours is compared with, on the same Redis. */
import KeyvRedis from '@keyv/redis';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { createCache } from 'cache-manager';
import { Redis } from 'ioredis';
import { Keyv } from 'keyv';

export interface Peers {
  readonly bentoMemory: Reader;
  readonly bentoTwoTiers: Reader;
  readonly bentoRedis: Reader;
  readonly managerRedis: Reader;
  close(): Promise<void>;
}

export interface Reader {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
}

const ttl = '1h';

export function openPeers(socketPath: string): Peers {
  const connection = new Redis({ path: socketPath });
  const bento = new BentoCache({
    default: 'memory',
    stores: {
      memory: bentostore({ ttl }).useL1Layer(memoryDriver({ serialize: false, maxItems: 10_000 })),
      twoTiers: bentostore({ ttl })
        .useL1Layer(memoryDriver({ maxSize: '64mb' }))
        .useL2Layer(redisDriver({ connection }))
        .useBus(redisBusDriver({ connection: { path: socketPath } })),
      redis: bentostore({ ttl }).useL2Layer(redisDriver({ connection })),
    },
  });
  const manager = createCache({
    stores: [new Keyv({ store: new KeyvRedis({ socket: { path: socketPath, tls: false } }), namespace: 'manager' })],
    ttl: 3_600_000,
  });
  const bentoReader = (store: 'memory' | 'twoTiers' | 'redis'): Reader => ({
    get: (key) => bento.use(store).get({ key }),
    set: (key, value) => bento.use(store).set({ key, value }),
  });
  return {
    bentoMemory: bentoReader('memory'),
    bentoTwoTiers: bentoReader('twoTiers'),
    bentoRedis: bentoReader('redis'),
    managerRedis: manager,
    async close() {
      await bento.disconnectAll();
      await manager.disconnect();
      connection.disconnect();
    },
  };
}
