/** What a suite runs on: one server, or a cluster of three masters when a test file asks for it before them. */
import { Redis } from 'ioredis';
import type { RedisLink } from '../../engine/redis/link.ts';
import { startRedisCluster } from './redis-cluster.ts';
import { startRedis } from './redis-server.ts';

export interface RedisTarget {
  readonly url: string;
  /** Removes every key. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

let onCluster = false;

/** From now on, in this test file. */
export function runOnCluster(): void {
  onCluster = true;
}

export async function startRedisTarget(): Promise<RedisTarget> {
  if (onCluster) return startRedisCluster();
  const server = await startRedis();
  const client = new Redis(server.socketPath);
  return {
    url: server.url,
    flush: async () => void (await client.flushall()),
    async stop() {
      client.disconnect();
      await server.stop();
    },
  };
}

/** Over all servers behind the link. */
export async function listenerCount(link: RedisLink, channel = 'vigia:stored'): Promise<number> {
  const counts = await Promise.all(
    link.shards().map((shard) => shard.command('PUBSUB', (client) => client.pubsub('NUMSUB', channel))),
  );
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Ends every connection that listens, on all servers behind the link. */
export async function cutListeners(link: RedisLink): Promise<void> {
  await Promise.all(
    link.shards().map((shard) => shard.command('CLIENT KILL', (client) => client.client('KILL', 'TYPE', 'PUBSUB'))),
  );
}
