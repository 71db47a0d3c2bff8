/** Tells a BullMQ job in the words of the original's polling endpoint. */
import type { Job } from 'bullmq';
import { z } from 'zod';
import { redactUrls } from '../base/errors.ts';
import {
  jobNameSchema,
  type QueueName,
  queueNameSchema,
  type TaskProgress,
  type TaskState,
  type TaskStatus,
  taskProgressSchema,
} from '../model/task.ts';

/** Source: BullMQ's JobState. */
export const bullStates = [
  'waiting',
  'prioritized',
  'waiting-children',
  'delayed',
  'active',
  'completed',
  'failed',
  'unknown',
] as const;
export const bullStateSchema = z.enum(bullStates);
export type BullState = z.infer<typeof bullStateSchema>;

export interface StateFacts {
  readonly state: BullState;
  /** Times a worker has begun with it. */
  readonly startedCount: number;
  readonly hasProgress: boolean;
  readonly revoked: boolean;
}

/** A waiting job is PENDING until its first start, RETRY after; a finished job's outcome outweighs a late cancel. */
const stateTable: Readonly<Record<BullState, (facts: StateFacts) => TaskState | null>> = {
  waiting: waitingState,
  prioritized: waitingState,
  'waiting-children': waitingState,
  delayed: waitingState,
  active: ({ revoked, hasProgress }) => (revoked ? 'REVOKED' : hasProgress ? 'PROGRESS' : 'STARTED'),
  completed: () => 'SUCCESS',
  failed: ({ revoked }) => (revoked ? 'REVOKED' : 'FAILURE'),
  unknown: ({ revoked }) => (revoked ? 'REVOKED' : null),
};

function waitingState({ revoked, startedCount }: StateFacts): TaskState {
  if (revoked) return 'REVOKED';
  return startedCount > 0 ? 'RETRY' : 'PENDING';
}

/** Null: no such task. */
export function taskStateOf(facts: StateFacts): TaskState | null {
  return stateTable[facts.state](facts);
}

const endStates: ReadonlySet<TaskState> = new Set(['SUCCESS', 'FAILURE', 'REVOKED']);

export function isFinished(state: TaskState): boolean {
  return endStates.has(state);
}

/** What a cancelled job's error says, and how a job is known to have been cancelled. */
export const revokedReason = 'Cancelled on request';

export function taskIdOf(queue: QueueName, jobId: string): string {
  return `${queue}:${jobId}`;
}

/** Null for a text that cannot be a task's id. */
export function parseTaskId(taskId: string): { queue: QueueName; jobId: string } | null {
  const cut = taskId.indexOf(':');
  const queue = queueNameSchema.safeParse(taskId.slice(0, Math.max(cut, 0)));
  const jobId = taskId.slice(cut + 1);
  return queue.success && jobId !== '' ? { queue: queue.data, jobId } : null;
}

const noProgress: TaskProgress = { ratio: 0, step: null, stepsDone: 0, stepCount: 0, parts: [] };

/** What the job's own record does not say. */
export type TaskSurroundings = Pick<TaskStatus, 'attempts' | 'nextAttemptAtMs' | 'position' | 'estimatedWaitMs'>;

/** Null when the job is none of ours or is gone. */
export function taskStatusOf(
  queue: QueueName,
  job: Job,
  state: BullState,
  revoked: boolean,
  surroundings: TaskSurroundings,
): TaskStatus | null {
  const name = jobNameSchema.safeParse(job.name);
  if (!name.success || job.id === undefined) return null;
  const reported = taskProgressSchema.safeParse(job.progress);
  const cancelled = revoked || job.failedReason === revokedReason;
  const facts = { state, startedCount: job.attemptsStarted, hasProgress: reported.success, revoked: cancelled };
  const taskState = taskStateOf(facts);
  if (taskState === null) return null;
  const progress = reported.success ? reported.data : noProgress;
  return {
    taskId: taskIdOf(queue, job.id),
    queue,
    job: name.data,
    state: taskState,
    progress: taskState === 'SUCCESS' ? allDone(progress) : progress,
    createdAtMs: job.timestamp,
    startedAtMs: job.processedOn ?? null,
    finishedAtMs: job.finishedOn ?? null,
    attempt: job.attemptsStarted,
    maxAttempts: job.opts.attempts ?? 1,
    error: errorOf(taskState, job.failedReason),
    ...surroundings,
  };
}

function allDone(progress: TaskProgress): TaskProgress {
  const parts = progress.parts.map(({ name }) => ({ name, state: 'done' as const }));
  return { ...progress, ratio: 1, stepsDone: progress.stepCount, parts };
}

/** A task that is tried again or that failed tells why; one that succeeded in the end does not. */
function errorOf(state: TaskState, failedReason: string | undefined): string | null {
  if (state === 'SUCCESS' || !failedReason) return null;
  return redactUrls(failedReason);
}
