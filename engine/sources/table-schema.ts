/** How a pack describes the tables it reads, and how a source describes the ones it has. */
import type { Row, TableDescription } from './source.ts';

export interface ColumnSchema {
  readonly name: string;
  /**
   * `amount` is a number that keeps its decimals; `timestamp` has a time of day; an `id` becomes a whole number when
   * every id of the folder is one, else text.
   */
  readonly type: 'id' | 'text' | 'integer' | 'amount' | 'boolean' | 'date' | 'timestamp';
  /** For `text`: people choose its values in filters, so it is brought to Unicode's composed form. */
  readonly chosen?: boolean;
  /** For `text`: the spellings to which others (case, spaces, accents) are brought at import. */
  readonly canonical?: readonly string[];
}

export interface TableSchema {
  readonly table: string;
  readonly columns: readonly ColumnSchema[];
}

export function describeSql(where: string): string {
  return `SELECT table_name, column_name FROM information_schema.columns WHERE ${where} ORDER BY table_name, ordinal_position`;
}

export function toTables(rows: readonly Row[]): TableDescription[] {
  const tables = new Map<string, string[]>();
  for (const row of rows) {
    const table = String(row['table_name']);
    tables.set(table, [...(tables.get(table) ?? []), String(row['column_name'])]);
  }
  return [...tables].map(([table, columns]) => ({ table, columns }));
}
