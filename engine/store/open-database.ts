/** Opens the database file whatever state it is in: sound, new, corrupt, or out of reach. */

import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { EngineError, messageOf } from '../base/errors.ts';
import { type Said, said } from '../model/said.ts';
import type { Announce } from './announce.ts';
import { Connection, isCorruption, type OpenedDatabase, sqliteCode } from './connection.ts';
import { applyMigrations, copyBeforeUpgrade, newestVersion, schemaVersion } from './migrate.ts';
import type { Migration } from './migrations.ts';
import { logChanges } from './rescue/away-log.ts';
import { startNumbersAt } from './rescue/id-floor.ts';
import { applyRestore } from './restore.ts';

/** How long a statement waits for another process's lock before it fails; the engine's thread stands still meanwhile. */
const busyTimeoutMs = 1_000;
/** A file that another program still holds is left to it at once: the next attempt comes soon. */
const reopenTimeoutMs = 5;
/** A file up to this size is checked whole at each start (about 0.2 s); a larger one only after an unclean end. */
const alwaysCheckedBytes = 64 * 1024 * 1024;
/** A database up to this size is carried into memory when its file cannot be written any more. */
const carriedBytes = 64 * 1024 * 1024;
/** Holds the path of a damaged file while it is carried over. */
export const salvageMark = 'store.salvage';
/** Set while the database is open, so that a start can tell a crash from a clean end. */
const openMark = 'store.open';

export interface OpenOptions {
  readonly file: string;
  readonly migrations: readonly Migration[];
  /** Sortable text of the time, used in the names of copies. */
  readonly stamp: () => string;
  readonly nowMs: () => number;
  /** Pages after which the log is written back into the file; by default few, so that nobody waits long. */
  readonly checkpointPages?: number;
  readonly tell: Announce;
}

/** Never throws because of the file: what is wrong with it is told, and the answer can be used. */
export async function openDatabase(options: OpenOptions): Promise<OpenedDatabase> {
  try {
    return await openFile(options);
  } catch (error) {
    if (!isDamage(error)) return openInMemory(options, error, readableCopy(options));
    return setAsideAndStartAnew(options, error);
  }
}

/** For a database that failed while in use. */
export function replaceFailed(options: OpenOptions, failed: Database.Database, error: unknown): OpenedDatabase {
  if (isCorruption(error)) {
    failed.close();
    return setAsideAndStartAnew(options, error);
  }
  const copy = serialized(failed);
  failed.close();
  return openInMemory(options, error, copy);
}

/**
 * The file once more, for a store that lives in memory. Its shape must be the newest: an upgrade is for a start.
 * @throws what is still wrong with it
 */
export function reopenFile(options: OpenOptions): OpenedDatabase {
  const { file, migrations, nowMs } = options;
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) checkHeader(file);
  const database = new Database(file, { timeout: reopenTimeoutMs });
  try {
    configure(database, options);
    const version = schemaVersion(database);
    if (version > 0 && version !== newestVersion(migrations)) throw new DamagedFile('of another version');
    if (version > 0) checkContent(database, file);
    applyMigrations(database, migrations);
    markOpen(database, nowMs());
    database.pragma(`busy_timeout = ${busyTimeoutMs}`);
    return { database, medium: 'file' };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Says that this end was clean; the next start need not check a large file. */
export function markClosed(database: { run(sql: string, key: string): unknown }): void {
  database.run('DELETE FROM setting WHERE key = ?', openMark);
}

class DamagedFile extends Error {}

function isDamage(error: unknown): boolean {
  return error instanceof DamagedFile || isCorruption(error);
}

async function openFile(options: OpenOptions): Promise<OpenedDatabase> {
  const { file } = options;
  mkdirSync(dirname(file), { recursive: true });
  applyRestore({ ...options, newestShape: newestVersion(options.migrations) });
  if (existsSync(file)) checkHeader(file);
  const database = new Database(file, { timeout: busyTimeoutMs });
  try {
    configure(database, options);
    const version = schemaVersion(database);
    refuseNewer(version, options);
    if (version > 0) checkContent(database, file);
    const copy = await copyBeforeUpgrade(database, file, options.migrations, options.stamp());
    if (copy !== null) {
      const message = `The local database was upgraded; a copy from before is at ${copy}`;
      options.tell('warning', message, said('notice_upgraded', { copy }));
    }
    applyMigrations(database, options.migrations);
    markOpen(database, options.nowMs());
    return { database, medium: 'file' };
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkHeader(file: string): void {
  const header = Buffer.alloc(16);
  let length: number;
  try {
    const descriptor = openSync(file, 'r');
    try {
      length = readSync(descriptor, header, 0, 16, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new DamagedFile(`the file cannot be read (${messageOf(error)})`);
  }
  // A file of no bytes is a database that nothing was written to yet.
  if (length > 0 && header.toString('latin1') !== 'SQLite format 3\0') {
    throw new DamagedFile('the file is not a SQLite database');
  }
}

function configure(database: Database.Database, { checkpointPages = 64 }: OpenOptions): void {
  // Lets a clean-up give pages back in small steps. Must come before the first table; later it would only write the header again.
  if (Number(database.pragma('page_count', { simple: true })) === 0) database.pragma('auto_vacuum = INCREMENTAL');
  database.pragma('journal_mode = WAL');
  // With a WAL, NORMAL keeps every committed write through the death of the process, because the write is in the
  // system's hands by then. A power cut can lose the last seconds, never the database. FULL would wait for the disk
  // at each commit, on the engine's own thread.
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  database.pragma('journal_size_limit = 8388608');
  // Writing the log back waits for the disk on this thread. In small portions it was measured at 3 ms (p99) on a busy
  // disk where the default of 1,000 pages took 32 ms and at worst 228 ms.
  database.pragma(`wal_autocheckpoint = ${checkpointPages}`);
}

function refuseNewer(version: number, options: OpenOptions): void {
  const newest = newestVersion(options.migrations);
  if (version <= newest) return;
  throw new EngineError(
    'STORE_MIGRATION_FAILED',
    `it was written by a newer Vigía (shape ${version}, this one knows ${newest})`,
  );
}

function checkContent(database: Database.Database, file: string): void {
  const unclean = database.prepare('SELECT 1 FROM setting WHERE key = ?').get(openMark) !== undefined;
  if (!unclean && statSync(file).size > alwaysCheckedBytes) return;
  const verdict = String(database.pragma('quick_check(1)', { simple: true }));
  if (verdict !== 'ok') throw new DamagedFile(verdict.replaceAll('\n', ' '));
}

function markOpen(database: Database.Database, nowMs: number): void {
  database
    .prepare('INSERT OR REPLACE INTO setting (key, value, updated_at_ms) VALUES (?, ?, ?)')
    .run(openMark, '1', nowMs);
}

function setAsideAndStartAnew(options: OpenOptions, error: unknown): OpenedDatabase {
  const { file } = options;
  const aside = `${file}.corrupt-${options.stamp()}`;
  try {
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
    }
    const database = new Database(file, { timeout: busyTimeoutMs });
    configure(database, options);
    applyMigrations(database, options.migrations);
    startNumbersAt(database, options.nowMs());
    markOpen(database, options.nowMs());
    markSalvage(database, aside, options.nowMs());
    options.tell(
      'error',
      `The local database was damaged (${messageOf(error)}). It was set aside as ${aside} and a new one was begun; what can still be read is carried over.`,
      said('notice_damaged', { problem: messageOf(error), aside }),
    );
    return { database, medium: 'file', aside };
  } catch (second) {
    return openInMemory(options, second, null);
  }
}

/** Until it is done, so that a start can go on with it. */
function markSalvage(database: Database.Database, aside: string, nowMs: number): void {
  database
    .prepare('INSERT OR REPLACE INTO setting (key, value, updated_at_ms) VALUES (?, ?, ?)')
    .run(salvageMark, aside, nowMs);
}

function openInMemory(options: OpenOptions, error: unknown, content: Buffer | null): OpenedDatabase {
  const carried = fromContent(content, options.migrations);
  const database = carried ?? empty(options.migrations, options.nowMs());
  logChanges(new Connection({ database, medium: 'memory' }, failInMemory));
  const kept = carried ? ' What it held can still be read.' : '';
  options.tell(
    'error',
    `The local database ${options.file} cannot be used (${reasonOf(error)}). Vigía goes on in memory and tries again twice a minute: what happens from now on is lost if it stops before that succeeds.${kept}`,
    said(carried ? 'notice_in_memory_kept' : 'notice_in_memory', { file: options.file, reason: reasonSaid(error) }),
  );
  return { database, medium: 'memory' };
}

function failInMemory(_failed: unknown, error: unknown): never {
  throw error;
}

function empty(steps: readonly Migration[], nowMs: number): Database.Database {
  const database = new Database(':memory:');
  database.pragma('foreign_keys = ON');
  applyMigrations(database, steps);
  startNumbersAt(database, nowMs);
  return database;
}

/** Null when the content cannot serve as a database of this version. */
function fromContent(content: Buffer | null, steps: readonly Migration[]): Database.Database | null {
  if (content === null) return null;
  // Bytes 18 and 19 say "write-ahead log", which a database in memory cannot have. Source: https://sqlite.org/fileformat.html#file_format_version_numbers
  content.set([1, 1], 18);
  let database: Database.Database | null = null;
  try {
    database = new Database(content);
    const version = schemaVersion(database);
    if (version === 0 || version > newestVersion(steps)) throw new DamagedFile('of another version');
    if (database.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new DamagedFile('not whole');
    database.pragma('foreign_keys = ON');
    applyMigrations(database, steps);
    return database;
  } catch {
    // A copy that cannot be read is worth no more than none; the notice says that the file cannot be used.
    database?.close();
    return null;
  }
}

function readableCopy(options: OpenOptions): Buffer | null {
  try {
    if (statSync(options.file).size > carriedBytes) return null;
    const content = readFileSync(options.file);
    return content.length > 100 ? content : null;
  } catch {
    // Not there or not readable: memory starts empty, and the notice already says why.
    return null;
  }
}

function serialized(database: Database.Database): Buffer | null {
  try {
    const pages = Number(database.pragma('page_count', { simple: true }));
    const pageBytes = Number(database.pragma('page_size', { simple: true }));
    return pages * pageBytes > carriedBytes ? null : database.serialize();
  } catch {
    // The disk is failing; memory starts empty, and the notice already says why.
    return null;
  }
}

function reasonOf(error: unknown): string {
  const code = sqliteCode(error);
  if (code === null) return messageOf(error);
  if (code.startsWith('SQLITE_FULL')) return 'the disk is full';
  if (code.startsWith('SQLITE_READONLY')) return 'it is read-only';
  if (code.startsWith('SQLITE_BUSY')) return 'another program holds its lock';
  return `${messageOf(error)}, ${code}`;
}

function reasonSaid(error: unknown): Said | string {
  const code = sqliteCode(error) ?? '';
  if (code.startsWith('SQLITE_FULL')) return said('store_full');
  if (code.startsWith('SQLITE_READONLY')) return said('store_read_only');
  return code.startsWith('SQLITE_BUSY') ? said('store_locked') : reasonOf(error);
}
