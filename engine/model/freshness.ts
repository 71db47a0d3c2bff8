/** How old a value is, why it is what it is, and what is being done about it. */
import { z } from 'zod';

/** The TTL classes of the original guide. */
export const layerNames = ['dashboard', 'kpis', 'charts', 'financials'] as const;
export const layerNameSchema = z.enum(layerNames);
export type LayerName = z.infer<typeof layerNameSchema>;

/** `expired`: older than the layer allows to be served as current; shown as "last known". */
export const entryStateSchema = z.enum(['fresh', 'stale', 'expired', 'missing']);
export type EntryState = z.infer<typeof entryStateSchema>;

export const valueSourceSchema = z.enum(['memory', 'redis', 'snapshot', 'computed', 'none']);
export type ValueSource = z.infer<typeof valueSourceSchema>;

/** Why an entry is in its state; each is one sentence in the console. */
export const readReasonSchema = z.enum([
  'within-ttl',
  'ttl-passed',
  'age-ceiling-passed',
  'invalidated',
  'never-computed',
  'evicted',
  'entry-unreadable',
  'redis-unreachable',
  'just-computed',
  'source-failed',
  'clock-disagrees',
]);
export type ReadReason = z.infer<typeof readReasonSchema>;

export const refreshStatusSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('idle') }),
  z.object({
    status: z.literal('running'),
    taskId: z.string(),
    /** 0–1. */
    progress: z.number(),
    sinceMs: z.number(),
  }),
  z.object({
    status: z.literal('failed'),
    /** Failures in a row since the last stored success. */
    times: z.number(),
    lastError: z.string(),
    nextTryAtMs: z.number().nullable(),
  }),
]);
export type RefreshStatus = z.infer<typeof refreshStatusSchema>;

/** Everything a reader can know about a value besides the value. Times are epoch milliseconds. */
export const freshnessSchema = z.object({
  state: entryStateSchema,
  source: valueSourceSchema,
  reason: readReasonSchema,
  /** What the reason cannot say by itself: the tag, the error, the format; null when it says all. */
  reasonDetail: z.string().nullable(),
  layer: layerNameSchema,
  /** How far the source data reaches; null when the source cannot tell. */
  dataAsOfMs: z.number().nullable(),
  computedAtMs: z.number().nullable(),
  freshUntilMs: z.number().nullable(),
  staleUntilMs: z.number().nullable(),
  /** Bytes as stored, after compression. */
  sizeBytes: z.number().nullable(),
  computeMs: z.number().nullable(),
  refresh: refreshStatusSchema,
});
export type Freshness = z.infer<typeof freshnessSchema>;
