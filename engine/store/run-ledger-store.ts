/** What became of every due run of every schedule. */
import type { NewScheduleRun, RunChange, RunOutcome, ScheduleRun } from '../model/schedule.ts';
import type { Connection } from './connection.ts';

interface RunRow {
  id: number;
  schedule_id: string;
  due_ms: number;
  due_count: number;
  started_at_ms: number | null;
  ended_at_ms: number | null;
  outcome: RunOutcome;
  late_ms: number | null;
  task_id: string | null;
  error: string | null;
}

interface RunPage {
  readonly id?: string | undefined;
  readonly outcomes?: readonly RunOutcome[] | undefined;
  /** Only runs that come after this one in the order. */
  readonly before?: { readonly dueMs: number; readonly id: number } | undefined;
  readonly limit: number;
}

export class RunLedgerStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Answers the run's id. @throws EngineError STORE_UNAVAILABLE */
  append(run: NewScheduleRun): number {
    return this.#connection.run(
      `INSERT INTO schedule_run (schedule_id, due_ms, due_count, started_at_ms, ended_at_ms, outcome, late_ms, task_id, error)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      run.scheduleId,
      run.dueMs,
      run.dueCount,
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
        `UPDATE schedule_run SET due_count = ?, started_at_ms = ?, ended_at_ms = ?, outcome = ?, late_ms = ?, task_id = ?, error = ?
         WHERE id = ?`,
        run.dueCount,
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
      .rows<RunRow>(
        `SELECT * FROM schedule_run WHERE outcome IN ('running', 'overran') AND ended_at_ms IS NULL ORDER BY due_ms, id`,
      )
      .map(toRun);
  }

  /** Newest due time first. @throws EngineError STORE_UNAVAILABLE */
  page({ id, outcomes, before, limit }: RunPage): ScheduleRun[] {
    const conditions = [
      ...(id === undefined ? [] : [{ sql: 'schedule_id = ?', bindings: [id] }]),
      ...(outcomes === undefined
        ? []
        : [{ sql: `outcome IN (${outcomes.map(() => '?').join(', ')})`, bindings: [...outcomes] }]),
      ...(before === undefined ? [] : [{ sql: '(due_ms, id) < (?, ?)', bindings: [before.dueMs, before.id] }]),
    ];
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
    return this.#connection
      .rows<RunRow>(
        `SELECT * FROM schedule_run ${where} ORDER BY due_ms DESC, id DESC LIMIT ?`,
        ...conditions.flatMap(({ bindings }): (string | number)[] => bindings),
        limit,
      )
      .map(toRun);
  }

  /** Due times missed and runs that overran, by schedule; schedules without any are left out. @throws EngineError STORE_UNAVAILABLE */
  counts(sinceMs: number): { scheduleId: string; missed: number; overran: number }[] {
    return this.#connection.rows(
      `SELECT schedule_id AS scheduleId,
         SUM(CASE outcome WHEN 'missed' THEN due_count ELSE 0 END) AS missed,
         SUM(CASE outcome WHEN 'overran' THEN 1 ELSE 0 END) AS overran
       FROM schedule_run WHERE outcome IN ('missed', 'overran') AND due_ms >= ? GROUP BY schedule_id`,
      sinceMs,
    );
  }
}

function toRun(row: RunRow): ScheduleRun {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    dueMs: row.due_ms,
    dueCount: row.due_count,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    outcome: row.outcome,
    lateMs: row.late_ms,
    taskId: row.task_id,
    error: row.error,
  };
}
