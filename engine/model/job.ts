/** Jobs of any BullMQ queue: rows of a list, the whole of one, groups of failures, flows. */
import { z } from 'zod';
import { jobStateSchema, queueIdSchema } from './queue.ts';

/** What a search looks for; every field that is given must fit. */
export const jobFilterSchema = z.object({
  /** Exact id: found at once, whatever the queue's length. */
  id: z.string().min(1).optional(),
  /** Part of the job's name, without regard to case. */
  name: z.string().min(1).optional(),
  /** A value inside the data: `customer.id`, `items[0].sku`. Without `equals` the path must exist. */
  data: z.object({ path: z.string().min(1).max(200), equals: z.string().max(500).optional() }).optional(),
  /** Part of the error, without regard to case. */
  error: z.string().min(1).optional(),
  /** A group from `jobs.failures`. */
  failureGroup: z.string().min(1).optional(),
  /** Finished within (completed, failed), due within (delayed), made within (all others). */
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
});
export type JobFilter = z.infer<typeof jobFilterSchema>;

export const jobRefSchema = z.object({ queue: queueIdSchema, jobId: z.string() });
export type JobRef = z.infer<typeof jobRefSchema>;

/** One line of a list. A job whose record is gone has `missing` and nothing but its id, state and place. */
export const jobRowSchema = jobRefSchema.extend({
  state: jobStateSchema,
  missing: z.boolean(),
  name: z.string().nullable(),
  createdAtMs: z.number().nullable(),
  startedAtMs: z.number().nullable(),
  finishedAtMs: z.number().nullable(),
  /** Of delayed jobs. */
  dueAtMs: z.number().nullable(),
  attemptsMade: z.number(),
  maxAttempts: z.number(),
  priority: z.number(),
  progress: z.string().nullable(),
  error: z.string().nullable(),
  /** The beginning of the data as JSON text; null when the data is too big to be read for a list. */
  dataPreview: z.string().nullable(),
  dataSizeBytes: z.number(),
});
export type JobRow = z.infer<typeof jobRowSchema>;

/** How far a bounded search came. */
export const searchedSchema = z.object({ count: z.number(), of: z.number(), complete: z.boolean() });
export type Searched = z.infer<typeof searchedSchema>;

/** Why records are gone, as far as the server's own figures tell. */
export const missingSchema = z.object({
  count: z.number(),
  cause: z.enum(['evicted', 'removed', 'unknown']),
  evictionPolicy: z.string().nullable(),
  evictedKeyCount: z.number().nullable(),
  evidence: z.string(),
});
export type Missing = z.infer<typeof missingSchema>;

export const jobPageSchema = z.object({
  rows: z.array(jobRowSchema),
  /** Hand it in again for what follows; null at the end. A page of a search may be empty and still have a next one. */
  nextCursor: z.string().nullable(),
  /** Jobs in the states asked for, before the filter. */
  totalCount: z.number(),
  searched: searchedSchema,
  missing: missingSchema.nullable(),
});
export type JobPage = z.infer<typeof jobPageSchema>;

/** A stored text, cut when it is long. */
export const jobTextSchema = z.object({ text: z.string(), sizeBytes: z.number(), truncated: z.boolean() });
export type JobText = z.infer<typeof jobTextSchema>;

export const timelineEventSchema = z.object({
  kind: z.enum(['created', 'due', 'started', 'attempt-failed', 'stalled', 'completed', 'failed', 'expected-retry']),
  atMs: z.number(),
  note: z.string().nullable(),
});
export type TimelineEvent = z.infer<typeof timelineEventSchema>;

export const jobDetailSchema = jobRefSchema.extend({
  /** Null when the job is in none of the queue's lists: an orphan. */
  state: jobStateSchema.nullable(),
  name: z.string(),
  /** JSON texts. */
  data: jobTextSchema,
  options: jobTextSchema,
  progress: jobTextSchema.nullable(),
  returnValue: jobTextSchema.nullable(),
  error: z.string().nullable(),
  failureGroup: z.string().nullable(),
  /** One an attempt, the oldest first, as far as kept. */
  stack: z.array(z.string()),
  logs: z.object({ lines: z.array(z.string()), count: z.number() }),
  attempts: z.object({ made: z.number(), started: z.number().nullable(), max: z.number(), stalled: z.number() }),
  createdAtMs: z.number().nullable(),
  startedAtMs: z.number().nullable(),
  finishedAtMs: z.number().nullable(),
  dueAtMs: z.number().nullable(),
  delayMs: z.number(),
  priority: z.number(),
  /** Place from the front of its list; null when it has none or the list is too long to look. */
  position: z.number().nullable(),
  processedBy: z.string().nullable(),
  deduplicationId: z.string().nullable(),
  schedulerId: z.string().nullable(),
  /** Of an active job: its worker renews it; one that runs out is stalled. */
  lockTtlMs: z.number().nullable(),
  parent: z.object({ queueKey: z.string(), jobId: z.string() }).nullable(),
  childCount: z.number(),
  timeline: z.array(timelineEventSchema),
  /** What may be done with it in this state. */
  actions: z.array(z.enum(['retry', 'promote', 'remove', 'duplicate'])),
});
export type JobDetail = z.infer<typeof jobDetailSchema>;

/** A record that is gone is told of, not an error. */
export const jobAnswerSchema = z.object({ job: jobDetailSchema.nullable(), missing: missingSchema.nullable() });
export type JobAnswer = z.infer<typeof jobAnswerSchema>;

export const failureGroupSchema = z.object({
  /** For `filter.failureGroup`. */
  group: z.string(),
  /** The error with ids, numbers and quoted texts taken out. */
  pattern: z.string(),
  example: z.string(),
  count: z.number(),
  jobNames: z.array(z.string()),
  queues: z.array(queueIdSchema),
  firstAtMs: z.number(),
  lastAtMs: z.number(),
  newestJobs: z.array(jobRefSchema),
});
export type FailureGroup = z.infer<typeof failureGroupSchema>;

export interface FlowNode {
  queue: z.infer<typeof queueIdSchema>;
  jobId: string;
  name: string | null;
  state: z.infer<typeof jobStateSchema> | null;
  missing: boolean;
  error: string | null;
  /** The one that was asked for. */
  asked: boolean;
  children: FlowNode[];
  /** Children that are not in `children`. */
  hiddenChildCount: number;
}
export const flowNodeSchema: z.ZodType<FlowNode> = z.lazy(() =>
  jobRefSchema.extend({
    name: z.string().nullable(),
    state: jobStateSchema.nullable(),
    missing: z.boolean(),
    error: z.string().nullable(),
    asked: z.boolean(),
    children: z.array(flowNodeSchema),
    hiddenChildCount: z.number(),
  }),
);
