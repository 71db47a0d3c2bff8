/** Keeps the ledger of runs true to what becomes of their tasks; a ledger that fails is logged, never fatal. */
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { NewScheduleRun, RunChange, ScheduleRun } from '../model/schedule.ts';
import type { TaskStatus } from '../model/task.ts';
import type { RunLedger } from './ledger.ts';

/** A run as it is known here; its id is null when the ledger could not take it. */
export type KnownRun = Omit<ScheduleRun, 'id'> & { readonly id: number | null };

export class RunRecord {
  readonly #ledger: RunLedger;
  readonly #logger: Logger;
  /** The latest run of each schedule. */
  readonly #last = new Map<string, KnownRun>();
  /** Runs whose task has not ended, by task; overlapping runs of one view share a task. */
  readonly #open = new Map<string, KnownRun[]>();

  constructor(ledger: RunLedger, logger: Logger) {
    this.#ledger = ledger;
    this.#logger = logger;
  }

  /** Takes up what earlier lives of this console left behind; answers the tasks whose end is not known. */
  load(scheduleIds: readonly string[]): string[] {
    for (const id of scheduleIds) {
      const [last] = this.#attempt(() => this.#ledger.lastRuns(id, 1)) ?? [];
      if (last) this.#last.set(id, last);
    }
    for (const run of this.#attempt(() => this.#ledger.unfinished()) ?? []) this.#watch(run);
    return [...this.#open.keys()];
  }

  last(scheduleId: string): KnownRun | null {
    return this.#last.get(scheduleId) ?? null;
  }

  add(run: NewScheduleRun): void {
    const id = this.#attempt(() => this.#ledger.append(run));
    const known = { ...run, id };
    this.#last.set(run.scheduleId, known);
    this.#watch(known);
  }

  /** Changes the latest run of a schedule. */
  changeLast(scheduleId: string, change: RunChange): void {
    const last = this.#last.get(scheduleId);
    if (last) this.#watch(this.#change(last, change));
  }

  /** Notes the start and the end of the runs behind a task. */
  taskChanged(status: TaskStatus): void {
    const runs = this.#open.get(status.taskId);
    if (!runs) return;
    const changed = runs.map((run) => this.#change(run, changeOf(run, status)));
    if (changed.every(({ outcome }) => outcome !== 'running')) this.#open.delete(status.taskId);
    else this.#open.set(status.taskId, changed);
  }

  /** Closes the runs of a task that nobody knows any more. */
  taskLost(taskId: string, atMs: number): void {
    const error = 'The broker no longer knows this task';
    for (const run of this.#open.get(taskId) ?? []) this.#change(run, { outcome: 'failed', endedAtMs: atMs, error });
    this.#open.delete(taskId);
  }

  #watch(run: KnownRun): void {
    if (run.outcome !== 'running' || run.taskId === null) return;
    this.#open.set(run.taskId, [...(this.#open.get(run.taskId) ?? []), run]);
  }

  #change(run: KnownRun, change: RunChange): KnownRun {
    const changed = { ...run, ...change };
    const same = (Object.keys(change) as (keyof RunChange)[]).every((field) => run[field] === changed[field]);
    if (same) return run;
    const { id } = run;
    if (id !== null) this.#attempt(() => this.#ledger.update(id, change));
    if (this.#last.get(run.scheduleId)?.dueMs === run.dueMs) this.#last.set(run.scheduleId, changed);
    return changed;
  }

  #attempt<Value>(work: () => Value): Value | null {
    try {
      return work();
    } catch (error) {
      this.#logger.warn('The run ledger could not be used', { error: messageOf(error) });
      return null;
    }
  }
}

function changeOf(run: KnownRun, status: TaskStatus): RunChange {
  const { startedAtMs } = status;
  const started = startedAtMs === null ? {} : { startedAtMs, lateMs: Math.max(0, startedAtMs - run.dueMs) };
  switch (status.state) {
    case 'SUCCESS':
      return { ...started, outcome: 'succeeded', endedAtMs: status.finishedAtMs, error: null };
    case 'FAILURE':
    case 'REVOKED':
      return { ...started, outcome: 'failed', endedAtMs: status.finishedAtMs, error: status.error };
    case 'PENDING':
    case 'STARTED':
    case 'PROGRESS':
    case 'RETRY':
      return started;
  }
}
