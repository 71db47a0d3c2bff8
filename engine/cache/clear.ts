/** Removes our own entries of one layer, or all, step by step; entries of other programs are never touched. */
import type { Clock } from '../base/clock.ts';
import type { CacheClearReport } from '../model/cache-actions.ts';
import type { LayerName } from '../model/freshness.ts';
import { entryPrefix, parseEntryName } from '../redis/key-names.ts';
import type { RedisLink } from '../redis/link.ts';
import { scanKeys } from '../redis/scan.ts';

const keysAtOnce = 200;

/** @throws EngineError REDIS_* */
export async function clearEntries(
  parts: { readonly link: RedisLink; readonly clock: Clock },
  layer: LayerName | 'all',
  maxSteps = 10_000,
): Promise<CacheClearReport> {
  const { link, clock } = parts;
  const startMs = clock.monotonicMs();
  let [removedCount, removedBytes, whole] = [0, 0, false];
  for await (const { keys, complete } of scanKeys(link, clock, {
    match: `${entryPrefix}*`,
    count: keysAtOnce,
    maxSteps,
  })) {
    whole = complete;
    const doomed = keys.filter((key) => layer === 'all' || parseEntryName(key)?.layer === layer);
    const sizes = await link.command('Clearing entries', (client) =>
      Promise.all(
        doomed.map(async (key) => {
          // Sent together: what is measured is what goes.
          const [sizeBytes, gone] = await Promise.all([client.strlen(key).catch(() => 0), client.unlink(key)]);
          return gone === 1 ? sizeBytes : null;
        }),
      ),
    );
    for (const sizeBytes of sizes) {
      if (sizeBytes === null) continue;
      removedCount += 1;
      removedBytes += sizeBytes;
    }
  }
  return { layer, removedCount, removedBytes, tookMs: clock.monotonicMs() - startMs, complete: whole };
}
