/** What lay in the past of the alerts: when each fired, how long it took to be taken and to end, and one change in full. */
import { z } from 'zod';
import { alertTransitionSchema, severitySchema } from './alert.ts';

export const firingSpanSchema = z.object({
  ruleId: z.string(),
  title: z.string(),
  severity: severitySchema,
  /** May lie before the stretch that was asked for. */
  fromMs: z.number(),
  /** Null: it still fired at the end of the stretch. */
  toMs: z.number().nullable(),
});
export type FiringSpan = z.infer<typeof firingSpanSchema>;

export const ruleFiguresSchema = z.object({
  ruleId: z.string(),
  title: z.string(),
  severity: severitySchema,
  /** How often it began to fire. */
  firingCount: z.number(),
  /** Within the stretch. */
  firingMs: z.number(),
  /** Means over what was acknowledged, and over what ended; null when nothing was. */
  acknowledgeMs: z.number().nullable(),
  acknowledgedCount: z.number(),
  resolveMs: z.number().nullable(),
  resolvedCount: z.number(),
});
export type RuleFigures = z.infer<typeof ruleFiguresSchema>;

export const alertFiguresSchema = z.object({
  /** How far back all is known; later than what was asked for when there was too much. */
  fromMs: z.number(),
  toMs: z.number(),
  /** The one that fired most often first. */
  rules: z.array(ruleFiguresSchema),
  /** Oldest first; the newest where there are too many to draw. */
  spans: z.array(firingSpanSchema),
  spanCount: z.number(),
});
export type AlertFigures = z.infer<typeof alertFiguresSchema>;

export const alertDetailSchema = z.object({
  transition: alertTransitionSchema,
  /** The rule's changes around it, oldest first, itself among them. */
  around: z.array(alertTransitionSchema),
  notifications: z.array(
    z.object({
      channelId: z.string(),
      /** 0 for the first time. */
      repeatNumber: z.number(),
      state: z.enum(['due', 'sent', 'failed']),
      attempts: z.number(),
      createdAtMs: z.number(),
      settledAtMs: z.number().nullable(),
      lastError: z.string().nullable(),
    }),
  ),
  /** From when it began to fire (or pend) until it ended. */
  acknowledgements: z.array(z.object({ who: z.string(), atMs: z.number(), note: z.string() })),
});
export type AlertDetail = z.infer<typeof alertDetailSchema>;
