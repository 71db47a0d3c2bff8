/** Keeps the ledger of runs true to what becomes of their tasks; a ledger that fails is logged, never fatal. */
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { NewScheduleRun, RunChange, ScheduleRun } from '../model/schedule.ts';
import type { TaskStatus } from '../model/task.ts';
import type { RunCounts, RunLedger, RunQuery } from './ledger.ts';

/** A run as it is known here; its id is null when the ledger could not take it. */
export type KnownRun = Omit<ScheduleRun, 'id'> & { readonly id: number | null };

export interface RunRecordOptions {
  readonly ledger: RunLedger;
  readonly logger: Logger;
  /** Told of every run that is new or has changed. */
  readonly onChange: (run: KnownRun) => void;
}

export class RunRecord {
  readonly #options: RunRecordOptions;
  /** The latest run of each schedule. */
  readonly #last = new Map<string, KnownRun>();
  /** Runs whose task has not ended, by task; overlapping runs of one view share a task. */
  readonly #open = new Map<string, KnownRun[]>();

  constructor(options: RunRecordOptions) {
    this.#options = options;
  }

  /** Takes up what earlier lives of this console left behind. */
  load(scheduleIds: readonly string[]): void {
    const { ledger } = this.#options;
    for (const id of scheduleIds) this.#loadLast(id);
    for (const run of this.#attempt(() => ledger.unfinished()) ?? []) this.#watch(run);
  }

  last(scheduleId: string): KnownRun | null {
    return this.#last.get(scheduleId) ?? this.#loadLast(scheduleId);
  }

  /** Runs of a schedule whose task has not ended, as far as is known. */
  open(scheduleId: string): KnownRun[] {
    return [...this.#open.values()].flat().filter((run) => run.scheduleId === scheduleId);
  }

  /** Tasks that have not ended, as far as is known. */
  openTasks(): { readonly taskId: string; readonly runs: readonly KnownRun[] }[] {
    return [...this.#open].map(([taskId, runs]) => ({ taskId, runs }));
  }

  add(run: NewScheduleRun): void {
    const { ledger, onChange } = this.#options;
    const id = this.#attempt(() => ledger.append(run));
    const known = { ...run, id };
    this.#last.set(run.scheduleId, known);
    this.#watch(known);
    onChange(known);
  }

  /** Changes the latest run of a schedule. */
  changeLast(scheduleId: string, change: RunChange): void {
    const last = this.#last.get(scheduleId);
    if (last) this.#watch(this.#change(last, change));
  }

  /** Marks a run that goes on past its time. */
  overran(run: KnownRun): void {
    const runs = this.#open.get(run.taskId ?? '') ?? [];
    const changed = runs.map((open) => (open === run ? this.#change(open, { outcome: 'overran' }) : open));
    if (run.taskId !== null) this.#open.set(run.taskId, changed);
  }

  /** Notes the start and the end of the runs behind a task. */
  taskChanged(status: TaskStatus): void {
    const runs = this.#open.get(status.taskId);
    if (!runs) return;
    const changed = runs.map((run) => this.#change(run, changeOf(run, status)));
    if (changed.every(({ endedAtMs }) => endedAtMs !== null)) this.#open.delete(status.taskId);
    else this.#open.set(status.taskId, changed);
  }

  /** Closes the runs of a task that nobody knows any more. */
  taskLost(taskId: string, atMs: number): void {
    const error = 'The broker no longer knows this task';
    for (const run of this.#open.get(taskId) ?? []) this.#change(run, { outcome: 'failed', endedAtMs: atMs, error });
    this.#open.delete(taskId);
  }

  page(query: RunQuery): readonly ScheduleRun[] {
    return this.#attempt(() => this.#options.ledger.page(query)) ?? [];
  }

  counts(sinceMs: number): readonly RunCounts[] {
    return this.#attempt(() => this.#options.ledger.counts(sinceMs)) ?? [];
  }

  #loadLast(scheduleId: string): KnownRun | null {
    const [last] = this.#attempt(() => this.#options.ledger.lastRuns(scheduleId, 1)) ?? [];
    if (last) this.#last.set(scheduleId, last);
    return last ?? null;
  }

  #watch(run: KnownRun): void {
    if (run.endedAtMs !== null || run.taskId === null) return;
    this.#open.set(run.taskId, [...(this.#open.get(run.taskId) ?? []), run]);
  }

  #change(run: KnownRun, change: RunChange): KnownRun {
    const changed = { ...run, ...change };
    const same = (Object.keys(change) as (keyof RunChange)[]).every((field) => run[field] === changed[field]);
    if (same) return run;
    const { id } = run;
    if (id !== null) this.#attempt(() => this.#options.ledger.update(id, change));
    const last = this.#last.get(run.scheduleId);
    if (last && last.dueMs === run.dueMs && last.taskId === run.taskId) this.#last.set(run.scheduleId, changed);
    this.#options.onChange(changed);
    return changed;
  }

  #attempt<Value>(work: () => Value): Value | null {
    try {
      return work();
    } catch (error) {
      this.#options.logger.warn('The run ledger could not be used', { error: messageOf(error) });
      return null;
    }
  }
}

function changeOf(run: KnownRun, status: TaskStatus): RunChange {
  const { startedAtMs } = status;
  const started = startedAtMs === null ? {} : { startedAtMs, lateMs: Math.max(0, startedAtMs - run.dueMs) };
  switch (status.state) {
    case 'SUCCESS':
      return {
        ...started,
        // That it took too long stays true when it ends well.
        outcome: run.outcome === 'overran' ? 'overran' : 'succeeded',
        endedAtMs: status.finishedAtMs,
        error: null,
      };
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
