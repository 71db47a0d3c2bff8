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

export type RunOutcome = 'succeeded' | 'failed' | 'missed' | 'running' | 'skipped';

/** What became of one due run of a schedule. */
export interface ScheduleRun {
  readonly id: number;
  readonly scheduleId: string;
  readonly dueMs: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly outcome: RunOutcome;
  /** How late it started; null when it did not. */
  readonly lateMs: number | null;
  readonly taskId: string | null;
  /** Also says how many runs a `missed` entry stands for. */
  readonly error: string | null;
}

export type NewScheduleRun = Omit<ScheduleRun, 'id'>;
export type RunChange = Partial<Omit<ScheduleRun, 'id' | 'scheduleId' | 'dueMs'>>;
