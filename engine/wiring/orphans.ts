/** Tells entries that nobody can ask for any more: of no section or layer of the pack, or of its old formulas. */
import { type IndexedEntry, type LayerTable, stateOf } from '../cache/survey/indexed-entry.ts';
import { filterOptionsSection } from '../kpi/filter-options.ts';
import type { KpiPack } from '../kpi/pack.ts';
import type { ViewWords } from '../kpi/view-words.ts';
import type { Foundation } from './foundation.ts';

export interface OrphanParts {
  readonly pack: KpiPack;
  readonly words: ViewWords;
  readonly layers: () => LayerTable;
}

/**
 * Only what is not fresh any more: while a console of another version runs on the same Redis, its entries stay fresh
 * and are left to it. Entries of other packs are never judged.
 */
export function orphanTest(
  { pack, words, layers }: OrphanParts,
  { clock }: Pick<Foundation, 'clock'>,
): (entry: IndexedEntry) => boolean {
  const places = new Set(pack.sections.map(({ name, layer }) => `${layer} ${name}`));
  places.add(`dashboard ${filterOptionsSection}`);
  // Invalidated or not: while its own time lasts somebody may still count on it.
  const byTimes = { layers, verdict: () => null };
  return (entry) => {
    if (stateOf(entry, byTimes, clock.now()) === 'fresh') return false;
    const described = words.describe(entry.view);
    if (described.pack !== pack.id) return false;
    if (described.packVersion !== pack.version) return true;
    return !places.has(`${entry.layer} ${entry.section ?? ''}`);
  };
}
