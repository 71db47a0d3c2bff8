/** The tasks of one broker in memory, bounded, each written to the history soon after it changed. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { CeleryTaskHistory, CeleryTaskRecord } from '../../model/celery-record.ts';
import type { CeleryEvent } from '../events/decode-event.ts';
import { applyEvent, type LiveTask, liveAgain, newTask } from './task-record.ts';
import { type HeardEvent, TaskSeeker } from './task-seeker.ts';
import { isFinal } from './task-states.ts';

export interface TaskTableOptions {
  readonly brokerId: string;
  readonly history: CeleryTaskHistory;
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
  /** Tasks looked for in the history at one time; past it those that are heard of count as new. */
  readonly sought: number;
}

const defaultLimits: TaskTableLimits = { finished: 4_000, unfinished: 20_000, unwritten: 30_000, sought: 5_000 };
/** Tasks of one transaction. Whoever asks the history waits for two of them at most. */
const batchSize = 100;
/** With many waiting the disk is used better. */
const largeBatchSize = 400;
const manyWaiting = 2_000;
/** One is written while the next is on its way. */
const batchesUnderWay = 2;
/** The end looks so often whether all is written. */
const drainLookMs = 10;
/** A task that has not ended is written when it changed this long ago, an ended one at the next round. */
const settleMs = 1_000;

export class TaskTable {
  readonly #options: TaskTableOptions;
  readonly #limits: TaskTableLimits;
  readonly #open = new Map<string, LiveTask>();
  readonly #ended = new Map<string, LiveTask>();
  readonly #running = new Map<string, LiveTask>();
  readonly #dirty = new Map<string, LiveTask>();
  /** On their way to the history; one that changed meanwhile is among the dirty ones too. */
  readonly #underWay = new Map<string, LiveTask>();
  readonly #seeker: TaskSeeker;
  #batches = 0;
  #writesAll = false;
  #skippedCount = 0;
  #taken = 0;
  #storeProblem: string | null = null;

  constructor(options: TaskTableOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    const { brokerId, history, clock } = options;
    this.#seeker = new TaskSeeker({
      ...{ brokerId, history, clock },
      ceiling: this.#limits.sought,
      onFound: (taskId, record, heard) => this.#hear(taskId, record, heard),
      onProblem: (error) => this.#complain(error),
    });
  }

  get size(): number {
    return this.#open.size + this.#ended.size;
  }

  /** Not written because the disk could not keep up. */
  get skippedCount(): number {
    return this.#skippedCount;
  }

  get unwrittenCount(): number {
    let both = 0;
    for (const taskId of this.#underWay.keys()) if (this.#dirty.has(taskId)) both += 1;
    return this.#seeker.size + this.#dirty.size + this.#underWay.size - both;
  }

  isUnwritten(taskId: string): boolean {
    return this.#dirty.has(taskId) || this.#underWay.has(taskId);
  }

  /** Changed since they were written last; they stand for what the history has of them. */
  *unwritten(): Generator<LiveTask, void> {
    yield* this.#dirty.values();
    for (const task of this.#underWay.values()) if (!this.#dirty.has(task.taskId)) yield task;
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
      if (this.held(record.taskId) !== null || this.#seeker.seeks(record.taskId)) continue;
      this.#file(liveAgain(record, this.#options.clock.now()));
    }
  }

  /** @param atMs the event's own time, corrected by its sender's drift. */
  take(event: CeleryEvent, atMs: number): void {
    const { taskId } = event;
    if (taskId === null) return;
    const isSought = this.#seeker.seeks(taskId) || (this.held(taskId) === null && this.#seeker.canSeek(taskId));
    if (isSought) this.#seeker.keep(taskId, { event, atMs });
    else this.#admit(taskId, event, atMs);
  }

  /** In memory; null says nothing of the history. */
  held(taskId: string): LiveTask | null {
    return this.#open.get(taskId) ?? this.#ended.get(taskId) ?? null;
  }

  /** In memory or else in the history. @throws EngineError STORE_UNAVAILABLE */
  async lookUp(taskId: string): Promise<CeleryTaskRecord | null> {
    const held = this.held(taskId);
    if (held !== null) return held;
    const { brokerId, history } = this.#options;
    const [record] = await history.find(brokerId, [taskId]);
    return this.held(taskId) ?? record ?? null;
  }

  /** After something other than an event changed a task. */
  changed(task: LiveTask): void {
    task.dirty = true;
    this.#file(task);
    this.#markDirty(task);
  }

  /** Hands over what is due, a few batches at a time, and goes on by itself as long as there is more. */
  write(): void {
    this.#seeker.askAgain();
    let more = true;
    while (more && this.#batches < batchesUnderWay) more = this.#writeBatch();
  }

  /** Also what changed just now: for the end. Resolves when all is written, or when the signal says that it is enough. */
  async writeAll(signal: AbortSignal): Promise<void> {
    this.#writesAll = true;
    this.#seeker.end();
    const isLeft = (): boolean => this.#seeker.size + this.#dirty.size + this.#batches > 0;
    while (isLeft() && !signal.aborted) {
      this.write();
      await this.#options.clock.sleep(drainLookMs, signal).catch(() => undefined);
    }
  }

  /** Answers whether there is more. */
  #writeBatch(): boolean {
    const batch = this.#due();
    if (batch.length === 0) return false;
    for (const task of batch) {
      this.#dirty.delete(task.taskId);
      this.#underWay.set(task.taskId, task);
    }
    this.#batches += 1;
    this.#options.history.write(batch).then(
      () => this.#written(batch),
      (error: unknown) => this.#refused(batch, error),
    );
    return true;
  }

  /** One that is under way comes again when it is written: two versions of it never pass each other. */
  #due(): LiveTask[] {
    const nowMs = this.#options.clock.now();
    const due: LiveTask[] = [];
    const size = this.#dirty.size > manyWaiting ? largeBatchSize : batchSize;
    for (const task of this.#dirty.values()) {
      if (this.#underWay.has(task.taskId)) continue;
      if (this.#writesAll || isFinal(task.state) || nowMs - task.lastHeardMs >= settleMs) due.push(task);
      if (due.length === size) break;
    }
    return due;
  }

  #written(batch: readonly LiveTask[]): void {
    this.#batches -= 1;
    this.#storeProblem = null;
    for (const task of batch) {
      this.#underWay.delete(task.taskId);
      task.dirty = this.#dirty.has(task.taskId);
    }
    // Those that waited for the disk may go now, also where no further event comes.
    evict(this.#ended, this.#limits.finished);
    if (batch.length >= batchSize) this.write();
  }

  /** They wait for the next round, which comes by itself. */
  #refused(batch: readonly LiveTask[], error: unknown): void {
    this.#batches -= 1;
    for (const task of batch) {
      this.#underWay.delete(task.taskId);
      this.#markDirty(task);
    }
    this.#complain(error);
  }

  /** To the task at hand, else to a new one. */
  #admit(taskId: string, event: CeleryEvent, atMs: number): void {
    const { brokerId, history } = this.#options;
    const held = this.held(taskId);
    const before = held?.state ?? null;
    const task = held ?? newTask(brokerId, taskId, history.nextSeq(), event.heardAtMs);
    applyEvent(task, event, atMs);
    this.#file(task);
    this.#markDirty(task);
    if (task.state !== before) this.#options.onMoved(task, before);
    this.#makeRoom();
  }

  /** What was heard of a task before the history answered. */
  #hear(taskId: string, record: CeleryTaskRecord | null, heard: readonly HeardEvent[]): void {
    if (record !== null && this.held(taskId) === null) this.#file(liveAgain(record, this.#options.clock.now()));
    for (const { event, atMs } of heard) this.#admit(taskId, event, atMs);
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
    if (this.#dirty.size + this.#underWay.size <= this.#limits.unwritten) return;
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
  #complain(error: unknown): void {
    const problem = messageOf(error);
    if (this.#storeProblem === null) this.#options.logger.warn('The history of Celery tasks fails', { problem });
    this.#storeProblem = problem;
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
