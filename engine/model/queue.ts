/** BullMQ queues as the console sees them, whoever made them: identity, counts, rates, latencies, workers, history. */
import { z } from 'zod';
import { saidSchema } from './said.ts';
import { workerVerdictSchema } from './worker.ts';

/** A queue's keys are `<prefix>:<name>:…`; in a cluster the prefix or the name holds the hash tag. */
export const queueIdSchema = z.object({
  connectionId: z.string().min(1),
  prefix: z.string().min(1),
  name: z.string().min(1),
});
export type QueueId = z.infer<typeof queueIdSchema>;

export const jobStates = [
  'waiting',
  'prioritized',
  'active',
  'delayed',
  'waiting-children',
  'completed',
  'failed',
] as const;
export const jobStateSchema = z.enum(jobStates);
export type JobState = z.infer<typeof jobStateSchema>;

/** Jobs by state. `waiting` includes the ones that BullMQ 4 and 5 park in a list of their own while a queue is paused. */
export const jobCountsSchema = z.record(jobStateSchema, z.number());
export type JobCounts = z.infer<typeof jobCountsSchema>;

/** Jobs a second over `windowMs`. Null before two looks. */
export const queueRatesSchema = z.object({
  windowMs: z.number(),
  addedPerS: z.number().nullable(),
  startedPerS: z.number().nullable(),
  finishedPerS: z.number().nullable(),
  failedPerS: z.number().nullable(),
  /** True when more happened than was read: the rates are extrapolated from the newest events. */
  estimated: z.boolean(),
});
export type QueueRates = z.infer<typeof queueRatesSchema>;

export const quantilesSchema = z.object({ p50Ms: z.number(), p95Ms: z.number(), p99Ms: z.number() });
export type Quantiles = z.infer<typeof quantilesSchema>;

/** Of finished jobs lately: how long they waited before they began, and how long they ran. */
export const queueLatenciesSchema = z.object({
  sampleCount: z.number(),
  /** The window that the sample is from. */
  windowMs: z.number(),
  wait: quantilesSchema.nullable(),
  run: quantilesSchema.nullable(),
});
export type QueueLatencies = z.infer<typeof queueLatenciesSchema>;

export const queueForecastSchema = z.object({
  /** `clear`: nothing waits. `shrinking`: `clearsAtMs` says until when. `growing` and `still` never clear as things are. */
  trend: z.enum(['clear', 'shrinking', 'growing', 'still', 'unknown']),
  clearsAtMs: z.number().nullable(),
});
export type QueueForecast = z.infer<typeof queueForecastSchema>;

/** An estimate: the structures and a few job records are measured and the rest is taken to be like them. */
export const queueSizeSchema = z.object({ bytes: z.number(), sampledJobs: z.number(), atMs: z.number() });
export type QueueSize = z.infer<typeof queueSizeSchema>;

/** What somebody should look at, worst first. */
export const queueConcernSchema = z.object({
  code: z.enum([
    /** Jobs wait and nobody is connected to take them. */
    'no_workers',
    /** Workers are connected, jobs wait, and none is begun. */
    'wedged',
    /** Delayed jobs are past due and nobody moves them. */
    'overdue',
    /** Jobs whose record is gone: Redis evicted it or somebody deleted it. */
    'missing_records',
    /** The oldest active job runs far longer than its like. */
    'long_running',
    'paused_with_backlog',
    'failing',
  ]),
  severity: z.enum(['failed', 'warning']),
  sinceMs: z.number(),
  /** The figures it rests on, in words. */
  evidence: z.string(),
  /** The evidence for every language; without it, a console of an earlier version said it. */
  said: saidSchema.optional(),
});
export type QueueConcern = z.infer<typeof queueConcernSchema>;

export const queueViewSchema = z.object({
  id: queueIdSchema,
  /** True for the engine's own queues. */
  own: z.boolean(),
  /** `bullmq:5.81.5` as the queue says itself; null when it does not. `major` is inferred from the layout when it must be. */
  maker: z.object({ version: z.string().nullable(), major: z.number().nullable() }),
  /** False while its connection is only observed: actions are refused. */
  writable: z.boolean(),
  seenAtMs: z.number(),
  /** Null before the first look, or while the connection is away. */
  counts: jobCountsSchema.nullable(),
  rates: queueRatesSchema,
  latencies: queueLatenciesSchema,
  /** Age of the oldest waiting (or prioritized) job; null when none waits. */
  oldestWaitingMs: z.number().nullable(),
  oldestActiveMs: z.number().nullable(),
  /** When the next delayed job is due; in the past when nobody moves it. */
  nextDelayedAtMs: z.number().nullable(),
  forecast: queueForecastSchema,
  paused: z.boolean(),
  /** Jobs at once over all workers; null without a limit. */
  concurrency: z.number().nullable(),
  rateLimit: z.object({ max: z.number(), durationMs: z.number() }).nullable(),
  /** Until when nothing is begun because of a rate limit; null when not limited now. */
  limitedUntilMs: z.number().nullable(),
  /** Null when the list of clients could not be read. */
  workerCount: z.number().nullable(),
  size: queueSizeSchema.nullable(),
  concerns: z.array(queueConcernSchema),
});
export type QueueView = z.infer<typeof queueViewSchema>;

/** How far the search for queues behind a connection has come. */
export const discoverySchema = z.object({
  connectionId: z.string(),
  state: z.enum(['searching', 'done', 'unreachable']),
  /** Keys walked in this round of the key space, and how many there are about. */
  keysWalked: z.number(),
  keyCount: z.number().nullable(),
  completedAtMs: z.number().nullable(),
  problem: z.string().nullable(),
});
export type Discovery = z.infer<typeof discoverySchema>;

export const historyTierSchema = z.enum(['minute', 'hour', 'day']);
export type HistoryTier = z.infer<typeof historyTierSchema>;

/** One stretch of a queue's past. Counts are as at its end, jobs are sums over it, latencies the worst of it. */
export const historyPointSchema = z.object({
  atMs: z.number(),
  waiting: z.number().nullable(),
  active: z.number().nullable(),
  delayed: z.number().nullable(),
  failed: z.number().nullable(),
  addedJobs: z.number().nullable(),
  startedJobs: z.number().nullable(),
  finishedJobs: z.number().nullable(),
  failedJobs: z.number().nullable(),
  oldestWaitingMs: z.number().nullable(),
  waitP95Ms: z.number().nullable(),
  runP95Ms: z.number().nullable(),
  workers: z.number().nullable(),
  sizeBytes: z.number().nullable(),
});
export type HistoryPoint = z.infer<typeof historyPointSchema>;

/** A worker of any BullMQ queue: ours by its heartbeat, a foreign one by its connection and what its queue does. */
export const queueWorkerSchema = z.object({
  workerId: z.string(),
  connectionId: z.string(),
  /** `own`: known by heartbeats; `foreign`: known from the server's list of clients only. */
  kind: z.enum(['own', 'foreign']),
  name: z.string().nullable(),
  queues: z.array(z.object({ prefix: z.string(), name: z.string() })),
  address: z.string().nullable(),
  connectedAtMs: z.number().nullable(),
  lastHeartbeatAtMs: z.number().nullable(),
  verdict: workerVerdictSchema,
  evidence: z.string(),
});
export type QueueWorker = z.infer<typeof queueWorkerSchema>;
