/** The program of the thread that owns the database of Celery's tasks; nobody else writes to it. */

import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../base/clock.ts';
import { EngineError, messageOf } from '../../base/errors.ts';
import { said } from '../../model/said.ts';
import type { Announce } from '../announce.ts';
import { taskHistoryMigrations } from '../migrations.ts';
import { markClosed } from '../open-database.ts';
import { openRescued } from '../rescued-connection.ts';
import { addToCopy, takeOver } from './carry-rows.ts';
import type { CallName, FromThread, HistoryCalls, ThreadSettings, ToThread } from './protocol.ts';
import { seqColumn } from './task-row.ts';
import { TaskRowsStore } from './task-rows-store.ts';

/** One look into the history; a page goes on with the next. */
const searchBudgetMs = 12;
/** 2 MB: writing back waits for the disk, and whoever asks waits for that. */
const checkpointPages = 512;
/** Counting costs two look-ups, so not after each batch of a burst. */
const stateEveryMs = 100;
const copiedPerStep = 500;

const port = parentPort;
if (port === null) throw new Error('the history of Celery tasks is a thread, not a program');
const settings = workerData as ThreadSettings;
const say = (message: FromThread): void => port.postMessage(message);
const announce: Announce = (level, message, inAll) => say({ kind: 'notice', level, message, said: inAll });

const rescued = await openRescued(
  {
    file: settings.file,
    migrations: taskHistoryMigrations,
    stamp: () => new Date(systemClock.now()).toISOString().replaceAll(/[-:.]/g, ''),
    nowMs: () => systemClock.now(),
    checkpointPages,
    tell: announce,
  },
  announce,
);
const { connection } = rescued;
const rows = new TaskRowsStore(connection, settings.ceilingBytes);
const changing: readonly CallName[] = ['write', 'attemptReturn'];
const calls: HistoryCalls = {
  write: (written) => rows.write(written),
  find: (brokerId, taskIds) => taskIds.flatMap((taskId) => rows.find(brokerId, taskId) ?? []),
  search(step) {
    const untilMs = systemClock.monotonicMs() + searchBudgetMs;
    return rows.search(step, () => systemClock.monotonicMs() >= untilMs);
  },
  tree: (brokerId, rootId, limit) => rows.tree(brokerId, rootId, limit),
  unfinished: (brokerId, limit) => rows.unfinished(brokerId, limit),
  runtimes: (brokerId, limit) => rows.runtimes(brokerId, limit),
  failures: (fromMs, limit) => rows.failures(fromMs, limit),
  async ids(afterSeq, limit) {
    await broughtBack;
    return rows.ids(afterSeq, limit);
  },
  copyStep(file, afterSeq) {
    const step = rows.rowsAfter(afterSeq, copiedPerStep);
    if (step.length > 0) addToCopy(file, step);
    return step.length < copiedPerStep ? null : Number(step.at(-1)?.[seqColumn]);
  },
  attemptReturn: rescued.attemptReturn,
};
let stateAtMs = Number.NEGATIVE_INFINITY;
let statePlanned = false;
say({ kind: 'opened' });
tellState();
const broughtBack = bringBack();
port.on('message', (message: ToThread) => {
  if (message.kind === 'close') close(message.flag);
  else void answer(message);
});

/** What is left of a damaged file, and what a restored backup holds; questions are answered meanwhile. Never rejects. */
async function bringBack(): Promise<void> {
  await rescued.carryOver();
  await takeOver(settings.mainFile, connection, rows).catch((error: unknown) => {
    if (connection.closed) return;
    const problem = messageOf(error);
    const message = `Celery tasks in ${settings.mainFile} stay there until the next start: ${problem}`;
    announce('warning', message, said('notice_tasks_stay', { file: settings.mainFile, problem }));
  });
  tellState();
}

async function answer({ id, name, input }: Extract<ToThread, { kind: 'call' }>): Promise<void> {
  try {
    // The other side's types say which input belongs to which name.
    const call = calls[name] as (...given: readonly unknown[]) => unknown;
    const value = await call(...input);
    if (changing.includes(name)) tellState();
    say({ kind: 'answer', id, value });
  } catch (error) {
    const code = error instanceof EngineError ? error.code : 'STORE_UNAVAILABLE';
    say({ kind: 'problem', id, code, message: messageOf(error) });
  }
}

/** At once after a rest, else a little later. */
function tellState(): void {
  if (statePlanned || connection.closed) return;
  const waitMs = stateAtMs + stateEveryMs - systemClock.monotonicMs();
  if (waitMs > 0) {
    statePlanned = true;
    systemClock.after(waitMs, () => {
      statePlanned = false;
      tellState();
    });
    return;
  }
  stateAtMs = systemClock.monotonicMs();
  say({ kind: 'state', state: { ...rows.counts(), medium: connection.medium, lastSeq: rows.lastSeq() } });
}

function close(flag: Int32Array): void {
  try {
    rescued.attemptReturnNow();
    markClosed(connection);
    if (connection.medium === 'file') connection.pragma('wal_checkpoint(TRUNCATE)');
    connection.close();
  } finally {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    port?.close();
  }
}
