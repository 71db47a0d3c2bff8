/** Backup and restore of a data folder from outside of the engine, e.g. from the command line. */
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { systemIds } from '../base/ids.ts';
import { silentLogger } from '../base/logger.ts';
import type { Backup } from '../model/storage.ts';
import { stageRestore } from './backups.ts';
import { newestVersion } from './migrate.ts';
import { migrations } from './migrations.ts';
import { openStore } from './store.ts';

const fileOf = (dataDir: string): string => join(dataDir, 'vigia.db');

/** Of a folder that no program uses. @throws EngineError STORE_BACKUP_FAILED */
export async function backUpAtRest(dataDir: string): Promise<{ backup: Backup; path: string }> {
  const store = await openStore({ file: fileOf(dataDir), clock: systemClock, ids: systemIds, logger: silentLogger });
  try {
    const backup = await store.backups.make();
    return { backup, path: join(store.backups.folder, backup.name) };
  } finally {
    store.close();
  }
}

/** The next start puts it in place, whether a program uses the folder now or not. @throws EngineError STORE_BACKUP_REFUSED, STORE_BACKUP_FAILED */
export function restoreAtNextStart(dataDir: string, backupFile: string): Promise<void> {
  return stageRestore(backupFile, fileOf(dataDir), newestVersion(migrations));
}
