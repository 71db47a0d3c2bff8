/** How long the history of alerts is kept, and what it takes. */
import { z } from 'zod';

const dayMs = 24 * 3_600_000;
const megabyte = 1024 * 1024;

export const alertRetentionLimitsSchema = z.object({
  /** Older changes go. */
  keepMs: z
    .number()
    .int()
    .min(7 * dayMs)
    .max(3_650 * dayMs),
  /** Of changes and what was told of them; past it the oldest go early. */
  ceilingBytes: z
    .number()
    .int()
    .min(2 * megabyte)
    .max(256 * megabyte),
});
export type AlertRetentionLimits = z.infer<typeof alertRetentionLimitsSchema>;

export const defaultAlertRetention: AlertRetentionLimits = { keepMs: 730 * dayMs, ceilingBytes: 64 * megabyte };

export const alertRetentionSchema = alertRetentionLimitsSchema.extend({
  /** Nobody changed the limits. */
  isDefault: z.boolean(),
  transitionCount: z.number(),
  /** About, by the newest rows. */
  sizeBytes: z.number(),
  /** Null without any. */
  oldestAtMs: z.number().nullable(),
});
export type AlertRetentionView = z.infer<typeof alertRetentionSchema>;
