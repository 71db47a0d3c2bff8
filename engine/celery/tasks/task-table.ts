/** The tasks of one broker in memory, bounded, each written to the history soon after it changed. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { CeleryTaskHistory, CeleryTaskRecord } from '../../model/celery-record.ts';
import type { CeleryEvent } from '../events/decode-event.ts';
import { applyEvent, type LiveTask, liveAgain, newTask } from './task-record.ts';
import { isFinal } from './task-states.ts';

export interface TaskTableOptions {
  readonly brokerId: string;
  readonly history: CeleryTaskHistory;
  /** The next position in the history; one counter for all brokers. */
  readonly nextSeq: () => number;
  /** Told of every state that an event brought about. */
  readonly onMoved: (task: LiveTask, before: LiveTask['state'] | null) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<TaskTableLimits>;
}

interface TaskTableLimits {
  /** Ended tasks kept at hand for late events. */
  readonly finished: number;
  /** Tasks that have not ended; older ones are found in the history when they are heard of again. */
  readonly unfinished: number;
  /** Tasks that wait to be written; past it the oldest ended ones are given up and counted. */
  readonly unwritten: number;
}

const defaultLimits: TaskTableLimits = { finished: 4_000, unfinished: 20_000, unwritten: 25_000 };
/** Tasks of one transaction: 4 ms (p50), 15 ms (p99) on a busy disk; 250 took 101 ms (p99). */
const batchSize = 50;
/** With many waiting the disk is used better; 11 ms (p50), 21 ms (p99). */
const largeBatchSize = 100;
const manyWaiting = 2_000;
/** A task that has not ended is written when it changed this long ago, an ended one at the next round. */
const settleMs = 1_000;

export class TaskTable {
  readonly #options: TaskTableOptions;
  readonly #limits: TaskTableLimits;
  readonly #open = new Map<string, LiveTask>();
  readonly #ended = new Map<string, LiveTask>();
  readonly #running = new Map<string, LiveTask>();
  readonly #dirty = new Map<string, LiveTask>();
  #skippedCount = 0;
  #taken = 0;
  #storeProblem: string | null = null;

  constructor(options: TaskTableOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
  }

  get size(): number {
    return this.#open.size + this.#ended.size;
  }

  /** Not written because the disk could not keep up. */
  get skippedCount(): number {
    return this.#skippedCount;
  }

  /** Changed since they were written last; they stand for what the history has of them. */
  get unwritten(): ReadonlyMap<string, LiveTask> {
    return this.#dirty;
  }

  get open(): ReadonlyMap<string, LiveTask> {
    return this.#open;
  }

  get running(): ReadonlyMap<string, LiveTask> {
    return this.#running;
  }

  /** What was unfinished when it was written, taken up again after a start. */
  resume(records: readonly CeleryTaskRecord[]): void {
    for (const record of records.toReversed()) {
      if (!this.#open.has(record.taskId)) this.#file(liveAgain(record, this.#options.clock.now()));
    }
  }

  /** @param atMs the event's own time, corrected by its sender's drift. */
  take(event: CeleryEvent, atMs: number): void {
    if (event.taskId === null) return;
    const known = this.find(event.taskId);
    const before = known?.state ?? null;
    const task = known ?? newTask(this.#options.brokerId, event.taskId, this.#options.nextSeq(), event.heardAtMs);
    applyEvent(task, event, atMs);
    this.#file(task);
    this.#markDirty(task);
    if (task.state !== before || known === null) this.#options.onMoved(task, before);
    this.#makeRoom();
  }

  find(taskId: string): LiveTask | null {
    const held = this.#open.get(taskId) ?? this.#ended.get(taskId);
    if (held) return held;
    const record = this.#ask(() => this.#options.history.find(this.#options.brokerId, taskId), null);
    return record === null ? null : liveAgain(record, this.#options.clock.now());
  }

  /** After something other than an event changed a task. */
  changed(task: LiveTask): void {
    task.dirty = true;
    this.#file(task);
    this.#markDirty(task);
  }

  /**
   * Writes one batch of what is due. Answers whether there is more.
   * @param all also what changed just now, e.g. at the end
   */
  writeBatch(all = false): boolean {
    const nowMs = this.#options.clock.now();
    const due: LiveTask[] = [];
    const size = this.#dirty.size > manyWaiting ? largeBatchSize : batchSize;
    for (const task of this.#dirty.values()) {
      if (all || isFinal(task.state) || nowMs - task.lastHeardMs >= settleMs) due.push(task);
      if (due.length === size) break;
    }
    if (due.length === 0) return false;
    const written = this.#ask(() => {
      this.#options.history.write(due);
      return true;
    }, false);
    if (!written) return false;
    for (const task of due) {
      task.dirty = false;
      this.#dirty.delete(task.taskId);
    }
    // Those that waited for the disk may go now, also where no further event comes.
    evict(this.#ended, this.#limits.finished);
    return due.length === size;
  }

  #file(task: LiveTask): void {
    if (isFinal(task.state)) {
      this.#open.delete(task.taskId);
      this.#running.delete(task.taskId);
      if (!this.#ended.has(task.taskId)) this.#ended.set(task.taskId, task);
      return;
    }
    this.#ended.delete(task.taskId);
    if (!this.#open.has(task.taskId)) this.#open.set(task.taskId, task);
    if (task.state === 'STARTED') this.#running.set(task.taskId, task);
    else this.#running.delete(task.taskId);
  }

  #markDirty(task: LiveTask): void {
    this.#dirty.set(task.taskId, task);
    if (this.#dirty.size <= this.#limits.unwritten) return;
    for (const [taskId, oldest] of this.#dirty) {
      if (oldest === task) continue;
      oldest.dirty = false;
      this.#dirty.delete(taskId);
      this.#skippedCount += 1;
      break;
    }
  }

  /** Looking costs more than a few tasks too many. */
  #makeRoom(): void {
    this.#taken += 1;
    if (this.#taken % roomEvery !== 0) return;
    evict(this.#ended, this.#limits.finished);
    if (this.#open.size <= this.#limits.unfinished) return;
    for (const taskId of evict(this.#open, this.#limits.unfinished)) this.#running.delete(taskId);
  }

  /** The history failing is said once; what is in memory goes on. */
  #ask<Answer>(work: () => Answer, otherwise: Answer): Answer {
    try {
      const answer = work();
      this.#storeProblem = null;
      return answer;
    } catch (error) {
      const problem = messageOf(error);
      if (this.#storeProblem === null) this.#options.logger.warn('The history of Celery tasks fails', { problem });
      this.#storeProblem = problem;
      return otherwise;
    }
  }
}

/** Events between two looks for what may go. */
const roomEvery = 64;
/** How many unwritten ones are passed over in search of one that may go. */
const evictLook = 500;

/** Lets the oldest go that are in the history as they are. */
function evict(tasks: Map<string, LiveTask>, ceiling: number): string[] {
  const gone: string[] = [];
  if (tasks.size <= ceiling) return gone;
  let looked = 0;
  for (const [taskId, task] of tasks) {
    if (tasks.size <= ceiling || looked >= evictLook) break;
    looked += 1;
    if (task.dirty) continue;
    tasks.delete(taskId);
    gone.push(taskId);
  }
  return gone;
}
