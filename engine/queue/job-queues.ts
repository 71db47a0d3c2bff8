/** The queues as the engine uses them: jobs go in, their status comes out, and no call waits for an absent broker. */
import { type Job, Queue } from 'bullmq';
import type { Clock, Stop } from '../base/clock.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { type JobName, type QueueCounts, type QueueName, queueNames, type TaskStatus } from '../model/task.ts';
import { BrokerCaller, type BrokerCommands, type BrokerConnection, callerOptions, queuePrefix } from './broker.ts';
import { brokerTime, readReports, recycleMessage, sendControl, storeRevoked, type WorkerReport } from './fleet.ts';
import { deduplicationKeyOf, type JobData, type JobPriority, jobPolicy, jobRules } from './jobs.ts';
import { settleWithin } from './settle-within.ts';
import { TaskFeed } from './task-feed.ts';
import { readTask } from './task-reader.ts';
import { isFinished, parseTaskId, revokedReason, taskIdOf } from './task-status.ts';

export interface JobQueuesOptions {
  readonly connection: BrokerConnection;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** How long a call waits for the broker before it says QUEUE_UNREACHABLE. */
  readonly deadlineMs?: number;
  /** Pause before the first retry of a job. */
  readonly retryFirstMs?: number;
}

export interface EnqueueOptions {
  /** Requests with the same key are one job while it waits or runs; by default the job's view. Null: never joined. */
  readonly deduplicationKey?: string | null;
  readonly priority?: JobPriority;
  /** Among jobs that nobody waits for, 1–100: the lowest goes first. */
  readonly order?: number;
  /** Names this very run: a job with this key that is still on record is never queued again. Without `:`. */
  readonly runKey?: string;
}

export interface Enqueued {
  readonly taskId: string;
  /** True when the task was there already. */
  readonly joined: boolean;
}

const closeDeadlineMs = 1_000;
const reportsKeptMs = 1_000;
const defaultRetryFirstMs = 60_000;

export class JobQueues {
  readonly #queues: Readonly<Record<QueueName, Queue>>;
  readonly #options: Required<JobQueuesOptions>;
  readonly #caller: BrokerCaller;
  readonly #feed: TaskFeed;
  #reports: Promise<readonly WorkerReport[]> = Promise.resolve([]);
  #reportsReadMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: JobQueuesOptions) {
    this.#options = { deadlineMs: 900, retryFirstMs: defaultRetryFirstMs, ...options };
    const { connection, clock, logger, deadlineMs } = this.#options;
    this.#caller = new BrokerCaller({ clock, address: connection.address, deadlineMs });
    const open = (name: QueueName): Queue => this.#open(name);
    this.#queues = { kpis: open('kpis'), dashboard: open('dashboard'), background: open('background') };
    this.#feed = new TaskFeed({ connection, clock, logger, read: (taskId) => this.#find(taskId) });
  }

  /**
   * Queues a job, or joins the one with the same key that waits or runs.
   * @throws EngineError QUEUE_UNREACHABLE
   */
  async enqueue<Name extends JobName>(job: Name, data: JobData[Name], options: EnqueueOptions = {}): Promise<Enqueued> {
    const rule = jobRules[job];
    const queue = this.#queues[rule.queue];
    const priority = options.priority ?? rule.priority;
    const key = options.deduplicationKey === undefined ? deduplicationKeyOf(job, data) : options.deduplicationKey;
    const jobId = options.runKey ?? this.#options.ids.next();
    const enqueued = await this.#caller.run(queue, `Queueing ${job}`, async () => {
      const repeated = options.runKey !== undefined && (await queue.getJobState(jobId)) !== 'unknown';
      const added = await queue.add(job, data, {
        ...jobPolicy(priority, this.#options.retryFirstMs),
        ...(options.order === undefined ? {} : { priority: options.order }),
        jobId,
        timestamp: this.#options.clock.now(),
        // Somebody who asks now does not wait for the end of a retry's pause.
        ...(key === null ? {} : { deduplication: { id: key, reschedule: priority === 'interactive' } }),
      });
      const id = added.id ?? jobId;
      return { taskId: taskIdOf(rule.queue, id), joined: repeated || id !== jobId };
    });
    this.#feed.expect(enqueued.taskId);
    this.#feed.touch(enqueued.taskId);
    return enqueued;
  }

  /** @throws EngineError QUEUE_TASK_NOT_FOUND, QUEUE_UNREACHABLE */
  async status(taskId: string): Promise<TaskStatus> {
    const status = await this.#find(taskId);
    if (!status) throw new EngineError('QUEUE_TASK_NOT_FOUND', `There is no task ${taskId}`, { details: { taskId } });
    return status;
  }

  /**
   * Removes a task that waits, asks one that runs to stop, leaves a finished one as it is; answers its status after.
   * A running task counts as REVOKED at once; its worker stops as soon as the job listens to its signal.
   * @throws EngineError QUEUE_TASK_NOT_FOUND, QUEUE_UNREACHABLE
   */
  async cancel(taskId: string): Promise<TaskStatus> {
    const before = await this.status(taskId);
    if (isFinished(before.state)) return before;
    const queue = this.#queues[before.queue];
    const finishedAtMs = this.#options.clock.now();
    await this.#caller.run(queue, `Cancelling ${taskId}`, async (commands) => {
      await storeRevoked(commands, { ...before, state: 'REVOKED', finishedAtMs, error: revokedReason });
      const jobId = taskId.slice(before.queue.length + 1);
      const removed = await queue.remove(jobId);
      if (removed > 0) return;
      const job: Job | undefined = await queue.getJob(jobId);
      await job?.removeDeduplicationKey();
      await sendControl(commands, taskId);
    });
    this.#feed.touch(taskId);
    return this.status(taskId);
  }

  /** @throws EngineError QUEUE_UNREACHABLE */
  async counts(): Promise<QueueCounts[]> {
    return Promise.all(queueNames.map((name) => this.#count(name)));
  }

  /** The last word of every worker process, with the broker's time. @throws EngineError QUEUE_UNREACHABLE */
  async workerReports(): Promise<{ reports: WorkerReport[]; brokerNowMs: number }> {
    return this.#caller.run(this.#queues.kpis, 'Reading the heartbeats', async (commands) => {
      const [reports, brokerNowMs] = await Promise.all([readReports(commands), brokerTime(commands)]);
      return { reports, brokerNowMs };
    });
  }

  /** Asks a worker process on any machine to be replaced. @throws EngineError QUEUE_WORKER_NOT_FOUND, QUEUE_UNREACHABLE */
  async recycle(workerId: string): Promise<void> {
    const { reports } = await this.workerReports();
    if (!reports.some((report) => report.workerId === workerId && !report.goodbye)) {
      throw new EngineError('QUEUE_WORKER_NOT_FOUND', `There is no worker ${workerId}`, { details: { workerId } });
    }
    await this.onBroker(`Recycling worker ${workerId}`, (commands) => sendControl(commands, recycleMessage(workerId)));
  }

  /** Runs commands of a neighbour of the queues, within the same deadline. @throws EngineError QUEUE_UNREACHABLE */
  onBroker<Value>(what: string, work: (commands: BrokerCommands) => Promise<Value>): Promise<Value> {
    return this.#caller.run(this.#queues.background, what, work);
  }

  /** Told of every change of every task, whoever queued it; after a break of the connection, of the tasks queued here. */
  onTaskChanged(listener: (status: TaskStatus) => void): Stop {
    return this.#feed.onTaskChanged(listener);
  }

  /** Takes a second at most, also when the broker is away. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const queues = Object.values(this.#queues);
    const closing = Promise.allSettled([this.#feed.close(), ...queues.map((queue) => queue.getBackend().close(true))]);
    await settleWithin(this.#options.clock, closeDeadlineMs, closing);
  }

  #open(name: QueueName): Queue {
    const { connection, logger } = this.#options;
    const queue = new Queue(name, {
      connection: callerOptions(connection, () => this.#closed),
      prefix: queuePrefix,
      skipVersionCheck: true,
    });
    queue.on('error', (error) => {
      if (!this.#closed) logger.debug('A queue lost its broker', { queue: name, error: messageOf(error) });
    });
    return queue;
  }

  async #find(taskId: string): Promise<TaskStatus | null> {
    const parsed = parseTaskId(taskId);
    if (!parsed) return null;
    const queue = this.#queues[parsed.queue];
    return this.#caller.run(queue, `Reading task ${taskId}`, (commands) =>
      readTask(commands, queue, parsed, () => this.#recentReports(commands)),
    );
  }

  /** For estimates; heartbeats come no faster. */
  async #recentReports(commands: BrokerCommands): Promise<readonly WorkerReport[]> {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#reportsReadMs > reportsKeptMs) {
      this.#reportsReadMs = nowMs;
      this.#reports = readReports(commands);
      this.#reports.catch(() => {
        this.#reportsReadMs = Number.NEGATIVE_INFINITY;
      });
    }
    return this.#reports;
  }

  async #count(name: QueueName): Promise<QueueCounts> {
    const queue = this.#queues[name];
    return this.#caller.run(queue, `Counting the jobs of ${name}`, async () => {
      const [counts, first, firstPrioritized] = await Promise.all([
        queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed', 'completed'),
        queue.getJobs(['wait'], 0, 0, true),
        queue.getJobs(['prioritized'], 0, 0, true),
      ]);
      const since = [...first, ...firstPrioritized].map(waitingSince);
      return {
        queue: name,
        waiting: (counts['wait'] ?? 0) + (counts['prioritized'] ?? 0),
        active: counts['active'] ?? 0,
        delayed: counts['delayed'] ?? 0,
        failed: counts['failed'] ?? 0,
        completed: counts['completed'] ?? 0,
        oldestWaitingMs: since.length === 0 ? null : Math.max(0, this.#options.clock.now() - Math.min(...since)),
      };
    });
  }
}

/** A job that is tried again has waited since the end of its pause, not since it was made. */
function waitingSince(job: Job): number {
  return Math.max(job.timestamp, job.processedOn ?? 0) + job.delay;
}
