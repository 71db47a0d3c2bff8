/** What may be asked of the local database as a file: its size, its backups, its restoring. */
import { z } from 'zod';
import { backupNameSchema, backupSchema, storageSchema } from '../../../engine/model/storage.ts';
import { command, done, nothing, query } from './call.ts';

const named = z.object({ name: backupNameSchema });

export const storageCalls = {
  'storage.get': query(nothing, storageSchema),
  /** Copies the database as it is now; the console goes on meanwhile. */
  'storage.backup': command(nothing, backupSchema),
  'storage.backups.remove': command(named, done),
  /** Takes the place of the database at the next start; `confirm` is the backup's name. */
  'storage.restore': command(named.extend({ confirm: z.string() }), done),
  'storage.restore.cancel': command(nothing, done),
} as const;
