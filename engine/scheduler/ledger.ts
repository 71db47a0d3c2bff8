/** The record of runs that the scheduler needs, filled in by the engine with the local store. */

import type { NewScheduleRun, RunChange, ScheduleRun } from '../model/schedule.ts';

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
