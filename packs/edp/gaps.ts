/** What a source lacks of the tables that the pack reads, and how queries run all the same. */
import type { QueryOptions, SqlSource } from '../../engine/sources/source.ts';
import type { ColumnSchema, TableSchema } from '../../engine/sources/table-schema.ts';
import { edpTables } from './tables.ts';

export interface Gaps {
  /** `table.column` of every column that is not there. */
  readonly columns: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
}

const known = new WeakMap<SqlSource, { signature: string | null; gaps: Promise<Gaps> }>();

/** Shared by all who ask at once, so that no one of them can call it off. */
export async function gapsOf(source: SqlSource, signature: string | null, deadlineMs: number): Promise<Gaps> {
  const before = known.get(source);
  if (before && signature !== null && before.signature === signature) return before.gaps;
  const gaps = findGaps(source, { deadlineMs });
  known.set(source, { signature, gaps });
  gaps.catch(() => known.delete(source));
  return gaps;
}

async function findGaps(source: SqlSource, options: QueryOptions): Promise<Gaps> {
  const found = await source.describe(options);
  const columns = new Set<string>();
  const tables = new Set<string>();
  for (const { table, columns: wanted } of edpTables) {
    const there = found.find((each) => each.table === table);
    if (!there) tables.add(table);
    for (const { name } of wanted) if (!there?.columns.includes(name)) columns.add(`${table}.${name}`);
  }
  return { columns, tables };
}

/** Every missing column reads as null, a missing table as an empty one. */
export function standIn(sql: string, gaps: Gaps): string {
  if (gaps.columns.size === 0) return sql;
  return sql.replace(/\bFROM (edp|cost|log)\b(?: AS (\w+))?/g, (all, name: string, alias: string | undefined) => {
    const table = edpTables.find((each) => each.table === name);
    const missing = table?.columns.filter((column) => gaps.columns.has(`${name}.${column.name}`)) ?? [];
    if (!table || missing.length === 0) return all;
    return `FROM (${selectAll(table, missing, gaps)}) AS ${alias ?? name}`;
  });
}

function selectAll({ table }: TableSchema, missing: readonly ColumnSchema[], gaps: Gaps): string {
  const nulls = missing.map((column) => `CAST(NULL AS ${sqlTypes[column.type]}) AS ${column.name}`).join(', ');
  return gaps.tables.has(table) ? `SELECT ${nulls} WHERE 1 = 0` : `SELECT *, ${nulls} FROM ${table}`;
}

const sqlTypes: Readonly<Record<ColumnSchema['type'], string>> = {
  id: 'INTEGER',
  text: 'VARCHAR',
  integer: 'INTEGER',
  amount: 'DOUBLE PRECISION',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};
