/** Opens the source that the settings name: a PostgreSQL URL, a DuckDB file, a folder of files, or the demo data. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import { type IdSource, systemIds } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { DuckDbSource } from './duckdb-source.ts';
import { generationFile, removeOldGenerations } from './folder-generations.ts';
import { readFolder } from './folder-import.ts';
import { FollowedSource } from './followed-source.ts';
import { PostgresSource } from './postgres-source.ts';
import type { SqlSource } from './source.ts';
import type { TableSchema } from './table-schema.ts';

export interface OpenSourceOptions {
  /** As in the settings; null: the demo data. */
  readonly source: string | null;
  /** False: without a source there is none, instead of demo data. */
  readonly demo: boolean;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the pack reads, its main table first; a folder's files are typed by it. */
  readonly tables: readonly TableSchema[];
  /** Writes the demo file when it is not there yet. */
  readonly createDemo: ((file: string) => Promise<void>) | null;
  readonly ids?: IdSource;
  /** What DuckDB may keep in this process's memory. */
  readonly memoryBytes?: number;
  readonly connectDeadlineMs?: number;
}

const defaultMemoryBytes = 180_000_000;

/** Where the generated demo data is kept. */
export function demoFileOf(dataDir: string): string {
  return join(dataDir, 'demo', 'demo.duckdb');
}

/** @throws EngineError SOURCE_NOT_FOUND, SOURCE_UNREACHABLE, SOURCE_AUTH_FAILED, SOURCE_DATA_INVALID */
export async function openSource(options: OpenSourceOptions): Promise<SqlSource> {
  const source = choose(options);
  try {
    // Opened and asked once, so that what is wrong is said now and not at the first reader.
    await source.describe({ deadlineMs: openDeadlineMs });
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}

const openDeadlineMs = 10_000;

function choose(options: OpenSourceOptions): SqlSource {
  const { source, demo, clock, logger, connectDeadlineMs = 5_000 } = options;
  if (source === null) {
    if (demo) return demoSource(options);
    throw new EngineError(
      'SOURCE_NOT_FOUND',
      'There is no source: VIGIA_SOURCE is not set and demo data is switched off',
    );
  }
  if (/^postgres(ql)?:\/\//i.test(source)) return new PostgresSource({ url: source, clock, logger, connectDeadlineMs });
  const path = resolve(source);
  if (!existsSync(path)) throw new EngineError('SOURCE_NOT_FOUND', `There is no file or folder ${path}`);
  return statSync(path).isDirectory() ? folderSource(path, options) : fileSource(path, basename(path), options);
}

function demoSource(options: OpenSourceOptions): SqlSource {
  const file = demoFileOf(options.dataDir);
  return fileSource(file, 'Demo data', options, async () => {
    if (existsSync(file)) return;
    if (!options.createDemo) throw new EngineError('SOURCE_NOT_FOUND', 'This pack has no demo data');
    await options.createDemo(file);
  });
}

function fileSource(
  file: string,
  label: string,
  options: OpenSourceOptions,
  prepare: () => Promise<void> = () => Promise.resolve(),
): SqlSource {
  return new FollowedSource({
    kind: 'duckdb',
    label,
    clock: options.clock,
    probe: async () => {
      await prepare();
      const { size, mtimeMs, ino } = await stat(file).catch(() => {
        throw new EngineError('SOURCE_UNREACHABLE', `The file ${file} is gone`);
      });
      return `${size}-${mtimeMs}-${ino}`;
    },
    open: () => openFile(file, 'duckdb', label, options),
  });
}

function folderSource(folder: string, options: OpenSourceOptions): SqlSource {
  const { clock, dataDir, tables, ids = systemIds } = options;
  const label = basename(folder);
  return new FollowedSource({
    kind: 'files',
    label,
    clock,
    probe: async () => (await readFolder(folder, tables)).signature,
    open: async () => {
      const state = await readFolder(folder, tables);
      const file = await generationFile(state, { folder, sourcesDir: join(dataDir, 'sources'), clock, ids });
      const source = await openFile(file, 'files', label, options);
      await removeOldGenerations(file);
      return source;
    },
  });
}

async function openFile(
  file: string,
  kind: 'duckdb' | 'files',
  label: string,
  { clock, dataDir, memoryBytes = defaultMemoryBytes }: OpenSourceOptions,
): Promise<DuckDbSource> {
  const temporaryDir = join(dataDir, 'sources', 'spill');
  // DuckDB makes the folder itself, but not the ones above it.
  await mkdir(dirname(temporaryDir), { recursive: true });
  return DuckDbSource.open({ file, kind, label, clock, memoryBytes, temporaryDir });
}
