/** What the tables of a database look like, so that rows can be carried from one database into another. */
import type { Connection } from '../connection.ts';

export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  /** Of the primary key, in its order. */
  readonly key: readonly string[];
  /**
   * What tells a row from others when its number means nothing outside of its own database, e.g. a signal's name;
   * null when the key itself is kept.
   */
  readonly natural: readonly string[] | null;
  /** Columns that hold the number of a row elsewhere, with that table's name. */
  readonly references: ReadonlyMap<string, string>;
}

/** Kept by triggers, or counted again at the end. */
const derived: readonly string[] = ['payload_size', 'celery_history'];

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly pk: number;
}

/** Tables that others point to come first. */
export function tableShapes(connection: Connection): TableShape[] {
  const tables = connection
    .rows<{ name: string; sql: string }>("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    .filter(({ name }) => !name.startsWith('sqlite_') && !derived.includes(name));
  const shapes = tables.map(({ name, sql }) => shapeOf(connection, name, sql));
  const ordered: TableShape[] = [];
  const add = (shape: TableShape): void => {
    if (ordered.includes(shape)) return;
    for (const name of shape.references.values()) {
      const other = shapes.find((one) => one.name === name);
      if (other && other !== shape) add(other);
    }
    ordered.push(shape);
  };
  for (const shape of shapes) add(shape);
  return ordered;
}

function shapeOf(connection: Connection, name: string, sql: string): TableShape {
  const columns = connection.rows<ColumnRow>(`SELECT name, type, pk FROM pragma_table_info('${name}')`);
  const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  const numbered = key.length === 1 && key[0]?.type === 'INTEGER' && !/WITHOUT ROWID/i.test(sql);
  const references = connection.rows<{ column: string; table: string }>(
    `SELECT "from" AS "column", "table" FROM pragma_foreign_key_list('${name}')`,
  );
  return {
    name,
    columns: columns.map((column) => column.name),
    key: key.map((column) => column.name),
    natural: numbered && !/AUTOINCREMENT/i.test(sql) ? uniqueColumns(connection, name) : null,
    references: new Map(references.map(({ column, table }) => [column, table])),
  };
}

function uniqueColumns(connection: Connection, table: string): string[] | null {
  const index = connection.row<{ name: string }>(
    `SELECT name FROM pragma_index_list('${table}') WHERE origin = 'u' LIMIT 1`,
  );
  if (!index) return null;
  return connection
    .rows<{ name: string }>(`SELECT name FROM pragma_index_info('${index.name}')`)
    .map(({ name }) => name);
}
