/** Asks the history for tasks that are heard of and not in memory; what is heard of them meanwhile waits for its answer. */
import type { Clock } from '../../base/clock.ts';
import type { CeleryTaskHistory, CeleryTaskRecord } from '../../model/celery-record.ts';
import type { CeleryEvent } from '../events/decode-event.ts';

export interface HeardEvent {
  readonly event: CeleryEvent;
  /** Its own time, corrected by its sender's drift. */
  readonly atMs: number;
}

export interface TaskSeekerOptions {
  readonly brokerId: string;
  readonly history: Pick<CeleryTaskHistory, 'find' | 'mayHave'>;
  /** Tasks looked for at one time. */
  readonly ceiling: number;
  /** Null where the history has none, or was away for too long. */
  readonly onFound: (taskId: string, record: CeleryTaskRecord | null, heard: readonly HeardEvent[]) => void;
  readonly onProblem: (error: unknown) => void;
  readonly clock: Clock;
}

interface Sought {
  readonly sinceMs: number;
  readonly heard: HeardEvent[];
}

/** A history that is away is asked again for so long; after that the task counts as new. */
const soughtForMs = 5_000;

export class TaskSeeker {
  readonly #options: TaskSeekerOptions;
  readonly #sought = new Map<string, Sought>();
  /** Of those sought, the ones that the history was asked for. */
  readonly #asked = new Set<string>();
  #isPlanned = false;
  #isEnding = false;

  constructor(options: TaskSeekerOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sought.size;
  }

  seeks(taskId: string): boolean {
    return this.#sought.has(taskId);
  }

  canSeek(taskId: string): boolean {
    return this.#options.history.mayHave(taskId) && this.#sought.size < this.#options.ceiling;
  }

  keep(taskId: string, heard: HeardEvent): void {
    const sought = this.#sought.get(taskId);
    if (sought !== undefined) {
      sought.heard.push(heard);
      return;
    }
    this.#sought.set(taskId, { sinceMs: this.#options.clock.monotonicMs(), heard: [heard] });
    this.#plan();
  }

  /** For those that could not be asked for. */
  askAgain(): void {
    if (this.#sought.size > this.#asked.size) this.#plan();
  }

  /** From now on a history that does not answer is not waited for. */
  end(): void {
    this.#isEnding = true;
  }

  /** All that are sought within one turn are one question. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      void this.#seek();
    });
  }

  async #seek(): Promise<void> {
    const { brokerId, history, onProblem } = this.#options;
    const taskIds = [...this.#sought.keys()].filter((taskId) => !this.#asked.has(taskId));
    for (const taskId of taskIds) this.#asked.add(taskId);
    const found = await history.find(brokerId, taskIds).catch((error: unknown) => {
      onProblem(error);
      return null;
    });
    const records = new Map(found?.map((record) => [record.taskId, record]));
    for (const taskId of taskIds) {
      this.#asked.delete(taskId);
      if (found !== null || this.#isOver(taskId)) this.#settle(taskId, records.get(taskId) ?? null);
    }
  }

  /** Without an answer the next round asks again, but not for ever. */
  #isOver(taskId: string): boolean {
    const sinceMs = this.#sought.get(taskId)?.sinceMs ?? 0;
    return this.#isEnding || this.#options.clock.monotonicMs() - sinceMs >= soughtForMs;
  }

  #settle(taskId: string, record: CeleryTaskRecord | null): void {
    const heard = this.#sought.get(taskId)?.heard ?? [];
    this.#sought.delete(taskId);
    this.#options.onFound(taskId, record, heard);
  }
}
