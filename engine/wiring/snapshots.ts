/** Keeps the last known value of every section in the local store, and hands it to the cache when Redis has none. */

import type { Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { EntryKey, SectionCache, SnapshotPort } from '../cache/cache.ts';
import type { View, Views } from '../kpi/views.ts';
import type { Store } from '../store/store.ts';

/**
 * What stays the same for a section of a view from one day to the next: yesterday's value is what a reviewer sees
 * this morning with nothing reachable.
 */
function lineageOf(packId: string, view: View, section: string): string {
  return `${packId}:${section}:${JSON.stringify(view.filters)}`;
}

export function snapshotPort(store: Store, views: Views, packId: string): SnapshotPort {
  return {
    async load(redisKey) {
      const exact = await store.snapshots.load(redisKey);
      if (exact || views.asOfFixed) return exact;
      const found = views.byKey(redisKey);
      return found ? store.snapshots.loadLineage(lineageOf(packId, found.view, found.section.name)) : null;
    },
  };
}

/** Saves every entry that is stored anywhere in the fleet and belongs to a view that somebody here looks at. */
export function keepSnapshots(
  parts: { store: Store; cache: SectionCache; views: Views; packId: string; logger: Logger },
  onSaved: (saved: { viewId: string; section: string }) => void,
): Stop {
  const { store, cache, views, packId, logger } = parts;
  const save = async (key: EntryKey): Promise<void> => {
    const [read] = await cache.read([key], { counted: false });
    if (!read || read.value === null || read.computedAtMs === null || read.source === 'snapshot') return;
    const { value, computedAtMs, dataAsOfMs, computeMs } = read;
    const found = views.byKey(key.redisKey);
    const lineage = found ? lineageOf(packId, found.view, found.section.name) : null;
    store.snapshots.save({ redisKey: key.redisKey, value, computedAtMs, dataAsOfMs, computeMs }, lineage);
  };
  return cache.onStored(({ redisKey, viewId, section, layer }) => {
    onSaved({ viewId, section });
    save({ redisKey, viewId, section, layer, meaning: '' }).catch((error: unknown) =>
      logger.warn('A snapshot could not be kept', { redisKey, error: messageOf(error) }),
    );
  });
}
