/** What can be done with queues and their jobs: a request is planned, its cost shown, then run in steps. */
import { z } from 'zod';
import { jobFilterSchema, jobRefSchema } from './job.ts';
import { jobStateSchema, queueIdSchema } from './queue.ts';

/** The jobs an action is for: some by id, or all that match. */
export const jobTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('jobs'), jobs: z.array(jobRefSchema).min(1).max(1_000) }),
  z.object({
    kind: z.literal('matching'),
    queue: queueIdSchema,
    state: jobStateSchema,
    filter: jobFilterSchema.default({}),
  }),
]);
export type JobTarget = z.infer<typeof jobTargetSchema>;

const onJobs = <Name extends string>(action: Name) => z.object({ action: z.literal(action), target: jobTargetSchema });
const onQueue = <Name extends string>(action: Name) => z.object({ action: z.literal(action), queue: queueIdSchema });

export const actionRequestSchema = z.discriminatedUnion('action', [
  /** Of failed or completed jobs: they wait again. */
  onJobs('retry').extend({ resetAttempts: z.boolean().default(true) }),
  /** Of delayed jobs: they wait at once. */
  onJobs('promote'),
  onJobs('remove'),
  /** A new job with the same name, data and options. */
  onJobs('duplicate'),
  onQueue('add').extend({
    name: z.string().min(1).max(200),
    /** JSON text. */
    data: z.string().max(1_000_000).default('{}'),
    delayMs: z.number().int().min(0).default(0),
    priority: z.number().int().min(0).max(2_097_152).default(0),
    attempts: z.number().int().min(1).max(100).default(1),
    jobId: z.string().min(1).max(200).optional(),
  }),
  onQueue('pause'),
  onQueue('resume'),
  /** Removes what waits, with `delayed` also what is delayed; active and finished jobs stay. */
  onQueue('drain').extend({ delayed: z.boolean().default(false) }),
  /** Removes jobs of one state that are older than `olderThanMs`. */
  onQueue('clean').extend({ state: jobStateSchema, olderThanMs: z.number().min(0).default(0) }),
  /** Removes the queue with everything in it. */
  onQueue('obliterate').extend({ force: z.boolean().default(false) }),
  /** Null takes the limit away. */
  onQueue('set-concurrency').extend({ concurrency: z.number().int().min(1).nullable() }),
  onQueue('set-rate').extend({
    rate: z.object({ max: z.number().int().min(1), durationMs: z.number().int().min(1) }).nullable(),
  }),
]);
export type ActionRequest = z.infer<typeof actionRequestSchema>;
export type ActionName = ActionRequest['action'];

export const actionPlanSchema = z.object({
  planId: z.string(),
  request: actionRequestSchema,
  queues: z.array(queueIdSchema),
  /** Jobs it will touch at most. `exact` false: nobody can tell before the search inside the records has run. */
  jobCount: z.number(),
  exact: z.boolean(),
  cost: z.object({
    steps: z.number(),
    commandCount: z.number(),
    estimatedMs: z.number(),
  }),
  /** What to know before; in words. */
  warnings: z.array(z.string()),
  /** To be typed in by the user for `run`; null when a click is enough. */
  confirmation: z.string().nullable(),
  /** Why it cannot be run now, e.g. the connection is only observed; null when it can. */
  refused: z.string().nullable(),
  expiresAtMs: z.number(),
});
export type ActionPlan = z.infer<typeof actionPlanSchema>;

export const actionRunSchema = z.object({
  runId: z.string(),
  request: actionRequestSchema,
  queues: z.array(queueIdSchema),
  who: z.string(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  /** Jobs looked at, and how many there are to look at. */
  seenCount: z.number(),
  totalCount: z.number(),
  doneCount: z.number(),
  /** Jobs that had moved on, were locked or gone. */
  skippedCount: z.number(),
  /** The first few reasons for skipping. */
  skipped: z.array(z.object({ jobId: z.string(), reason: z.string() })),
  /** New jobs of `add` and `duplicate`, the first few. */
  createdJobIds: z.array(z.string()),
  /** The longest single step against Redis so far. */
  longestStepMs: z.number(),
  error: z.string().nullable(),
});
export type ActionRun = z.infer<typeof actionRunSchema>;
