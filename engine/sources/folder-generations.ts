/** Keeps the imported generations of a folder: one import for all processes, old generations removed. */
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import { type FolderState, folderKey, importFolder } from './folder-import.ts';

export interface GenerationOptions {
  readonly folder: string;
  /** Where the imported files are kept. */
  readonly sourcesDir: string;
  readonly clock: Clock;
  readonly ids: IdSource;
}

const pollMs = 50;
/** A lock whose owner cannot be asked (another machine on a shared folder) is broken after this long. */
const lockCeilingMs = 15 * 60_000;

/** The file of this generation, imported by whichever process came first. */
export async function generationFile(state: FolderState, options: GenerationOptions): Promise<string> {
  const { folder, sourcesDir, clock, ids } = options;
  const file = join(sourcesDir, `${folderKey(folder)}-${state.signature}.duckdb`);
  await mkdir(sourcesDir, { recursive: true });
  const lock = `${file}.lock`;
  while (!existsSync(file)) {
    if (await takeLock(lock, clock)) {
      try {
        if (!existsSync(file)) await importFolder(file, state.files, ids);
      } finally {
        await rm(lock, { force: true });
      }
    } else {
      await clock.sleep(pollMs);
    }
  }
  return file;
}

/** Removes the folder's other generations; one that a process still reads stays until that system lets it go. */
export async function removeOldGenerations(currentFile: string): Promise<void> {
  const current = basename(currentFile);
  const key = current.slice(0, current.indexOf('-') + 1);
  const names = await readdir(dirname(currentFile)).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(key) || !name.endsWith('.duckdb') || name === current) continue;
    await rm(join(dirname(currentFile), name), { force: true }).catch(() => undefined);
  }
}

async function takeLock(lock: string, clock: Clock): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch {
    if (await isAbandoned(lock, clock)) await rm(lock, { force: true });
    return false;
  }
}

async function isAbandoned(lock: string, clock: Clock): Promise<boolean> {
  try {
    const ageMs = clock.now() - (await stat(lock)).mtimeMs;
    const owner = Number(await readFile(lock, 'utf8'));
    // An empty lock has just been made and not been signed yet.
    if (!Number.isInteger(owner) || owner <= 0) return ageMs > 5_000;
    return !isAlive(owner) || ageMs > lockCeilingMs;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
