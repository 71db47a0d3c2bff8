/** What runs inside a worker process: one BullMQ worker a queue, heartbeats, cancellation, draining and recycling. */
import { hostname } from 'node:os';
import { Job, Worker } from 'bullmq';
import type { Clock, Stop } from '../base/clock.ts';
import { measureCpuUse } from '../base/cpu-use.ts';
import { messageOf } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { measureLoopDelay } from '../base/loop-delay.ts';
import type { QueueName } from '../model/task.ts';
import { keepAttempt } from './attempts.ts';
import { type BrokerConnection, BrokerLine, blockingOptions, jobKeyOf, queuePrefix } from './broker.ts';
import { brokerTime, controlChannel, filterRevoked, recycleMessage, storeReport, type WorkerReport } from './fleet.ts';
import { mostLosses } from './job-rescue.ts';
import { type JobHandlers, JobRunner, type RunningJob } from './job-runner.ts';
import { Retirement } from './retirement.ts';
import { settleWithin } from './settle-within.ts';
import { type QueueSlots, slotCount, slotsFor } from './slots.ts';
import { taskIdOf } from './task-status.ts';

export interface WorkerTiming {
  /** A job whose worker was not heard of for this long is run again by another. */
  readonly lockMs: number;
  /** How often abandoned jobs are looked for. */
  readonly stalledCheckMs: number;
  readonly heartbeatMs: number;
  /** How often one job may lose its worker before it counts as the cause and fails. */
  readonly maxStalledCount: number;
}

export interface WorkerOptions {
  readonly connection: BrokerConnection;
  readonly queues: readonly QueueName[];
  /** Jobs at once in all; {@link slotsFor} shares them out. */
  readonly concurrency: number;
  readonly handlers: JobHandlers;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Of this program. */
  readonly version: string;
  /** Ends as `recycled` after this many jobs; null never. */
  readonly maxJobs?: number | null;
  /** Ends as `recycled` above this much memory; null never. */
  readonly maxRssBytes?: number | null;
  /** Resolves when another process has taken this one's place; without it this one goes when it has to. */
  readonly askReplacement?: (why: string) => Promise<void>;
  /** Processes that had this one's place before it. */
  readonly recycledCount?: number;
  /** After it a job is asked to stop; null: never. */
  readonly softLimitMs?: (job: string) => number | null;
  readonly timing?: Partial<WorkerTiming>;
}

export interface RunningWorker {
  readonly workerId: string;
  /** Resolves when every queue is being listened to; waits for an absent broker. */
  readonly ready: Promise<void>;
  /** Resolves when nothing runs any more and all lines are closed. */
  readonly done: Promise<'stopped' | 'recycled'>;
  /** What runs now. */
  active(): readonly RunningJob[];
  /** Asks for a replacement, then takes no new job, finishes and ends as `recycled`. */
  retire(why: string): void;
  /** Takes no new job, lets the active ones finish for `drainMs`, then asks them to stop and gives them back. */
  stop(drainMs?: number): Promise<void>;
}

const defaultTiming: WorkerTiming = {
  lockMs: 15_000,
  stalledCheckMs: 5_000,
  heartbeatMs: 5_000,
  maxStalledCount: mostLosses,
};
const brokerRetryMs = 1_000;
const defaultDrainMs = 2_500;
const goodbyeDeadlineMs = 500;
const rememberedCount = 10_000;

export function runWorker(options: WorkerOptions): RunningWorker {
  return new WorkerRuntime(options);
}

class WorkerRuntime implements RunningWorker {
  readonly workerId: string;
  readonly ready: Promise<void>;
  readonly done: Promise<'stopped' | 'recycled'>;
  readonly #options: WorkerOptions;
  readonly #timing: WorkerTiming;
  readonly #slots: QueueSlots;
  readonly #runner: JobRunner;
  readonly #workers: Worker[];
  readonly #commands: BrokerLine;
  readonly #control: BrokerLine;
  readonly #retirement: Retirement;
  readonly #loopDelay = measureLoopDelay();
  readonly #cpuUse = measureCpuUse();
  readonly #startedAtMs: number;
  /** Cancelled tasks that were heard of before their job got here. */
  readonly #revoked = new Set<string>();
  readonly #stopHeartbeat: Stop;
  readonly #finished = Promise.withResolvers<'stopped' | 'recycled'>();
  #disarmDrain: Stop = () => undefined;
  #beating = false;
  #closed = false;
  #stopping: Promise<void> | null = null;
  #clockSkewMs = 0;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#slots = slotsFor(options.queues, options.concurrency);
    this.#startedAtMs = options.clock.now();
    this.workerId = options.ids.next();
    this.done = this.#finished.promise;
    const { handlers, clock, logger, connection, maxJobs = null, maxRssBytes = null, askReplacement } = options;
    this.#runner = new JobRunner({
      handlers,
      clock,
      logger,
      wasRevoked: (id, job) => this.#wasRevoked(id, job),
      softLimitMs: options.softLimitMs ?? (() => null),
      ended: (processedCount) => this.#retirement.check(processedCount, 0),
      keepAttempt: (queue, job, message) => this.#keepAttempt(queue, job, message),
    });
    const letGo = (why: string): void => {
      this.#stopping ??= this.#drain('recycled', null, why);
    };
    this.#retirement = new Retirement({ maxJobs, maxRssBytes, clock, askReplacement, letGo });
    this.#commands = new BrokerLine(connection, (error) => this.#lineLost(error));
    this.#control = new BrokerLine(connection, (error) => this.#lineLost(error));
    this.#workers = options.queues.map((queue) => this.#work(queue));
    this.ready = this.#start();
    // Whoever does not wait for it learns from `done` and the log.
    this.ready.catch((error: unknown) => logger.error('The worker could not start', { error: messageOf(error) }));
    this.#stopHeartbeat = clock.every(this.#timing.heartbeatMs, () => void this.#beat());
  }

  active(): readonly RunningJob[] {
    return this.#runner.active;
  }

  retire(why: string): void {
    this.#retirement.ask(why);
  }

  async stop(drainMs = defaultDrainMs): Promise<void> {
    // One that retires may take as long as its jobs do; one that is told to stop may not.
    if (this.#stopping) this.#limitDrain(drainMs);
    this.#stopping ??= this.#drain('stopped', drainMs, 'told to');
    await this.#stopping;
  }

  async #start(): Promise<void> {
    await Promise.all([
      ...this.#workers.map((worker) => worker.waitUntilReady()),
      this.#control.subscribe(controlChannel, (message) => this.#controlled(message)),
    ]);
    await this.#beat();
  }

  #work(queue: QueueName): Worker {
    const { lockMs, stalledCheckMs, maxStalledCount } = this.#timing;
    const worker = new Worker(queue, (job) => this.#runner.run(queue, job), {
      connection: blockingOptions(this.#options.connection, () => this.#closed),
      prefix: queuePrefix,
      name: this.workerId,
      concurrency: this.#slots[queue] ?? 1,
      lockDuration: lockMs,
      stalledInterval: stalledCheckMs,
      maxStalledCount,
      runRetryDelay: brokerRetryMs,
    });
    worker.on('error', (error) => this.#lineLost(error));
    worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) this.#runner.stop(taskIdOf(queue, jobId), 'lock-lost');
    });
    worker.on('stalled', (jobId) => void this.#noteStalled(worker, jobId));
    return worker;
  }

  #controlled(message: string): void {
    if (message === recycleMessage(this.workerId)) this.retire('on request');
    else this.#revoke(message);
  }

  async #keepAttempt(queue: QueueName, job: Job, message: string): Promise<void> {
    const atMs = this.#options.clock.now();
    const attempt = { attempt: job.attemptsStarted, atMs, workerId: this.workerId, host: hostname(), message };
    try {
      await keepAttempt(await this.#commands.commands(), jobKeyOf(queue, job.id ?? ''), attempt);
    } catch (error) {
      this.#lineLost(error);
    }
  }

  /** Its worker fell silent, e.g. with its whole machine, and this one found the job. */
  async #noteStalled(worker: Worker, jobId: string): Promise<void> {
    try {
      const [commands, job] = await Promise.all([this.#commands.commands(), Job.fromId(worker, jobId)]);
      if (!job) return;
      await keepAttempt(commands, worker.toKey(jobId), {
        attempt: job.attemptsStarted,
        atMs: this.#options.clock.now(),
        workerId: job.processedBy ?? null,
        host: null,
        message: 'Its worker fell silent while it ran',
      });
    } catch (error) {
      this.#lineLost(error);
    }
  }

  #revoke(taskId: string): void {
    if (this.#runner.stop(taskId, 'revoked')) return;
    if (this.#revoked.size >= rememberedCount) this.#revoked.clear();
    this.#revoked.add(taskId);
  }

  /** A job that was begun before may have been cancelled while nobody held it, so the broker is asked. */
  #wasRevoked(taskId: string, job: Job): Promise<boolean> | boolean {
    if (this.#revoked.delete(taskId)) return true;
    return job.attemptsStarted > 1 && this.#isRevoked(taskId);
  }

  async #isRevoked(taskId: string): Promise<boolean> {
    return (await filterRevoked(await this.#commands.commands(), [taskId])).length > 0;
  }

  async #beat(goodbye = false): Promise<void> {
    if (this.#beating && !goodbye) return;
    this.#beating = true;
    try {
      const commands = await this.#commands.commands();
      const sentMs = this.#options.clock.now();
      this.#clockSkewMs = sentMs - (await brokerTime(commands));
      const report = this.#report(goodbye);
      await storeReport(commands, report);
      this.#retirement.check(this.#runner.processedCount, report.rssBytes);
      // A request to stop that was sent while this line was down is made good here.
      const revoked = await filterRevoked(
        commands,
        this.#runner.active.map(({ taskId }) => taskId),
      );
      for (const taskId of revoked) this.#runner.stop(taskId, 'revoked');
    } catch (error) {
      this.#lineLost(error);
    } finally {
      this.#beating = false;
    }
  }

  #report(goodbye: boolean): WorkerReport {
    const { clock, version, queues } = this.#options;
    return {
      workerId: this.workerId,
      host: hostname(),
      pid: process.pid,
      version,
      queues: [...queues],
      concurrency: slotCount(this.#slots),
      startedAtMs: this.#startedAtMs,
      sentAtMs: clock.now(),
      activeJobs: this.#runner.active.map(({ taskId, job, startedAtMs }) => ({ taskId, job, startedAtMs })),
      processedCount: this.#runner.processedCount,
      failedCount: this.#runner.failedCount,
      recycledCount: this.#options.recycledCount ?? 0,
      rssBytes: process.memoryUsage.rss(),
      cpuRatio: this.#cpuUse.takeRatio(clock.monotonicMs()),
      eventLoopDelayMs: this.#loopDelay.takeP99Ms(),
      slots: this.#slots,
      lastStartedAtMs: this.#runner.lastStartedAtMs,
      clockSkewMs: this.#clockSkewMs,
      runs: this.#runner.runs,
      retiring: this.#stopping !== null,
      goodbye,
    };
  }

  /** @param drainMs null: active jobs may take as long as they need. */
  async #drain(outcome: 'stopped' | 'recycled', drainMs: number | null, why: string): Promise<void> {
    const { clock, logger } = this.#options;
    logger.info('The worker stops', { workerId: this.workerId, outcome, why, active: this.#runner.activeCount });
    if (drainMs !== null) this.#limitDrain(drainMs);
    await Promise.allSettled(this.#workers.map((worker) => worker.close()));
    this.#disarmDrain();
    this.#runner.close();
    this.#stopHeartbeat();
    this.#loopDelay.stop();
    await settleWithin(clock, goodbyeDeadlineMs, this.#beat(true));
    this.#closed = true;
    await Promise.allSettled([this.#commands.close(), this.#control.close()]);
    this.#finished.resolve(outcome);
  }

  #limitDrain(drainMs: number): void {
    this.#disarmDrain();
    this.#disarmDrain = this.#options.clock.after(drainMs, () => this.#runner.stopAll('draining'));
  }

  #lineLost(error: unknown): void {
    if (!this.#closed) this.#options.logger.debug('The broker is away', { error: messageOf(error) });
  }
}
