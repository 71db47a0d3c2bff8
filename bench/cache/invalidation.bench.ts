/** What invalidating a tag costs over a million entries, how soon other processes know, and what the slow log says. */
import { setImmediate as turn } from 'node:timers/promises';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import { encodeEntry } from '../../engine/cache/codec.ts';
import { entryName } from '../../engine/redis/key-names.ts';
import type { RedisLink } from '../../engine/redis/link.ts';
import { CacheFleet, testKey } from '../../test/support/cache-fleet.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { until } from '../../test/support/until.ts';
import { atMost, quantile, type Row } from '../row.ts';

const entryCount = 1_000_000;
const batch = 5_000;
const rounds = 60;
const slowMicros = 1_000;

export async function invalidation(): Promise<Row[]> {
  const redis = await startRedis();
  const fleet = new CacheFleet();
  const bento = openBento(redis.socketPath);
  try {
    const [one, two] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    const key = testKey('watched');
    await one.cache.compute(key, async () => ({ value: 1, dataAsOfMs: null }), {
      deadlineMs: 5_000,
      tags: ['table:edp'],
    });
    await fill(one.link);
    const watched = async (): Promise<boolean> => (await two.cache.read([key]))[0]?.state === 'stale';
    await one.link.command('slow log', async (client) => {
      await client.config('SET', 'slowlog-log-slower-than', String(slowMicros));
      await client.slowlog('RESET');
    });
    await bento.set({ key: 'tagged', value: 1, tags: ['edp'] });
    const took: number[] = [];
    const seen: number[] = [];
    const peers: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await one.cache.compute(key, async () => ({ value: round, dataAsOfMs: null }), {
        deadlineMs: 5_000,
        tags: ['table:edp'],
      });
      await until(async () => !(await watched()) && (await two.cache.read([key]))[0]?.source === 'memory');
      const startMs = performance.now();
      await one.cache.invalidate(['table:edp'], 'stale', 'benchmark');
      const doneMs = performance.now();
      took.push(doneMs - startMs);
      while (!(await watched())) await turn();
      seen.push(performance.now() - doneMs);
      const peerMs = performance.now();
      await bento.deleteByTag({ tags: ['edp'] });
      peers.push(performance.now() - peerMs);
    }
    const slow = (await one.link.command('slow log', (client) => client.slowlog('LEN'))) as number;
    const peer = quantile(peers, 0.95);
    const of = `a tag of ${entryCount.toLocaleString('en-US')} entries`;
    return [
      atMost(5, {
        area: 'cache',
        name: `invalidating ${of}, p95`,
        unit: 'ms',
        ours: quantile(took, 0.95),
        peer,
        peerName: 'bentocache, deleteByTag',
      }),
      atMost(50, {
        area: 'cache',
        name: `until another process knows it, p99`,
        unit: 'ms',
        ours: Math.max(0, quantile(seen, 0.99)),
      }),
      atMost(0, {
        area: 'cache',
        name: `Redis calls over 1 ms while invalidating ${of} ${rounds} times (SLOWLOG)`,
        unit: '',
        ours: slow,
      }),
    ];
  } finally {
    await fleet.close();
    await bento.disconnectAll();
    await redis.stop();
  }
}

async function fill(link: RedisLink): Promise<void> {
  const nowMs = Date.now();
  const times = {
    computedAtMs: nowMs,
    dataAsOfMs: null,
    computeMs: 5,
    freshUntilMs: nowMs + 6e6,
    staleUntilMs: nowMs + 1e7,
  };
  const head = { id: 'ab'.repeat(16), meaning: '{}', tags: ['table:edp'], stamp: { epoch: '', seq: 0 }, ...times };
  const { bytes } = await encodeEntry(head, { n: 1 }, { kind: 'none', fromBytes: 0 });
  for (let at = 0; at < entryCount; at += batch) {
    await link.command(
      'filling',
      async (client) => {
        const pipeline = client.pipeline();
        for (let index = at; index < at + batch; index += 1) {
          pipeline.set(entryName(index.toString(16).padStart(32, '0'), 'kpis', 'kpis'), bytes, 'PX', 3_600_000);
        }
        await pipeline.exec();
      },
      30_000,
    );
  }
}

function openBento(path: string) {
  const two = bentostore({ ttl: '1h' })
    .useL1Layer(memoryDriver())
    .useL2Layer(redisDriver({ connection: { path } }));
  return new BentoCache({ default: 'two', stores: { two } });
}
