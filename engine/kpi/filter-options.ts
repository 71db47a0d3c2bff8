/** What a filter bar can offer: the pack's filters with the values that the source really holds, cached like any value. */
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { EntryKey, SectionCache } from '../cache/cache.ts';
import { entryKey } from '../cache/key.ts';
import type { FilterOption } from '../model/filters.ts';
import type { SqlSource } from '../sources/source.ts';
import type { KpiPack } from './pack.ts';
import { type Basis, keyBasis } from './views.ts';

export interface FilterOptionsOptions {
  readonly pack: KpiPack;
  readonly cache: SectionCache;
  readonly source: () => Promise<SqlSource>;
  readonly basis: Basis;
  readonly queryDeadlineMs: number;
  readonly logger: Logger;
}

/** Not one of the pack's sections: the choices that its filters offer. */
export const filterOptionsSection = 'filter-options';

/** A reader of the filter bar waits no longer for the values to choose from. */
const readerDeadlineMs = 2_000;

type Values = Record<string, string[]>;

export class FilterOptions {
  readonly #options: FilterOptionsOptions;
  readonly #key: EntryKey;

  constructor(options: FilterOptionsOptions) {
    this.#options = options;
    const { id: pack, version: packVersion } = options.pack;
    this.#key = entryKey({
      pack,
      packVersion,
      filters: {},
      asOf: '',
      extra: keyBasis(options.basis),
      layer: 'dashboard',
      section: filterOptionsSection,
    });
  }

  /** Never fails: without source and without a known list the choices are empty. */
  async list(): Promise<FilterOption[]> {
    const values = await this.#values();
    return this.#options.pack.filters.map(({ id, kind, label }) => ({ id, kind, label, values: values[id] ?? [] }));
  }

  async #values(): Promise<Values> {
    const [known] = await this.#options.cache.read<Values>([this.#key], { counted: false });
    if (known?.value && known.state === 'fresh') return known.value;
    const computing = this.#compute();
    if (!known?.value) return (await computing) ?? {};
    return known.value;
  }

  async #compute(): Promise<Values | null> {
    const { pack, cache, source, queryDeadlineMs, logger } = this.#options;
    try {
      const load = async () => ({ value: await pack.filterValues(await source(), queryDeadlineMs), dataAsOfMs: null });
      const tags = [`table:${pack.mainTable}`];
      const read = await cache.compute<Values>(this.#key, load, { deadlineMs: readerDeadlineMs, tags });
      return read.value;
    } catch (error) {
      logger.warn('The choices of the filters could not be read', { error: messageOf(error) });
      return null;
    }
  }
}
