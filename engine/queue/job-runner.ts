/** Runs one job after another's rules: checks its data, hands it a signal, and sorts its failures for BullMQ. */
import { type Job, UnrecoverableError, WaitingError } from 'bullmq';
import type { Clock } from '../base/clock.ts';
import { EngineError, messageOf, redactUrls } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { type JobName, jobNameSchema, type QueueName, type TaskProgress } from '../model/task.ts';
import { type JobData, jobDataSchemas } from './jobs.ts';
import { SoftLimits } from './soft-limits.ts';
import { revokedReason, taskIdOf } from './task-status.ts';

export interface JobContext {
  readonly taskId: string;
  /** Aborted when the job is cancelled, when its process has to stop, or when another worker has taken it over. */
  readonly signal: AbortSignal;
  /** Tells how far the job is; `step` names what is being done now. Never fails. */
  progress(step: string, stepsDone: number, stepCount: number, parts?: TaskProgress['parts']): void;
}

/** What each job does; the result must be JSON-safe and small, for it is kept with the job. */
export type JobHandlers = {
  readonly [Name in JobName]: (data: JobData[Name], context: JobContext) => Promise<unknown>;
};

export type StopReason = 'revoked' | 'draining' | 'lock-lost' | 'soft-limit';

/** A job that runs now. */
export interface RunningJob {
  readonly taskId: string;
  readonly job: string;
  readonly startedAtMs: number;
  /** On the clock that never jumps. */
  readonly activeMs: number;
}

/** How long the jobs of a queue took that ended here, latest weighing most. */
export interface RunFigures {
  readonly count: number;
  readonly meanMs: number;
}

interface ActiveJob {
  readonly taskId: string;
  readonly job: string;
  readonly startedAtMs: number;
  readonly startedMonotonicMs: number;
  /** Made for whoever asks for the signal, which a short job does not. */
  controller: AbortController | null;
  stopReason: StopReason | null;
}

interface JobRunnerOptions {
  readonly handlers: JobHandlers;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a task was cancelled before it came here. */
  readonly wasRevoked: (taskId: string, job: Job) => Promise<boolean> | boolean;
  /** After it a job is asked to stop; null: never. */
  readonly softLimitMs: (job: string) => number | null;
  /** Told after every job how many have ended here. */
  readonly ended: (processedCount: number) => void;
  /** Writes down a try that ended badly. Never rejects. */
  readonly keepAttempt: (queue: QueueName, job: Job, message: string) => Promise<void>;
}

/** Weight of the latest run in the mean: about the last twenty count. */
const latestWeight = 0.1;

export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #softLimits: SoftLimits<ActiveJob>;
  readonly #active = new Map<string, ActiveJob>();
  readonly #lastStartedAtMs: Partial<Record<QueueName, number>> = {};
  readonly #runs: Partial<Record<QueueName, RunFigures>> = {};
  #processedCount = 0;
  #failedCount = 0;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
    this.#softLimits = new SoftLimits(options.clock, ({ taskId }) => this.stop(taskId, 'soft-limit'));
  }

  get active(): readonly RunningJob[] {
    const nowMs = this.#options.clock.monotonicMs();
    return [...this.#active.values()].map(({ taskId, job, startedAtMs, startedMonotonicMs }) => ({
      taskId,
      job,
      startedAtMs,
      activeMs: nowMs - startedMonotonicMs,
    }));
  }

  get activeCount(): number {
    return this.#active.size;
  }

  get runs(): Readonly<Partial<Record<QueueName, RunFigures>>> {
    return this.#runs;
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
    active.controller?.abort(stopError(active));
    return true;
  }

  stopAll(reason: StopReason): void {
    for (const taskId of this.#active.keys()) this.stop(taskId, reason);
  }

  /** Watches no limits any more; to be called after the last job. */
  close(): void {
    this.#softLimits.stop();
  }

  /** BullMQ's processor: resolves to the job's result; its errors tell BullMQ whether to try again. */
  async run(queue: QueueName, job: Job): Promise<unknown> {
    const taskId = taskIdOf(queue, job.id ?? '');
    const { clock } = this.#options;
    const startedAtMs = clock.now();
    const active: ActiveJob = {
      taskId,
      job: job.name,
      startedAtMs,
      startedMonotonicMs: clock.monotonicMs(),
      controller: null,
      stopReason: null,
    };
    this.#active.set(taskId, active);
    this.#lastStartedAtMs[queue] = startedAtMs;
    this.#softLimits.watch(active, active.startedMonotonicMs, this.#options.softLimitMs(active.job));
    try {
      const revoked = this.#options.wasRevoked(taskId, job);
      if (revoked === true || (revoked !== false && (await revoked))) throw new UnrecoverableError(revokedReason);
      // A new try begins from the start, whatever the one before had told.
      if (job.attemptsStarted > 1 && typeof job.progress === 'object') await job.updateProgress(0);
      const result = await this.#handle(job, active);
      this.#noteRun(queue, clock.monotonicMs() - active.startedMonotonicMs);
      return result;
    } catch (error) {
      throw await this.#failure(error, queue, job, active);
    } finally {
      this.#softLimits.release(active);
      this.#active.delete(taskId);
      if (active.stopReason !== 'draining') this.#processedCount += 1;
      this.#options.ended(this.#processedCount);
    }
  }

  /** Not async: one promise less for every job. */
  #handle(job: Job, active: ActiveJob): Promise<unknown> {
    const name = jobNameSchema.safeParse(job.name);
    if (!name.success) throw new UnrecoverableError(`No worker of this version knows the job ${job.name}`);
    const data = jobDataSchemas[name.data].safeParse(job.data);
    if (!data.success) throw new UnrecoverableError(`The data of ${job.name} is not valid: ${data.error.message}`);
    // The schema of this very name has just been passed, which the compiler cannot follow.
    const handler = this.#options.handlers[name.data] as (data: unknown, context: JobContext) => Promise<unknown>;
    return handler(data.data, {
      taskId: active.taskId,
      get signal() {
        return signalOf(active);
      },
      progress: (step, stepsDone, stepCount, parts = []) => this.#progress(job, { step, stepsDone, stepCount, parts }),
    });
  }

  #noteRun(queue: QueueName, tookMs: number): void {
    const { count, meanMs } = this.#runs[queue] ?? { count: 0, meanMs: tookMs };
    const weight = Math.max(latestWeight, 1 / (count + 1));
    this.#runs[queue] = { count: count + 1, meanMs: meanMs + (tookMs - meanMs) * weight };
  }

  #progress(job: Job, progress: Omit<TaskProgress, 'ratio'>): void {
    const { stepsDone, stepCount } = progress;
    const ratio = stepCount > 0 ? Math.min(1, stepsDone / stepCount) : 0;
    job.updateProgress({ ratio, ...progress }).catch((error: unknown) => {
      this.#options.logger.debug('Progress could not be told', { job: job.name, error: messageOf(error) });
    });
  }

  /** What BullMQ is to make of a failure: back to the queue, failed for good, or tried again. */
  async #failure(error: unknown, queue: QueueName, job: Job, active: ActiveJob): Promise<Error> {
    if (active.stopReason === 'draining') {
      await job.moveToWait(job.token);
      return new WaitingError();
    }
    this.#failedCount += 1;
    if (active.stopReason === 'revoked') return new UnrecoverableError(revokedReason);
    const failure = this.#failureOf(error, active);
    if (failure.message === revokedReason) return failure;
    this.#options.logger.warn('A job failed', { taskId: active.taskId, job: job.name, error: failure.message });
    await this.#options.keepAttempt(queue, job, failure.message);
    return failure;
  }

  #failureOf(error: unknown, active: ActiveJob): Error {
    if (active.stopReason === 'soft-limit') {
      const limitMs = this.#options.softLimitMs(active.job) ?? 0;
      return new Error(`Took longer than the soft limit of ${limitMs / 1_000} s and was stopped`);
    }
    if (error instanceof UnrecoverableError) return error;
    const message = messageOf(error);
    const failure = isFinal(error) ? new UnrecoverableError(message) : new Error(message);
    if (error instanceof Error && error.stack !== undefined) failure.stack = redactUrls(error.stack);
    return failure;
  }
}

/** One that was stopped before anybody asked is aborted from the start. */
function signalOf(active: ActiveJob): AbortSignal {
  if (!active.controller) {
    active.controller = new AbortController();
    if (active.stopReason !== null) active.controller.abort(stopError(active));
  }
  return active.controller.signal;
}

function stopError({ taskId, stopReason }: ActiveJob): EngineError {
  return new EngineError('QUEUE_JOB_FAILED', `Task ${taskId} has to stop: ${stopReason}`);
}

/** Trying again cannot help where the table of errors says so, e.g. a bad filter. */
function isFinal(error: unknown): boolean {
  return error instanceof EngineError && !error.retryable;
}
