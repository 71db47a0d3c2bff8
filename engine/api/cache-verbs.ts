/** The verbs of the cache; each only hands on to the room that knows. */
import type { CacheHealth, CacheStatus } from '../model/cache.ts';
import type {
  CacheCleanUpReport,
  CacheClearReport,
  CacheInvalidation,
  CacheTarget,
  CacheWarming,
  DataChange,
  InvalidateMode,
} from '../model/cache-actions.ts';
import type { CacheEntriesPage, CacheEntriesQuery, CacheEntryDetail, CacheReach } from '../model/cache-entries.ts';
import type { LayerSet, SetLayer } from '../model/cache-layers.ts';
import type { LayerName } from '../model/freshness.ts';

type LayerOrAll = LayerName | 'all';
type Invalidate = CacheTarget & { mode: InvalidateMode; reason: string };

/** Filled in by the engine. */
export interface CacheOps {
  status(): Promise<CacheStatus>;
  health(): Promise<CacheHealth>;
  entries(query: CacheEntriesQuery): Promise<CacheEntriesPage>;
  entry(key: string): Promise<CacheEntryDetail>;
  reachOf(target: CacheTarget): Promise<CacheReach>;
  invalidate(order: Invalidate): Promise<CacheInvalidation>;
  refresh(key: string, who: string): Promise<{ taskId: string }>;
  reachOfLayer(layer: LayerOrAll): Promise<CacheReach>;
  clear(order: { layer: LayerOrAll; confirm: string }): Promise<CacheClearReport>;
  setLayer(order: SetLayer): Promise<LayerSet>;
  warm(who: string): Promise<{ taskId: string; joined: boolean }>;
  warming(): CacheWarming;
  cleanUp(who: string, remove: boolean): Promise<CacheCleanUpReport>;
  dataChanged(change: DataChange): Promise<CacheInvalidation>;
}

interface Caller {
  readonly name: string;
}

export function createCacheVerbs(cache: CacheOps) {
  return {
    'cache.status': () => cache.status(),
    'cache.health': () => cache.health(),
    'cache.entries': (query: CacheEntriesQuery) => cache.entries(query),
    'cache.entry': ({ key }: { key: string }) => cache.entry(key),
    'cache.invalidatePreview': (target: CacheTarget) => cache.reachOf(target),
    'cache.invalidate': (order: Invalidate) => cache.invalidate(order),
    'cache.refresh': ({ key }: { key: string }, caller: Caller) => cache.refresh(key, caller.name),
    'cache.clearPreview': ({ layer }: { layer: LayerOrAll }) => cache.reachOfLayer(layer),
    'cache.clear': (order: { layer: LayerOrAll; confirm: string }) => cache.clear(order),
    'cache.setLayer': (order: SetLayer) => cache.setLayer(order),
    'cache.warm': (_input: unknown, caller: Caller) => cache.warm(caller.name),
    'cache.warming': async () => cache.warming(),
    'cache.cleanUpPreview': (_input: unknown, caller: Caller) => cache.cleanUp(caller.name, false),
    'cache.cleanUp': (_input: unknown, caller: Caller) => cache.cleanUp(caller.name, true),
    'cache.dataChanged': (change: DataChange) => cache.dataChanged(change),
  };
}
