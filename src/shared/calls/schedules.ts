/** What may be asked of the schedules, their runs and the scheduler behind them. */
import { z } from 'zod';
import {
  runOutcomeSchema,
  scheduleRunSchema,
  schedulerStatusSchema,
  scheduleSpecSchema,
  scheduleTimingSchema,
  scheduleViewSchema,
} from '../../../engine/model/schedule.ts';
import { command, done, nothing, query } from './call.ts';

const scheduleId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes, at most 40');
const named = z.object({ id: scheduleId });

export const scheduleCalls = {
  'schedules.list': query(
    nothing,
    z.object({ schedules: z.array(scheduleViewSchema), scheduler: schedulerStatusSchema }),
  ),
  /** Due times ahead of all schedules that are not paused, for a timeline; the earliest first. */
  'schedules.upcoming': query(
    z.object({
      hours: z.number().min(0.1).max(168).default(24),
      /** Of one schedule; beyond it `truncated` names the schedule. */
      maxPerSchedule: z.number().int().min(1).max(2_000).default(300),
    }),
    z.object({
      fromMs: z.number(),
      toMs: z.number(),
      runs: z.array(z.object({ scheduleId: z.string(), dueMs: z.number() })),
      truncated: z.array(z.string()),
    }),
  ),
  /** The ledger, latest due time first; `nextBefore` is what to pass for the following page. */
  'schedules.runs': query(
    z.object({
      id: scheduleId.optional(),
      outcomes: z.array(runOutcomeSchema).optional(),
      before: z.object({ dueMs: z.number(), id: z.number() }).optional(),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    z.object({
      runs: z.array(scheduleRunSchema),
      nextBefore: z.object({ dueMs: z.number(), id: z.number() }).nullable(),
    }),
  ),
  /** What a timing means before it is saved: its words and the next times, or why it is not accepted. */
  'schedules.preview': query(
    z.object({ timing: scheduleTimingSchema, count: z.number().int().min(1).max(20).default(5) }),
    z.object({ inWords: z.string(), nextMs: z.array(z.number()), problem: z.string().nullable() }),
  ),
  'schedules.add': command(named.extend({ spec: scheduleSpecSchema }), scheduleViewSchema),
  /** Changes the named fields only. */
  'schedules.edit': command(named.extend({ change: scheduleSpecSchema.partial() }), scheduleViewSchema),
  /** Only the user's own; a built-in one is paused or reset instead. */
  'schedules.remove': command(named, done),
  /** Back to what the program brought. */
  'schedules.reset': command(named, scheduleViewSchema),
  'schedules.pause': command(named, scheduleViewSchema),
  /** Due times that passed during the pause are not made up for. */
  'schedules.resume': command(named, scheduleViewSchema),
  /** One run at once, beside its plan; also of a paused one. */
  'schedules.run': command(named, z.object({ taskId: z.string() })),
} as const;

export const scheduleTopics = {
  /** A schedule, a run of it, or who acts has changed; null: any of them. */
  'schedules.changed': z.object({ scheduleId: z.string().nullable() }),
} as const;
