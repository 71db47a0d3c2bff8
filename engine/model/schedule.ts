/** Recurring work: what is due when, and how its last run went. */
import { z } from 'zod';
import { jobNameSchema } from './task.ts';

export const scheduleViewSchema = z.object({
  id: z.string(),
  job: jobNameSchema,
  /** In words with its unit, e.g. "every 10 min". */
  every: z.string(),
  everyMs: z.number(),
  nextRunAtMs: z.number(),
  lastRunAtMs: z.number().nullable(),
  lastOutcome: z.enum(['succeeded', 'failed', 'missed', 'running', 'never']),
  /** How late the last run started; null before the first. */
  lastLateMs: z.number().nullable(),
});
export type ScheduleView = z.infer<typeof scheduleViewSchema>;
