/** How many jobs wait, for work that gives way to them: two short reads a queue, without a connection of BullMQ's. */
import type { QueueName } from '../model/task.ts';
import type { RedisLink } from '../redis/link.ts';
import { queuePrefix } from './broker.ts';

/**
 * Jobs that could run now and wait for a worker; delayed ones are not among them.
 * Source: BullMQ keeps jobs without a priority in the list `<prefix>:<queue>:wait`, the others in the sorted set
 * `<prefix>:<queue>:prioritized`.
 * @throws EngineError REDIS_*
 */
export async function waitingJobs(link: RedisLink, queues: readonly QueueName[]): Promise<number> {
  const counts = await link.command('Counting the jobs that wait', (client) =>
    Promise.all(
      queues.flatMap((queue) => [
        client.llen(`${queuePrefix}:${queue}:wait`),
        client.zcard(`${queuePrefix}:${queue}:prioritized`),
      ]),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
