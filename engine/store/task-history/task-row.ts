/** A Celery task as one row of the history: what is written on the engine's thread, and what is made of it when it is read. */
import type { CeleryTaskRecord } from '../../model/celery-record.ts';
import type { SqlBinding } from '../connection.ts';

export const columns = [
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

/** Where a row has its place and its size. */
export const seqColumn = 0;
export const sizeColumn = columns.indexOf('size_bytes');

/** The row's fixed columns and its place in the indexes. Measured: 200,000 rows, dbstat. */
const rowOverheadBytes = 260;

export type Row = Record<(typeof columns)[number], never>;
type Rest = Pick<CeleryTaskRecord, 'expiresMs' | 'traceback' | 'args' | 'kwargs' | 'result' | 'timeline'> & {
  /** Its own root; then the indexed column is empty, as only few tasks have children. */
  isRoot: boolean;
};

const finalStates: readonly string[] = ['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED'];

/** What a task takes in the history, in the order of {@link columns}. Some microseconds. */
export function rowOf(record: CeleryTaskRecord): SqlBinding[] {
  const rest = JSON.stringify(restOf(record));
  const size = rowOverheadBytes + rest.length + (record.exception?.length ?? 0);
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
export function recordOf(row: Row): CeleryTaskRecord {
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
export function hashOf(taskId: string): number {
  let high = 0x811c9dc5;
  let low = 0x1000193;
  for (let index = 0; index < taskId.length; index += 1) {
    const code = taskId.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ (code + index), 0x01000193);
  }
  return (high >>> 0) * 2 ** 20 + (low >>> 12);
}
