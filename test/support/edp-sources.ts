/** The reference data set of the EDP pack as each kind of source: CSV, Parquet, a DuckDB file, PostgreSQL. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemIds } from '../../engine/base/ids.ts';
import { writeDuckDbFile } from '../../engine/sources/duckdb-file.ts';
import { edpTables } from '../../packs/edp/index.ts';
import type { PostgresServer } from './postgres.ts';

export const referenceFolder = new URL('../data/edp-1000/', import.meta.url).pathname.replace(/\/$/, '');

const duckDbTypes = {
  id: 'INTEGER',
  text: 'VARCHAR',
  integer: 'BIGINT',
  amount: 'BIGINT',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};
const postgresTypes = {
  id: 'bigint',
  text: 'text',
  integer: 'integer',
  amount: 'bigint',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
};
const memoryBytes = 300_000_000;

export async function writeReferenceDuckDb(file: string): Promise<void> {
  await writeDuckDbFile(
    { file, ids: systemIds, memoryBytes },
    edpTables.map(({ table }) => createFromCsv(table)),
  );
}

export async function writeReferenceParquet(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const statements = edpTables.flatMap(({ table }) => [
    createFromCsv(table),
    `COPY ${table} TO '${join(folder, `${table}.parquet`)}' (FORMAT parquet)`,
  ]);
  await writeDuckDbFile({ file: join(folder, '..', 'parquet-maker.duckdb'), ids: systemIds, memoryBytes }, statements);
}

/** Typed as such a table would be: numbers, dates and booleans in their own types, ids as numbers. */
export async function loadReferencePostgres(server: PostgresServer, database: string): Promise<string> {
  const url = await server.createDatabase(database);
  for (const { table, columns } of edpTables) {
    const definitions = columns.map(
      ({ name, type }) => `${name} ${name === 'n_edp' ? 'integer' : postgresTypes[type]}`,
    );
    await server.execute(`CREATE TABLE ${table} (${definitions.join(', ')})`, database);
    for (const rows of inBatches(await readCsv(table), 500)) {
      const values = rows.map((row) => `(${columns.map(({ name }) => literal(row[name])).join(',')})`);
      await server.execute(`INSERT INTO ${table} VALUES ${values.join(',')}`, database);
    }
  }
  return url;
}

function createFromCsv(table: string): string {
  const columns = edpTables
    .find((each) => each.table === table)
    ?.columns.map(({ name, type }) => `'${name}': '${name === 'n_edp' ? 'INTEGER' : duckDbTypes[type]}'`);
  const file = join(referenceFolder, `${table}.csv`);
  return `CREATE TABLE ${table} AS SELECT * FROM read_csv('${file}', header = true, columns = {${columns?.join(', ')}})`;
}

async function readCsv(table: string): Promise<Record<string, string>[]> {
  const [header = '', ...lines] = (await readFile(join(referenceFolder, `${table}.csv`), 'utf8')).trim().split(/\r?\n/);
  const names = header.split(',');
  if (lines.some((line) => line.includes('"')))
    throw new Error(`${table}.csv has quotes; this reader does not know them`);
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index] ?? '', cell])));
}

function literal(cell: string | undefined): string {
  return cell === undefined || cell === '' ? 'NULL' : `'${cell.replaceAll("'", "''")}'`;
}

function inBatches<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_batch, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
