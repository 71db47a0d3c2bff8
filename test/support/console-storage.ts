/** A made-up local database with backups, for tests of the Storage page; what is pressed there changes it. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallOutput, Handlers } from '../../src/shared/contract.ts';

export interface StorageScript {
  storage: CallOutput<'storage.get'>;
  /** Every change fails with this message. */
  failure: string | null;
}

const day = 86_400_000;

export function storageScript(nowMs: number): StorageScript {
  return {
    storage: {
      medium: 'file',
      file: '/home/operator/.local/share/vigia/vigia.db',
      sizeBytes: 83_500_000,
      ceilingBytes: 536_870_912,
      usedRatio: 0.155,
      celeryHistory: {
        file: '/home/operator/.local/share/vigia/vigia-tasks.db',
        keptIn: 'file',
        sizeBytes: 21_300_000,
        ceilingBytes: 134_217_728,
      },
      backupFolder: '/home/operator/.local/share/vigia/backups',
      backups: [
        {
          name: 'vigia-20261122T060000000Z.db',
          sizeBytes: 80_100_000,
          madeAtMs: nowMs - day,
          shape: 10,
          problem: null,
        },
        {
          name: 'vigia-from-another-desk.db',
          sizeBytes: 12_288,
          madeAtMs: nowMs - 9 * day,
          shape: 40,
          problem: 'it was written by a newer Vigía (shape 40, this one knows 10)',
        },
      ],
      staged: null,
      setAside: [
        {
          name: 'vigia.db.corrupt-20261101T120000000Z',
          sizeBytes: 61_000_000,
          madeAtMs: nowMs - 21 * day,
          why: 'damaged',
        },
      ],
    },
    failure: null,
  };
}

export function storageHandlers(script: StorageScript): Partial<Handlers> {
  const checked = (): void => {
    if (script.failure !== null) throw new EngineError('STORE_BACKUP_FAILED', script.failure);
  };
  const change = (part: Partial<StorageScript['storage']>): { done: true } => {
    script.storage = { ...script.storage, ...part };
    return { done: true };
  };
  return {
    'storage.get': async () => script.storage,
    async 'storage.backup'() {
      checked();
      const backup = { name: 'vigia-new.db', sizeBytes: 83_400_000, madeAtMs: Date.now(), shape: 10, problem: null };
      change({ backups: [backup, ...script.storage.backups] });
      return backup;
    },
    async 'storage.backups.remove'({ name }) {
      checked();
      return change({ backups: script.storage.backups.filter((backup) => backup.name !== name) });
    },
    async 'storage.restore'() {
      checked();
      return change({ staged: { sizeBytes: 80_100_000, stagedAtMs: Date.now() } });
    },
    'storage.restore.cancel': async () => change({ staged: null }),
  };
}
