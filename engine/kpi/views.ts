/** Turns filters into a view (its id and the cache keys of its sections) and remembers which views people look at. */
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { EntryKey } from '../cache/cache.ts';
import { entryKey, type KeyParts } from '../cache/key.ts';
import type { KpiSettings } from '../config/settings.ts';
import type { SectionName } from '../model/dashboard.ts';
import type { Filters } from '../model/filters.ts';
import { localDate } from './as-of.ts';
import type { KpiPack, NormalizedFilters } from './pack.ts';

export interface View {
  readonly viewId: string;
  readonly filters: NormalizedFilters;
  /** ISO date. */
  readonly asOf: string;
  /** In the pack's order. */
  readonly sections: readonly ViewSection[];
}

export interface ViewSection {
  readonly name: SectionName;
  readonly key: EntryKey;
  /**
   * The same for this section whatever the as-of date: yesterday's value is what a reviewer sees this morning with
   * nothing reachable.
   */
  readonly lineage: string;
  /** What it depends on. */
  readonly tags: readonly string[];
}

/** What the values depend on besides pack, filters and date: another source or target gives other values. */
export interface Basis {
  /** Which source, without credentials. */
  readonly source: string;
  readonly settings: KpiSettings;
}

/** As it goes into the keys. */
export function keyBasis({ source, settings }: Basis): NonNullable<KeyParts['extra']> {
  return { source, settings: JSON.stringify(settings) };
}

export interface ViewsOptions {
  readonly pack: KpiPack;
  readonly basis: Basis;
  /** Fixed as-of date; null follows the clock. */
  readonly asOf: string | null;
  readonly clock: Clock;
  /** How many recently asked views are remembered. */
  readonly rememberedCount?: number;
}

export class Views {
  readonly #pack: KpiPack;
  readonly #basis: NonNullable<KeyParts['extra']>;
  readonly #source: string;
  readonly #asOf: string | null;
  readonly #clock: Clock;
  readonly #rememberedCount: number;
  /** Most recently asked last. */
  readonly #recent = new Map<string, View>();

  constructor({ pack, basis, asOf, clock, rememberedCount = 200 }: ViewsOptions) {
    this.#pack = pack;
    this.#basis = keyBasis(basis);
    this.#source = basis.source;
    this.#asOf = asOf;
    this.#clock = clock;
    this.#rememberedCount = rememberedCount;
  }

  /** What a section is of, whatever the date: for whoever keeps its past. */
  get origin(): { readonly pack: string; readonly packVersion: number; readonly source: string } {
    return { pack: this.#pack.id, packVersion: this.#pack.version, source: this.#source };
  }

  get asOf(): string {
    return this.#asOf ?? localDate(this.#clock.now());
  }

  get asOfFixed(): boolean {
    return this.#asOf !== null;
  }

  /** @throws EngineError FILTER_INVALID */
  resolve(filters: Filters): View {
    return this.of(this.#pack.normalizeFilters(filters), this.asOf);
  }

  /** The view of filters that are canonical already, as jobs carry them. */
  of(filters: NormalizedFilters, asOf: string): View {
    const lookup = `${asOf}${JSON.stringify(filters)}`;
    const view = this.#recent.get(lookup) ?? this.#build(filters, asOf);
    this.#remember(lookup, view);
    return view;
  }

  /** Views asked for lately, the latest first. */
  recent(): View[] {
    return [...this.#recent.values()].toReversed();
  }

  byId(viewId: string): View | null {
    return this.recent().find((view) => view.viewId === viewId) ?? null;
  }

  byKey(redisKey: string): { view: View; section: ViewSection } | null {
    for (const view of this.#recent.values()) {
      const section = view.sections.find(({ key }) => key.redisKey === redisKey);
      if (section) return { view, section };
    }
    return null;
  }

  /**
   * The section of a stored entry by what the entry says of itself, for entries of views that nobody asked for here;
   * null when this program would not make the same key, e.g. of another pack, version, source or setting.
   */
  byMeaning(meaning: string, redisKey: string): { view: View; section: ViewSection } | null {
    const said = saidIn(meaning);
    if (said === null || said.pack !== this.#pack.id) return null;
    const view = this.#build(said.filters, said.asOf);
    const section = view.sections.find(({ key }) => key.redisKey === redisKey);
    return section ? { view, section } : null;
  }

  #build(filters: NormalizedFilters, asOf: string): View {
    const { id: pack, version: packVersion } = this.#pack;
    const extra = this.#basis;
    const sections = this.#pack.sections.map(({ name, layer }) => {
      const parts = { pack, packVersion, filters, extra, layer, section: name };
      const tags = this.#pack.tagsOf(name, filters);
      return { name, key: entryKey({ ...parts, asOf }), lineage: entryKey({ ...parts, asOf: '' }).redisKey, tags };
    });
    const viewId = sections[0]?.key.viewId ?? '';
    return { viewId, filters, asOf, sections };
  }

  #remember(lookup: string, view: View): void {
    this.#recent.delete(lookup);
    this.#recent.set(lookup, view);
    const oldest = this.#recent.keys().next();
    if (this.#recent.size > this.#rememberedCount && !oldest.done) this.#recent.delete(oldest.value);
  }
}

const meaningSchema = z.object({
  pack: z.string(),
  filters: z.record(z.string(), z.union([z.string(), z.number()])),
  asOf: z.string(),
});

function saidIn(meaning: string): z.infer<typeof meaningSchema> | null {
  try {
    return meaningSchema.parse(JSON.parse(meaning));
  } catch {
    // Of another program or another age, or nothing at all.
    return null;
  }
}
