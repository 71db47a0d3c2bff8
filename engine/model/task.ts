/** Work in the background, as its caller sees it. Who does it is in `worker.ts`. */
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

/** One part of a task, e.g. a section of a view. */
export const taskPartSchema = z.object({
  name: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
});

export const taskProgressSchema = z.object({
  /** 0–1. */
  ratio: z.number(),
  /** What is being done now, e.g. a section's name; null before the start. */
  step: z.string().nullable(),
  stepsDone: z.number(),
  stepCount: z.number(),
  /** Each part with its state, in the order in which they are done; empty where the job has none. */
  parts: z.array(taskPartSchema).default([]),
});
export type TaskProgress = z.infer<typeof taskProgressSchema>;

/** A try of a task that ended badly. */
export const taskAttemptSchema = z.object({
  /** 1 for the first. */
  attempt: z.number(),
  atMs: z.number(),
  /** Null when its worker was gone before it could tell. */
  workerId: z.string().nullable(),
  host: z.string().nullable(),
  message: z.string(),
});
export type TaskAttempt = z.infer<typeof taskAttemptSchema>;

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
  /** Every try that ended badly, oldest first, also of a task that succeeded in the end. */
  attempts: z.array(taskAttemptSchema),
  /** When the pause before the next try is over; null while none is taken. */
  nextAttemptAtMs: z.number().nullable(),
  /** 1: next to be begun. Null while it does not wait, or stands too far back to be counted. */
  position: z.number().nullable(),
  /** From the measured run time of its queue's jobs and the free slots; null when nothing was measured. */
  estimatedWaitMs: z.number().nullable(),
});
export type TaskStatus = z.infer<typeof taskStatusSchema>;

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
