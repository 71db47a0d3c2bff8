/** The rows of Celery's tasks on one connection: written in batches, read in bounded steps, kept under a ceiling of bytes. */
import type {
  CeleryFailureCount,
  CeleryHistoryCounts,
  CeleryHistoryStep,
  CeleryHistoryStepResult,
  CeleryTaskRecord,
} from '../../model/celery-record.ts';
import type { CeleryTaskQuery } from '../../model/celery-task.ts';
import type { Connection, SqlBinding } from '../connection.ts';
import { numberFloor } from '../rescue/id-floor.ts';
import { columns, hashOf, type Row, recordOf, seqColumn, sizeColumn } from './task-row.ts';

/** Rows one step of a search looks at: a few milliseconds. */
const stepRows = 3_000;
/** Rows that go at once when the ceiling is passed, beside as many as came. */
const pruneRows = 500;

const insertSql = `INSERT OR REPLACE INTO celery_task (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
const adoptSql = insertSql.replace('OR REPLACE', 'OR IGNORE');
const selectSql = `SELECT ${columns.join(', ')} FROM celery_task`;

/** A row as it is written, in the order of its columns. */
export type WrittenRow = readonly SqlBinding[];

export class TaskRowsStore {
  readonly #connection: Connection;
  readonly #ceilingBytes: number;
  /** Nothing beyond it was ever written, so it need not be looked for. */
  #largestSeq: number;

  constructor(connection: Connection, ceilingBytes: number) {
    this.#connection = connection;
    this.#ceilingBytes = ceilingBytes;
    this.#largestSeq = this.lastSeq();
  }

  lastSeq(): number {
    const last = this.#connection.row<{ seq: number | null }>('SELECT MAX(seq) AS seq FROM celery_task')?.seq ?? 0;
    return Math.max(last, numberFloor(this.#connection));
  }

  find(brokerId: string, taskId: string): CeleryTaskRecord | null {
    const row = this.#connection.row<Row>(
      // The newest: while the history was away the task may have been taken for a new one.
      `${selectSql} WHERE id_hash = ? AND task_id = ? AND broker_id = ? ORDER BY seq DESC LIMIT 1`,
      hashOf(taskId),
      taskId,
      brokerId,
    );
    return row ? recordOf(row) : null;
  }

  /** All or nothing; makes room by the oldest when the ceiling is passed. */
  write(rows: readonly WrittenRow[]): void {
    this.#connection.atomically(() => {
      let count = 0;
      let sizeBytes = 0;
      for (const row of rows) {
        const [seq, size] = [Number(row[seqColumn]), Number(row[sizeColumn])];
        const before = seq > this.#largestSeq ? undefined : this.#sizeAt(seq);
        this.#connection.run(insertSql, ...row);
        if (before === undefined) count += 1;
        this.#largestSeq = Math.max(this.#largestSeq, seq);
        sizeBytes += size - (before ?? 0);
      }
      this.#count(count, sizeBytes);
      this.#makeRoom(rows.length);
    });
  }

  /** Rows that were kept elsewhere; what is here already is newer and stays. */
  adopt(rows: readonly WrittenRow[]): void {
    this.#connection.atomically(() => {
      const added = rows.filter((row) => this.#connection.run(adoptSql, ...row).changes > 0);
      for (const row of added) this.#largestSeq = Math.max(this.#largestSeq, Number(row[seqColumn]));
      this.#count(
        added.length,
        added.reduce((sum, row) => sum + Number(row[sizeColumn]), 0),
      );
      this.#makeRoom(rows.length);
    });
  }

  /** Hashes of ids and their places, oldest first: hash and place by turns. */
  ids(afterSeq: number, limit: number): Float64Array {
    const rows = this.#connection.rows<{ hash: number; seq: number }>(
      'SELECT id_hash AS hash, seq FROM celery_task WHERE seq > ? ORDER BY seq LIMIT ?',
      afterSeq,
      limit,
    );
    const pairs = new Float64Array(rows.length * 2);
    rows.forEach(({ hash, seq }, index) => pairs.set([hash, seq], index * 2));
    return pairs;
  }

  /** As they are written, oldest first. */
  rowsAfter(afterSeq: number, limit: number): WrittenRow[] {
    return this.#connection
      .rows<Row>(`${selectSql} WHERE seq > ? ORDER BY seq LIMIT ?`, afterSeq, limit)
      .map((row) => columns.map((column) => row[column]));
  }

  /** Several steps, until enough was found or `isOver` says that it took long enough. */
  search({ query, beforeSeq, limit }: CeleryHistoryStep, isOver: () => boolean): CeleryHistoryStepResult {
    const records: CeleryTaskRecord[] = [];
    let reachedSeq: number | null = beforeSeq;
    do {
      const step = this.#step({ query, beforeSeq: reachedSeq, limit: limit - records.length });
      records.push(...step.records);
      ({ reachedSeq } = step);
    } while (reachedSeq !== null && records.length < limit && !isOver());
    return { records, reachedSeq };
  }

  #step({ query, beforeSeq, limit }: CeleryHistoryStep): CeleryHistoryStepResult {
    // Where the step ends is a row, not a number: positions may have holes.
    const edge = this.#connection.row<{ seq: number }>(
      'SELECT seq FROM celery_task WHERE seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ?',
      beforeSeq,
      stepRows - 1,
    );
    const { sql, bindings } = conditionsOf(query);
    const rows = this.#connection.rows<Row>(
      `${selectSql} WHERE seq < ? AND seq >= ?${sql} ORDER BY seq DESC LIMIT ?`,
      beforeSeq,
      edge?.seq ?? 0,
      ...bindings,
      limit,
    );
    const records = rows.map((row) => recordOf(row));
    const last = records.at(-1);
    if (records.length === limit && last) return { records, reachedSeq: last.seq };
    return { records, reachedSeq: edge?.seq ?? null };
  }

  tree(brokerId: string, rootId: string, limit: number): CeleryTaskRecord[] {
    const children = this.#connection.rows<Row>(
      `${selectSql} WHERE root_id = ? AND broker_id = ? ORDER BY seq LIMIT ?`,
      rootId,
      brokerId,
      limit,
    );
    const root = this.find(brokerId, rootId);
    const records = children.map((row) => recordOf(row));
    return root === null ? records : [root, ...records].toSorted((a, b) => a.seq - b.seq);
  }

  unfinished(brokerId: string, limit: number): CeleryTaskRecord[] {
    return this.#connection
      .rows<Row>(`${selectSql} WHERE unfinished = 1 AND broker_id = ? ORDER BY seq DESC LIMIT ?`, brokerId, limit)
      .map((row) => recordOf(row));
  }

  runtimes(brokerId: string, limit: number): { name: string; runtimeMs: number }[] {
    return this.#connection.rows(
      `SELECT name, runtimeMs FROM
         (SELECT broker_id AS brokerId, name, runtime_ms AS runtimeMs FROM celery_task ORDER BY seq DESC LIMIT ?)
       WHERE brokerId = ? AND runtimeMs IS NOT NULL AND name IS NOT NULL`,
      limit,
      brokerId,
    );
  }

  failures(fromMs: number | null, limit: number): CeleryFailureCount[] {
    const fromSeq = fromMs === null ? 0 : this.#firstSeqSince(fromMs);
    const groups = this.#connection.rows<{ failureId: string; count: number; firstSeq: number; lastSeq: number }>(
      `SELECT failure_id AS failureId, COUNT(*) AS count, MIN(seq) AS firstSeq, MAX(seq) AS lastSeq FROM celery_task
       WHERE failure_id IS NOT NULL AND seq >= ? GROUP BY failure_id ORDER BY count DESC LIMIT ?`,
      fromSeq,
      limit,
    );
    return groups.flatMap(({ failureId, count, firstSeq, lastSeq }) => {
      const last = this.#at(lastSeq);
      if (last === null) return [];
      return {
        failureId,
        count,
        brokerId: last.brokerId,
        last,
        lastSeenMs: last.finishedAtMs ?? last.firstSeenMs,
        firstSeenMs: this.#at(firstSeq)?.firstSeenMs ?? last.firstSeenMs,
        taskNames: this.#namesOf(failureId, fromSeq),
      };
    });
  }

  counts(): CeleryHistoryCounts {
    const { count, sizeBytes } = this.#ledger();
    const oldest = this.#connection.row<{ seq: number; ms: number }>(
      'SELECT seq, first_seen_ms AS ms FROM celery_task ORDER BY seq LIMIT 1',
    );
    const { seq = null, ms = null } = oldest ?? {};
    return { taskCount: count, sizeBytes, ceilingBytes: this.#ceilingBytes, oldestMs: ms, oldestSeq: seq };
  }

  #at(seq: number): CeleryTaskRecord | null {
    const row = this.#connection.row<Row>(`${selectSql} WHERE seq = ?`, seq);
    return row ? recordOf(row) : null;
  }

  /** Of the newest of a kind; more names than this say no more. */
  #namesOf(failureId: string, fromSeq: number): string[] {
    return this.#connection
      .rows<{ name: string }>(
        `SELECT DISTINCT name FROM
           (SELECT name FROM celery_task WHERE failure_id = ? AND seq >= ? ORDER BY seq DESC LIMIT 100)
         WHERE name IS NOT NULL LIMIT 10`,
        failureId,
        fromSeq,
      )
      .map(({ name }) => name);
  }

  /** By halves: positions rise with the time, and there is no index on the time. */
  #firstSeqSince(fromMs: number): number {
    let low = 0;
    let high = this.lastSeq() + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#connection.row<{ seq: number; ms: number }>(
        'SELECT seq, first_seen_ms AS ms FROM celery_task WHERE seq >= ? ORDER BY seq LIMIT 1',
        middle,
      );
      if (row === undefined || row.ms >= fromMs) high = middle;
      else low = row.seq + 1;
    }
    return low;
  }

  #sizeAt(seq: number): number | undefined {
    return this.#connection.row<{ size: number }>('SELECT size_bytes AS size FROM celery_task WHERE seq = ?', seq)
      ?.size;
  }

  #ledger(): { count: number; sizeBytes: number } {
    const row = this.#connection.row<{ count: number; sizeBytes: number }>(
      'SELECT task_count AS count, size_bytes AS sizeBytes FROM celery_history WHERE id = 1',
    );
    return row ?? { count: 0, sizeBytes: 0 };
  }

  #count(count: number, sizeBytes: number): void {
    this.#connection.run(
      'UPDATE celery_history SET task_count = task_count + ?, size_bytes = size_bytes + ? WHERE id = 1',
      count,
      sizeBytes,
    );
  }

  #makeRoom(added: number): void {
    if (this.#ledger().sizeBytes <= this.#ceilingBytes) return;
    const gone = this.#connection.row<{ count: number; sizeBytes: number; untilSeq: number }>(
      `SELECT COUNT(*) AS count, SUM(size_bytes) AS sizeBytes, MAX(seq) AS untilSeq FROM
         (SELECT seq, size_bytes FROM celery_task ORDER BY seq LIMIT ?)`,
      pruneRows + added,
    );
    if (gone === undefined || gone.count === 0) return;
    this.#connection.run('DELETE FROM celery_task WHERE seq <= ?', gone.untilSeq);
    this.#count(-gone.count, -gone.sizeBytes);
  }
}

function conditionsOf(query: CeleryTaskQuery): { sql: string; bindings: SqlBinding[] } {
  const parts: string[] = [];
  const bindings: SqlBinding[] = [];
  const add = (sql: string, ...values: SqlBinding[]): void => {
    parts.push(sql);
    bindings.push(...values);
  };
  if (query.brokerId !== null) add('broker_id = ?', query.brokerId);
  if (query.states.length > 0) add(`state IN (${query.states.map(() => '?').join(', ')})`, ...query.states);
  if (query.name !== null) add('name = ?', query.name);
  if (query.worker !== null) add('worker = ?', query.worker);
  if (query.queue !== null) add('queue = ?', query.queue);
  if (query.failureId !== null) add('failure_id = ?', query.failureId);
  if (query.rootId !== null) add('(root_id = ? OR task_id = ?)', query.rootId, query.rootId);
  if (query.only === 'doubtful') add('doubt IS NOT NULL');
  if (query.fromMs !== null) add('first_seen_ms >= ?', query.fromMs);
  if (query.toMs !== null) add('first_seen_ms <= ?', query.toMs);
  if (query.text !== '') {
    const part = `%${query.text.replace(/[\\%_]/g, '\\$&')}%`;
    add(
      `(name LIKE ? ESCAPE '\\' OR exception LIKE ? ESCAPE '\\' OR worker LIKE ? ESCAPE '\\' OR task_id LIKE ? ESCAPE '\\')`,
      part,
      part,
      part,
      part.slice(1),
    );
  }
  return { sql: parts.map((part) => ` AND ${part}`).join(''), bindings };
}
