/** One command to a test's Redis server, as an operator beside the console would send it. */
import { Redis } from 'ioredis';
import type { TestRedis } from './redis-server.ts';

export async function redisCli(
  server: Pick<TestRedis, 'socketPath'>,
  [name = '', ...args]: readonly string[],
): Promise<unknown> {
  const redis = new Redis({ path: server.socketPath, lazyConnect: true });
  try {
    await redis.connect();
    return await redis.call(name, ...args);
  } finally {
    redis.disconnect();
  }
}
