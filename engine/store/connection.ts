/** One SQLite connection that outlives its file: statements are prepared once, and a failing disk is replaced under way. */
import Database from 'better-sqlite3';
import { EngineError, messageOf } from '../base/errors.ts';

export type SqlBinding = string | number | bigint | Buffer | null;

/** Where the rows live now; `memory` is lost at the end of the process. */
export type Medium = 'file' | 'memory';

export interface OpenedDatabase {
  readonly database: Database.Database;
  readonly medium: Medium;
  /** The damaged file that this one took the place of. */
  readonly aside?: string;
}

/** Answers a database to go on with after `failed` could not be read or written any more. */
export type Replace = (failed: Database.Database, error: unknown) => OpenedDatabase;

interface Changes {
  readonly changes: number;
  readonly lastId: number;
}

export class Connection {
  #database: Database.Database;
  #medium: Medium;
  #closed = false;
  #depth = 0;
  #generation = 0;
  #statements = new Map<string, Database.Statement<SqlBinding[], never>>();
  readonly #replace: Replace;

  constructor(opened: OpenedDatabase, replace: Replace) {
    this.#database = opened.database;
    this.#medium = opened.medium;
    this.#replace = replace;
  }

  get medium(): Medium {
    return this.#medium;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Counts the databases that were used so far: numbers of rows that were learnt in another one mean nothing in this. */
  get generation(): number {
    return this.#generation;
  }

  /** `Row` is what the caller's own SQL yields. @throws EngineError STORE_UNAVAILABLE, ENGINE_STOPPED */
  rows<Row>(sql: string, ...bindings: SqlBinding[]): Row[] {
    return this.#guard(() => this.#statement(sql).all(...bindings));
  }

  /** The first row. @throws EngineError STORE_UNAVAILABLE, ENGINE_STOPPED */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- only the caller knows what its SQL yields
  row<Row>(sql: string, ...bindings: SqlBinding[]): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...bindings));
  }

  /** @throws EngineError STORE_UNAVAILABLE, ENGINE_STOPPED */
  run(sql: string, ...bindings: SqlBinding[]): Changes {
    return this.#guard(() => {
      const result = this.#statement(sql).run(...bindings);
      return { changes: result.changes, lastId: Number(result.lastInsertRowid) };
    });
  }

  /** All or nothing; inner calls join the outer one. The work may be run twice when the disk fails under it. */
  atomically<Result>(work: () => Result): Result {
    return this.#guard(() => this.#database.transaction(work).immediate());
  }

  /** A pragma's single value. */
  pragma(text: string): unknown {
    return this.#guard(() => this.#database.pragma(text, { simple: true }));
  }

  /** For statements that answer nothing and must run to their end. @throws EngineError STORE_UNAVAILABLE */
  exec(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  /** Goes on with another database; the one before is closed. */
  switchTo(next: OpenedDatabase): void {
    this.#database.close();
    this.#use(next);
  }

  /**
   * Writes a copy that stands alone, as of its end, some pages a turn; others go on reading and writing.
   * @throws Error of the disk
   */
  async copyTo(path: string): Promise<void> {
    await this.#database.backup(path);
    const copy = new Database(path);
    try {
      // The mark of an open file and the log beside it are not the copy's.
      copy.pragma('journal_mode = DELETE');
      copy.prepare("DELETE FROM setting WHERE key = 'store.open'").run();
    } finally {
      copy.close();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements.clear();
    this.#database.close();
  }

  #use(next: OpenedDatabase): void {
    this.#statements.clear();
    this.#database = next.database;
    this.#medium = next.medium;
    this.#generation += 1;
  }

  /** Its rows are `never`, which every `Row` accepts: what they are is known where the SQL is. */
  #statement(sql: string): Database.Statement<SqlBinding[], never> {
    const known = this.#statements.get(sql);
    if (known) return known;
    const prepared = this.#database.prepare<SqlBinding[], never>(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  #guard<Result>(work: () => Result): Result {
    if (this.#closed) throw new EngineError('ENGINE_STOPPED', 'The local database is closed');
    if (this.#depth > 0) return work();
    this.#depth += 1;
    try {
      return this.#attempt(work);
    } finally {
      this.#depth -= 1;
    }
  }

  #attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (this.#medium === 'memory' || !isStorageFailure(error)) throw wrap(error);
      this.#use(this.#replace(this.#database, error));
    }
    try {
      return work();
    } catch (error) {
      throw wrap(error);
    }
  }
}

/** The result code of SQLite, e.g. `SQLITE_FULL`; null for anything else. Source: https://sqlite.org/rescode.html */
export function sqliteCode(error: unknown): string | null {
  return error instanceof Database.SqliteError ? error.code : null;
}

/** True when the file's content cannot be trusted any more. */
export function isCorruption(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error) ?? '');
}

/** True when the file cannot be written or read: trying the same again will not help. */
export function isStorageFailure(error: unknown): boolean {
  return isCorruption(error) || /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|PERM)/.test(sqliteCode(error) ?? '');
}

function wrap(error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === null) return error;
  return new EngineError('STORE_UNAVAILABLE', `The local database refused a statement: ${messageOf(error)}`, {
    cause: error,
    details: { sqlite: code },
  });
}
