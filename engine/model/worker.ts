/** The worker processes of our own: what each tells of itself, what is made of it, and who keeps them alive. */
import { z } from 'zod';
import { saidSchema } from './said.ts';
import { queueNameSchema } from './task.ts';

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
  /** Processes that this one's place has had before it and that were replaced in order. */
  recycledCount: z.number().default(0),
  rssBytes: z.number(),
  /** Processor time used since the last heartbeat, 1 = one core; null in the first. */
  cpuRatio: z.number().nullable().default(null),
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
  version: z.string(),
  queues: z.array(queueNameSchema),
  /** Jobs this process can run at once; the guide's "workers" are these. */
  slots: z.number(),
  slotsByQueue: z.partialRecord(queueNameSchema, z.number()),
  activeJobCount: z.number(),
  activeJobs: z.array(z.object({ taskId: z.string(), job: z.string(), ageMs: z.number() })),
  verdict: workerVerdictSchema,
  /** What the verdict rests on, in words with figures. */
  evidence: z.string(),
  /** The same for every language. */
  evidenceSaid: saidSchema.optional(),
  startedAtMs: z.number(),
  uptimeMs: z.number(),
  lastHeartbeatAtMs: z.number(),
  /** Jobs ended here, well or badly. */
  processedCount: z.number(),
  failedCount: z.number(),
  recycledCount: z.number(),
  rssBytes: z.number(),
  cpuRatio: z.number().nullable(),
  eventLoopDelayMs: z.number(),
  /** Its clock minus the broker's. */
  clockSkewMs: z.number(),
  /** Takes no new job: it is being replaced or stopped. */
  retiring: z.boolean(),
  /** True for a process that this console keeps itself. */
  own: z.boolean(),
});
export type WorkerView = z.infer<typeof workerViewSchema>;

/** Why a worker process ended. */
export const workerExitReasonSchema = z.enum(['recycled', 'crashed', 'stopped', 'killed']);

/** What the engine's own supervisor does; the processes of other machines are only seen through their heartbeats. */
export const supervisorViewSchema = z.object({
  /** Wanted; `processes` are those that live. */
  processCount: z.number(),
  /** Jobs at once of each process. */
  concurrency: z.number(),
  queues: z.array(queueNameSchema),
  maxJobsPerChild: z.number(),
  /** A process above it is replaced. */
  memoryCeilingBytes: z.number(),
  processes: z.array(
    z.object({
      pid: z.number(),
      /** Null until it listens to its queues. */
      workerId: z.string().nullable(),
      startedAtMs: z.number(),
      state: z.enum(['starting', 'running', 'retiring']),
    }),
  ),
  /** Latest first, at most fifty. */
  exits: z.array(
    z.object({
      atMs: z.number(),
      pid: z.number(),
      workerId: z.string().nullable(),
      reason: workerExitReasonSchema,
      /** In words: the ceiling that was passed, the job that took too long, or how it crashed. */
      why: z.string(),
      uptimeMs: z.number(),
      /** When its replacement starts, after the end; null when there is none to come. */
      restartInMs: z.number().nullable(),
    }),
  ),
});
export type SupervisorView = z.infer<typeof supervisorViewSchema>;
