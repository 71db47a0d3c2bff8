/** Alert rules, their states, and the history of every change. */
import { z } from 'zod';
import { causeLinkSchema } from './cause.ts';
import { signalNameSchema } from './sample.ts';

export const severitySchema = z.enum(['info', 'warning', 'critical']);
export type Severity = z.infer<typeof severitySchema>;

/** Hours of a week in a time zone; over midnight when `to` is not after `from`. */
export const weeklyHoursSchema = z.object({
  /** 1 is Monday, 7 Sunday. */
  days: z.array(z.number().int().min(1).max(7)).min(1),
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/),
  timeZone: z.string().min(1).max(100),
});
export type WeeklyHours = z.infer<typeof weeklyHoursSchema>;

const durationSchema = z
  .number()
  .int()
  .min(0)
  .max(7 * 24 * 3_600_000);

export const alertRuleSchema = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/),
  title: z.string().trim().min(1).max(200),
  signal: signalNameSchema,
  /** Fires when the windowed figure is on this side of `threshold`. */
  comparison: z.enum(['above', 'below']),
  threshold: z.number(),
  /** A firing rule resolves only past this value, so that it does not flap. */
  clearThreshold: z.number(),
  /** The figure judged is made of the samples in this window. */
  windowMs: durationSchema.min(1_000),
  aggregate: z.enum(['mean', 'max', 'min', 'sum', 'last']).default('mean'),
  /** Fewer observations than this in the window: no data, no verdict. */
  minimumCount: z.number().int().min(1),
  /** How long the condition must hold before it fires. */
  forMs: durationSchema,
  keepFiringForMs: durationSchema,
  severity: severitySchema,
  enabled: z.boolean().default(true),
  /** What too few observations mean, after `missingForMs` of them. */
  onMissing: z.enum(['noData', 'fire', 'resolve']).default('noData'),
  missingForMs: durationSchema.default(0),
  /** What samples that cannot be read mean. */
  onBroken: z.enum(['error', 'fire']).default('error'),
  labels: z.record(z.string().regex(/^[a-z_][a-z0-9_]{0,49}$/), z.string().max(200)).default({}),
  /** The doctor's check that tells what to do; null without one. */
  runbook: z.string().max(100).nullable().default(null),
  /** Judged in these hours only; null: always. */
  activeHours: weeklyHoursSchema.nullable().default(null),
  /** Not told while one of these fires: they are its cause. */
  inhibitedBy: z.array(z.string()).max(20).default([]),
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
  /** Suppressed alerts are shown and kept, but not told. The silence's reason; null without one. */
  silencedBy: z.string().nullable().default(null),
  /** The title of the alert that is its cause. */
  inhibitedBy: z.string().nullable().default(null),
  /** Fires again and again; told only once it stays. */
  isFlapping: z.boolean().default(false),
});
export type AlertStatus = z.infer<typeof alertStatusSchema>;

/**
 * What a change rests on, as figures. `absent`: looked, and there is nothing to measure, e.g. no memory limit; `ended`:
 * the rule was switched off or removed while it fired.
 */
export const evidenceFactsSchema = z.object({
  outcome: z.enum(['value', 'missing', 'absent', 'broken', 'ended']),
  signal: z.string(),
  value: z.number().nullable(),
  observationCount: z.number(),
  aggregate: alertRuleSchema.shape.aggregate.unwrap(),
  windowMs: z.number(),
  comparison: alertRuleSchema.shape.comparison,
  threshold: z.number(),
  minimumCount: z.number(),
  problem: z.string().nullable(),
});
export type EvidenceFacts = z.infer<typeof evidenceFactsSchema>;

/** One change of state, kept up to the age and the size that the history's limits allow. */
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
  /** The same as figures; changes of earlier versions have none. */
  facts: evidenceFactsSchema.nullish(),
  /** The title of the alert that was its cause then; null when none is known. */
  cause: z.string().nullable(),
  /** From the sign to its most probable cause as they were when it began to fire; empty for any other change. */
  chain: z.array(causeLinkSchema).default([]),
});
export type AlertTransition = z.infer<typeof alertTransitionSchema>;

export const alertHistoryQuerySchema = z.object({
  search: z.string().default(''),
  ruleId: z.string().nullable().default(null),
  to: alertStateSchema.nullable().default(null),
  severity: severitySchema.nullable().default(null),
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
  /** There are more than `totalCount`: they were not counted. */
  hasMoreThanCounted: z.boolean().default(false),
  nextBeforeId: z.number().nullable(),
});
export type AlertHistoryPage = z.infer<typeof alertHistoryPageSchema>;

/** One record for a stretch in which this console could not see, however many figures were missing. */
export const observationGapSchema = z.object({
  id: z.number(),
  fromMs: z.number(),
  /** Null while it lasts. */
  toMs: z.number().nullable(),
  /** `asleep`, `held-up`, `clock-set-back`, `not-running`, `own-network`. */
  reason: z.string(),
  detail: z.string(),
});
export type ObservationGap = z.infer<typeof observationGapSchema>;
