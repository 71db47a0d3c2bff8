/** Figures over time. */
import { z } from 'zod';
import { sectionNameSchema } from './dashboard.ts';
import { layerNameSchema } from './freshness.ts';

/** Every figure that is sampled. The unit is in the name's suffix: ratio 0–1, ms, bytes, count. */
export const signalNames = [
  'cache.hit_ratio',
  'cache.read_count',
  'cache.entry_count',
  /** Keys of the last warm-up that were no hit when they were read back; at least 1 when it failed as a whole. */
  'cache.unproved_count',
  'response.p95_ms',
  'response.p99_ms',
  'response.mean_ms',
  'response.count',
  'workers.available_count',
  /** Workers of either kind by their verdict. */
  'workers.consuming_count',
  'workers.busy_count',
  'workers.wedged_count',
  'workers.unknown_count',
  'workers.gone_count',
  'redis.cache.memory_ratio',
  'redis.cache.memory_bytes',
  'redis.broker.memory_ratio',
  'redis.broker.memory_bytes',
  'redis.cache.ping_ms',
  'redis.broker.ping_ms',
  /** 1 while the link is not ready, else 0. */
  'redis.cache.unreachable_count',
  'redis.broker.unreachable_count',
  /** Keys evicted since the look before. */
  'redis.cache.evicted_count',
  'redis.broker.evicted_count',
  /** 1 while the broker may evict jobs. */
  'redis.broker.evicting_count',
  /** Servers whose link to their primary is down. */
  'redis.cache.replication_broken_count',
  'redis.broker.replication_broken_count',
  'queue.backlog_count',
  /** Queues of any program whose ready jobs nobody begins: no worker connected, or none that works. */
  'queue.unattended_count',
  'queue.oldest_waiting_ms',
  'queue.jobs_per_second',
  /** Of the tasks that finished since the look before. */
  'queue.failed_ratio',
  'schedule.missed_count',
  'schedule.overran_count',
  'source.query_p95_ms',
  'source.unreachable_count',
  /** Values past the age at which they may still be shown as current. */
  'kpi.expired_count',
  'store.used_ratio',
  'engine.loop_delay_p99_ms',
  'engine.rss_bytes',
] as const;
/**
 * Besides these, the hit rate of each layer, every KPI of the unfiltered view (`kpi.dso_days`), the age of each of its sections,
 * and what each schedule missed in the last hour (`schedule.precompute.missed_count`; in the name of one whatever is no letter or digit is `_`).
 */
export const signalNameSchema = z.union([
  z.enum(signalNames),
  z.templateLiteral(['layer.', layerNameSchema, '.hit_ratio']),
  z.templateLiteral(['schedule.', z.string().regex(/^[a-z0-9_]{1,80}$/), '.missed_count']),
  z.templateLiteral(['section.', sectionNameSchema, '.age_ms']),
  z.templateLiteral(['kpi.', z.string().regex(/^[a-z0-9_]{1,80}$/)]),
]);
export type SignalName = z.infer<typeof signalNameSchema>;

/** One observation. `value` null: looked, but the figure does not exist (no limit set, no reads yet). */
export const sampleSchema = z.object({
  signal: signalNameSchema,
  atMs: z.number(),
  value: z.number().nullable(),
  /** How many observations stand behind the value, or behind there being none; 1 for a gauge, 0 when nothing was observed. */
  count: z.number(),
  /** How long it speaks for, when that is not one sampling period. */
  spanMs: z.number().optional(),
});
export type Sample = z.infer<typeof sampleSchema>;

/** A line to draw; a gap in our own looking is a null between points, never interpolated. */
export const seriesSchema = z.object({
  signal: signalNameSchema,
  fromMs: z.number(),
  toMs: z.number(),
  points: z.array(z.object({ atMs: z.number(), value: z.number().nullable() })),
});
export type Series = z.infer<typeof seriesSchema>;
