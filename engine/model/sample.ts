/** Figures over time. */
import { z } from 'zod';

/** Every figure that is sampled. The unit is in the name's suffix: ratio 0–1, ms, bytes, count. */
export const signalNames = [
  'cache.hit_ratio',
  'cache.read_count',
  'cache.entry_count',
  'response.p95_ms',
  'response.p99_ms',
  'response.mean_ms',
  'response.count',
  'workers.available_count',
  'redis.cache.memory_ratio',
  'redis.cache.memory_bytes',
  'redis.broker.memory_ratio',
  'redis.broker.memory_bytes',
  'redis.cache.ping_ms',
  'redis.broker.ping_ms',
  'queue.backlog_count',
  /** Queues of any program whose ready jobs nobody begins: no worker connected, or none that works. */
  'queue.unattended_count',
  'queue.oldest_waiting_ms',
  'queue.jobs_per_second',
  'schedule.missed_count',
  'schedule.overran_count',
  'source.query_p95_ms',
  'engine.loop_delay_p99_ms',
  'engine.rss_bytes',
] as const;
export const signalNameSchema = z.enum(signalNames);
export type SignalName = z.infer<typeof signalNameSchema>;

/** One observation. `value` null: looked, but the figure does not exist (no limit set, no reads yet). */
export const sampleSchema = z.object({
  signal: signalNameSchema,
  atMs: z.number(),
  value: z.number().nullable(),
  /** How many observations stand behind the value; 1 for a gauge. */
  count: z.number(),
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
