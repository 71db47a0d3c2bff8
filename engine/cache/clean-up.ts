/** Removes what no reader can ever use: keys of other entry versions and entries that would never expire. */
import type { Clock } from '../base/clock.ts';
import { entryPrefix, parseEntryName } from '../redis/key-names.ts';
import type { RedisLink } from '../redis/link.ts';
import { scanKeys } from '../redis/scan.ts';

export interface CleanUpReport {
  /** Keys of the cache that were looked at. */
  readonly seenCount: number;
  readonly foreignVersionCount: number;
  readonly withoutExpiryCount: number;
  /** False when the budget ended before the key space did. */
  readonly complete: boolean;
}

/** Redis's answer of PTTL for a key without an expiry. Source: the PTTL command */
const noExpiry = -1;
/** Every version of our entries, and nothing of BullMQ's, whose keys are `vigia:<queue>:…`. */
const anyVersion = 'vigia:v[0-9]*:*';

/** @throws EngineError REDIS_*, or the signal's reason. */
export async function cleanUpEntries(parts: {
  link: RedisLink;
  clock: Clock;
  signal: AbortSignal;
}): Promise<CleanUpReport> {
  const { link, clock, signal } = parts;
  const report = { seenCount: 0, foreignVersionCount: 0, withoutExpiryCount: 0, complete: false };
  for await (const { keys, complete } of scanKeys(link, clock, { match: anyVersion, signal })) {
    const foreign = keys.filter((key) => !key.startsWith(entryPrefix) || parseEntryName(key) === null);
    const ours = keys.filter((key) => !foreign.includes(key));
    const lasting = await withoutExpiry(link, ours);
    report.seenCount += keys.length;
    report.foreignVersionCount += await remove(link, foreign);
    report.withoutExpiryCount += await remove(link, lasting);
    report.complete = complete;
  }
  return report;
}

async function withoutExpiry(link: RedisLink, keys: readonly string[]): Promise<string[]> {
  const ttls = await Promise.all(keys.map((key) => link.command('PTTL', (client) => client.pttl(key))));
  return keys.filter((_key, index) => ttls[index] === noExpiry);
}

/** One key a command: keys of different slots cannot share one in a cluster. */
async function remove(link: RedisLink, keys: readonly string[]): Promise<number> {
  const removed = await Promise.all(keys.map((key) => link.command('UNLINK', (client) => client.unlink(key))));
  return removed.reduce((sum, count) => sum + count, 0);
}
