/** Rules as they are kept and edited, and what a rule would have done with the samples that are stored. */
import { z } from 'zod';
import { alertRuleSchema, weeklyHoursSchema } from './alert.ts';
import { signalNameSchema } from './sample.ts';

/** `changed`: a built-in rule that was edited and can be reset. */
export const ruleViewSchema = z.object({
  rule: alertRuleSchema,
  origin: z.enum(['built-in', 'changed', 'own']),
});
export type RuleView = z.infer<typeof ruleViewSchema>;

/** Without an id it is a new rule, named after its title. */
export const ruleDraftSchema = alertRuleSchema.omit({ id: true }).extend({ id: alertRuleSchema.shape.id.optional() });
export type RuleDraft = z.infer<typeof ruleDraftSchema>;

export const rulePreviewSchema = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  /** Samples that were there to judge; 0: nothing can be said. */
  sampleCount: z.number(),
  firings: z.array(
    z.object({
      fromMs: z.number(),
      /** Null: it would fire now. */
      toMs: z.number().nullable(),
      /** The value farthest past the threshold. */
      worst: z.number(),
    }),
  ),
  firingMs: z.number(),
  noDataMs: z.number(),
  /** Stretches in which nobody looked: nothing is claimed of them. */
  unseenMs: z.number(),
});
export type RulePreview = z.infer<typeof rulePreviewSchema>;

export const ruleImportSchema = z.object({
  added: z.array(z.string()),
  changed: z.array(z.string()),
  unchanged: z.array(z.string()),
});
export type RuleImport = z.infer<typeof ruleImportSchema>;

export const signalInfoSchema = z.object({
  signal: signalNameSchema,
  lastValue: z.number().nullable(),
  lastAtMs: z.number(),
});
export type SignalInfo = z.infer<typeof signalInfoSchema>;

/** `rule`, `severity`, `signal`, or one of a rule's own labels; `like` takes `*` for anything. */
export const matcherSchema = z.object({
  label: z.string().min(1).max(50),
  operator: z.enum(['is', 'isNot', 'like']),
  value: z.string().max(200),
});
export type Matcher = z.infer<typeof matcherSchema>;

/** Alerts that all matchers fit are not told: until a time, or in the same hours of every week (a mute time). */
export const silenceSchema = z.object({
  id: z.string(),
  matchers: z.array(matcherSchema).max(20),
  fromMs: z.number(),
  /** Null: until it is lifted. */
  untilMs: z.number().nullable(),
  hours: weeklyHoursSchema.nullable(),
  reason: z.string().trim().min(1).max(500),
  who: z.string(),
  createdAtMs: z.number(),
});
export type Silence = z.infer<typeof silenceSchema>;

export const silenceDraftSchema = z.object({
  matchers: z.array(matcherSchema).max(20),
  /** Null: until it is lifted. */
  forMs: z
    .number()
    .int()
    .min(1_000)
    .max(366 * 24 * 3_600_000)
    .nullable(),
  hours: weeklyHoursSchema.nullable().default(null),
  reason: z.string().trim().min(1).max(500),
});
export type SilenceDraft = z.infer<typeof silenceDraftSchema>;
