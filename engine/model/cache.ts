/** The cache as a whole: its layers with their figures, its memory tier, its link, and whether all of it is well. */
import { z } from 'zod';
import { cacheCleanUpReportSchema, cacheWarmingSchema } from './cache-actions.ts';
import { layerFieldSchema } from './cache-layers.ts';
import { layerNameSchema } from './freshness.ts';
import { healthStateSchema, linkViewSchema } from './health.ts';
import { saidSchema } from './said.ts';
import { seriesSchema } from './sample.ts';

/** A window with fewer reads gives counts but no rate. */
export const minimumReadsForRate = 20;

/** What one process counted in one window of one layer. */
export const cacheWindowSchema = z.object({
  windowMs: z.number(),
  /** `hits + staleHits + misses`. */
  reads: z.number(),
  /** Fresh values, from whatever tier. */
  hits: z.number(),
  /** Values past their TTL that were answered at once. */
  staleHits: z.number(),
  misses: z.number(),
  /** Why reads missed: reason → count, reasons that did not happen left out. */
  missesByReason: z.record(z.string(), z.number()),
  /** (hits + stale hits) / reads, 0–1; null with fewer reads than {@link minimumReadsForRate}. */
  hitRatio: z.number().nullable(),
  computations: z.number(),
  computeMsTotal: z.number(),
  /** Computations that failed. */
  failures: z.number(),
  /** Values computed before their TTL was over, because they are read steadily. */
  earlyRefreshes: z.number(),
  /** Readers that joined a computation instead of starting another. */
  joinedWaiters: z.number(),
  /** Answers by where they came from. */
  fromMemory: z.number(),
  fromRedis: z.number(),
  fromSnapshot: z.number(),
  bytesWritten: z.number(),
  bytesRead: z.number(),
  /** JSON bytes less stored bytes, of what was written. */
  bytesSaved: z.number(),
  /** Σ of what each hit would have cost to compute. */
  computeMsSaved: z.number(),
  /** Milliseconds; null without reads, and in totals of several layers, where quantiles do not add up. */
  readP50Ms: z.number().nullable(),
  readP95Ms: z.number().nullable(),
  readP99Ms: z.number().nullable(),
});
export type CacheWindow = z.infer<typeof cacheWindowSchema>;

/** Entries in Redis, as the index knows them. */
export const cacheEntryCountsSchema = z.object({
  fresh: z.number(),
  stale: z.number(),
  /** Past the layer's age ceiling. */
  expired: z.number(),
  /** Of an older format, with a wrong length, or not readable otherwise. */
  unreadable: z.number(),
  total: z.number(),
  /** As stored. */
  sizeBytes: z.number(),
  /** Of the JSON before compression, where it is known. */
  rawBytes: z.number(),
});
export type CacheEntryCounts = z.infer<typeof cacheEntryCountsSchema>;

export const cacheLayerSettingsSchema = z.object({
  ttlMs: z.number(),
  staleWindowMs: z.number(),
  maxAgeMs: z.number(),
  /** The part of the memory tier that the layer may take at most, 0–1. */
  memoryShare: z.number(),
  /** How payloads are stored; shorter ones than `fromBytes` are left alone, null: by how far away Redis is. */
  codec: z.object({ kind: z.enum(['none', 'zstd', 'brotli']), fromBytes: z.number().nullable() }),
  /** Of refresh jobs that nobody waits for; the lowest number goes first. */
  priority: z.number(),
});

export const cacheLayerStatusSchema = z.object({
  layer: layerNameSchema,
  settings: cacheLayerSettingsSchema,
  /** Field → the variable that fixes it: it cannot be changed in the app. */
  fixed: z.partialRecord(layerFieldSchema, z.string()),
  /** Fields that were changed in this console. */
  changed: z.array(layerFieldSchema),
  /** The last minute, five minutes, hour, in this order; counted by this process alone. */
  windows: z.array(cacheWindowSchema),
  entries: cacheEntryCountsSchema,
  /** The last hour, one point a minute at most; empty before the first sample. */
  hitRatio: seriesSchema.pick({ points: true }),
});
export type CacheLayerStatus = z.infer<typeof cacheLayerStatusSchema>;

/** What the index knows and what knowing it costs. */
export const cacheIndexStatusSchema = z.object({
  /** `building`: the first walk is under way; `ready`: kept current; `blind`: Redis cannot be asked, so it is as of `asOfMs`. */
  state: z.enum(['building', 'ready', 'blind']),
  entryCount: z.number(),
  /** More entries than this are counted but not listed. */
  limit: z.number(),
  /** True when there were more entries than the limit, or the walk's budget ended first: figures are then lower bounds. */
  truncated: z.boolean(),
  /** When the last whole walk ended; null before the first. */
  walkedAtMs: z.number().nullable(),
  walkTookMs: z.number().nullable(),
  nextWalkAtMs: z.number().nullable(),
  /** The load that we put on Redis for it. */
  commandsLastMinute: z.number(),
  commandsTotal: z.number(),
  problem: z.string().nullable(),
});
export type CacheIndexStatus = z.infer<typeof cacheIndexStatusSchema>;

export const cacheStatusSchema = z.object({
  atMs: z.number(),
  link: linkViewSchema,
  /** `closed` lets every call pass; `open`: Redis did not answer in time and is spared until a probe was answered. */
  breaker: z.enum(['closed', 'open']),
  /** `tracking`: Redis tells every change; `messages`: only our own processes tell; `deaf`: copies are compared at each read. */
  coherence: z.enum(['tracking', 'messages', 'deaf']),
  memory: z.object({ usedBytes: z.number(), limitBytes: z.number(), entryCount: z.number() }),
  layers: z.array(cacheLayerStatusSchema),
  /** The same windows over all layers. */
  totals: z.array(cacheWindowSchema),
  index: cacheIndexStatusSchema,
  foreign: z.object({ patterns: z.array(z.string()), entryCount: z.number(), sizeBytes: z.number() }),
  warming: cacheWarmingSchema,
  lastCleanUp: cacheCleanUpReportSchema.nullable(),
});
export type CacheStatus = z.infer<typeof cacheStatusSchema>;

/** `GET /manager/api/cache/health`. */
export const cacheHealthSchema = z.object({
  atMs: z.number(),
  state: healthStateSchema,
  /** The worst thing in one sentence; null when all is well. */
  headline: z.string().nullable(),
  checks: z.array(
    z.object({
      id: z.enum(['link', 'breaker', 'coherence', 'hit-rate', 'memory', 'warming', 'index']),
      state: healthStateSchema,
      /** What was seen, with figures. */
      evidence: z.string(),
      /** The same for every language. */
      said: saidSchema.optional(),
    }),
  ),
});
export type CacheHealth = z.infer<typeof cacheHealthSchema>;
