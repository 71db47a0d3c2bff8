/** One DuckDB file behind the source port, opened read-only so that several processes can read it at once. */
import { type DuckDBConnection, DuckDBInstance, type DuckDBPreparedStatement } from '@duckdb/node-api';
import type { Clock } from '../base/clock.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import { toRows } from './duckdb-values.ts';
import { LeasePool } from './lease-pool.ts';
import { QueryWatch } from './running-query.ts';
import type { QueryOptions, Row, SqlSource, SqlValue, TableDescription } from './source.ts';
import { assertReadOnly, parameterNames } from './sql-text.ts';
import { describeSql, toTables } from './table-schema.ts';

export interface DuckDbSourceOptions {
  readonly file: string;
  readonly kind: 'duckdb' | 'files';
  readonly label: string;
  readonly clock: Clock;
  /** What DuckDB may keep in memory; beyond it, it spills beside `temporaryDir`. */
  readonly memoryBytes: number;
  readonly temporaryDir: string;
}

/** The table whose presence marks a file as generated demo data. */
export const demoMarkerTable = 'vigia_demo';

const connectionLimit = 4;
const preparedLimit = 64;
const interruptAgainMs = 20;

interface Lane {
  readonly connection: DuckDBConnection;
  readonly prepared: Map<string, DuckDBPreparedStatement>;
}

export class DuckDbSource implements SqlSource {
  readonly kind: 'duckdb' | 'files';
  readonly label: string;
  readonly #file: string;
  readonly #clock: Clock;
  readonly #instance: DuckDBInstance;
  readonly #lanes: LeasePool<Lane>;
  #demo = false;
  #running = 0;
  #closed = false;

  private constructor({ file, kind, label, clock }: DuckDbSourceOptions, instance: DuckDBInstance) {
    this.kind = kind;
    this.label = label;
    this.#file = file;
    this.#clock = clock;
    this.#instance = instance;
    this.#lanes = new LeasePool(connectionLimit, async () => ({
      connection: await instance.connect(),
      prepared: new Map(),
    }));
  }

  /** @throws EngineError SOURCE_UNREACHABLE when the file is missing, locked by a writer, or not DuckDB's. */
  static async open(options: DuckDbSourceOptions): Promise<DuckDbSource> {
    const instance = await openInstance(options);
    const source = new DuckDbSource(options, instance);
    try {
      const tables = await source.describe({ deadlineMs: 10_000 });
      source.#demo = tables.some(({ table }) => table === demoMarkerTable);
      return source;
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  get demo(): boolean {
    return this.#demo;
  }

  async query(sql: string, parameters: Readonly<Record<string, SqlValue>>, options: QueryOptions): Promise<Row[]> {
    assertReadOnly(sql);
    if (this.#closed) throw new EngineError('SOURCE_UNREACHABLE', `${this.label} is closed`);
    const watch = new QueryWatch(this.#clock, options);
    this.#running += 1;
    try {
      watch.throwIfStopped();
      const lane = await this.#lanes.lease((giveUp) => watch.onStop(giveUp));
      if (lane === null) throw watch.stopped ?? new EngineError('SQL_CANCELLED', 'The query was cancelled');
      try {
        return await this.#run(lane, sql, parameters, watch);
      } finally {
        this.#lanes.giveBack(lane);
      }
    } finally {
      watch.end();
      this.#running -= 1;
      if (this.#closed && this.#running === 0) this.#shut();
    }
  }

  async describe(options: QueryOptions): Promise<TableDescription[]> {
    return toTables(await this.query(describeSql("table_schema = 'main'"), {}, options));
  }

  /** The file never changes under an open source; who follows the file sees to it. */
  signature(): Promise<string | null> {
    return Promise.resolve(this.#file);
  }

  /** Queries that run go on to their end; the file is let go after the last. */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      if (this.#running === 0) this.#shut();
    }
    return Promise.resolve();
  }

  async #run(
    lane: Lane,
    sql: string,
    parameters: Readonly<Record<string, SqlValue>>,
    watch: QueryWatch,
  ): Promise<Row[]> {
    let again = (): void => undefined;
    const interrupt = (): void => lane.connection.interrupt();
    const forget = watch.onStop(() => {
      interrupt();
      // An interrupt that comes before the query has begun is lost, so it is repeated until the query is over.
      again = this.#clock.every(interruptAgainMs, interrupt);
    });
    try {
      const prepared = await prepare(lane, sql);
      bind(prepared, sql, parameters);
      watch.throwIfStopped();
      return toRows(await prepared.runAndReadAll());
    } catch (error) {
      throw watch.stopped ?? failure(error, this.label);
    } finally {
      forget();
      again();
    }
  }

  #shut(): void {
    for (const lane of this.#lanes.drain()) {
      for (const prepared of lane.prepared.values()) prepared.destroySync();
      lane.connection.closeSync();
    }
    this.#instance.closeSync();
  }
}

async function openInstance(options: DuckDbSourceOptions): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(options.file, {
      access_mode: 'READ_ONLY',
      threads: '2',
      memory_limit: `${Math.round(options.memoryBytes / 1_000_000)}MB`,
      temp_directory: options.temporaryDir,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
  } catch (error) {
    throw new EngineError('SOURCE_UNREACHABLE', `${options.label} cannot be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function prepare(lane: Lane, sql: string): Promise<DuckDBPreparedStatement> {
  const known = lane.prepared.get(sql);
  if (known) return known;
  const prepared = await lane.connection.prepare(sql);
  lane.prepared.set(sql, prepared);
  const oldest = lane.prepared.entries().next();
  if (lane.prepared.size > preparedLimit && !oldest.done) {
    oldest.value[1].destroySync();
    lane.prepared.delete(oldest.value[0]);
  }
  return prepared;
}

function bind(prepared: DuckDBPreparedStatement, sql: string, parameters: Readonly<Record<string, SqlValue>>): void {
  prepared.clearBindings();
  for (const name of parameterNames(sql)) {
    const value = parameters[name];
    if (value === undefined) throw new EngineError('SQL_QUERY_FAILED', `The query needs a value for $${name}`);
    const index = prepared.parameterIndex(name);
    if (value === null) prepared.bindNull(index);
    else if (typeof value === 'string') prepared.bindVarchar(index, value);
    else if (typeof value === 'boolean') prepared.bindBoolean(index, value);
    else if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) prepared.bindInteger(index, value);
    else prepared.bindDouble(index, value);
  }
}

function failure(error: unknown, label: string): EngineError {
  if (error instanceof EngineError) return error;
  const words = messageOf(error);
  const lost = /^(IO|Connection|Fatal) Error/i.test(words);
  return new EngineError(lost ? 'SOURCE_UNREACHABLE' : 'SQL_QUERY_FAILED', `${label}: ${words}`, { cause: error });
}
