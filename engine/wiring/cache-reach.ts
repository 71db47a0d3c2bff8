/** Says what an action on the cache would reach, before it is done: how many entries, how big, which. */
import type { EntryIndex } from '../cache/survey/entry-index.ts';
import type { IndexedEntry } from '../cache/survey/indexed-entry.ts';
import type { CacheReach } from '../model/cache-entries.ts';
import { type LayerName, layerNameSchema } from '../model/freshness.ts';
import type { RowMaker } from './cache-rows.ts';

const sampleSize = 20;

export interface ReachParts {
  readonly index: EntryIndex;
  readonly rowOf: RowMaker;
  readonly nowMs: number;
  readonly complete: boolean;
}

/** Of our own entries only. */
export async function reachOf(
  { index, rowOf, nowMs, complete }: ReachParts,
  isMeant: (entry: IndexedEntry) => boolean,
): Promise<CacheReach> {
  const meant = await index.select((entry) => entry.origin === 'own' && isMeant(entry));
  const byLayer = new Map<LayerName, { entryCount: number; sizeBytes: number }>();
  let sizeBytes = 0;
  for (const entry of meant) {
    sizeBytes += entry.sizeBytes;
    const layer = layerNameSchema.safeParse(entry.layer);
    if (!layer.success) continue;
    const sum = byLayer.get(layer.data) ?? { entryCount: 0, sizeBytes: 0 };
    sum.entryCount += 1;
    sum.sizeBytes += entry.sizeBytes;
    byLayer.set(layer.data, sum);
  }
  return {
    entryCount: meant.length,
    sizeBytes,
    byLayer: [...byLayer].map(([layer, sum]) => ({ layer, ...sum })),
    sample: largest(meant).map((entry) => rowOf(entry, nowMs)),
    complete,
  };
}

function largest(entries: readonly IndexedEntry[]): IndexedEntry[] {
  const kept: IndexedEntry[] = [];
  for (const entry of entries) {
    if (kept.length === sampleSize && entry.sizeBytes <= (kept.at(-1)?.sizeBytes ?? 0)) continue;
    const at = kept.findIndex(({ sizeBytes }) => sizeBytes < entry.sizeBytes);
    kept.splice(at === -1 ? kept.length : at, 0, entry);
    if (kept.length > sampleSize) kept.pop();
  }
  return kept;
}
