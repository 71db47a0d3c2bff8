/** What a KPI pack is: the filters it understands and, per section, how its payload is computed from a source. */
import type { KpiSettings } from '../config/settings.ts';
import type { CacheFilter } from '../model/cache-entries.ts';
import type { SectionName, SectionPayload, Unit } from '../model/dashboard.ts';
import type { Filters } from '../model/filters.ts';
import type { LayerName } from '../model/freshness.ts';
import type { SqlSource } from '../sources/source.ts';

export interface KpiDefinition {
  readonly id: string;
  readonly section: SectionName;
  readonly unit: Unit;
  /** In plain words, e.g. "Σ(days × amt) / Σ amt where days is known and not rejected". */
  readonly formula: string;
  readonly better: 'higher' | 'lower' | null;
  /** Columns `table.column` without which the KPI is missing. */
  readonly needs: readonly string[];
}

export interface FilterDefinition {
  readonly id: string;
  readonly kind: 'date' | 'days' | 'choice';
  readonly label: string;
  /** For `choice`: the column its values come from, `table.column`. */
  readonly column: string | null;
}

/** Canonical: unknown and meaningless filters gone, values typed; equal meaning gives deeply equal objects. */
export type NormalizedFilters = Readonly<Record<string, string | number>>;

/** What was changed, e.g. `{ cliente: 'Ñuble' }`; several values where it moved from one to another. */
export type ChangeSubject = Readonly<Record<string, string | number | readonly (string | number)[]>>;

export interface ComputeRequest {
  readonly section: SectionName;
  readonly filters: NormalizedFilters;
  /** ISO date. */
  readonly asOf: string;
  readonly settings: KpiSettings;
  readonly source: SqlSource;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

export interface ComputedSection {
  readonly payload: SectionPayload;
  /** The newest date in the data that was read; null when there is none. */
  readonly dataAsOfMs: number | null;
}

export interface KpiPack {
  readonly id: string;
  readonly title: string;
  /** Changes whenever a formula changes, so that entries of old formulas are not served. */
  readonly version: number;
  /** The table whose rows are counted when the source is described. */
  readonly mainTable: string;
  readonly filters: readonly FilterDefinition[];
  readonly kpis: readonly KpiDefinition[];
  /** Sections in the order in which they are worth computing, with the layer that each is cached in. */
  readonly sections: readonly { readonly name: SectionName; readonly layer: LayerName }[];
  /** Filter sets worth computing ahead of any reader. */
  readonly staticVariants: readonly Filters[];
  /**
   * What a section under these filters depends on: `table:<name>` for every table that it reads, and for each filter by
   * which a change of the data can be told apart `<filter>:<value>`, or `<filter>:*` for all values.
   */
  tagsOf(section: SectionName, filters: NormalizedFilters): readonly string[];
  /** @throws EngineError FILTER_INVALID naming the filter, the value, and what is accepted. */
  normalizeFilters(filters: Filters): NormalizedFilters;
  /** Normalised filters as a person reads them, in the pack's order. */
  explainFilters(filters: NormalizedFilters): CacheFilter[];
  /** The types of change in the data that {@link KpiPack.changeTags} understands. */
  readonly changeTypes: readonly string[];
  /** The tags of everything that a change concerns; null for a type that is not known. */
  changeTags(type: string, subject: ChangeSubject): readonly string[] | null;
  /** @throws EngineError SQL_*, SOURCE_* */
  computeSection(request: ComputeRequest): Promise<ComputedSection>;
  /** Distinct values for each `choice` filter, most frequent first, at most 500. */
  filterValues(source: SqlSource, deadlineMs: number): Promise<Record<string, string[]>>;
  /**
   * Checks that the source has what the pack needs.
   * Answers the KPIs that are lost, with the column that each lacks.
   * @throws EngineError SOURCE_SCHEMA_MISMATCH when nothing can be computed at all.
   */
  checkSource(source: SqlSource, deadlineMs: number): Promise<{ id: string; reason: string }[]>;
}
