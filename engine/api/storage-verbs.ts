/** The verbs of the local database as a file. */
import { EngineError } from '../base/errors.ts';
import type { Storage } from '../model/storage.ts';
import type { Store } from '../store/store.ts';

export interface StorageVerbParts {
  readonly store: Store;
}

export function storageVerbs({ store }: StorageVerbParts) {
  const { backups } = store;
  return {
    'storage.get': async (): Promise<Storage> => ({
      medium: store.medium,
      file: store.file,
      sizeBytes: store.sizeBytes(),
      ceilingBytes: store.ceilingBytes,
      usedRatio: store.usedRatio(),
      celeryHistory: store.celeryHistory(),
      backupFolder: backups.folder,
      backups: backups.list(),
      staged: backups.staged(),
      setAside: backups.setAside(),
    }),
    'storage.backup': () => backups.make(),
    'storage.backups.remove': async ({ name }: { name: string }) => {
      backups.remove(name);
      return { done: true as const };
    },
    'storage.restore': async ({ name, confirm }: { name: string; confirm: string }) => {
      if (confirm !== name) {
        throw new EngineError('STORE_BACKUP_REFUSED', `Type the name of the backup exactly: ${name}`);
      }
      await backups.stage(name);
      return { done: true as const };
    },
    'storage.restore.cancel': async () => {
      backups.unstage();
      return { done: true as const };
    },
  };
}
