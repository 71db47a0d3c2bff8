/** Whether the local databases are on disk, whole, and within their ceiling: the main one, and that of Celery's tasks. */
import { bytesWords, percentWords } from '../../health/wording.ts';
import { said } from '../../model/said.ts';
import {
  type Desk,
  evidence,
  type Found,
  type SystemCheck,
  silent,
  unknown,
  type Verdict,
  verdictOf,
} from '../check.ts';

/** Retention holds it under its ceiling; this near to it the oldest history is being given up. */
const fullRatio = 0.95;

export const localStore: SystemCheck = {
  id: 'local-store',
  title: 'The local database is on disk, whole, and has room',
  about: 'system',
  subject: { kind: 'store', id: 'store', name: 'SQLite' },
  async run({ desk }) {
    if (desk === null) return silent;
    const [main, tasks] = await Promise.all([mainDatabase(desk), celeryHistory(desk)]);
    const found = [...main.found, ...tasks.found];
    const unread = main.unread ?? tasks.unread;
    return found.length === 0 && unread !== null ? unreadable(unread) : verdictOf(found);
  },
};

function unreadable(problem: string): Verdict {
  return unknown(problem, said('unchecked_store', { problem }));
}

interface Judged {
  readonly found: readonly Found[];
  /** Why it could not be read whole; null when it was, or need not be. */
  readonly unread: string | null;
}

async function mainDatabase({ store, integrity }: Desk): Promise<Judged> {
  if (store.medium === 'memory') return { found: [inMemory(store.sizeBytes())], unread: null };
  const usedRatio = store.usedRatio();
  const { state, problem } = await integrity(store.file);
  return {
    found: [
      ...(usedRatio >= fullRatio ? [full(usedRatio, store.sizeBytes())] : []),
      ...(state === 'damaged' ? [damaged(problem, store.sizeBytes())] : []),
    ],
    unread: state === 'unknown' ? problem : null,
  };
}

/** Its ceiling is no finding: it is a ring that is meant to be full. */
async function celeryHistory({ store, integrity }: Desk): Promise<Judged> {
  const { file, keptIn, sizeBytes } = store.celeryHistory();
  if (keptIn !== 'file') return { found: keptIn === 'memory' ? [historyInMemory(file)] : [], unread: null };
  const { state, problem } = await integrity(file);
  return {
    found: state === 'damaged' ? [historyDamaged(problem, file, sizeBytes)] : [],
    unread: state === 'unknown' ? problem : null,
  };
}

function inMemory(sizeBytes: number): Found {
  return {
    code: 'store_in_memory',
    severity: 'critical',
    title: 'Nothing is written to disk: the local database lives in memory',
    evidence: [evidence('size_bytes', sizeBytes, 'bytes')],
    why: 'History, notes, alerts and settings of this run are gone when the console ends.',
    steps: ['See how full the disk of the data folder is, and who may write there; then start the console anew.'],
  };
}

function full(usedRatio: number, sizeBytes: number): Found {
  return {
    code: 'store_full',
    severity: 'warning',
    title: `The local database has used ${percentWords(usedRatio)} of its ceiling`,
    evidence: [evidence('used_ratio', usedRatio, 'ratio'), evidence('size_bytes', sizeBytes, 'bytes')],
    why: 'The oldest history is removed sooner than its age alone would have it.',
    steps: ['Watch fewer connections, or accept a shorter past; the newest is kept in any case.'],
  };
}

const whenDamaged = [
  'Start the console anew: it reads a damaged file as far as it goes and sets it aside.',
  'Test the disk: smartctl -a <device>',
];

function damaged(problem: string, sizeBytes: number): Found {
  return {
    code: 'store_damaged',
    severity: 'critical',
    title: 'The local database is damaged',
    evidence: [evidence('first_damage', problem, 'text'), evidence('size', bytesWords(sizeBytes), 'text')],
    why: 'Some of the history cannot be read, and writing on may lose more.',
    steps: whenDamaged,
  };
}

function historyInMemory(file: string): Found {
  return {
    code: 'celery_history_in_memory',
    severity: 'warning',
    title: 'The history of Celery tasks is not written to disk: it lives in memory',
    evidence: [evidence('file', file, 'text')],
    why: 'What Celery did since then is gone when the console ends; what was written before is still in the file.',
    steps: ['See how full the disk of the data folder is, and who may write there; the file is tried twice a minute.'],
  };
}

function historyDamaged(problem: string, file: string, sizeBytes: number): Found {
  return {
    code: 'celery_history_damaged',
    severity: 'warning',
    title: 'The history of Celery tasks is damaged',
    evidence: [
      evidence('first_damage', problem, 'text'),
      evidence('file', file, 'text'),
      evidence('size', bytesWords(sizeBytes), 'text'),
    ],
    why: 'Some tasks of the past cannot be read; the rest of the console has a file of its own and does not suffer.',
    steps: whenDamaged,
  };
}
