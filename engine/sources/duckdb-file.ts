/** Writes a whole DuckDB file: under a temporary name first, so that readers see the old file or the finished new one. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { IdSource } from '../base/ids.ts';

export interface WriteOptions {
  readonly file: string;
  readonly ids: IdSource;
  readonly memoryBytes: number;
}

/** Runs the statements in order on a new file; nothing is left behind when one fails. */
export async function writeDuckDbFile(options: WriteOptions, statements: readonly string[]): Promise<void> {
  await buildDuckDbFile(options, async (connection) => {
    for (const statement of statements) await connection.run(statement);
  });
}

export async function buildDuckDbFile(
  { file, ids, memoryBytes }: WriteOptions,
  fill: (connection: DuckDBConnection) => Promise<void>,
): Promise<void> {
  const temporary = `${file}.${ids.next()}.new`;
  await mkdir(dirname(file), { recursive: true });
  try {
    const instance = await DuckDBInstance.create(temporary, {
      threads: '2',
      memory_limit: `${Math.round(memoryBytes / 1_000_000)}MB`,
      temp_directory: `${temporary}.spill`,
    });
    try {
      const connection = await instance.connect();
      await fill(connection);
      await connection.run('CHECKPOINT');
      connection.closeSync();
    } finally {
      instance.closeSync();
    }
    await rename(temporary, file);
  } finally {
    for (const rest of ['', '.wal', '.spill']) await rm(temporary + rest, { force: true, recursive: true });
  }
}
