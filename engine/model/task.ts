/** Work in the background, as its caller sees it. */
import { z } from 'zod';

export const queueNames = ['kpis', 'dashboard', 'background'] as const;
export const queueNameSchema = z.enum(queueNames);
export type QueueName = z.infer<typeof queueNameSchema>;

/** What our own jobs do; the job's data schema is found by this name. */
export const jobNames = ['refresh-kpis', 'refresh-dashboard', 'precompute', 'clean-up'] as const;
export const jobNameSchema = z.enum(jobNames);
export type JobName = z.infer<typeof jobNameSchema>;

/** The words of the original's polling endpoint. */
export const taskStateSchema = z.enum(['PENDING', 'STARTED', 'PROGRESS', 'SUCCESS', 'FAILURE', 'RETRY', 'REVOKED']);
export type TaskState = z.infer<typeof taskStateSchema>;

export const taskProgressSchema = z.object({
  /** 0–1. */
  ratio: z.number(),
  /** What is being done now, e.g. a section's name; null before the start. */
  step: z.string().nullable(),
  stepsDone: z.number(),
  stepCount: z.number(),
});
export type TaskProgress = z.infer<typeof taskProgressSchema>;

export const taskStatusSchema = z.object({
  /** `<queue>:<job id>`: unique over the queues. */
  taskId: z.string(),
  queue: queueNameSchema,
  job: jobNameSchema,
  state: taskStateSchema,
  progress: taskProgressSchema,
  createdAtMs: z.number(),
  startedAtMs: z.number().nullable(),
  finishedAtMs: z.number().nullable(),
  attempt: z.number(),
  maxAttempts: z.number(),
  error: z.string().nullable(),
});
export type TaskStatus = z.infer<typeof taskStatusSchema>;

/** A worker process of ours, as it tells about itself every few seconds. */
export const workerHeartbeatSchema = z.object({
  workerId: z.string(),
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  queues: z.array(queueNameSchema),
  concurrency: z.number(),
  startedAtMs: z.number(),
  sentAtMs: z.number(),
  activeJobs: z.array(z.object({ taskId: z.string(), job: z.string(), startedAtMs: z.number() })),
  processedCount: z.number(),
  failedCount: z.number(),
  rssBytes: z.number(),
  /** p99 since the last heartbeat. */
  eventLoopDelayMs: z.number(),
});
export type WorkerHeartbeat = z.infer<typeof workerHeartbeatSchema>;

/** See the design: no reply means `unknown`, never "down". */
export const workerVerdictSchema = z.enum(['consuming', 'busy', 'wedged', 'unknown', 'gone']);
export type WorkerVerdict = z.infer<typeof workerVerdictSchema>;

export const workerViewSchema = z.object({
  workerId: z.string(),
  host: z.string(),
  pid: z.number(),
  /** Jobs this process can run at once; the guide's "workers" are these. */
  slots: z.number(),
  activeJobCount: z.number(),
  verdict: workerVerdictSchema,
  /** What the verdict rests on, in words with figures. */
  evidence: z.string(),
  lastHeartbeatAtMs: z.number(),
  rssBytes: z.number(),
});
export type WorkerView = z.infer<typeof workerViewSchema>;

export const queueCountsSchema = z.object({
  queue: queueNameSchema,
  waiting: z.number(),
  active: z.number(),
  delayed: z.number(),
  failed: z.number(),
  completed: z.number(),
  /** Age of the oldest waiting job; null when none waits. */
  oldestWaitingMs: z.number().nullable(),
});
export type QueueCounts = z.infer<typeof queueCountsSchema>;
