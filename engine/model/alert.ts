/** Alert rules, their states, and the history of every change. */
import { z } from 'zod';
import { signalNameSchema } from './sample.ts';

export const severitySchema = z.enum(['info', 'warning', 'critical']);
export type Severity = z.infer<typeof severitySchema>;

export const alertRuleSchema = z.object({
  id: z.string(),
  title: z.string(),
  signal: signalNameSchema,
  /** Fires when the windowed figure is on this side of `threshold`. */
  comparison: z.enum(['above', 'below']),
  threshold: z.number(),
  /** A firing rule resolves only past this value, so that it does not flap. */
  clearThreshold: z.number(),
  /** The figure judged is the mean of the samples in this window. */
  windowMs: z.number(),
  /** Fewer observations than this in the window: no data, no verdict. */
  minimumCount: z.number(),
  /** How long the condition must hold before it fires. */
  forMs: z.number(),
  keepFiringForMs: z.number(),
  severity: severitySchema,
});
export type AlertRule = z.infer<typeof alertRuleSchema>;

export const alertStateSchema = z.enum(['inactive', 'pending', 'firing', 'resolved', 'noData', 'error']);
export type AlertState = z.infer<typeof alertStateSchema>;

export const alertStatusSchema = z.object({
  rule: alertRuleSchema,
  state: alertStateSchema,
  sinceMs: z.number(),
  value: z.number().nullable(),
  observationCount: z.number(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedAtMs: z.number().nullable(),
  acknowledgeNote: z.string().nullable(),
});
export type AlertStatus = z.infer<typeof alertStatusSchema>;

/** One change of state, kept for ever up to the store's ceiling. */
export const alertTransitionSchema = z.object({
  id: z.number(),
  ruleId: z.string(),
  title: z.string(),
  severity: severitySchema,
  from: alertStateSchema,
  to: alertStateSchema,
  atMs: z.number(),
  value: z.number().nullable(),
  threshold: z.number(),
  /** In words: what was seen, over which window. */
  evidence: z.string(),
});
export type AlertTransition = z.infer<typeof alertTransitionSchema>;

export const alertHistoryQuerySchema = z.object({
  search: z.string().default(''),
  ruleId: z.string().nullable().default(null),
  to: alertStateSchema.nullable().default(null),
  fromMs: z.number().nullable().default(null),
  untilMs: z.number().nullable().default(null),
  /** Only transitions older than this id: the cursor for the next page. */
  beforeId: z.number().nullable().default(null),
  limit: z.number().int().min(1).max(500).default(100),
});
export type AlertHistoryQuery = z.infer<typeof alertHistoryQuerySchema>;

export const alertHistoryPageSchema = z.object({
  transitions: z.array(alertTransitionSchema),
  /** Matching transitions in all. */
  totalCount: z.number(),
  nextBeforeId: z.number().nullable(),
});
export type AlertHistoryPage = z.infer<typeof alertHistoryPageSchema>;
