/** What the scheduler needs to be kept, filled in by the engine with the local store. */
import type { NewScheduleRun, RunChange, RunOutcome, ScheduleRun } from '../model/schedule.ts';

/** Where a page of the ledger begins. */
export interface RunPosition {
  readonly dueMs: number;
  readonly id: number;
}

export interface RunQuery {
  readonly id?: string | undefined;
  readonly outcomes?: readonly RunOutcome[] | undefined;
  readonly before?: RunPosition | undefined;
  readonly limit: number;
}

/** Due times of a schedule that went wrong. */
export interface RunCounts {
  readonly scheduleId: string;
  readonly missed: number;
  readonly overran: number;
}

/** May throw STORE_UNAVAILABLE; the scheduler then goes on without a record. */
export interface RunLedger {
  /** Answers the run's id. */
  append(run: NewScheduleRun): number;
  /** Changes the named fields; false when there is no such run. */
  update(id: number, change: RunChange): boolean;
  /** Newest due time first. */
  lastRuns(scheduleId: string, limit: number): readonly ScheduleRun[];
  /** Runs that were begun and whose end is not on record. */
  unfinished(): readonly ScheduleRun[];
  /** Newest due time first. */
  page(query: RunQuery): readonly ScheduleRun[];
  counts(sinceMs: number): readonly RunCounts[];
}

/** Keeps one text over restarts. May throw STORE_UNAVAILABLE. */
export interface EditStore {
  load(): string | null;
  save(text: string): void;
}
