/** Every setting with its default, its unit, its variable, and what is accepted. Reading them is `load.ts`'s job. */
import { z } from 'zod';
import type { LayerName } from '../model/freshness.ts';

export interface LayerSettings {
  /** Fresh for this long after the computation. */
  readonly ttlMs: number;
  /** Then served as stale, while it is refreshed, for this long; Redis deletes the entry at its end. */
  readonly staleWindowMs: number;
  /** Older than this a value is only "last known", whatever it was served from. */
  readonly maxAgeMs: number;
}

/** Business figures that the EDP pack's formulas take from outside the data. */
export interface KpiSettings {
  /** An open EDP is critical when it is out for more than this many days. */
  readonly criticalDays: number;
  /** Yearly cost of capital, 0–1. */
  readonly capitalRate: number;
  /** Paid within this many days of sending counts as fast. */
  readonly fastCollectionDays: number;
  /** Collection goal of a month, CLP; null shows no target. */
  readonly monthlyGoal: number | null;
  /** Targets shown beside the KPIs, by KPI id. */
  readonly targets: Readonly<Record<string, number>>;
  /** Weights of the parts of composite scores, by `score.part`; only their proportions matter. A pack has defaults. */
  readonly scoreWeights?: Readonly<Record<string, number>>;
}

export interface Settings {
  readonly dataDir: string;
  /** Null: a private embedded server. */
  readonly cacheUrl: string | null;
  readonly brokerUrl: string | null;
  readonly resultBackendUrl: string | null;
  /** `postgres://…`, a DuckDB file, or a folder of CSV/Parquet; null: the generated demo data. */
  readonly source: string | null;
  /** False: without a source there is no data, instead of demo data. */
  readonly demo: boolean;
  readonly demoRowCount: number;
  readonly pack: string;
  /** ISO date that stands for "today"; null follows the clock. */
  readonly asOf: string | null;
  readonly port: number;
  /** Null: made at start and kept in the data folder. */
  readonly token: string | null;
  readonly logLevel: string;
  readonly layers: Readonly<Record<LayerName, LayerSettings>>;
  /** Ceiling of the in-process memory tier. */
  readonly memoryTierBytes: number;
  /** Ceiling of the embedded cache server. */
  readonly cacheMemoryBytes: number;
  readonly workerProcesses: number;
  readonly workerConcurrency: number;
  readonly maxJobsPerChild: number;
  /** Deadline of one SQL query. */
  readonly queryDeadlineMs: number;
  readonly kpis: KpiSettings;
}

export const isoDateSchema = z.iso.date();

export const defaultKpiSettings: KpiSettings = {
  criticalDays: 60,
  capitalRate: 0.12,
  fastCollectionDays: 30,
  monthlyGoal: null,
  targets: {
    dso_days: 45,
    approval_rate: 0.95,
    on_time_rate: 0.8,
    first_pass_rate: 0.9,
    conformity_rate: 0.9,
    overdue_share: 0.2,
    concentration_hhi: 0.25,
  },
};

const minute = 60_000;

/** TTLs of the original guide; a value is served stale for six TTLs more and is "last known" after a day. */
export const defaultLayerTtlMs: Readonly<Record<LayerName, number>> = {
  dashboard: 5 * minute,
  kpis: 10 * minute,
  charts: 15 * minute,
  financials: 30 * minute,
};

/** The windows that follow from a TTL. */
export function layerSettings(ttlMs: number): LayerSettings {
  return { ttlMs, staleWindowMs: 6 * ttlMs, maxAgeMs: Math.max(24 * 60 * minute, 7 * ttlMs) };
}
