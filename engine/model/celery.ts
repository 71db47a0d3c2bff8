/** What Celery's workers answer when they are asked, as the console sees it. */
import { z } from 'zod';

/** An answer as it was last given; `value` is null before the first one. */
const answered = <Value extends z.ZodType>(value: Value) =>
  z.object({
    value: value.nullable(),
    /** Our clock, when the question was published. */
    askedAtMs: z.number().nullable(),
    /** Why there is no newer answer: no reply (which is not "down"), or an answer that could not be understood. */
    problem: z.string().nullable(),
  });

export interface CeleryAnswer<Value> {
  value: Value | null;
  askedAtMs: number | null;
  problem: string | null;
}

export const celeryPoolKindSchema = z.enum(['prefork', 'threads', 'solo', 'green', 'unknown']);

export const celeryStatsSchema = z.object({
  pid: z.number().nullable(),
  uptimeMs: z.number().nullable(),
  /** Messages it takes before it acknowledges; grows by one for each ETA task it holds. 0 is no limit. */
  prefetchCount: z.number().nullable(),
  /** Accepted since it started, by task name. */
  total: z.record(z.string(), z.number()),
  totalCount: z.number(),
  pool: z.object({
    kind: celeryPoolKindSchema,
    /** At the start; it does not follow when the pool is grown or shrunk. */
    startSize: z.number().nullable(),
    /** Processes or threads now; null where it does not tell. */
    size: z.number().nullable(),
    processIds: z.array(z.number()),
    maxTasksPerChild: z.number().nullable(),
    autoscale: z.object({ min: z.number(), max: z.number(), current: z.number() }).nullable(),
  }),
  /** Where it is connected to; no credentials. */
  broker: z.object({ host: z.string(), port: z.number().nullable(), db: z.string(), ssl: z.boolean() }).nullable(),
  /** Largest memory of its main process so far. */
  maxRssBytes: z.number().nullable(),
  cpuSeconds: z.number().nullable(),
});
export type CeleryStats = z.infer<typeof celeryStatsSchema>;

/** A task that a worker holds; its arguments are not in it. */
export const celeryHeldTaskSchema = z.object({
  taskId: z.string(),
  name: z.string(),
  /** The worker's clock. */
  startedAtMs: z.number().nullable(),
  acknowledged: z.boolean(),
  /** Where it came from; null when it came through an exchange of its own. */
  queue: z.string().nullable(),
  priority: z.number().nullable(),
  /** It was delivered before and not acknowledged. */
  redelivered: z.boolean(),
  /** Pool process that runs it. */
  workerPid: z.number().nullable(),
  /** Null but for scheduled ones. */
  etaMs: z.number().nullable(),
});
export type CeleryHeldTask = z.infer<typeof celeryHeldTaskSchema>;

export const celeryConsumedQueueSchema = z.object({
  name: z.string(),
  exchange: z.string(),
  exchangeType: z.string(),
  routingKey: z.string(),
});
export type CeleryConsumedQueue = z.infer<typeof celeryConsumedQueueSchema>;

export const celeryRegisteredSchema = z.object({
  name: z.string(),
  /** e.g. `100/m`; null is no limit. */
  rateLimit: z.string().nullable(),
  softLimitS: z.number().nullable(),
  hardLimitS: z.number().nullable(),
  maxRetries: z.number().nullable(),
  acksLate: z.boolean().nullable(),
});
export type CeleryRegistered = z.infer<typeof celeryRegisteredSchema>;

/** Settings by name, each as JSON text; secrets are blanked. */
export const celeryConfSchema = z.record(z.string(), z.string());
export type CeleryConf = z.infer<typeof celeryConfSchema>;

/** The question itself is a write to Redis, which an observed connection does not let pass. */
const isObserved = z.boolean();

/** Everything that one worker was asked for. */
export const celeryWorkerSchema = z.object({
  brokerId: z.string(),
  node: z.string(),
  stats: answered(celeryStatsSchema),
  active: answered(z.array(celeryHeldTaskSchema)),
  reserved: answered(z.array(celeryHeldTaskSchema)),
  scheduled: answered(z.array(celeryHeldTaskSchema)),
  registered: answered(z.array(celeryRegisteredSchema)),
  queues: answered(z.array(celeryConsumedQueueSchema)),
  conf: answered(celeryConfSchema),
  revoked: answered(z.array(z.string())),
  /** Why nobody can be asked now; null when somebody can. */
  problem: z.string().nullable(),
  isObserved,
  /** A question is on its way. */
  asking: z.boolean(),
});
export type CeleryWorker = z.infer<typeof celeryWorkerSchema>;

export const celeryFleetWorkerSchema = z.object({
  node: z.string(),
  stats: answered(celeryStatsSchema),
  queues: answered(z.array(celeryConsumedQueueSchema)),
  /** Two processes answered under this name. */
  isDouble: z.boolean(),
});

/** One broker's workers as they answered last. */
export const celeryFleetSchema = z.object({
  brokerId: z.string(),
  /** Without credentials. */
  address: z.string(),
  atMs: z.number(),
  /** Why nobody can be asked now; null when somebody can. */
  problem: z.string().nullable(),
  isObserved,
  asking: z.boolean(),
  askedAtMs: z.number().nullable(),
  /** Who listened for control when everybody was asked last; null before. */
  listeners: z.number().nullable(),
  answers: z.number().nullable(),
  /** Workers that send heartbeats and do not listen for control any more, at least; null when it is not known. */
  deafCount: z.number().nullable(),
  /** Answers that could not be read, e.g. pickled ones, since the start. */
  unreadableCount: z.number(),
  /** Commands sent to Redis by this part in the last minute. */
  commandsPerMinute: z.number(),
  workers: z.array(celeryFleetWorkerSchema),
});
export type CeleryFleet = z.infer<typeof celeryFleetSchema>;

/** One task as a worker knows it now; `absent`: no worker that answered holds it. */
export const celeryWhereSchema = z.object({
  taskId: z.string(),
  node: z.string().nullable(),
  state: z.enum(['active', 'reserved', 'ready', 'absent']),
  name: z.string().nullable(),
  /** Workers that listened and did not answer: it may be there. */
  silentCount: z.number(),
});
export type CeleryWhere = z.infer<typeof celeryWhereSchema>;
