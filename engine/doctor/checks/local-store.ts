/** Whether the local database is on disk, whole, and within its ceiling. */
import { bytesWords, percentWords } from '../../health/wording.ts';
import { evidence, type Found, type SystemCheck, silent, unknown, verdictOf } from '../check.ts';

/** Retention holds it under its ceiling; this near to it the oldest history is being given up. */
const fullRatio = 0.95;

export const localStore: SystemCheck = {
  id: 'local-store',
  title: 'The local database is on disk, whole, and has room',
  about: 'system',
  subject: { kind: 'store', id: 'store', name: 'SQLite' },
  async run({ desk }) {
    if (desk === null) return silent;
    const { store } = desk;
    const found: Found[] = [];
    if (store.medium === 'memory') {
      found.push({
        code: 'store_in_memory',
        severity: 'critical',
        title: 'Nothing is written to disk: the local database lives in memory',
        evidence: [evidence('size_bytes', store.sizeBytes(), 'bytes')],
        why: 'History, notes, alerts and settings of this run are gone when the console ends.',
        steps: ['See how full the disk of the data folder is, and who may write there; then start the console anew.'],
      });
      return verdictOf(found);
    }
    const usedRatio = store.usedRatio();
    if (usedRatio >= fullRatio) {
      found.push({
        code: 'store_full',
        severity: 'warning',
        title: `The local database has used ${percentWords(usedRatio)} of its ceiling`,
        evidence: [evidence('used_ratio', usedRatio, 'ratio'), evidence('size_bytes', store.sizeBytes(), 'bytes')],
        why: 'The oldest history is removed sooner than its age alone would have it.',
        steps: ['Watch fewer connections, or accept a shorter past; the newest is kept in any case.'],
      });
    }
    const integrity = await desk.integrity();
    if (integrity.state === 'unknown' && found.length === 0) return unknown(integrity.problem);
    if (integrity.state === 'damaged') {
      found.push({
        code: 'store_damaged',
        severity: 'critical',
        title: 'The local database is damaged',
        evidence: [
          evidence('first_damage', integrity.problem, 'text'),
          evidence('size', bytesWords(store.sizeBytes()), 'text'),
        ],
        why: 'Some of the history cannot be read, and writing on may lose more.',
        steps: [
          'Start the console anew: it reads a damaged file as far as it goes and sets it aside.',
          'Test the disk: smartctl -a <device>',
        ],
      });
    }
    return verdictOf(found);
  },
};
