/** What is told of a key in a list: type, expiry, size, idle time; asked in short pipelines that change none of them. */
import type { KeyRow } from '../../model/redis-keys.ts';
import type { RedisShard } from '../shards.ts';
import type { KeySpace } from './key-space.ts';
import { nameOf } from './names.ts';

/** MEMORY USAGE looks at so many elements of a collection. */
const samples = 5;
/** Keys of one pipeline: others' commands come in between. */
const keysPerPipeline = 25;

/** Keys that went meanwhile are left out. @throws EngineError REDIS_* */
export async function measureKeys(
  space: KeySpace,
  shard: RedisShard,
  keys: readonly Buffer[],
  withIdle = true,
): Promise<KeyRow[]> {
  const rows: KeyRow[] = [];
  for (let from = 0; from < keys.length; from += keysPerPipeline) {
    rows.push(...(await measureSome(space, shard, keys.slice(from, from + keysPerPipeline), withIdle)));
  }
  return rows;
}

async function measureSome(
  { count }: KeySpace,
  shard: RedisShard,
  keys: readonly Buffer[],
  withIdle: boolean,
): Promise<KeyRow[]> {
  for (const name of ['type', 'pttl', 'memory|usage', ...(withIdle ? ['object|idletime'] : [])]) {
    count(shard.address, name, keys.length);
  }
  const replies = await shard.command('Measuring keys', async (client) => {
    const pipeline = client.pipeline();
    for (const key of keys) {
      pipeline.type(key);
      pipeline.pttl(key);
      pipeline.call('MEMORY', 'USAGE', key, 'SAMPLES', samples);
      if (withIdle) pipeline.object('IDLETIME', key);
    }
    return (await pipeline.exec()) ?? [];
  });
  const width = withIdle ? 4 : 3;
  return keys.flatMap((key, at): KeyRow[] => {
    const of = (index: number): unknown => replies[at * width + index]?.[1];
    const problem = replies[at * width]?.[0];
    if (problem) throw problem;
    const [type, ttl, size, idle] = [String(of(0)), Number(of(1)), of(2), withIdle ? of(3) : null];
    if (type === 'none' || ttl === -2) return [];
    return [
      {
        ...nameOf(key),
        type,
        ttlMs: ttl < 0 ? null : ttl,
        sizeBytes: typeof size === 'number' ? size : null,
        // An error under an LFU policy, which counts uses instead.
        idleS: typeof idle === 'number' ? idle : null,
      },
    ];
  });
}
