/** The SQL by which a CSV or Parquet file becomes a typed table: tolerant of spelling, strict about what it cannot read. */
import type { ColumnSchema, TableSchema } from './table-schema.ts';

export interface DataFile {
  readonly table: TableSchema;
  readonly path: string;
  readonly format: 'csv' | 'parquet';
}

export interface FoundColumn {
  readonly name: string;
  readonly type: string;
}

export function readerSql({ path, format }: DataFile): string {
  const file = textLiteral(path);
  return format === 'parquet'
    ? `read_parquet(${file})`
    : `read_csv(${file}, all_varchar = true, header = true, quote = '"', escape = '"', strict_mode = true)`;
}

/** The columns of the schema that the file has, by name without regard to case and surrounding spaces. */
export function matchColumns(
  table: TableSchema,
  found: readonly FoundColumn[],
): { column: ColumnSchema; found: FoundColumn }[] {
  const byName = new Map(found.map((each) => [fold(each.name), each]));
  return table.columns.flatMap((column) => {
    const match = byName.get(fold(column.name));
    return match ? [{ column, found: match }] : [];
  });
}

export function importSql(file: DataFile, matches: readonly { column: ColumnSchema; found: FoundColumn }[]): string {
  const columns = matches.map(({ column, found }) => `${strictSql(column, found)} AS ${quoteName(column.name)}`);
  return `CREATE TABLE ${quoteName(file.table.table)} AS SELECT ${columns.join(', ')} FROM ${readerSql(file)}`;
}

/** Finds the first cell of a column that cannot be read: its row, counted from 1, and the line breaks inside cells before it. */
export function badCellSql(file: DataFile, column: ColumnSchema, found: FoundColumn): string {
  const text = cellSql(column, found);
  return `WITH numbered AS (
      SELECT row_number() OVER () AS row, ${text} AS cell, ${tolerantSql(column, text)} AS value,
        len(concat_ws('', COLUMNS(*)::VARCHAR)) - len(replace(concat_ws('', COLUMNS(*)::VARCHAR), chr(10), '')) AS breaks
      FROM ${readerSql(file)}),
    bad AS (SELECT row, cell FROM numbered WHERE cell IS NOT NULL AND value IS NULL ORDER BY row LIMIT 1)
    SELECT row, cell, (SELECT coalesce(sum(breaks), 0) FROM numbered WHERE numbered.row < bad.row) AS breaks FROM bad`;
}

/** What a reader is told that a cell must be. */
export function expected(column: ColumnSchema): string {
  switch (column.type) {
    case 'integer':
      return 'a whole number';
    case 'amount':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'date':
      return 'a date such as 2026-03-31';
    case 'timestamp':
      return 'a date with or without a time, such as 2026-03-31 10:00:00';
    case 'text':
      return 'text';
  }
}

function strictSql(column: ColumnSchema, found: FoundColumn): string {
  const text = cellSql(column, found);
  if (column.type === 'text') return column.canonical ? canonicalSql(text, column.canonical) : `nfc_normalize(${text})`;
  if (found.type === sqlType(column)) return quoteName(found.name);
  // The last, strict cast is reached only by what no tolerant reading took; it fails the import.
  return `coalesce(${tolerantSql(column, text)}, CAST(${text} AS ${sqlType(column)}))`;
}

function sqlType(column: ColumnSchema): string {
  const types = {
    text: 'VARCHAR',
    integer: 'BIGINT',
    amount: 'DOUBLE',
    boolean: 'BOOLEAN',
    date: 'DATE',
    timestamp: 'TIMESTAMP',
  };
  return types[column.type];
}

/** The trimmed text of a cell; null when it is empty or one of the words that programs write for nothing. */
function cellSql(column: ColumnSchema, found: FoundColumn): string {
  const name = quoteName(found.name);
  const text = found.type === 'VARCHAR' ? name : `CAST(${name} AS VARCHAR)`;
  const trimmed = `nullif(trim(${text}, ' \t\r\n\u00a0'), '')`;
  return column.type === 'text'
    ? trimmed
    : `CASE WHEN lower(${trimmed}) IN ('null','nan','nat','none') THEN NULL ELSE ${trimmed} END`;
}

function tolerantSql(column: ColumnSchema, text: string): string {
  switch (column.type) {
    case 'text':
      return text;
    case 'integer':
    case 'amount':
      return `TRY_CAST(${text} AS ${sqlType(column)})`;
    case 'boolean':
      return `CASE WHEN lower(${text}) IN ('true','t','1','yes','y','si','sí','s','verdadero') THEN true
        WHEN lower(${text}) IN ('false','f','0','no','n','falso') THEN false END`;
    case 'date':
    case 'timestamp':
      return `coalesce(TRY_CAST(${text} AS ${sqlType(column)}), TRY_CAST(TRY_CAST(${text} AS TIMESTAMP) AS ${sqlType(column)}),
        CAST(try_strptime(${text}, ['%d-%m-%Y', '%d/%m/%Y', '%d-%m-%Y %H:%M:%S', '%d/%m/%Y %H:%M:%S']) AS ${sqlType(column)}))`;
  }
}

function canonicalSql(text: string, canonical: readonly string[]): string {
  const folded = `strip_accents(lower(${text}))`;
  const cases = canonical.map((word) => `WHEN ${textLiteral(fold(word))} THEN ${textLiteral(word)}`);
  return `CASE ${folded} ${cases.join(' ')} ELSE nfc_normalize(lower(${text})) END`;
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').trim().toLowerCase();
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
