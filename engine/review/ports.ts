/** What the review asks of other rooms; the engine fills these in. */
import type { LayerSettings } from '../config/settings.ts';
import type { SectionName, SectionView, SourceInfo } from '../model/dashboard.ts';
import type { Filters } from '../model/filters.ts';
import type { LayerName } from '../model/freshness.ts';
import type { LinkView } from '../model/health.ts';
import type { Surroundings } from '../model/review.ts';

/** The KPIs as this program computes them. */
export interface KpiPort {
  readonly pack: string;
  readonly packVersion: number;
  /** Without credentials. */
  readonly source: string;
  /** In the pack's order. */
  readonly sections: readonly { readonly name: SectionName; readonly layer: LayerName }[];
  /** Null for a KPI that the pack does not know. */
  sectionOf(kpiId: string): SectionName | null;
  /** Canonical. @throws EngineError FILTER_INVALID */
  normalize(filters: Filters): Filters;
  layers(): Readonly<Record<LayerName, LayerSettings>>;
  /** As a reader gets it; what is stale is being computed meanwhile. @throws EngineError FILTER_INVALID */
  current(filters: Filters): Promise<readonly SectionView[]>;
}

/** What stands around the KPIs. */
export interface SurroundingsPort {
  links(): readonly LinkView[];
  source(): SourceInfo;
  workers(): Promise<Surroundings['workers']>;
}
