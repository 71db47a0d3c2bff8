/** Finds the data files of a folder and imports them, once per generation of the files, into a DuckDB file. */
import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { EngineError, messageOf } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import { buildDuckDbFile } from './duckdb-file.ts';
import { toRows } from './duckdb-values.ts';
import {
  badCellSql,
  csvLayout,
  type DataFile,
  expected,
  type FoundColumn,
  importSql,
  matchColumns,
  readerSql,
} from './import-sql.ts';
import type { Row } from './source.ts';
import type { TableSchema } from './table-schema.ts';

export interface FolderState {
  readonly files: readonly DataFile[];
  /** Differs when a file's name, size or time of change differs. */
  readonly signature: string;
}

const importMemoryBytes = 400_000_000;

/** @throws EngineError SOURCE_NOT_FOUND when the folder lacks the first of the tables */
export async function readFolder(folder: string, tables: readonly TableSchema[]): Promise<FolderState> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new EngineError('SOURCE_UNREACHABLE', `The folder ${folder} cannot be read: ${messageOf(error)}`);
  });
  const files = tables.flatMap((table) => fileOf(folder, names, table));
  const main = tables[0]?.table;
  if (files[0]?.table.table !== main) {
    throw new EngineError('SOURCE_NOT_FOUND', `The folder ${folder} has no ${main}.csv or ${main}.parquet`);
  }
  const hash = createHash('sha256').update(JSON.stringify(tables));
  for (const { path } of files) {
    const { size, mtimeMs, ino } = await stat(path);
    hash.update(`${basename(path)} ${size} ${mtimeMs} ${ino}\n`);
  }
  return { files, signature: hash.digest('hex').slice(0, 24) };
}

/** The prefix that the generations of one folder share. */
export function folderKey(folder: string): string {
  return createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12);
}

function fileOf(folder: string, names: readonly string[], table: TableSchema): DataFile[] {
  for (const format of ['parquet', 'csv'] as const) {
    const name = names.find(
      (each) => extname(each).toLowerCase() === `.${format}` && each.toLowerCase() === `${table.table}.${format}`,
    );
    if (name !== undefined) return [{ table, format, path: join(folder, name), csv: null }];
  }
  return [];
}

/** @throws EngineError SOURCE_DATA_INVALID naming file, line and column */
export async function importFolder(file: string, files: readonly DataFile[], ids: IdSource): Promise<void> {
  const build = (idType: 'integer' | 'text'): Promise<void> =>
    buildDuckDbFile({ file, ids, memoryBytes: importMemoryBytes }, async (connection) => {
      for (const each of files) await importFile(connection, withIds(await withLayout(each), idType));
    });
  try {
    await build('integer');
  } catch (error) {
    if (!isAboutId(error, files)) throw error;
    await build('text');
  }
}

/** Numbers join and sort several times faster than text, so text is only for ids that are no numbers. */
function withIds(file: DataFile, type: 'integer' | 'text'): DataFile {
  const columns = file.table.columns.map((column) => (column.type === 'id' ? { ...column, type } : column));
  return { ...file, table: { ...file.table, columns } };
}

function isAboutId(error: unknown, files: readonly DataFile[]): boolean {
  if (!(error instanceof EngineError)) return false;
  const { table: name, column } = error.details;
  const table = files.find((file) => file.table.table === name)?.table;
  return table?.columns.some((each) => each.name === column && each.type === 'id') ?? false;
}

const firstLineBytes = 64 * 1024;

async function withLayout(file: DataFile): Promise<DataFile> {
  if (file.format === 'parquet') return file;
  const handle = await open(file.path).catch((error: unknown) => {
    throw new EngineError('SOURCE_UNREACHABLE', `${file.path} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(firstLineBytes), 0, firstLineBytes, 0);
    return { ...file, csv: csvLayout(buffer.toString('utf8', 0, bytesRead)) };
  } finally {
    await handle.close();
  }
}

async function importFile(connection: DuckDBConnection, file: DataFile): Promise<void> {
  const matches = matchColumns(file.table, await columnsOf(connection, file));
  if (matches.length === 0) {
    throw new EngineError(
      'SOURCE_DATA_INVALID',
      `${basename(file.path)} has none of the columns of "${file.table.table}"`,
    );
  }
  try {
    await connection.run(importSql(file, matches));
  } catch (error) {
    for (const { column, found } of matches) {
      if (column.type === 'text') continue;
      const bad = await firstRow(connection, badCellSql(file, column, found)).catch(() => null);
      if (!bad) continue;
      const where =
        file.format === 'csv' ? `line ${1 + Number(bad['row']) + Number(bad['breaks'])}` : `row ${Number(bad['row'])}`;
      throw new EngineError(
        'SOURCE_DATA_INVALID',
        `${basename(file.path)}, ${where}, column "${column.name}": "${String(bad['cell']).slice(0, 80)}" is not ${expected(column)}`,
        { cause: error, details: { table: file.table.table, column: column.name } },
      );
    }
    throw unreadable(file, error);
  }
}

async function columnsOf(connection: DuckDBConnection, file: DataFile): Promise<FoundColumn[]> {
  try {
    const reader = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${readerSql(file)}`);
    return toRows(reader).map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }));
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function firstRow(connection: DuckDBConnection, sql: string): Promise<Row | null> {
  return toRows(await connection.runAndReadAll(sql))[0] ?? null;
}

/** DuckDB's words on a file it cannot parse, down to the line they are about. */
function unreadable(file: DataFile, error: unknown): EngineError {
  const words = messageOf(error)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 3)
    .join('; ');
  return new EngineError('SOURCE_DATA_INVALID', `${basename(file.path)} cannot be read: ${words}`, { cause: error });
}
