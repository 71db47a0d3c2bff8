/** Makes the rows of the Cache page from what the index knows and what the running pack can say of it. */

import type { IndexedEntry } from '../cache/survey/indexed-entry.ts';
import { ratioOf } from '../cache/survey/listings.ts';
import type { ViewWords } from '../kpi/view-words.ts';
import type { CacheRow, CacheRowState } from '../model/cache-entries.ts';

export interface RowParts {
  readonly words: ViewWords;
  readonly stateOf: (entry: IndexedEntry, nowMs: number) => CacheRowState;
  readonly hitsOf: (key: string) => number;
  readonly inMemory: (key: string) => boolean;
  /** Today, as the views have it. */
  readonly asOf: () => string;
  /** Sections that the pack computes by view. */
  readonly sections: ReadonlySet<string>;
}

export type RowMaker = (entry: IndexedEntry, nowMs: number) => CacheRow;

export function rowMaker(parts: RowParts): RowMaker {
  const { words, stateOf, hitsOf, inMemory, asOf, sections } = parts;
  return (entry, nowMs) => {
    const { key, origin, layer, section, view, sizeBytes, rawBytes } = entry;
    const own = origin === 'own';
    const described = words.describe(view);
    const ratio = ratioOf(entry);
    const freshUntilMs = entry.freshUntilMs === Number.MAX_SAFE_INTEGER ? null : entry.freshUntilMs;
    return {
      key,
      origin,
      layer,
      section,
      viewId: view?.viewId ?? null,
      pack: described.pack,
      asOf: described.asOf === '' ? null : described.asOf,
      filters: described.filters,
      state: stateOf(entry, nowMs),
      computedAtMs: entry.computedAtMs,
      dataAsOfMs: entry.dataAsOfMs,
      // Zero: only its stale copy is left, and since when is not known.
      freshUntilMs: freshUntilMs === 0 ? null : freshUntilMs,
      deletedAtMs: entry.deletedAtMs,
      sizeBytes,
      rawBytes,
      ratio: ratio === null ? null : Math.round(ratio * 100) / 100,
      computeMs: entry.computeMs,
      hits: own ? hitsOf(key) : null,
      tags: [...entry.tags],
      hasStaleCopy: entry.hasStaleCopy,
      inMemory: own && inMemory(key),
      refreshable: own && described.ours && described.asOf === asOf() && sections.has(section ?? ''),
      problem: entry.problem,
    };
  };
}
