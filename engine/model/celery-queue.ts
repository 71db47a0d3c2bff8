/** Celery's queues and what waits in them, as the console sees them. */
import { z } from 'zod';

export const celeryQueueSchema = z.object({
  brokerId: z.string(),
  name: z.string(),
  /** Exchanges and routing keys that lead here; empty where only a worker told of the queue. */
  bindings: z.array(z.object({ exchange: z.string(), routingKey: z.string() })),
  /** Everything below together: what is still to be done. */
  backlog: z.number(),
  /** In its lists, one for each priority step that is not empty; the lower step runs first. */
  waiting: z.object({ count: z.number(), bySteps: z.array(z.object({ step: z.number(), count: z.number() })) }),
  /** Delivered to workers and not acknowledged. */
  held: z.object({
    count: z.number(),
    /** Held until their ETA. */
    scheduled: z.number(),
    /** Received and not begun. */
    reserved: z.number(),
    /** Being run, acknowledged only at the end (`acks_late`). */
    running: z.number(),
    /** No worker that answered has it: it runs again after the visibility timeout. Null when not all have answered. */
    unclaimed: z.number().nullable(),
    /** Since it was delivered, of the oldest that was looked at; null without any. */
    oldestMs: z.number().nullable(),
  }),
  /** Workers that take from it; null when not all have answered. */
  consumers: z.array(z.string()).nullable(),
  /**
   * How long the next one has waited. Messages carry no time: it is known from the event of its sending (`sent`), or
   * from when it was first seen as the next one (`watched`), which is the least it can be. Null when nothing waits.
   */
  oldestWaiting: z
    .object({ ageMs: z.number(), basis: z.enum(['sent', 'watched']), taskId: z.string().nullable() })
    .nullable(),
});
export type CeleryQueue = z.infer<typeof celeryQueueSchema>;

export const celeryQueuesSchema = z.object({
  brokerId: z.string(),
  /** When this was looked at; null before the first look. */
  atMs: z.number().nullable(),
  problem: z.string().nullable(),
  looking: z.boolean(),
  queues: z.array(celeryQueueSchema),
  /** False when the database has more keys than are walked for unknown queues. */
  discoveryComplete: z.boolean(),
  unacked: z.object({
    count: z.number(),
    /** Fewer than `count` when there are more than are looked at; the parts of `held` then are of these. */
    lookedAt: z.number(),
    malformedCount: z.number(),
  }),
});
export type CeleryQueues = z.infer<typeof celeryQueuesSchema>;

/** A message as it waits; its arguments are not in it. */
export const celeryMessageSchema = z.object({
  deliveryTag: z.string().nullable(),
  /** Why nothing more is known of it; null for a message that could be read. */
  problem: z.string().nullable(),
  sizeBytes: z.number(),
  /** From the next one to be taken, 0 first; null for delivered ones. */
  position: z.number().nullable(),
  step: z.number(),
  deliveredAtMs: z.number().nullable(),
  taskId: z.string().nullable(),
  name: z.string().nullable(),
  priority: z.number().nullable(),
  etaMs: z.number().nullable(),
  expiresMs: z.number().nullable(),
  retries: z.number().nullable(),
  /** `gen<pid>@<host>` of the sender. */
  origin: z.string().nullable(),
  groupId: z.string().nullable(),
  rootId: z.string().nullable(),
  parentId: z.string().nullable(),
  periodicName: z.string().nullable(),
  softLimitS: z.number().nullable(),
  hardLimitS: z.number().nullable(),
  contentType: z.string().nullable(),
  compression: z.string().nullable(),
});
export type CeleryMessage = z.infer<typeof celeryMessageSchema>;

export const celeryMessageQuerySchema = z.object({
  brokerId: z.string().max(300),
  queue: z.string().min(1).max(250),
  part: z.enum(['waiting', 'held']).default('waiting'),
  /** `nextCursor` of the page before. */
  cursor: z.string().max(100).nullable().default(null),
  limit: z.number().int().min(1).max(100).default(25),
});
export type CeleryMessageQuery = z.infer<typeof celeryMessageQuerySchema>;

/** Waiting ones in the order in which they will be taken; delivered ones in no order. */
export const celeryMessagePageSchema = z.object({
  atMs: z.number(),
  messages: z.array(celeryMessageSchema),
  /** Null at the end. The queue moves on meanwhile: a message may be seen twice or missed. */
  nextCursor: z.string().nullable(),
});
export type CeleryMessagePage = z.infer<typeof celeryMessagePageSchema>;

export const celeryMessageRefSchema = z.object({
  brokerId: z.string().max(300),
  queue: z.string().min(1).max(250),
  part: z.enum(['waiting', 'held']),
  deliveryTag: z.string().min(1).max(200),
  step: z.number().int().min(0).max(1_000),
  position: z.number().int().min(0).nullable(),
});
export type CeleryMessageRef = z.infer<typeof celeryMessageRefSchema>;

/** What a task will be called with, as JSON; whatever looks like a secret is blanked. */
export const celeryMessageBodySchema = z.object({
  args: z.string(),
  kwargs: z.string(),
  /** Something follows the task: a chain, callbacks, a chord. */
  hasSequel: z.boolean(),
});
export type CeleryMessageBody = z.infer<typeof celeryMessageBodySchema>;
