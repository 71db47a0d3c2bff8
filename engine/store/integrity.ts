/** Checks that a database file is whole, on a thread of its own so that nothing waits for it. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { messageOf } from '../base/errors.ts';

export interface Integrity {
  readonly state: 'whole' | 'damaged' | 'unknown';
  /** The first damage, or why it could not be checked. */
  readonly problem: string;
}

const deadlineMs = 5_000;

/** A text, so that it needs no file of its own beside the bundle; the database is only read. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
import(workerData.driver).then(({ default: Database }) => {
  const database = new Database(workerData.file, { readonly: true, fileMustExist: true });
  const verdict = String(database.pragma('quick_check(1)', { simple: true }));
  database.close();
  parentPort.postMessage({ verdict });
}).catch((error) => parentPort.postMessage({ error: String(error.code ?? ''), words: String(error.message) }));
`;

interface Answer {
  readonly verdict?: string;
  readonly error?: string;
  readonly words?: string;
}

/** Never throws; a file that takes longer than five seconds is unknown. */
export async function checkIntegrity(file: string, clock: Clock): Promise<Integrity> {
  const driver = pathToFileURL(createRequire(import.meta.url).resolve('better-sqlite3')).href;
  const worker = new Worker(program, { eval: true, workerData: { driver, file } });
  try {
    const answer = await withDeadline(
      clock,
      deadlineMs,
      { code: 'STORE_UNAVAILABLE', what: 'Checking the local database' },
      () => {
        const { promise, resolve, reject } = Promise.withResolvers<Answer>();
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', () => reject(new Error('the check ended without an answer')));
        return promise;
      },
    );
    if (answer.verdict === 'ok') return { state: 'whole', problem: '' };
    if (answer.verdict !== undefined) return { state: 'damaged', problem: answer.verdict };
    const damaged = answer.error === 'SQLITE_CORRUPT' || answer.error === 'SQLITE_NOTADB';
    return { state: damaged ? 'damaged' : 'unknown', problem: answer.words ?? '' };
  } catch (error) {
    return { state: 'unknown', problem: messageOf(error) };
  } finally {
    await worker.terminate();
  }
}
