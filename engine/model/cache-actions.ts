/** What is done to the cache (invalidate, clear, warm, clean up), and what each tells of before and after. */
import { z } from 'zod';
import { cacheFilterSchema } from './cache-entries.ts';
import { layerNameSchema } from './freshness.ts';
import { taskStateSchema } from './task.ts';

/** `stale`: served on, marked, until it is refreshed; `expired`: not served as current any more. */
export const invalidateModeSchema = z.enum(['stale', 'expired']);
export type InvalidateMode = z.infer<typeof invalidateModeSchema>;

/** What to invalidate: everything that depends on any of the tags, and the entries under these keys. */
export const cacheTargetSchema = z.object({
  tags: z.array(z.string().min(1).max(200)).max(50).default([]),
  keys: z.array(z.string().min(1).max(512)).max(1_000).default([]),
});
export type CacheTarget = z.infer<typeof cacheTargetSchema>;

export const cacheInvalidationSchema = z.object({
  atMs: z.number(),
  mode: invalidateModeSchema,
  tags: z.array(z.string()),
  keyCount: z.number(),
  /** Entries that it concerns, as far as the index knows. */
  entryCount: z.number(),
  sizeBytes: z.number(),
  tookMs: z.number(),
  reason: z.string(),
});
export type CacheInvalidation = z.infer<typeof cacheInvalidationSchema>;

export const cacheClearReportSchema = z.object({
  layer: z.union([layerNameSchema, z.literal('all')]),
  removedCount: z.number(),
  removedBytes: z.number(),
  tookMs: z.number(),
  /** False when the budget ended first: call it again for the rest. */
  complete: z.boolean(),
});
export type CacheClearReport = z.infer<typeof cacheClearReportSchema>;

/** `outdated-format`: written by an older program or not by us; `orphan`: no section or layer of the pack, or its old formulas. */
export const cleanUpKindSchema = z.enum(['outdated-format', 'orphan', 'without-expiry']);
export type CleanUpKind = z.infer<typeof cleanUpKindSchema>;

const countAndBytes = z.object({ entryCount: z.number(), sizeBytes: z.number() });

export const cacheCleanUpReportSchema = z.object({
  startedAtMs: z.number(),
  tookMs: z.number(),
  /** False: only looked, nothing was removed. */
  removed: z.boolean(),
  /** Who or what asked, e.g. "schedule:clean-up". */
  requestedBy: z.string(),
  before: countAndBytes,
  /** The same as before when nothing was removed. */
  after: countAndBytes,
  kinds: z.array(
    z.object({
      kind: cleanUpKindSchema,
      entryCount: z.number(),
      sizeBytes: z.number(),
      /** At most five keys. */
      sample: z.array(z.string()),
    }),
  ),
  /** False when the budget ended before the key space did. */
  complete: z.boolean(),
});
export type CacheCleanUpReport = z.infer<typeof cacheCleanUpReportSchema>;

/** One key read back from Redis after it was warmed. */
export const warmProofSchema = z.object({
  key: z.string(),
  section: z.string(),
  /** Read past the memory of the process that computed it. */
  outcome: z.enum(['hit', 'stale', 'missing', 'unreadable', 'unreachable', 'compute-failed']),
  /** Null for a hit. */
  problem: z.string().nullable(),
});
export type WarmProof = z.infer<typeof warmProofSchema>;

export const warmedVariantSchema = z.object({
  filters: z.record(z.string(), z.union([z.string(), z.number()])),
  /** `static`: named by the pack; `learned`: people use it. */
  origin: z.enum(['static', 'learned']),
  viewId: z.string(),
  /** `skipped`: warming had to give way before its turn. */
  outcome: z.enum(['proved', 'failed', 'skipped']),
  /** Sections that were computed; the others were fresh already. */
  computedCount: z.number(),
  proofs: z.array(warmProofSchema),
  tookMs: z.number(),
});
export type WarmedVariant = z.infer<typeof warmedVariantSchema>;

export const warmReportSchema = z.object({
  taskId: z.string(),
  startedAtMs: z.number(),
  finishedAtMs: z.number(),
  variants: z.array(warmedVariantSchema),
  keyCount: z.number(),
  provedCount: z.number(),
  failedCount: z.number(),
  /** Why it ended before all variants were done; null when it did not. The rest comes with the next run. */
  gaveWay: z.string().nullable(),
});
export type WarmReport = z.infer<typeof warmReportSchema>;

/** Filters that people use, by a count that halves with time. */
export const learnedVariantSchema = z.object({
  filters: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Uses, each worth half after the half-life. */
  score: z.number(),
  lastUsedAtMs: z.number(),
});
export type LearnedVariant = z.infer<typeof learnedVariantSchema>;

/** The filters of a variant as a person reads them. */
const shownFilters = { shown: z.array(cacheFilterSchema) };

export const cacheWarmingSchema = z.object({
  enabled: z.boolean(),
  /** `waiting`: queued, or gives way to other work; `reason` says to what. */
  state: z.enum(['idle', 'waiting', 'running']),
  reason: z.string().nullable(),
  task: z.object({ taskId: z.string(), state: taskStateSchema, ratio: z.number() }).nullable(),
  /** Highest score first. */
  learned: z.array(learnedVariantSchema.extend(shownFilters)),
  staticCount: z.number(),
  learnedLimit: z.number(),
  halfLifeMs: z.number(),
  /** Why the last warm-up came to nothing; null when it left a report, and before the first. */
  failure: z.string().nullable(),
  lastReport: warmReportSchema.extend({ variants: z.array(warmedVariantSchema.extend(shownFilters)) }).nullable(),
});
export type CacheWarming = z.infer<typeof cacheWarmingSchema>;

const changedValue = z.union([z.string().max(190), z.number()]);

/** A change in the source that somebody told of; what it means for the cache is the pack's business. */
export const dataChangeSchema = z.object({
  /** E.g. `edp_updated`. */
  type: z.string().min(1).max(100),
  /** What was changed, e.g. `{ cliente: "Ñuble" }`; several values where it moved from one to another. */
  subject: z.record(z.string(), z.union([changedValue, z.array(changedValue).max(20)])).default({}),
});
export type DataChange = z.infer<typeof dataChangeSchema>;
