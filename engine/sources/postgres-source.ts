/** A PostgreSQL database behind the source port: read-only sessions, deadlines at the server, real cancellation. */
import { Client, type CustomTypesConfig, Pool, type PoolClient } from 'pg';
import type { Clock } from '../base/clock.ts';
import { EngineError, redactUrls } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { indexFor, readPlan, readTableFacts, tableFactsSql } from './postgres-plan.ts';
import { postgresProblem } from './postgres-problems.ts';
import { QueryWatch } from './running-query.ts';
import type { QueryOptions, QueryPlan, Row, SqlSource, SqlValue, TableDescription } from './source.ts';
import { assertReadOnly, toPositional } from './sql-text.ts';
import { describeSql, toTables } from './table-schema.ts';

export interface PostgresSourceOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly connectDeadlineMs: number;
}

const connectionLimit = 4;
/** After a cancelled query has not ended for this long, its connection is given up. */
const giveUpAfterMs = 1_000;
const rewrittenLimit = 200;

export class PostgresSource implements SqlSource {
  readonly kind = 'postgres';
  readonly demo = false;
  readonly label: string;
  readonly #options: PostgresSourceOptions;
  readonly #pool: Pool;
  readonly #rewritten = new Map<string, { text: string; names: string[] }>();

  constructor(options: PostgresSourceOptions) {
    this.#options = options;
    this.label = labelOf(options.url);
    this.#pool = new Pool({
      connectionString: options.url,
      max: connectionLimit,
      connectionTimeoutMillis: options.connectDeadlineMs,
      idleTimeoutMillis: 60_000,
      allowExitOnIdle: true,
      keepAlive: true,
      application_name: 'vigia',
      types,
    });
    // Without a listener an idle connection that the server closes would end the process.
    this.#pool.on('error', (error) =>
      options.logger.warn('An idle connection to the source was lost', { error: redactUrls(error.message) }),
    );
    this.#pool.on('connect', (client) => {
      client
        .query(
          "SET default_transaction_read_only = on; SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'; SET work_mem = '32MB'",
        )
        .catch((error: unknown) => options.logger.warn('A session could not be set up', { error: String(error) }));
    });
  }

  async query(sql: string, parameters: Readonly<Record<string, SqlValue>>, options: QueryOptions): Promise<Row[]> {
    assertReadOnly(sql);
    return this.#ask(this.#bound(sql, parameters), options);
  }

  /** Without ANALYZE: the query is planned, never run. */
  async explain(
    sql: string,
    parameters: Readonly<Record<string, SqlValue>>,
    options: QueryOptions,
  ): Promise<QueryPlan> {
    assertReadOnly(sql);
    const { text, values } = this.#bound(sql, parameters);
    const [row] = await this.#ask({ text: `EXPLAIN (FORMAT JSON, VERBOSE) ${text}`, values }, options);
    const plan = readPlan(JSON.parse(String(row?.['QUERY PLAN'])));
    const indexes = new Set<string>();
    for (const scan of plan.scans) {
      const [facts] = await this.#ask({ text: tableFactsSql, values: [scan.schema, scan.table] }, options);
      const index = facts === undefined ? null : indexFor(scan, readTableFacts(facts));
      if (index !== null) indexes.add(index);
    }
    return { text: plan.text, indexes: [...indexes] };
  }

  async #ask(query: { text: string; values: SqlValue[] }, options: QueryOptions): Promise<Row[]> {
    if (this.#pool.ending) throw new EngineError('SOURCE_UNREACHABLE', `${this.label} is closed`);
    const watch = new QueryWatch(this.#options.clock, options);
    try {
      watch.throwIfStopped();
      const client = await this.#connect(watch);
      return await this.#run(client, query, options.deadlineMs, watch);
    } finally {
      watch.end();
    }
  }

  async describe(options: QueryOptions): Promise<TableDescription[]> {
    return toTables(await this.query(describeSql('table_schema = ANY (current_schemas(false))'), {}, options));
  }

  /** The snapshot's text changes with every transaction that wrote anything in the cluster; it may change without one of ours. */
  async signature(): Promise<string | null> {
    const sql = 'SELECT CAST(txid_current_snapshot() AS text) AS snapshot';
    const rows = await this.query(sql, {}, { deadlineMs: this.#options.connectDeadlineMs });
    return rows[0] ? String(rows[0]['snapshot']) : null;
  }

  async close(): Promise<void> {
    if (!this.#pool.ended && !this.#pool.ending) await this.#pool.end();
  }

  #bound(sql: string, parameters: Readonly<Record<string, SqlValue>>): { text: string; values: SqlValue[] } {
    const { text, names } = this.#positional(sql);
    const values = names.map((name) => {
      const value = parameters[name];
      if (value === undefined) throw new EngineError('SQL_QUERY_FAILED', `The query needs a value for $${name}`);
      return value;
    });
    return { text, values };
  }

  #positional(sql: string): { text: string; names: string[] } {
    const known = this.#rewritten.get(sql);
    if (known) return known;
    const rewritten = toPositional(sql);
    if (this.#rewritten.size >= rewrittenLimit) this.#rewritten.clear();
    this.#rewritten.set(sql, rewritten);
    return rewritten;
  }

  async #connect(watch: QueryWatch): Promise<PoolClient> {
    const connecting = this.#pool.connect();
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    const forget = watch.onStop(() => reject(watch.stopped));
    try {
      return await Promise.race([connecting, stopped]);
    } catch (error) {
      // A turn that comes after the caller has gone goes straight back.
      connecting.then(
        (client) => {
          if (watch.stopped) client.release();
        },
        () => undefined,
      );
      throw postgresProblem(error, this.label);
    } finally {
      forget();
    }
  }

  async #run(
    client: PoolClient,
    query: { text: string; values: SqlValue[] },
    deadlineMs: number,
    watch: QueryWatch,
  ): Promise<Row[]> {
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    let disarm = (): void => undefined;
    const forget = watch.onStop(() => {
      this.#cancel(client);
      disarm = this.#options.clock.after(giveUpAfterMs, () => reject(watch.stopped));
    });
    let broken = true;
    try {
      const work = runBounded(client, query, deadlineMs);
      work.catch(() => undefined);
      const rows = await Promise.race([work, givenUp]);
      broken = watch.stopped !== null;
      return rows;
    } catch (error) {
      const problem = postgresProblem(error, this.label);
      // A cancellation may arrive late; it must find this connection gone, not another caller's query on it.
      broken = problem.code === 'SOURCE_UNREACHABLE' || watch.stopped !== null;
      throw watch.stopped ?? problem;
    } finally {
      forget();
      disarm();
      client.release(broken);
    }
  }

  /** Asks the server over a connection of its own to stop what `client` runs. */
  #cancel(client: PoolClient): void {
    const { processID } = client as PoolClient & { processID: number | null };
    if (!processID) return;
    const { url, connectDeadlineMs, logger } = this.#options;
    const other = new Client({ connectionString: url, connectionTimeoutMillis: connectDeadlineMs });
    other.on('error', () => undefined);
    other
      .connect()
      .then(() => other.query('SELECT pg_cancel_backend($1)', [processID]))
      .catch((error: unknown) => logger.warn('A query could not be cancelled', { error: redactUrls(String(error)) }))
      .finally(() => void other.end().catch(() => undefined));
  }
}

async function runBounded(
  client: PoolClient,
  { text, values }: { text: string; values: SqlValue[] },
  deadlineMs: number,
): Promise<Row[]> {
  const timed = client as PoolClient & { vigiaDeadlineMs?: number };
  if (timed.vigiaDeadlineMs !== deadlineMs) {
    await client.query(`SET statement_timeout = ${Math.max(1, Math.ceil(deadlineMs))}`);
    timed.vigiaDeadlineMs = deadlineMs;
  }
  const { rows } = await client.query<Row>({ text, values });
  return rows;
}

/** Source: PostgreSQL's pg_type: 20 int8, 1700 numeric, 1082 date, 1114 timestamp, 1184 timestamptz. */
const types: CustomTypesConfig = {
  getTypeParser: (id: number) => parserOf(id),
};

function parserOf(id: number): (text: string) => SqlValue {
  switch (id) {
    case 16:
      return (text) => text === 't';
    case 20:
    case 21:
    case 23:
    case 26:
    case 700:
    case 701:
    case 1700:
      return (text) => (Number.isFinite(Number(text)) ? Number(text) : null);
    case 1114:
    case 1184:
      return (text) => isoTimestamp(text);
    default:
      return (text) => text;
  }
}

/** Sessions run in UTC, so both kinds of timestamps are read as UTC. */
function isoTimestamp(text: string): string {
  const at = new Date(`${text.replace(' ', 'T').replace(/([+-]\d\d)(:?\d\d)?$/, '')}Z`);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
}

/** The address without user, password and options. */
function labelOf(url: string): string {
  try {
    const { host, pathname, searchParams } = new URL(url);
    return `PostgreSQL ${host || (searchParams.get('host') ?? 'local')}${pathname}`;
  } catch {
    return 'PostgreSQL';
  }
}
