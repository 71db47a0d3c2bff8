/** Removes what no reader can ever use again from Redis, within a budget: never KEYS, never a long call. */
import type { Clock } from '../base/clock.ts';
import { entryPrefix } from '../redis/key-names.ts';
import type { RedisLink } from '../redis/link.ts';
import { scanKeys } from '../redis/scan.ts';
import { isOutdated } from './codec.ts';

export interface CleanUpReport {
  readonly entryCount: number;
  /** Written in an older format, or not by us. */
  readonly outdatedCount: number;
  /** They would have stayed for ever; ours all have a time to live. */
  readonly withoutExpiryCount: number;
  readonly removedCount: number;
  /** False when the budget ended before the key space did. */
  readonly complete: boolean;
}

/** @throws EngineError REDIS_*, or the signal's reason */
export async function cleanUpEntries(parts: {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}): Promise<CleanUpReport> {
  const { link, clock, signal } = parts;
  const report = { entryCount: 0, outdatedCount: 0, withoutExpiryCount: 0, removedCount: 0, complete: false };
  const budget = { match: `${entryPrefix}*`, ...(signal ? { signal } : {}) };
  for await (const { keys, complete } of scanKeys(link, clock, budget)) {
    report.entryCount += keys.length;
    report.complete = complete;
    const doomed = keys.length === 0 ? [] : await uselessAmong(link, keys, report);
    if (doomed.length > 0) report.removedCount += await link.command('UNLINK', (client) => client.unlink(...doomed));
  }
  return report;
}

async function uselessAmong(
  link: RedisLink,
  keys: readonly string[],
  report: { outdatedCount: number; withoutExpiryCount: number },
): Promise<string[]> {
  const heads = await link.command('Looking at entries', (client) =>
    Promise.all(
      keys.map(async (key) => [await client.pttl(key), await headOf(client.getrangeBuffer(key, 0, 3))] as const),
    ),
  );
  return keys.filter((_key, index) => {
    const [liveMs, head] = heads[index] ?? [0, null];
    // -2: it has gone by itself since the scan.
    if (liveMs === -2) return false;
    const outdated = head === null || isOutdated(head);
    if (outdated) report.outdatedCount += 1;
    else if (liveMs === -1) report.withoutExpiryCount += 1;
    return outdated || liveMs === -1;
  });
}

/** Null for a key that is not a text at all. */
async function headOf(reading: Promise<Buffer>): Promise<Buffer | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return null;
    throw error;
  }
}
