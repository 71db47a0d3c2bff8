/** Ids of entries and tokens of leases: as short as the header of an entry has room for. */
import { createHash } from 'node:crypto';
import type { IdSource } from '../base/ids.ts';

/** 32 hexadecimal digits, as unique as the source's ids. */
export function newEntryId(ids: IdSource): string {
  return createHash('sha256').update(ids.next()).digest('hex').slice(0, 32);
}
