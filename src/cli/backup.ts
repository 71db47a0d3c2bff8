/** `vigia backup` and `vigia restore`: the local database copied while it is in use, and put back. */
import { chmodSync, copyFileSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { backUpAtRest, EngineError, loadSettings, openDataDir, restoreAtNextStart } from '../../engine/index.ts';
import { connectToConsole } from './running-console.ts';
import { bytes } from './table.ts';

export interface BackupOptions {
  readonly dataDir?: string;
  readonly token?: string;
  readonly out?: string;
}

interface Made {
  readonly path: string;
  readonly sizeBytes: number;
}

/** @throws EngineError DATA_DIR_IN_USE, STORE_BACKUP_FAILED */
export async function makeBackup(options: BackupOptions): Promise<void> {
  const flags = flagsOf(options);
  const { path, sizeBytes } = (await byConsole(flags)) ?? (await byOurselves(flags));
  if (options.out === undefined) {
    process.stdout.write(`backed up to ${path} (${bytes(sizeBytes)})\n`);
    return;
  }
  const out = resolve(options.out);
  if (existsSync(out)) throw new EngineError('CONFIG_INVALID', `${out} is there already; name another file with --out`);
  copyFileSync(path, out);
  // It holds names, notes and figures of the business.
  chmodSync(out, 0o600);
  process.stdout.write(`backed up to ${out} and ${path} (${bytes(sizeBytes)})\n`);
}

export interface RestoreOptions {
  readonly dataDir?: string;
  readonly yes?: boolean;
}

/** @throws EngineError STORE_BACKUP_REFUSED, STORE_BACKUP_FAILED */
export async function restoreBackup(file: string, options: RestoreOptions): Promise<void> {
  const { settings } = loadSettings({ flags: flagsOf(options), env: process.env, workingDir: process.cwd() });
  const target = join(settings.dataDir, 'vigia.db');
  if (!options.yes) {
    process.stdout.write(
      `${resolve(file)} would take the place of ${target} at the next start; what is there now is kept beside it.\nSchedules that were changed later come back from the broker, which shares them among consoles.\nCelery's tasks of the backup are added to those that are here; what is here already stays.\nNothing was changed. Repeat with --yes to restore it.\n`,
    );
    return;
  }
  await restoreAtNextStart(settings.dataDir, resolve(file));
  process.stdout.write(
    `${resolve(file)} takes the place of ${target} at the next start of Vigía, once it is found whole.\n`,
  );
}

/** Null when none runs. */
async function byConsole(flags: Record<string, string>): Promise<Made | null> {
  try {
    const running = await connectToConsole(flags);
    try {
      const { name, sizeBytes } = await running.client.call('storage.backup', {});
      const { backupFolder } = await running.client.call('storage.get', {});
      return { path: join(backupFolder, name), sizeBytes };
    } finally {
      running.close();
    }
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CONSOLE_NOT_RUNNING') return null;
    throw error;
  }
}

async function byOurselves(flags: Record<string, string>): Promise<Made> {
  const { settings } = loadSettings({ flags, env: process.env, workingDir: process.cwd() });
  const dataDir = openDataDir(settings.dataDir);
  try {
    const { path, backup } = await backUpAtRest(settings.dataDir);
    return { path, sizeBytes: backup.sizeBytes };
  } finally {
    dataDir.release();
  }
}

function flagsOf({ dataDir, token }: { dataDir?: string; token?: string }): Record<string, string> {
  return { ...(dataDir === undefined ? {} : { 'data-dir': dataDir }), ...(token === undefined ? {} : { token }) };
}
