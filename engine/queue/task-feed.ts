/** Turns BullMQ's events, which carry ids, into task statuses, and makes good the events that a break swallowed. */
import { QueueEvents } from 'bullmq';
import type { Clock, Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { type QueueName, queueNames, type TaskStatus } from '../model/task.ts';
import { type BrokerConnection, blockingOptions, queuePrefix } from './broker.ts';
import { isFinished, taskIdOf } from './task-status.ts';
import { mayFollow } from './task-transitions.ts';

interface TaskFeedOptions {
  readonly connection: BrokerConnection;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The task as it is now; null when it is gone. */
  readonly read: (taskId: string) => Promise<TaskStatus | null>;
}

const eventNames = ['waiting', 'delayed', 'active', 'progress', 'completed', 'failed', 'stalled', 'removed'] as const;
/** Events of one task within this time are read once. */
const gatherMs = 10;
const batchSize = 100;
/** Between batches, so that a flood of jobs is not slowed by being watched; meanwhile a task's events become one reading. */
const batchPauseMs = 50;
/** Beyond this many waiting readings only the tasks queued here are told of. */
const touchedCount = 5_000;
/** An open task that nothing was heard of is looked at this often. */
const recheckMs = 5_000;
const expectedCount = 500;

export class TaskFeed {
  readonly #options: TaskFeedOptions;
  readonly #events: QueueEvents[];
  readonly #emitter: Emitter<{ changed: TaskStatus }>;
  readonly #touched = new Set<string>();
  /** Open tasks queued here, with what was last told of them. */
  readonly #expected = new Map<string, TaskStatus | null>();
  readonly #stopRecheck: Stop;
  #flushing = false;
  #closed = false;

  constructor(options: TaskFeedOptions) {
    this.#options = options;
    this.#emitter = new Emitter((error) => options.logger.error('A task listener failed', { error: messageOf(error) }));
    this.#events = queueNames.map((name) => this.#listen(name));
    this.#stopRecheck = options.clock.every(recheckMs, () => {
      for (const taskId of this.#expected.keys()) this.touch(taskId);
    });
  }

  onTaskChanged(listener: (status: TaskStatus) => void): Stop {
    return this.#emitter.on('changed', listener);
  }

  /** Sees to it that the end of this task is told even when its event gets lost. */
  expect(taskId: string): void {
    if (this.#expected.has(taskId)) return;
    const [oldest] = this.#expected.keys();
    if (this.#expected.size >= expectedCount && oldest !== undefined) this.#expected.delete(oldest);
    this.#expected.set(taskId, null);
  }

  touch(taskId: string): void {
    if (this.#touched.size >= touchedCount && !this.#expected.has(taskId)) return;
    this.#touched.add(taskId);
    if (this.#flushing || this.#closed) return;
    this.#flushing = true;
    this.#options.clock.after(gatherMs, () => void this.#flush());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopRecheck();
    // The first ends the reading, but alone would wait for a broker that never came; the second cuts the line.
    await Promise.allSettled(this.#events.flatMap((events) => [events.close(), events.getBackend().close(true)]));
  }

  #listen(queue: QueueName): QueueEvents {
    const { connection, logger } = this.#options;
    const events = new QueueEvents(queue, {
      connection: blockingOptions(connection, () => this.#closed),
      prefix: queuePrefix,
      skipVersionCheck: true,
    });
    for (const name of eventNames)
      events.on(name, ({ jobId }: { jobId: string }) => this.touch(taskIdOf(queue, jobId)));
    events.on('error', (error) => {
      if (!this.#closed) logger.debug('The events of a queue broke off', { queue, error: messageOf(error) });
    });
    return events;
  }

  async #flush(): Promise<void> {
    try {
      while (this.#touched.size > 0 && !this.#closed) {
        const batch = [...this.#touched].slice(0, batchSize);
        for (const taskId of batch) this.#touched.delete(taskId);
        await Promise.all(batch.map((taskId) => this.#tell(taskId)));
        if (this.#touched.size > 0) await this.#options.clock.sleep(batchPauseMs);
      }
    } finally {
      this.#flushing = false;
    }
  }

  async #tell(taskId: string): Promise<void> {
    try {
      const status = (await this.#options.read(taskId)) ?? this.#lost(taskId);
      if (!status || this.#closed) return;
      const told = this.#expected.get(taskId);
      if (told && !mayFollow(told.state, status.state)) return;
      this.#remember(status);
      this.#emitter.emit('changed', status);
    } catch (error) {
      this.#options.logger.debug('A task could not be read', { taskId, error: messageOf(error) });
    }
  }

  #remember(status: TaskStatus): void {
    if (isFinished(status.state)) this.#expected.delete(status.taskId);
    else if (this.#expected.has(status.taskId)) this.#expected.set(status.taskId, status);
  }

  /** An open task without a record will never end by itself: the broker lost its data. */
  #lost(taskId: string): TaskStatus | null {
    const last = this.#expected.get(taskId);
    this.#expected.delete(taskId);
    if (!last) return null;
    const finishedAtMs = this.#options.clock.now();
    return { ...last, state: 'FAILURE', finishedAtMs, error: 'The broker no longer knows this task' };
  }
}
