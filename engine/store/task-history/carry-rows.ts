/** Carries the rows of Celery's tasks between their own database and the main one, which holds them only in backups. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Connection, SqlBinding } from '../connection.ts';
import { columns, seqColumn, sizeColumn } from './task-row.ts';
import type { TaskRowsStore, WrittenRow } from './task-rows-store.ts';

/** Whoever asks the history waits for one step: some milliseconds. */
const rowsPerStep = 500;
/** The main database's own thread waits for it: a few milliseconds. */
const removedPerStep = 100;
/** A lock that is held longer is left to its holder; the next start goes on. */
const patienceMs = 50;

/**
 * Moves what a backup, or a program of before, left in the main database. What is here already is newer and stays.
 * Interrupted, it is begun again at the next start.
 * @throws Error of the disk, or when the file is locked
 */
export async function takeOver(file: string, connection: Connection, rows: TaskRowsStore): Promise<void> {
  const isKept = (): boolean => connection.medium === 'file';
  if (!isKept()) return;
  const from = new Database(file, { fileMustExist: true, timeout: patienceMs });
  try {
    const lastSeq = await copyAll(from, rows);
    if (lastSeq === null || !isKept()) return;
    // A row must not be gone there before it is safe here, whatever happens to the machine.
    connection.pragma('wal_checkpoint(TRUNCATE)');
    const remove = from.prepare(
      `DELETE FROM celery_task WHERE seq IN (SELECT seq FROM celery_task WHERE seq <= ? ORDER BY seq LIMIT ${removedPerStep})`,
    );
    while (remove.run(lastSeq).changes > 0) await nextTurn();
    from.exec('UPDATE celery_history SET task_count = 0, size_bytes = 0');
  } finally {
    from.close();
  }
}

/** The last place that was there; null where there was nothing. */
async function copyAll(from: Database.Database, rows: TaskRowsStore): Promise<number | null> {
  const next = from
    .prepare<[number], SqlBinding[]>(
      `SELECT ${columns.join(', ')} FROM celery_task WHERE seq > ? ORDER BY seq LIMIT ${rowsPerStep}`,
    )
    .raw();
  let lastSeq: number | null = null;
  for (;;) {
    const step = next.all(lastSeq ?? -1);
    if (step.length === 0) return lastSeq;
    rows.adopt(step);
    lastSeq = Number(step.at(-1)?.[seqColumn]);
    await nextTurn();
  }
}

/** Adds rows to a copy of the main database, and tells it how many it has. @throws Error of the disk */
export function addToCopy(file: string, rows: readonly WrittenRow[]): void {
  const copy = new Database(file, { fileMustExist: true });
  try {
    const names = columns.join(', ');
    const insert = copy.prepare<SqlBinding[]>(
      `INSERT OR REPLACE INTO celery_task (${names}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    copy.transaction(() => {
      for (const row of rows) insert.run(...row);
      copy.prepare('UPDATE celery_history SET task_count = task_count + ?, size_bytes = size_bytes + ?').run(
        rows.length,
        rows.reduce((sum, row) => sum + Number(row[sizeColumn]), 0),
      );
    })();
  } finally {
    copy.close();
  }
}
