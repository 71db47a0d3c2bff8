/** What became of every due run of every schedule. */
import type { NewScheduleRun, RunChange, RunOutcome, ScheduleRun } from '../model/schedule.ts';
import type { Connection } from './connection.ts';

interface RunRow {
  id: number;
  schedule_id: string;
  due_ms: number;
  started_at_ms: number | null;
  ended_at_ms: number | null;
  outcome: RunOutcome;
  late_ms: number | null;
  task_id: string | null;
  error: string | null;
}

export class RunLedgerStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Answers the run's id. @throws EngineError STORE_UNAVAILABLE */
  append(run: NewScheduleRun): number {
    return this.#connection.run(
      `INSERT INTO schedule_run (schedule_id, due_ms, started_at_ms, ended_at_ms, outcome, late_ms, task_id, error)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      run.scheduleId,
      run.dueMs,
      run.startedAtMs,
      run.endedAtMs,
      run.outcome,
      run.lateMs,
      run.taskId,
      run.error,
    ).lastId;
  }

  /** Changes the named fields; false when there is no such run. @throws EngineError STORE_UNAVAILABLE */
  update(id: number, change: RunChange): boolean {
    return this.#connection.atomically(() => {
      const row = this.#connection.row<RunRow>('SELECT * FROM schedule_run WHERE id = ?', id);
      if (!row) return false;
      const run = { ...toRun(row), ...change };
      this.#connection.run(
        `UPDATE schedule_run SET started_at_ms = ?, ended_at_ms = ?, outcome = ?, late_ms = ?, task_id = ?, error = ?
         WHERE id = ?`,
        run.startedAtMs,
        run.endedAtMs,
        run.outcome,
        run.lateMs,
        run.taskId,
        run.error,
        id,
      );
      return true;
    });
  }

  /** The run that was due last. @throws EngineError STORE_UNAVAILABLE */
  last(scheduleId: string): ScheduleRun | null {
    return this.lastRuns(scheduleId, 1)[0] ?? null;
  }

  /** Newest first. @throws EngineError STORE_UNAVAILABLE */
  lastRuns(scheduleId: string, limit: number): ScheduleRun[] {
    return this.#connection
      .rows<RunRow>(
        'SELECT * FROM schedule_run WHERE schedule_id = ? ORDER BY due_ms DESC, id DESC LIMIT ?',
        scheduleId,
        limit,
      )
      .map(toRun);
  }

  /** Runs that were begun and never ended, e.g. before a crash; oldest first. @throws EngineError STORE_UNAVAILABLE */
  unfinished(): ScheduleRun[] {
    return this.#connection
      .rows<RunRow>(`SELECT * FROM schedule_run WHERE outcome = 'running' ORDER BY due_ms, id`)
      .map(toRun);
  }
}

function toRun(row: RunRow): ScheduleRun {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    dueMs: row.due_ms,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    outcome: row.outcome,
    lateMs: row.late_ms,
    taskId: row.task_id,
    error: row.error,
  };
}
