/** Reads Redis's own account of itself into typed facts. */
import type { Clock } from '../base/clock.ts';
import type { RedisMemory } from '../model/health.ts';
import type { RedisLink } from './link.ts';

/** Counters run since the server's start. A null fact was not reported, e.g. by a managed service. */
export interface RedisFacts {
  readonly version: string | null;
  readonly processId: number | null;
  readonly uptimeS: number | null;
  readonly connectedClientCount: number | null;
  readonly memory: RedisMemory | null;
  readonly evictedKeyCount: number | null;
  readonly expiredKeyCount: number | null;
  readonly hitCount: number | null;
  readonly missCount: number | null;
  readonly commandsPerSecond: number | null;
  /** Over all databases. */
  readonly keyCount: number;
  readonly appendOnly: boolean | null;
  /** Servers that are replicas and have lost their primary. */
  readonly replicationBrokenCount: number;
}

export interface RedisSample {
  readonly atMs: number;
  /** One round trip, our own queueing included. */
  readonly pingMs: number;
  readonly facts: RedisFacts;
}

/** Source: the INFO command's `name:value` lines; sections begin with `#`. */
export function infoFields(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const cut = line.indexOf(':');
      return cut > 0 && !line.startsWith('#') ? [[line.slice(0, cut), line.slice(cut + 1)]] : [];
    }),
  );
}

export function parseInfo(text: string): RedisFacts {
  const fields = infoFields(text);
  const number = (name: string): number | null => {
    const value = Number(fields.get(name) ?? Number.NaN);
    return Number.isFinite(value) ? value : null;
  };
  const appendOnly = number('aof_enabled');
  return {
    version: fields.get('valkey_version') ?? fields.get('redis_version') ?? null,
    processId: number('process_id'),
    uptimeS: number('uptime_in_seconds'),
    connectedClientCount: number('connected_clients'),
    memory: memoryOf(number('used_memory'), number('maxmemory'), fields.get('maxmemory_policy')),
    evictedKeyCount: number('evicted_keys'),
    expiredKeyCount: number('expired_keys'),
    hitCount: number('keyspace_hits'),
    missCount: number('keyspace_misses'),
    commandsPerSecond: number('instantaneous_ops_per_sec'),
    keyCount: keyCountOf(fields),
    appendOnly: appendOnly === null ? null : appendOnly === 1,
    replicationBrokenCount: fields.get('role') === 'slave' && fields.get('master_link_status') !== 'up' ? 1 : 0,
  };
}

/** Source: `maxmemory` 0 means no limit at all on a 64-bit server. */
function memoryOf(usedBytes: number | null, limit: number | null, policy: string | undefined): RedisMemory | null {
  if (usedBytes === null) return null;
  return { usedBytes, limitBytes: limit === null || limit === 0 ? null : limit, policy: policy ?? 'unknown' };
}

/** Source: the keyspace section's `db0:keys=5,expires=1,avg_ttl=0`. */
function keyCountOf(fields: ReadonlyMap<string, string>): number {
  return [...fields]
    .filter(([name]) => /^db\d+$/.test(name))
    .reduce((sum, [, value]) => sum + Number(/keys=(\d+)/.exec(value)?.[1] ?? 0), 0);
}

/** One PING and one INFO of each shard, added up. @throws EngineError REDIS_* */
export async function sampleRedis(link: RedisLink, clock: Clock): Promise<RedisSample> {
  const startMs = clock.monotonicMs();
  await link.command('PING', (client) => client.ping());
  const pingMs = clock.monotonicMs() - startMs;
  const infos = await Promise.all(link.shards().map((shard) => shard.command('INFO', (client) => client.info())));
  return { atMs: clock.now(), pingMs, facts: addedUp(infos.map(parseInfo)) };
}

/** Of a cluster: counts and memory of all shards together; what each server has for itself is the first one's. */
export function addedUp(shards: readonly RedisFacts[]): RedisFacts {
  const [first, ...more] = shards;
  if (first === undefined) return parseInfo('');
  if (more.length === 0) return first;
  const sum = (pick: (facts: RedisFacts) => number | null): number | null => {
    const known = shards.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  const limits = shards.map(({ memory }) => memory?.limitBytes ?? null);
  const usedBytes = sum(({ memory }) => memory?.usedBytes ?? null);
  return {
    ...first,
    connectedClientCount: sum((facts) => facts.connectedClientCount),
    memory:
      first.memory === null || usedBytes === null
        ? null
        : {
            usedBytes,
            // One shard without a limit is a whole without one.
            limitBytes: limits.includes(null) ? null : limits.reduce<number>((total, limit) => total + (limit ?? 0), 0),
            policy: first.memory.policy,
          },
    evictedKeyCount: sum((facts) => facts.evictedKeyCount),
    expiredKeyCount: sum((facts) => facts.expiredKeyCount),
    hitCount: sum((facts) => facts.hitCount),
    missCount: sum((facts) => facts.missCount),
    commandsPerSecond: sum((facts) => facts.commandsPerSecond),
    keyCount: sum((facts) => facts.keyCount) ?? 0,
    replicationBrokenCount: sum((facts) => facts.replicationBrokenCount) ?? 0,
  };
}
