/** The entry that a test's refresh of a view fills. */
import type { EntryKey } from '../../engine/cache/cache.ts';
import { entryKey } from '../../engine/cache/key.ts';

export function refreshedKey(viewId: string): EntryKey {
  const asOf = '2026-01-15';
  return entryKey({ pack: 'test', packVersion: 1, filters: { view: viewId }, asOf, layer: 'kpis', section: 'kpis' });
}
