/** Mends the states of tasks whose end may have been missed, by asking the result backend: few at a time, less and less often. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { FoundResult, ResultBackend } from './result-backend.ts';
import { applyResult, type LiveTask } from './task-record.ts';
import { isFinal } from './task-states.ts';
import type { TaskTable } from './task-table.ts';

export interface ResultRepairOptions {
  readonly table: TaskTable;
  readonly results: Pick<ResultBackend, 'isReady' | 'read'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onRepaired: (task: LiveTask, before: LiveTask['state']) => void;
}

/** Results fetched in one round. */
const roundSize = 32;
const suspectCeiling = 20_000;
const firstRetryMs = 10_000;
const longestRetryMs = 10 * 60_000;

export class ResultRepair {
  readonly #options: ResultRepairOptions;
  readonly #suspects = new Set<string>();
  #running: Promise<void> | null = null;

  constructor(options: ResultRepairOptions) {
    this.#options = options;
  }

  get suspectCount(): number {
    return this.#suspects.size;
  }

  suspect(task: LiveTask): void {
    if (this.#suspects.size < suspectCeiling) this.#suspects.add(task.taskId);
  }

  /** Everything unfinished: events between then and now were lost. */
  suspectAll(): void {
    for (const task of this.#options.table.open.values()) this.suspect(task);
  }

  /** Sent, and received by a worker that may not tell of it: the oldest first. */
  suspectUnreceived(beforeMs: number): void {
    let count = 0;
    for (const task of this.#options.table.open.values()) {
      if (count === roundSize) return;
      if (task.state !== 'PENDING' || task.lastHeardMs > beforeMs || this.#suspects.has(task.taskId)) continue;
      this.suspect(task);
      count += 1;
    }
  }

  /** Asks for the next few that are due; does nothing while there are none. Never rejects. */
  round(): Promise<void> {
    this.#running ??= this.#round().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #round(): Promise<void> {
    const { clock, table, results, logger } = this.#options;
    if (this.#suspects.size === 0 || !results.isReady) return;
    const nowMs = clock.now();
    const due: LiveTask[] = [];
    for (const taskId of this.#suspects) {
      const task = table.open.get(taskId);
      if (task === undefined) this.#suspects.delete(taskId);
      else if (task.repairAfterMs <= nowMs) due.push(task);
      if (due.length === roundSize) break;
    }
    try {
      const found = await results.read(due.map(({ taskId }) => taskId));
      due.forEach((task, index) => this.#take(task, found[index] ?? 'unreadable'));
    } catch (error) {
      logger.debug('Results of Celery tasks could not be read', { error: messageOf(error) });
    }
  }

  #take(task: LiveTask, found: FoundResult): void {
    const nowMs = this.#options.clock.now();
    const before = task.state;
    // Events may have told its end while the answer was on its way.
    if (typeof found !== 'string' && applyResult(task, found, nowMs)) {
      task.name ??= found.name;
      task.queue ??= found.queue;
      this.#options.table.changed(task);
      this.#options.onRepaired(task, before);
    }
    if (isFinal(task.state)) {
      this.#suspects.delete(task.taskId);
      return;
    }
    const waitedMs = task.repairAfterMs === 0 ? firstRetryMs : 2 * Math.max(firstRetryMs, nowMs - task.lastHeardMs);
    task.repairAfterMs = nowMs + Math.min(waitedMs, longestRetryMs);
  }
}
