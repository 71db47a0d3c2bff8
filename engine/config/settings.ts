/** Every setting with its default, its unit, its variable, and what is accepted. Reading them is `load.ts`'s job. */
import { z } from 'zod';
import type { LayerField } from '../model/cache-layers.ts';
import { type LayerName, layerNameSchema } from '../model/freshness.ts';
import type { JobName, QueueName } from '../model/task.ts';

/** How payloads are stored. */
const layerCodecSchema = z.object({
  kind: z.enum(['none', 'zstd', 'brotli']),
  /** Shorter payloads (JSON text, bytes) are left alone; null: by how far away Redis is. */
  fromBytes: z.number().int().min(0).nullable(),
});
export type LayerCodec = Readonly<z.infer<typeof layerCodecSchema>>;

export const defaultCodec: LayerCodec = { kind: 'zstd', fromBytes: null };

export const layerSettingsSchema = z.object({
  /** Fresh for this long after the computation. */
  ttlMs: z.number().min(0),
  /** Then served as stale, while it is refreshed, for this long; Redis deletes the entry at its end. */
  staleWindowMs: z.number().min(0),
  /** Older than this a value is only "last known", whatever it was served from. */
  maxAgeMs: z.number().min(0),
  /** The part of the memory tier that the layer may take at most, 0–1. */
  memoryShare: z.number().min(0).max(1),
  codec: layerCodecSchema,
  /** Of refresh jobs nobody waits for, 1–100; the lowest goes first. */
  priority: z.number().int().min(1).max(100),
});
export type LayerSettings = Readonly<z.infer<typeof layerSettingsSchema>>;

const layersSchema = z.record(layerNameSchema, layerSettingsSchema);

/** Null for what is not the settings of all layers. */
export function parseLayers(text: string): Readonly<Record<LayerName, LayerSettings>> | null {
  try {
    return layersSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
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

export interface JobLimits {
  readonly softMs: number;
  /** Above `softMs`. */
  readonly hardMs: number;
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
  /** What a flag, the environment or an `.env` file says of a layer, and by which variable; it cannot be changed in the app. */
  readonly fixedLayers?: Readonly<Record<LayerName, Readonly<Partial<Record<LayerField, string>>>>>;
  /** Ceiling of the in-process memory tier. */
  readonly memoryTierBytes: number;
  /** Ceiling of the embedded cache server. */
  readonly cacheMemoryBytes: number;
  /** False: nothing is computed ahead of its readers unless somebody asks for it. */
  readonly warming: boolean;
  /** How many filter sets that people use are warmed beside the pack's own. */
  readonly warmLearnedCount: number;
  /** Cache entries of other programs to show, beside the original system's. */
  readonly foreignPatterns: readonly { readonly glob: string; readonly layer: string }[];
  /** Signs calls of the data-changed webhook; null: the webhook is closed. */
  readonly webhookSecret: string | null;
  readonly workerProcesses: number;
  readonly workerConcurrency: number;
  readonly maxJobsPerChild: number;
  /** A worker process above it is replaced when its jobs are done. */
  readonly workerMemoryBytes: number;
  /** Which queues this program's own workers serve. */
  readonly workerQueues: readonly QueueName[];
  /** How long a job of each type may take: asked to stop after `softMs`, its process killed after `hardMs`. */
  readonly jobLimits: Readonly<Record<JobName, JobLimits>>;
  /** Pause before the first of a job's three retries; it doubles each time, less up to half of it at random. */
  readonly retryFirstMs: number;
  /** Deadline of one SQL query. */
  readonly queryDeadlineMs: number;
  /** A job that waits longer is a backlog. */
  readonly backlogMs: number;
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

/** Seconds. A dashboard waits for several queries, each with a deadline of its own. */
export const defaultSoftLimitsS: Readonly<Record<JobName, number>> = {
  'refresh-kpis': 300,
  'refresh-dashboard': 300,
  precompute: 1_800,
  'clean-up': 900,
};
export const defaultHardLimitsS: Readonly<Record<JobName, number>> = {
  'refresh-kpis': 420,
  'refresh-dashboard': 420,
  precompute: 2_400,
  'clean-up': 1_200,
};

/** TTLs of the original guide; a value is served stale for six TTLs more and is "last known" after a day. */
export const defaultLayerTtlMs: Readonly<Record<LayerName, number>> = {
  dashboard: 5 * minute,
  kpis: 10 * minute,
  charts: 15 * minute,
  financials: 30 * minute,
};

/** The windows that follow from a TTL. */
export function layerSettings(ttlMs: number): LayerSettings {
  return {
    ttlMs,
    staleWindowMs: 6 * ttlMs,
    maxAgeMs: Math.max(24 * 60 * minute, 7 * ttlMs),
    memoryShare: 1,
    codec: defaultCodec,
    priority: 10,
  };
}
