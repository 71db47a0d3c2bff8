/** The record of runs that the scheduler needs, filled in by the engine with the local store. */

export type RunOutcome = 'succeeded' | 'failed' | 'missed' | 'running' | 'skipped';

export interface ScheduleRun {
  readonly id: number;
  readonly scheduleId: string;
  readonly dueMs: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly outcome: RunOutcome;
  /** How late it started; null when it did not. */
  readonly lateMs: number | null;
  readonly taskId: string | null;
  /** Also says how many runs a `missed` entry stands for. */
  readonly error: string | null;
}

export type NewScheduleRun = Omit<ScheduleRun, 'id'>;
export type RunChange = Partial<Omit<ScheduleRun, 'id' | 'scheduleId' | 'dueMs'>>;

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
}
