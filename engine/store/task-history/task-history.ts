/** The history of Celery's tasks as the engine has it: written and searched on a thread of its own. */
import { messageOf } from '../../base/errors.ts';
import type {
  CeleryFailureCount,
  CeleryHistoryFigures,
  CeleryHistoryStep,
  CeleryHistoryStepResult,
  CeleryTaskHistory,
  CeleryTaskRecord,
} from '../../model/celery-record.ts';
import { HistoryThread, type HistoryThreadOptions } from './history-thread.ts';
import { KnownIds } from './known-ids.ts';
import type { ThreadState } from './protocol.ts';
import { hashOf, rowOf } from './task-row.ts';

export type TaskHistoryOptions = Omit<HistoryThreadOptions, 'onOpened' | 'onState'>;

/** Hashes of ids that are fetched at once. */
const idsAtOnce = 50_000;
const returnEveryMs = 30_000;
/** The time in these grows faster than tasks come. */
const placesPerMs = 1_000;

export class TaskHistory implements CeleryTaskHistory {
  readonly #thread: HistoryThread;
  readonly #options: TaskHistoryOptions;
  readonly #known = new KnownIds();
  /** Until all ids are known, any may be in the history. */
  #knowsAll = false;
  #state: ThreadState | null = null;
  #lastSeq: number;

  constructor(options: TaskHistoryOptions) {
    this.#options = options;
    // Beyond all places of before, though the thread has not told them yet.
    this.#lastSeq = options.clock.now() * placesPerMs;
    this.#thread = new HistoryThread({
      ...options,
      onOpened: () => void this.#learnIds(),
      onState: (state) => this.#take(state),
    });
    const stop = options.clock.every(returnEveryMs, () => {
      if (this.#state?.medium === 'memory') this.attemptReturn().catch(() => undefined);
    });
    this.close = () => {
      stop();
      this.#thread.close();
    };
  }

  /** Writes what is on its way and lets the file go. Closing twice is harmless. */
  readonly close: () => void;

  nextSeq(): number {
    this.#lastSeq += 1;
    return this.#lastSeq;
  }

  mayHave(taskId: string): boolean {
    return !this.#knowsAll || this.#known.has(hashOf(taskId));
  }

  write(records: readonly CeleryTaskRecord[]): Promise<void> {
    for (const { taskId, seq } of records) {
      const hash = hashOf(taskId);
      if (!this.#known.has(hash)) this.#known.add(hash, seq);
    }
    return this.#thread.ask(
      'write',
      records.map((record) => rowOf(record)),
    );
  }

  find(brokerId: string, taskIds: readonly string[]): Promise<CeleryTaskRecord[]> {
    return this.#thread.ask('find', brokerId, taskIds);
  }

  step(step: CeleryHistoryStep): Promise<CeleryHistoryStepResult> {
    return this.#thread.ask('search', step);
  }

  tree(brokerId: string, rootId: string, limit: number): Promise<CeleryTaskRecord[]> {
    return this.#thread.ask('tree', brokerId, rootId, limit);
  }

  unfinished(brokerId: string, limit: number): Promise<CeleryTaskRecord[]> {
    return this.#thread.ask('unfinished', brokerId, limit);
  }

  runtimes(brokerId: string, limit: number): Promise<{ name: string; runtimeMs: number }[]> {
    return this.#thread.ask('runtimes', brokerId, limit);
  }

  failures(fromMs: number | null, limit: number): Promise<CeleryFailureCount[]> {
    return this.#thread.ask('failures', fromMs, limit);
  }

  figures(): CeleryHistoryFigures {
    const { ceilingBytes } = this.#options;
    const { taskCount = 0, sizeBytes = 0, oldestMs = null } = this.#state ?? {};
    const keptIn = this.#thread.isOpen ? (this.#state?.medium ?? 'nowhere') : 'nowhere';
    const { restartCount } = this.#thread;
    return { taskCount, sizeBytes, ceilingBytes, oldestMs, keptIn, restartCount };
  }

  /** Adds the tasks to a copy of the main database, some at a time. @throws EngineError STORE_UNAVAILABLE */
  async copyInto(file: string): Promise<void> {
    let reachedSeq: number | null = -1;
    while (reachedSeq !== null) reachedSeq = await this.#thread.ask('copyStep', file, reachedSeq);
  }

  /** From memory back to the file, if that can be written again. @throws EngineError STORE_UNAVAILABLE */
  attemptReturn(): Promise<void> {
    return this.#thread.ask('attemptReturn');
  }

  #take(state: ThreadState): void {
    this.#state = state;
    this.#lastSeq = Math.max(this.#lastSeq, state.lastSeq);
    if (state.oldestSeq !== null) this.#known.forgetBefore(state.oldestSeq);
  }

  /** Never rejects: until all are known each task is looked for, and a thread that is started again is asked again. */
  async #learnIds(): Promise<void> {
    if (this.#knowsAll) return;
    try {
      let afterSeq = -1;
      let pairs: Float64Array;
      do {
        pairs = await this.#thread.ask('ids', afterSeq, idsAtOnce);
        for (let index = 0; index < pairs.length; index += 2) {
          afterSeq = pairs[index + 1] ?? afterSeq;
          this.#known.add(pairs[index] ?? -1, afterSeq);
        }
      } while (pairs.length === idsAtOnce * 2);
      this.#knowsAll = true;
    } catch (error) {
      this.#options.logger.warn('The ids of the Celery history cannot be read', { error: messageOf(error) });
    }
  }
}
