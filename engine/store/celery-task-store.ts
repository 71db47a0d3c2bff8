/** The history of Celery's tasks: written in batches, read in bounded steps, kept under a ceiling of bytes. */
import type {
  CeleryFailureCount,
  CeleryHistoryFigures,
  CeleryHistoryStep,
  CeleryHistoryStepResult,
  CeleryTaskHistory,
  CeleryTaskRecord,
} from '../model/celery-record.ts';
import type { CeleryTaskQuery } from '../model/celery-task.ts';
import type { Connection, SqlBinding } from './connection.ts';
import { numberFloor } from './rescue/id-floor.ts';

/** Rows one step of a search looks at: a few milliseconds. */
const stepRows = 3_000;
/** The row's fixed columns and its place in the indexes. Measured: 200,000 rows, dbstat. */
const rowOverheadBytes = 260;
/** Rows that go at once when the ceiling is passed; as many again as a batch may bring. */
const pruneRows = 600;

const columns = [
  'seq',
  'id_hash',
  'broker_id',
  'task_id',
  'name',
  'state',
  'state_source',
  'doubt',
  'worker',
  'queue',
  'first_seen_ms',
  'sent_at_ms',
  'received_at_ms',
  'started_at_ms',
  'finished_at_ms',
  'eta_ms',
  'runtime_ms',
  'retries',
  'exception',
  'failure_id',
  'root_id',
  'parent_id',
  'unfinished',
  'size_bytes',
  'rest',
] as const;

const insertSql = `INSERT OR REPLACE INTO celery_task (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
const selectSql = `SELECT ${columns.join(', ')} FROM celery_task`;

type Row = Record<(typeof columns)[number], never>;
type Rest = Pick<CeleryTaskRecord, 'expiresMs' | 'traceback' | 'args' | 'kwargs' | 'result' | 'timeline'> & {
  /** Its own root; then the indexed column is empty, as only few tasks have children. */
  isRoot: boolean;
};

export class CeleryTaskStore implements CeleryTaskHistory {
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
      `${selectSql} WHERE id_hash = ? AND task_id = ? AND broker_id = ?`,
      hashOf(taskId),
      taskId,
      brokerId,
    );
    return row ? recordOf(row) : null;
  }

  at(seq: number): CeleryTaskRecord | null {
    const row = this.#connection.row<Row>(`${selectSql} WHERE seq = ?`, seq);
    return row ? recordOf(row) : null;
  }

  write(records: readonly CeleryTaskRecord[]): void {
    this.#connection.atomically(() => {
      let count = 0;
      let sizeBytes = 0;
      for (const record of records) {
        const rest = JSON.stringify(restOf(record));
        const size = rowOverheadBytes + rest.length + (record.exception?.length ?? 0);
        const before = record.seq > this.#largestSeq ? undefined : this.#sizeAt(record.seq);
        this.#connection.run(insertSql, ...bindingsOf(record, size, rest));
        if (before === undefined) count += 1;
        this.#largestSeq = Math.max(this.#largestSeq, record.seq);
        sizeBytes += size - (before ?? 0);
      }
      this.#count(count, sizeBytes);
      this.#makeRoom();
    });
  }

  step({ query, beforeSeq, limit }: CeleryHistoryStep): CeleryHistoryStepResult {
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

  unfinished(limit: number): CeleryTaskRecord[] {
    return this.#connection
      .rows<Row>(`${selectSql} WHERE unfinished = 1 ORDER BY seq DESC LIMIT ?`, limit)
      .map((row) => recordOf(row));
  }

  runtimes(limit: number): { brokerId: string; name: string; runtimeMs: number }[] {
    return this.#connection.rows(
      `SELECT brokerId, name, runtimeMs FROM
         (SELECT broker_id AS brokerId, name, runtime_ms AS runtimeMs FROM celery_task ORDER BY seq DESC LIMIT ?)
       WHERE runtimeMs IS NOT NULL AND name IS NOT NULL`,
      limit,
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
      const last = this.at(lastSeq);
      if (last === null) return [];
      return {
        failureId,
        count,
        brokerId: last.brokerId,
        last,
        lastSeenMs: last.finishedAtMs ?? last.firstSeenMs,
        firstSeenMs: this.at(firstSeq)?.firstSeenMs ?? last.firstSeenMs,
        taskNames: this.#namesOf(failureId, fromSeq),
      };
    });
  }

  figures(): CeleryHistoryFigures {
    const { count, sizeBytes } = this.#ledger();
    const oldest = this.#connection.row<{ ms: number }>(
      'SELECT first_seen_ms AS ms FROM celery_task ORDER BY seq LIMIT 1',
    );
    return { taskCount: count, sizeBytes, ceilingBytes: this.#ceilingBytes, oldestMs: oldest?.ms ?? null };
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

  #makeRoom(): void {
    if (this.#ledger().sizeBytes <= this.#ceilingBytes) return;
    const gone = this.#connection.row<{ count: number; sizeBytes: number; untilSeq: number }>(
      `SELECT COUNT(*) AS count, SUM(size_bytes) AS sizeBytes, MAX(seq) AS untilSeq FROM
         (SELECT seq, size_bytes FROM celery_task ORDER BY seq LIMIT ${pruneRows})`,
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

const finalStates: readonly string[] = ['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED'];

function bindingsOf(record: CeleryTaskRecord, size: number, rest: string): SqlBinding[] {
  return [
    record.seq,
    hashOf(record.taskId),
    record.brokerId,
    record.taskId,
    record.name,
    record.state,
    record.stateSource,
    record.doubt,
    record.worker,
    record.queue,
    record.firstSeenMs,
    record.sentAtMs,
    record.receivedAtMs,
    record.startedAtMs,
    record.finishedAtMs,
    record.etaMs,
    record.runtimeMs,
    record.retries,
    record.exception,
    record.failureId,
    record.rootId === record.taskId ? null : record.rootId,
    record.parentId,
    finalStates.includes(record.state) ? 0 : 1,
    size,
    rest,
  ];
}

function restOf({ expiresMs, traceback, args, kwargs, result, timeline, rootId, taskId }: CeleryTaskRecord): Rest {
  return { expiresMs, traceback, args, kwargs, result, timeline, isRoot: rootId === taskId };
}

/** The columns are this file's own; JSON of `rest` was written by it. */
function recordOf(row: Row): CeleryTaskRecord {
  const { isRoot, ...rest }: Rest = JSON.parse(row.rest);
  return {
    brokerId: row.broker_id,
    taskId: row.task_id,
    seq: row.seq,
    name: row.name,
    state: row.state,
    stateSource: row.state_source,
    doubt: row.doubt,
    worker: row.worker,
    queue: row.queue,
    firstSeenMs: row.first_seen_ms,
    sentAtMs: row.sent_at_ms,
    receivedAtMs: row.received_at_ms,
    startedAtMs: row.started_at_ms,
    finishedAtMs: row.finished_at_ms,
    etaMs: row.eta_ms,
    runtimeMs: row.runtime_ms,
    retries: row.retries,
    exception: row.exception,
    failureId: row.failure_id,
    rootId: isRoot ? row.task_id : row.root_id,
    parentId: row.parent_id,
    ...rest,
  };
}

/** 52 bits of two FNV-1a hashes: an exact number, and near enough to one id each. */
function hashOf(taskId: string): number {
  let high = 0x811c9dc5;
  let low = 0x1000193;
  for (let index = 0; index < taskId.length; index += 1) {
    const code = taskId.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ (code + index), 0x01000193);
  }
  return (high >>> 0) * 2 ** 20 + (low >>> 12);
}
