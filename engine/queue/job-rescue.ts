/** Takes the jobs of a worker process that ended without giving them back: the guilty ones fail, the others run again. */
import { type Job, Queue, UnrecoverableError } from 'bullmq';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { type QueueName, queueNames } from '../model/task.ts';
import { keepAttempt } from './attempts.ts';
import { BrokerCaller, type BrokerCommands, type BrokerConnection, callerOptions, queuePrefix } from './broker.ts';
import { overLimitWords } from './job-watch.ts';
import { settleWithin } from './settle-within.ts';
import { taskIdOf } from './task-status.ts';

export interface LostWorker {
  readonly workerId: string;
  readonly host: string;
  /** How its process ended, for the record of each job. */
  readonly why: string;
  /** Tasks that took too long, with the words for it; they fail for good. */
  readonly guilty: ReadonlyMap<string, string>;
  /** Given of a process that was killed: any job over it is guilty, too, though the process could not tell any more. */
  readonly hardLimitMs: ((job: string) => number | null) | null;
}

export interface JobRescueOptions {
  readonly connection: BrokerConnection;
  readonly clock: Clock;
  readonly logger: Logger;
  /** As often as a job may lose its worker before it counts as the cause. */
  readonly mostLosses?: number;
}

export const mostLosses = 5;
const deadlineMs = 2_000;
const closeDeadlineMs = 500;
/** A job that was being fetched when its worker died turns up a moment later; what is left after, BullMQ's own check finds. */
const rounds = [0, 250, 1_500];
const activeLimit = 1_000;
/** The count that BullMQ's own check keeps, too. */
const countScript = `if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('HINCRBY', KEYS[1], 'stc', 1) end return 0`;
/** BullMQ's word for "whoever holds the lock". Source: BullMQ, `removeLock` of its Lua scripts. */
const anyToken = '0';

export class JobRescue {
  readonly #options: JobRescueOptions;
  readonly #caller: BrokerCaller;
  #queues: readonly (readonly [QueueName, Queue])[] | null = null;
  #closed = false;

  constructor(options: JobRescueOptions) {
    this.#options = options;
    this.#caller = new BrokerCaller({ clock: options.clock, address: options.connection.address, deadlineMs });
  }

  /** Never rejects: what it cannot do is done by BullMQ's check for stalled jobs, later. */
  async take(lost: LostWorker): Promise<void> {
    const { clock, logger } = this.#options;
    for (const pauseMs of rounds) {
      if (pauseMs > 0) await clock.sleep(pauseMs);
      if (this.#closed) return;
      try {
        for (const [name, queue] of this.#open()) await this.#takeFrom(name, queue, lost);
      } catch (error) {
        logger.debug('The jobs of a lost worker could not be taken', {
          workerId: lost.workerId,
          why: lost.why,
          error: messageOf(error),
        });
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const closing = (this.#queues ?? []).map(([, queue]) => queue.getBackend().close(true));
    await settleWithin(this.#options.clock, closeDeadlineMs, Promise.allSettled(closing));
  }

  #takeFrom(name: QueueName, queue: Queue, lost: LostWorker): Promise<void> {
    return this.#caller.run(queue, `Taking the jobs of worker ${lost.workerId}`, async (commands) => {
      const jobs = (await queue.getJobs(['active'], 0, activeLimit - 1)) as (Job | undefined)[];
      for (const job of jobs) {
        if (job?.id === undefined || job.processedBy !== lost.workerId) continue;
        await this.#takeJob(name, { job, key: queue.toKey(job.id) }, commands, lost);
      }
    });
  }

  async #takeJob(
    name: QueueName,
    { job, key }: { job: Job; key: string },
    commands: BrokerCommands,
    lost: LostWorker,
  ): Promise<void> {
    const { clock, logger } = this.#options;
    const taskId = taskIdOf(name, job.id ?? '');
    const losses = Number(await commands.call('EVAL', countScript, 1, key));
    const blame = lost.guilty.get(taskId) ?? this.#overdue(job, lost) ?? this.#lostTooOften(losses, lost);
    const { workerId, host } = lost;
    const message = blame ?? `Lost its worker, which ${lost.why}`;
    await keepAttempt(commands, key, { attempt: job.attemptsStarted, atMs: clock.now(), workerId, host, message });
    if (blame === null) await job.moveToWait(anyToken);
    else await job.moveToFailed(new UnrecoverableError(blame), anyToken);
    await commands.call('DEL', `${key}:lock`);
    logger.info(blame === null ? 'A job lost its worker and runs again' : 'A job failed with its worker', {
      taskId,
      message,
    });
  }

  #overdue(job: Job, { hardLimitMs }: LostWorker): string | null {
    const limitMs = hardLimitMs?.(job.name) ?? null;
    if (limitMs === null || job.processedOn === undefined) return null;
    return this.#options.clock.now() - job.processedOn > limitMs ? overLimitWords(limitMs) : null;
  }

  #lostTooOften(losses: number, { why }: LostWorker): string | null {
    if (losses <= (this.#options.mostLosses ?? mostLosses)) return null;
    return `Lost its worker ${losses} times; the last ${why}`;
  }

  #open(): readonly (readonly [QueueName, Queue])[] {
    this.#queues ??= queueNames.map((name) => {
      const queue = new Queue(name, {
        connection: callerOptions(this.#options.connection, () => this.#closed),
        prefix: queuePrefix,
        skipVersionCheck: true,
      });
      queue.on('error', (error) => {
        if (!this.#closed) this.#options.logger.debug('The rescue lost its broker', { error: messageOf(error) });
      });
      return [name, queue] as const;
    });
    return this.#queues;
  }
}
