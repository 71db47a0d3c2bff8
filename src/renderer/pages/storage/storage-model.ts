/** What the Storage page shows. */
import type { CallOutput } from '../../../shared/contract.ts';

export type Storage = CallOutput<'storage.get'>;
export type Backup = Storage['backups'][number];
