/** A process of its own that asks bentocache for one cold key many times at once and tells how often it computed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';

const [, , path = '', callers = '', computeMs = ''] = process.argv;

const bento = new BentoCache({
  default: 'two',
  stores: {
    two: bentostore({ ttl: '1h' })
      .useL1Layer(memoryDriver({ maxSize: '16mb' }))
      .useL2Layer(redisDriver({ connection: { path } }))
      .useBus(redisBusDriver({ connection: { path } })),
  },
});

const stampede = async (): Promise<void> => {
  let runs = 0;
  const factory = async (): Promise<string> => {
    runs += 1;
    await sleep(Number(computeMs));
    return 'value';
  };
  await Promise.all(Array.from({ length: Number(callers) }, () => bento.getOrSet({ key: 'cold', factory })));
  process.send?.({ runs });
};
process.on('message', () => void stampede());
process.on('disconnect', () => process.exit(0));
// The connections are up once they answered.
await bento.get({ key: 'none' });
process.send?.({ runs: -1 });
