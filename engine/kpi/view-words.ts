/** Says in words what a cached view stands for, from the meaning that its entries carry. */
import { z } from 'zod';
import { entryKey } from '../cache/key.ts';
import { isMeaningOf } from '../cache/survey/head-reader.ts';
import type { IndexedView } from '../cache/survey/indexed-entry.ts';
import type { CacheFilter } from '../model/cache-entries.ts';
import type { KpiPack, NormalizedFilters } from './pack.ts';
import { type Basis, keyBasis } from './views.ts';

const meaningSchema = z.object({
  pack: z.string(),
  packVersion: z.number(),
  filters: z.record(z.string(), z.union([z.string(), z.number()])),
  asOf: z.string(),
});

export interface ViewDescription {
  readonly pack: string | null;
  readonly packVersion: number | null;
  readonly asOf: string | null;
  /** As the pack normalised them; null when the meaning cannot be read. */
  readonly normalized: NormalizedFilters | null;
  readonly filters: CacheFilter[] | null;
  /** Filters, pack and date in lower case, for searching. */
  readonly words: string;
  /** True when this very program would make the same view, were it the same day. */
  readonly ours: boolean;
}

const unknownView: ViewDescription = {
  pack: null,
  packVersion: null,
  asOf: null,
  normalized: null,
  filters: null,
  words: '',
  ours: false,
};

export class ViewWords {
  readonly #pack: KpiPack;
  readonly #basis: ReturnType<typeof keyBasis>;
  readonly #known = new WeakMap<IndexedView, ViewDescription>();

  constructor(pack: KpiPack, basis: Basis) {
    this.#pack = pack;
    this.#basis = keyBasis(basis);
  }

  describe(view: IndexedView | null): ViewDescription {
    if (view === null) return unknownView;
    const known = this.#known.get(view);
    if (known) return known;
    const description = this.#read(view);
    this.#known.set(view, description);
    return description;
  }

  #read({ viewId, meaning }: IndexedView): ViewDescription {
    const parsed = parseMeaning(meaning);
    if (parsed === null || !isMeaningOf(meaning, viewId)) return unknownView;
    const { pack, packVersion, filters: normalized, asOf } = parsed;
    const mine = pack === this.#pack.id;
    const filters = mine ? this.#pack.explainFilters(normalized) : plainFilters(normalized);
    const shown = filters.flatMap(({ id, label, values }) => [id, label, ...values]);
    return {
      pack,
      packVersion,
      asOf,
      normalized,
      filters,
      words: [...shown, pack, asOf].join(' ').toLowerCase(),
      ours: mine && this.#viewId(normalized, asOf) === viewId,
    };
  }

  #viewId(filters: NormalizedFilters, asOf: string): string {
    const { id: pack, version: packVersion } = this.#pack;
    return entryKey({ pack, packVersion, filters, asOf, extra: this.#basis, layer: 'kpis', section: '' }).viewId;
  }
}

function parseMeaning(meaning: string): z.infer<typeof meaningSchema> | null {
  try {
    return meaningSchema.parse(JSON.parse(meaning));
  } catch {
    // Of another program or another age: shown without words.
    return null;
  }
}

function plainFilters(filters: NormalizedFilters): CacheFilter[] {
  return Object.entries(filters).map(([id, value]) => ({ id, label: id, values: [String(value)] }));
}
