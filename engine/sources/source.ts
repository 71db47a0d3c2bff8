/** The port behind which every SQL source stands: read-only, bound parameters, a deadline on each query. */
import type { SourceInfo } from '../model/dashboard.ts';

export type SqlValue = string | number | boolean | null;
export type Row = Record<string, SqlValue>;

export interface QueryOptions {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

export interface TableDescription {
  readonly table: string;
  readonly columns: readonly string[];
}

/** How the source means to answer a query; nothing of the query itself was run. */
export interface QueryPlan {
  /** One line a step. */
  readonly text: string;
  /** Statements that would spare it from reading whole tables, for somebody who may write there. */
  readonly indexes: readonly string[];
}

export interface SqlSource {
  readonly kind: SourceInfo['kind'];
  /** For people: which source this is, without credentials. */
  readonly label: string;
  readonly demo: boolean;
  /**
   * Rows in order, column names as the query gives them. Numbers come as JavaScript numbers (cast sums to DOUBLE),
   * dates as ISO text, booleans as booleans. Parameters are named `$name` in the SQL and bound, never spliced in.
   * @throws EngineError SQL_QUERY_FAILED, SQL_TIMEOUT, SQL_CANCELLED, SQL_WRITE_REFUSED, SOURCE_UNREACHABLE
   */
  query(sql: string, parameters: Readonly<Record<string, SqlValue>>, options: QueryOptions): Promise<Row[]>;
  /** Where the source can tell. Runs nothing and writes nothing. @throws as `query` */
  explain?(sql: string, parameters: Readonly<Record<string, SqlValue>>, options: QueryOptions): Promise<QueryPlan>;
  /** Tables and columns that can be read. */
  describe(options: QueryOptions): Promise<TableDescription[]>;
  /** A text that changes when the data may have changed; null where that cannot be known cheaply. */
  signature(): Promise<string | null>;
  close(): Promise<void>;
}
