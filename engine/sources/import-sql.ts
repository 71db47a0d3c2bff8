/** The SQL by which a CSV or Parquet file becomes a typed table: tolerant of spelling, strict about what it cannot read. */
import type { ColumnSchema, TableSchema } from './table-schema.ts';

export interface DataFile {
  readonly table: TableSchema;
  readonly path: string;
  readonly format: 'csv' | 'parquet';
  /** Of a CSV file: how its first line is written. */
  readonly csv: CsvLayout | null;
}

export interface CsvLayout {
  readonly delimiter: string;
  readonly columns: readonly string[];
}

export interface FoundColumn {
  readonly name: string;
  readonly type: string;
}

export function readerSql({ path, csv }: DataFile): string {
  if (csv === null) return `read_parquet(${textLiteral(path)})`;
  // Nothing is left to DuckDB's sniffer: to make sense of one bad line it would take another line for the header.
  const columns = csv.columns.map((name) => `${textLiteral(name)}: 'VARCHAR'`).join(', ');
  return `read_csv(${textLiteral(path)}, auto_detect = false, header = true, delim = ${textLiteral(csv.delimiter)},
    quote = '"', escape = '"', strict_mode = true, columns = {${columns}})`;
}

/** Reads the first line of a CSV file: the delimiter is the one that parts it most often. */
export function csvLayout(text: string): CsvLayout {
  const line = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text.replace(/^\ufeff/, ''))?.[0] ?? '';
  const counts = [',', ';', '\t', '|'].map((delimiter) => ({ delimiter, cells: splitLine(line, delimiter) }));
  const { delimiter, cells } = counts.reduce((best, each) => (each.cells.length > best.cells.length ? each : best));
  return { delimiter, columns: cells.map((cell, index) => uniqueName(cell, index, cells)) };
}

function splitLine(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let quoted = false;
  let cell = '';
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...cells, cell];
}

/** Empty and repeated names get their place's number; the first of a name keeps it. */
function uniqueName(cell: string, index: number, cells: readonly string[]): string {
  const name = cell.trim();
  const first = cells.findIndex((each) => fold(each) === fold(name));
  return name === '' || first < index ? `${name || 'column'} ${index + 1}` : name;
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
        ${file.csv === null ? '0' : "len(concat_ws('', *COLUMNS(*))) - len(replace(concat_ws('', *COLUMNS(*)), chr(10), ''))"} AS breaks
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
    case 'id':
    case 'text':
      return 'text';
  }
}

function strictSql(column: ColumnSchema, found: FoundColumn): string {
  const text = cellSql(column, found);
  if (column.type === 'text') return textSql(column, found, text);
  const type = sqlType(column);
  if (found.type === type) return quoteName(found.name);
  const raw = rawSql(found);
  // Most cells are empty or written as they should be, and the readings after the first cost much more. The last,
  // strict cast is reached only by what no other took; it fails the import.
  return `CASE WHEN ${raw} IS NULL OR ${raw} = '' THEN NULL
    ELSE coalesce(${plainSql(type, raw)}, ${tolerantSql(column, text)}, CAST(${text} AS ${type})) END`;
}

function textSql(column: ColumnSchema, found: FoundColumn, text: string): string {
  if (column.canonical) return canonicalSql(text, column.canonical);
  return column.chosen ? `nfc_normalize(${text})` : `nullif(trim(${rawSql(found)}), '')`;
}

/** NaN is a number to DuckDB, but not to us. */
function plainSql(type: string, raw: string): string {
  const cast = `TRY_CAST(${raw} AS ${type})`;
  return type === 'DOUBLE' ? `nullif(${cast}, 'nan'::DOUBLE)` : cast;
}

function rawSql(found: FoundColumn): string {
  const name = quoteName(found.name);
  return found.type === 'VARCHAR' ? name : `CAST(${name} AS VARCHAR)`;
}

function sqlType(column: ColumnSchema): string {
  const types = {
    id: 'VARCHAR',
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
  const trimmed = `nullif(trim(${rawSql(found)}, ' \t\r\n\u00a0'), '')`;
  return column.type === 'text'
    ? trimmed
    : `CASE WHEN lower(${trimmed}) IN ('null','nan','nat','none') THEN NULL ELSE ${trimmed} END`;
}

function tolerantSql(column: ColumnSchema, text: string): string {
  switch (column.type) {
    case 'id':
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
