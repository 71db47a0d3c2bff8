/** Keeps the last known value of every section in the local store, and hands it to the cache when Redis has none. */

import type { Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { EntryKey, SectionCache, SnapshotPort } from '../cache/cache.ts';
import type { Views } from '../kpi/views.ts';
import { filtersKey } from '../model/filters.ts';
import type { SnapshotPlace } from '../store/snapshot-store.ts';
import type { Store } from '../store/store.ts';

export function snapshotPort(store: Store, views: Views): SnapshotPort {
  return {
    async load(redisKey) {
      const exact = await store.snapshots.load(redisKey);
      if (exact || views.asOfFixed) return exact;
      const found = views.byKey(redisKey);
      return found ? store.snapshots.loadLineage(found.section.lineage) : null;
    },
  };
}

/**
 * Saves every entry that is stored anywhere in the fleet, placed by its view: also of views that a worker warmed before
 * anybody here looked at them, or the review would not find them.
 */
export function keepSnapshots(
  parts: { store: Store; cache: SectionCache; views: Views; logger: Logger },
  onSaved: (saved: { viewId: string; section: string }) => void,
): Stop {
  const { store, cache, views, logger } = parts;
  const save = async (key: EntryKey): Promise<void> => {
    const [read] = await cache.read([key], { counted: false });
    if (!read || read.value === null || read.computedAtMs === null || read.source === 'snapshot') return;
    const { value, meaning, computedAtMs, dataAsOfMs, computeMs } = read;
    const found = views.byKey(key.redisKey) ?? views.byMeaning(meaning, key.redisKey);
    const place: SnapshotPlace | null = found && {
      ...views.origin,
      section: found.section.name,
      layer: found.section.key.layer,
      filters: filtersKey(found.view.filters),
      asOf: found.view.asOf,
    };
    const snapshot = { redisKey: key.redisKey, value, computedAtMs, dataAsOfMs, computeMs };
    store.snapshots.save(snapshot, found?.section.lineage ?? null, place);
  };
  return cache.onStored(({ redisKey, viewId, section, layer }) => {
    onSaved({ viewId, section });
    save({ redisKey, viewId, section, layer, meaning: '' }).catch((error: unknown) =>
      logger.warn('A snapshot could not be kept', { redisKey, error: messageOf(error) }),
    );
  });
}
