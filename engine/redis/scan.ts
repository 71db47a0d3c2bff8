/** Walks keys with SCAN inside a budget, shard by shard, so that looking never becomes the load. */
import type { Clock } from '../base/clock.ts';
import type { RedisLink } from './link.ts';

export interface ScanBudget {
  /** Glob pattern of the SCAN command. */
  readonly match: string;
  /** Keys looked at a step; a hint to Redis. */
  readonly count?: number;
  /** Rest between steps. */
  readonly pauseMs?: number;
  /** SCAN calls at most, over all shards; the walk then ends unfinished. */
  readonly maxSteps?: number;
  readonly signal?: AbortSignal;
}

export interface ScanStep {
  /** A key may come twice, as SCAN has it. */
  readonly keys: readonly string[];
  /** True in the last step when the whole key space was walked. */
  readonly complete: boolean;
}

/** A shard that joins meanwhile is not walked. @throws EngineError REDIS_*, or the signal's reason. */
export async function* scanKeys(link: RedisLink, clock: Clock, budget: ScanBudget): AsyncGenerator<ScanStep, void> {
  const { match, count = 500, pauseMs = 5, maxSteps = 1_000, signal } = budget;
  const shards = [...link.shards()];
  let cursor = '0';
  for (let step = 1; step <= maxSteps; step += 1) {
    signal?.throwIfAborted();
    const [shard] = shards;
    if (shard === undefined) return;
    const from = cursor;
    const [next, keys] = await shard.command('SCAN', (client) => client.scan(from, 'MATCH', match, 'COUNT', count));
    cursor = next;
    if (cursor === '0') shards.shift();
    yield { keys, complete: shards.length === 0 };
    if (pauseMs > 0 && shards.length > 0) await clock.sleep(pauseMs, signal);
  }
}
