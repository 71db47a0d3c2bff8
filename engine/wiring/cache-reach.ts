/** Says what an action on the cache would reach, before it is done: how many entries, how big, which. */
import type { Clock } from '../base/clock.ts';
import type { EntryIndex } from '../cache/survey/entry-index.ts';
import { type IndexedEntry, isLayer } from '../cache/survey/indexed-entry.ts';
import { Turns } from '../cache/survey/turns.ts';
import type { CacheReach } from '../model/cache-entries.ts';
import type { LayerName } from '../model/freshness.ts';
import type { RowMaker } from './cache-rows.ts';

const sampleSize = 20;

export interface ReachParts {
  readonly index: EntryIndex;
  readonly rowOf: RowMaker;
  readonly clock: Clock;
  readonly complete: boolean;
}

/** Of our own entries only. */
export async function reachOf(
  { index, rowOf, clock, complete }: ReachParts,
  isMeant: (entry: IndexedEntry) => boolean,
): Promise<CacheReach> {
  const meant = await index.select((entry) => entry.origin === 'own' && isMeant(entry));
  const byLayer = new Map<LayerName, { entryCount: number; sizeBytes: number }>();
  const sample: IndexedEntry[] = [];
  const turns = new Turns(clock);
  let sizeBytes = 0;
  for (const entry of meant) {
    if (turns.isOver) await turns.give();
    sizeBytes += entry.sizeBytes;
    if (sample.length < sampleSize || entry.sizeBytes > (sample.at(-1)?.sizeBytes ?? 0)) keepLargest(sample, entry);
    const { layer } = entry;
    if (!isLayer(layer)) continue;
    const sum = byLayer.get(layer) ?? { entryCount: 0, sizeBytes: 0 };
    sum.entryCount += 1;
    sum.sizeBytes += entry.sizeBytes;
    byLayer.set(layer, sum);
  }
  return {
    entryCount: meant.length,
    sizeBytes,
    byLayer: [...byLayer].map(([layer, sum]) => ({ layer, ...sum })),
    sample: sample.map((entry) => rowOf(entry, clock.now())),
    complete,
  };
}

/** The largest first. */
function keepLargest(kept: IndexedEntry[], entry: IndexedEntry): void {
  const at = kept.findIndex(({ sizeBytes }) => sizeBytes < entry.sizeBytes);
  kept.splice(at === -1 ? kept.length : at, 0, entry);
  if (kept.length > sampleSize) kept.pop();
}
