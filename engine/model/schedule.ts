/** Recurring work: when it is due, what becomes of each due run, and which console sees to it. */
import { z } from 'zod';
import { filtersSchema } from './filters.ts';
import { jobNameSchema, queueNameSchema } from './task.ts';

/** `every` counts from the epoch, so that all consoles agree; `cron` has five or six fields and lives in a time zone. */
export const scheduleTimingSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('every'),
    everyMs: z
      .number()
      .int()
      .min(1_000)
      .max(366 * 24 * 60 * 60_000),
  }),
  z.object({
    kind: z.literal('cron'),
    pattern: z.string().min(1).max(200),
    /** IANA name, e.g. "America/Santiago". */
    timeZone: z.string().min(1).max(100),
  }),
]);
export type ScheduleTiming = z.infer<typeof scheduleTimingSchema>;

/** What happens to due times that passed while nobody acted: none is run, the latest is run, or each of them. */
export const catchUpSchema = z.enum(['skip', 'once', 'all']);
export type CatchUp = z.infer<typeof catchUpSchema>;

/** Everything about a schedule that a user may decide. */
export const scheduleSpecSchema = z.object({
  /** For people; the id where none is given. */
  title: z.string().max(100),
  job: jobNameSchema,
  /** Of the view to refresh; only the refresh jobs read them. */
  filters: filtersSchema,
  timing: scheduleTimingSchema,
  catchUp: catchUpSchema,
  /** Each run starts up to this much after its due time, the same on every console. */
  jitterMs: z.number().int().min(0).max(3_600_000),
  paused: z.boolean(),
});
export type ScheduleSpec = z.infer<typeof scheduleSpecSchema>;

/**
 * `missed`: nobody acted when it was due. `overran`: still running when its next run was due.
 * `skipped`: not begun on purpose, as while the run before was still going.
 */
export const runOutcomeSchema = z.enum(['running', 'succeeded', 'failed', 'missed', 'overran', 'skipped']);
export type RunOutcome = z.infer<typeof runOutcomeSchema>;

/** What became of one due run of a schedule. */
export const scheduleRunSchema = z.object({
  id: z.number(),
  scheduleId: z.string(),
  /** Of a `missed` entry the last of its due times; the first is in its words. */
  dueMs: z.number(),
  /** Due times that this entry stands for: more than one only for `missed`. */
  dueCount: z.number(),
  startedAtMs: z.number().nullable(),
  /** Null while it runs, also for one that `overran` and goes on, and for one that never began. */
  endedAtMs: z.number().nullable(),
  outcome: runOutcomeSchema,
  /** How late it started; null when it did not. */
  lateMs: z.number().nullable(),
  taskId: z.string().nullable(),
  /** In words: why it failed, was missed or skipped. */
  error: z.string().nullable(),
});
export type ScheduleRun = z.infer<typeof scheduleRunSchema>;

export type NewScheduleRun = Omit<ScheduleRun, 'id'>;
export type RunChange = Partial<Omit<ScheduleRun, 'id' | 'scheduleId' | 'dueMs'>>;

export const scheduleViewSchema = scheduleSpecSchema.extend({
  id: z.string(),
  queue: queueNameSchema,
  /** Comes with the program: it can be changed and reset, but not removed. */
  builtIn: z.boolean(),
  /** A built-in one that differs from what the program brought. */
  edited: z.boolean(),
  /** In words with its unit, e.g. "every 10 min" or "0 8 * * 1-5 (America/Santiago)". */
  inWords: z.string(),
  /** Null while paused, or when a cron pattern has no next time. */
  nextRunAtMs: z.number().nullable(),
  lastRunAtMs: z.number().nullable(),
  lastOutcome: z.enum(['never', ...runOutcomeSchema.options]),
  /** How late the last run started; null before the first. */
  lastLateMs: z.number().nullable(),
  lastDurationMs: z.number().nullable(),
  lastError: z.string().nullable(),
  lastTaskId: z.string().nullable(),
  /** Of the last 24 h: due times missed, and runs that overran. */
  missedCount: z.number(),
  overranCount: z.number(),
});
export type ScheduleView = z.infer<typeof scheduleViewSchema>;

/** A console that could act on the schedules of this broker. */
export const schedulerSeatSchema = z.object({
  schedulerId: z.string(),
  host: z.string(),
  pid: z.number(),
  /** When its present role began. */
  sinceMs: z.number(),
  lastSeenAtMs: z.number(),
});
export type SchedulerSeat = z.infer<typeof schedulerSeatSchema>;

/** Who acts: of all schedulers on a broker exactly one does, the others stand by and take over when it falls silent. */
export const schedulerStatusSchema = z.object({
  /** `alone`: the broker cannot be asked, so nobody knows. */
  role: z.enum(['acting', 'standby', 'alone', 'stopped']),
  self: schedulerSeatSchema,
  /** The one that acts; null while nobody does or nobody knows. */
  acting: schedulerSeatSchema.nullable(),
  /** The others that are alive, the acting one included. More than none means two schedulers at once. */
  others: z.array(schedulerSeatSchema),
});
export type SchedulerStatus = z.infer<typeof schedulerStatusSchema>;
