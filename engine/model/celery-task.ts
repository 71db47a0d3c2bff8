/** Celery tasks, their names and failures, as the console sees them. */
import { z } from 'zod';

/** Source: celery.states. `PENDING` here means sent and not yet received by a worker. */
export const celeryTaskStates = [
  'PENDING',
  'RECEIVED',
  'STARTED',
  'RETRY',
  'SUCCESS',
  'FAILURE',
  'REVOKED',
  'REJECTED',
] as const;
export const celeryTaskStateSchema = z.enum(celeryTaskStates);
export type CeleryTaskState = z.infer<typeof celeryTaskStateSchema>;

/** Where the state comes from: an event, or the result backend after events were lost. */
export const celeryStateSourceSchema = z.enum(['event', 'result']);
export type CeleryStateSource = z.infer<typeof celeryStateSourceSchema>;

/**
 * Why the state of an unfinished task may no longer be true: its worker is gone (an orphan), or nothing was heard of it
 * for so long that its end was probably missed. Null while there is no doubt.
 */
export const celeryDoubtSchema = z.enum(['worker_gone', 'silent']);
export type CeleryDoubt = z.infer<typeof celeryDoubtSchema>;

export const celeryTaskRowSchema = z.object({
  brokerId: z.string(),
  taskId: z.string(),
  /** Position in the history: the later first seen, the larger. */
  seq: z.number(),
  /** Null when neither the sending nor the receipt was heard. */
  name: z.string().nullable(),
  state: celeryTaskStateSchema,
  stateSource: celeryStateSourceSchema,
  doubt: celeryDoubtSchema.nullable(),
  /** Node name, e.g. `alpha@node1`; null before the receipt. */
  worker: z.string().nullable(),
  /** Known only when the sender sends events, or from the result backend. */
  queue: z.string().nullable(),
  /** Our clock; all following times are the sender's, corrected by its drift where that is large. */
  firstSeenMs: z.number(),
  sentAtMs: z.number().nullable(),
  receivedAtMs: z.number().nullable(),
  startedAtMs: z.number().nullable(),
  finishedAtMs: z.number().nullable(),
  etaMs: z.number().nullable(),
  /** As the worker measured it; null until it ended well. */
  runtimeMs: z.number().nullable(),
  /** How often it was retried so far. */
  retries: z.number(),
  /** e.g. `ValueError('kaboom')`, cut; null when it did not fail. */
  exception: z.string().nullable(),
  failureId: z.string().nullable(),
  /** It still runs, for longer than 95 of 100 of its name took. */
  slowerThanP95: z.boolean(),
  rootId: z.string().nullable(),
  parentId: z.string().nullable(),
});
export type CeleryTaskRow = z.infer<typeof celeryTaskRowSchema>;

/** Filters of the task list; every one that is given must hold. */
export const celeryTaskQuerySchema = z.object({
  brokerId: z.string().nullable().default(null),
  states: z.array(celeryTaskStateSchema).default([]),
  name: z.string().max(300).nullable().default(null),
  worker: z.string().max(300).nullable().default(null),
  queue: z.string().max(300).nullable().default(null),
  /** Part of the name, of the exception, of the worker, or the beginning of an id. */
  text: z.string().max(200).default(''),
  failureId: z.string().max(64).nullable().default(null),
  rootId: z.string().max(300).nullable().default(null),
  /** `slow`: runs longer than its own p95. `doubtful`: its worker is gone or it fell silent. */
  only: z.enum(['slow', 'doubtful']).nullable().default(null),
  /** By when it was first seen. */
  fromMs: z.number().nullable().default(null),
  toMs: z.number().nullable().default(null),
  /** `nextCursor` of the page before. */
  cursor: z.number().int().nonnegative().nullable().default(null),
  limit: z.number().int().min(1).max(200).default(50),
});
export type CeleryTaskQuery = z.infer<typeof celeryTaskQuerySchema>;

/** Newest first. */
export const celeryTaskPageSchema = z.object({
  atMs: z.number(),
  tasks: z.array(celeryTaskRowSchema),
  /** Null at the end of the history. A page may hold fewer than `limit`, even none, and still go on. */
  nextCursor: z.number().nullable(),
  /** Tasks in the history, whatever the filters; never an estimate. */
  historyCount: z.number(),
});
export type CeleryTaskPage = z.infer<typeof celeryTaskPageSchema>;

/** One thing that happened to a task. */
export const celeryTimelineEntrySchema = z.object({
  /** `task-started`, also types that applications made up; `result` is a state read from the result backend. */
  type: z.string(),
  /** Corrected by the sender's drift where that is large. */
  atMs: z.number(),
  heardAtMs: z.number(),
  worker: z.string(),
  /** Logical clock; null for a state from the result backend. */
  clock: z.number().nullable(),
  retries: z.number().nullable(),
  /** It came late and changed nothing but what was missing. */
  late: z.boolean(),
  /** Exception, signal, or that it will be requeued; cut; null without. */
  note: z.string().nullable(),
});
export type CeleryTimelineEntry = z.infer<typeof celeryTimelineEntrySchema>;

/** A task of the same tree; `parentId` null or unknown makes it a root. */
export const celeryTreeNodeSchema = z.object({
  taskId: z.string(),
  parentId: z.string().nullable(),
  name: z.string().nullable(),
  state: celeryTaskStateSchema,
  startedAtMs: z.number().nullable(),
  finishedAtMs: z.number().nullable(),
});
export type CeleryTreeNode = z.infer<typeof celeryTreeNodeSchema>;

/** What the result backend says now. Its value itself is only shown on reveal. */
export const celeryResultViewSchema = z.object({
  /** `absent`: no such key: pending, unknown, expired, or the task ignores its result. */
  status: z.union([celeryTaskStateSchema, z.enum(['absent', 'unreadable'])]),
  doneAtMs: z.number().nullable(),
  groupId: z.string().nullable(),
  childIds: z.array(z.string()),
  /** Of a group's chord that still waits: parts done and parts in all. */
  chord: z.object({ done: z.number(), size: z.number() }).nullable(),
});
export type CeleryResultView = z.infer<typeof celeryResultViewSchema>;

/** A group or the header of a chord, as far as its parts are known. */
export const celeryGroupSchema = z.object({
  groupId: z.string(),
  /** Parts in all; null where neither a chord nor a saved group tells it. */
  size: z.number().nullable(),
  /** Tasks heard next to this one whose results were looked at: a part names its group only once it has a result. */
  aroundCount: z.number(),
  /** In the order in which they were first heard, this task among them. */
  parts: z.array(celeryTreeNodeSchema),
});
export type CeleryGroup = z.infer<typeof celeryGroupSchema>;

export const celeryTaskDetailSchema = z.object({
  task: celeryTaskRowSchema,
  timeline: z.array(celeryTimelineEntrySchema),
  /** Cut; null when it did not fail. */
  traceback: z.string().nullable(),
  expiresMs: z.number().nullable(),
  /** Whether arguments are known and can be revealed. */
  argsKnown: z.boolean(),
  /** Null when the result backend could not be asked. */
  result: celeryResultViewSchema.nullable(),
  /** Tasks with the same root, oldest first, this one among them; bounded. */
  tree: z.array(celeryTreeNodeSchema),
  treeCut: z.boolean(),
  /** Null where no group is known of it. */
  group: celeryGroupSchema.nullable(),
});
export type CeleryTaskDetail = z.infer<typeof celeryTaskDetailSchema>;

/** Python reprs as the worker sent them, cut; null where they were not heard. Whatever looks like a secret is blanked. */
export const celeryRevealedSchema = z.object({
  args: z.string().nullable(),
  kwargs: z.string().nullable(),
  result: z.string().nullable(),
});
export type CeleryRevealed = z.infer<typeof celeryRevealedSchema>;

export const celeryTaskNameSchema = z.object({
  brokerId: z.string(),
  name: z.string(),
  /** Counted since `sinceMs` of the answer. */
  succeeded: z.number(),
  failed: z.number(),
  retried: z.number(),
  /** Now. */
  running: z.number(),
  waiting: z.number(),
  slowRunning: z.number(),
  /** Of successful runs, over the newest some thousands; null without any. */
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  sampleCount: z.number(),
  lastSeenMs: z.number(),
});
export type CeleryTaskName = z.infer<typeof celeryTaskNameSchema>;

/** Failures that are one and the same but for numbers, ids and quoted values. */
export const celeryFailureSchema = z.object({
  failureId: z.string(),
  brokerId: z.string(),
  exceptionType: z.string(),
  /** Normalised: what varies is replaced by `…`. */
  message: z.string(),
  count: z.number(),
  firstSeenMs: z.number(),
  lastSeenMs: z.number(),
  taskNames: z.array(z.string()),
  lastTaskId: z.string(),
});
export type CeleryFailure = z.infer<typeof celeryFailureSchema>;
