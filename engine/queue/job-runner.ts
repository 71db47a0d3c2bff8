/** Runs one job after another's rules: checks its data, hands it a signal, and sorts its failures for BullMQ. */
import { type Job, UnrecoverableError, WaitingError } from 'bullmq';
import type { Clock } from '../base/clock.ts';
import { EngineError, messageOf, redactUrls } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { type JobName, jobNameSchema, type QueueName, type TaskProgress } from '../model/task.ts';
import { type JobData, jobDataSchemas } from './jobs.ts';
import { revokedReason, taskIdOf } from './task-status.ts';

export interface JobContext {
  readonly taskId: string;
  /** Aborted when the job is cancelled, when its process has to stop, or when another worker has taken it over. */
  readonly signal: AbortSignal;
  /** Tells how far the job is; `step` names what is being done now. Never fails. */
  progress(step: string, stepsDone: number, stepCount: number): void;
}

/** What each job does; the result must be JSON-safe and small, for it is kept with the job. */
export type JobHandlers = {
  readonly [Name in JobName]: (data: JobData[Name], context: JobContext) => Promise<unknown>;
};

export type StopReason = 'revoked' | 'draining' | 'lock-lost';

interface ActiveJob {
  readonly taskId: string;
  readonly job: string;
  readonly startedAtMs: number;
  readonly controller: AbortController;
  stopReason: StopReason | null;
}

interface JobRunnerOptions {
  readonly handlers: JobHandlers;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a task was cancelled before it came here. */
  readonly wasRevoked: (taskId: string, job: Job) => Promise<boolean>;
}

export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #active = new Map<string, ActiveJob>();
  readonly #lastStartedAtMs: Partial<Record<QueueName, number>> = {};
  #processedCount = 0;
  #failedCount = 0;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  get active(): readonly { taskId: string; job: string; startedAtMs: number }[] {
    return [...this.#active.values()].map(({ taskId, job, startedAtMs }) => ({ taskId, job, startedAtMs }));
  }

  get lastStartedAtMs(): Readonly<Partial<Record<QueueName, number>>> {
    return this.#lastStartedAtMs;
  }

  /** Jobs ended here, well or badly. */
  get processedCount(): number {
    return this.#processedCount;
  }

  get failedCount(): number {
    return this.#failedCount;
  }

  /** Asks a job to stop; false when it does not run here. */
  stop(taskId: string, reason: StopReason): boolean {
    const active = this.#active.get(taskId);
    if (!active) return false;
    active.stopReason ??= reason;
    active.controller.abort(new EngineError('QUEUE_JOB_FAILED', `Task ${taskId} has to stop: ${reason}`));
    return true;
  }

  stopAll(reason: StopReason): void {
    for (const taskId of this.#active.keys()) this.stop(taskId, reason);
  }

  /** BullMQ's processor: resolves to the job's result; its errors tell BullMQ whether to try again. */
  async run(queue: QueueName, job: Job): Promise<unknown> {
    const taskId = taskIdOf(queue, job.id ?? '');
    const startedAtMs = this.#options.clock.now();
    const active: ActiveJob = {
      taskId,
      job: job.name,
      startedAtMs,
      controller: new AbortController(),
      stopReason: null,
    };
    this.#active.set(taskId, active);
    this.#lastStartedAtMs[queue] = startedAtMs;
    try {
      if (await this.#options.wasRevoked(taskId, job)) throw new UnrecoverableError(revokedReason);
      return await this.#handle(job, active);
    } catch (error) {
      throw await this.#failure(error, job, active);
    } finally {
      this.#active.delete(taskId);
      if (active.stopReason !== 'draining') this.#processedCount += 1;
    }
  }

  async #handle(job: Job, active: ActiveJob): Promise<unknown> {
    const name = jobNameSchema.safeParse(job.name);
    if (!name.success) throw new UnrecoverableError(`No worker of this version knows the job ${job.name}`);
    const data = jobDataSchemas[name.data].safeParse(job.data);
    if (!data.success) throw new UnrecoverableError(`The data of ${job.name} is not valid: ${data.error.message}`);
    // The schema of this very name has just been passed, which the compiler cannot follow.
    const handler = this.#options.handlers[name.data] as (data: unknown, context: JobContext) => Promise<unknown>;
    return handler(data.data, {
      taskId: active.taskId,
      signal: active.controller.signal,
      progress: (step, stepsDone, stepCount) => this.#progress(job, { step, stepsDone, stepCount }),
    });
  }

  #progress(job: Job, { step, stepsDone, stepCount }: Omit<TaskProgress, 'ratio'>): void {
    const ratio = stepCount > 0 ? Math.min(1, stepsDone / stepCount) : 0;
    job.updateProgress({ ratio, step, stepsDone, stepCount }).catch((error: unknown) => {
      this.#options.logger.debug('Progress could not be told', { job: job.name, error: messageOf(error) });
    });
  }

  /** What BullMQ is to make of a failure: back to the queue, failed for good, or tried again. */
  async #failure(error: unknown, job: Job, active: ActiveJob): Promise<Error> {
    if (active.stopReason === 'draining') {
      await job.moveToWait(job.token);
      return new WaitingError();
    }
    this.#failedCount += 1;
    if (active.stopReason === 'revoked') return new UnrecoverableError(revokedReason);
    this.#options.logger.warn('A job failed', { taskId: active.taskId, job: job.name, error: messageOf(error) });
    if (error instanceof UnrecoverableError) return error;
    const message = messageOf(error);
    const failure = isFinal(error) ? new UnrecoverableError(message) : new Error(message);
    if (error instanceof Error && error.stack !== undefined) failure.stack = redactUrls(error.stack);
    return failure;
  }
}

/** Trying again cannot help where the table of errors says so, e.g. a bad filter. */
function isFinal(error: unknown): boolean {
  return error instanceof EngineError && !error.retryable;
}
