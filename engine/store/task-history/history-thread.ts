/** Keeps the thread of the Celery history alive, from the first question on, and carries questions to it; nobody waits but at the end. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock, Stop } from '../../base/clock.ts';
import { EngineError, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Announce } from '../announce.ts';
import type { CallName, FromThread, HistoryCalls, ThreadSettings, ThreadState, ToThread } from './protocol.ts';

export interface HistoryThreadOptions extends ThreadSettings {
  readonly clock: Clock;
  readonly logger: Logger;
  /** It has its database; also each time after it was started again. */
  readonly onOpened: () => void;
  readonly onState: (state: ThreadState) => void;
  readonly onNotice: Announce;
  /** For tests that end threads. */
  readonly startThread?: (program: string, settings: ThreadSettings) => Worker;
}

interface Asked {
  readonly askedMs: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const firstRestartMs = 200;
const longestRestartMs = 30_000;
/** One that says nothing for so long, though it was asked, hangs. */
const hangMs = 60_000;
const lookEveryMs = 5_000;
/** The end waits so long for what was asked before and for the file. */
const closePatienceMs = 2_000;
const bundledName = 'task-history.js';

export class HistoryThread {
  readonly #options: HistoryThreadOptions;
  readonly #asked = new Map<number, Asked>();
  readonly #stopLooking: Stop;
  #worker: Worker | null = null;
  #isOpen = false;
  #isRestarting = false;
  #heardMs = 0;
  #closed = false;
  #nextId = 1;
  #restartCount = 0;
  #pauseMs = firstRestartMs;
  #stopRestart: Stop = () => undefined;

  constructor(options: HistoryThreadOptions) {
    this.#options = options;
    this.#stopLooking = options.clock.every(lookEveryMs, () => this.#endIfHanging());
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get restartCount(): number {
    return this.#restartCount;
  }

  /** In the order of asking. @throws EngineError STORE_UNAVAILABLE, ENGINE_STOPPED */
  ask<Name extends CallName>(
    name: Name,
    ...input: Parameters<HistoryCalls[Name]>
  ): Promise<Awaited<ReturnType<HistoryCalls[Name]>>> {
    if (this.#closed) return Promise.reject(new EngineError('ENGINE_STOPPED', 'The history of Celery tasks is closed'));
    if (this.#worker === null && !this.#isRestarting) this.#start();
    const worker = this.#worker;
    if (worker === null) return Promise.reject(gone());
    const id = this.#nextId;
    this.#nextId += 1;
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<HistoryCalls[Name]>>>();
    // Both ends are of this program: what comes back is what the call answers.
    const settle = resolve as (value: unknown) => void;
    this.#asked.set(id, { askedMs: this.#options.clock.monotonicMs(), resolve: settle, reject });
    worker.ref();
    post(worker, { kind: 'call', id, name, input });
    return promise;
  }

  /** Everything that was asked before is done first, within two seconds. Closing twice is harmless. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopLooking();
    this.#stopRestart();
    const worker = this.#worker;
    this.#worker = null;
    if (worker !== null) {
      const flag = new Int32Array(new SharedArrayBuffer(4));
      post(worker, { kind: 'close', flag });
      const outcome = Atomics.wait(flag, 0, 0, closePatienceMs);
      if (outcome === 'timed-out') this.#options.logger.warn('The history of Celery tasks was not closed in time');
      void worker.terminate();
    }
    this.#rejectAll(new EngineError('ENGINE_STOPPED', 'The history of Celery tasks is closed'));
    this.#isOpen = false;
  }

  #start(): void {
    const { file, mainFile, ceilingBytes, startThread = startWorker, clock, logger } = this.#options;
    this.#isRestarting = false;
    try {
      const worker = startThread(threadProgram(), { file, mainFile, ceilingBytes });
      this.#worker = worker;
      this.#heardMs = clock.monotonicMs();
      // Only who waits for an answer keeps the process.
      worker.unref();
      worker.on('message', (message: FromThread) => this.#take(worker, message));
      worker.on('error', (error) =>
        logger.error('The thread of the Celery history failed', { error: messageOf(error) }),
      );
      worker.on('exit', () => this.#ended(worker));
    } catch (error) {
      logger.error('The thread of the Celery history cannot be started', { error: messageOf(error) });
      this.#restartLater();
    }
  }

  #take(worker: Worker, message: FromThread): void {
    if (worker !== this.#worker) return;
    const { onOpened, onState, onNotice, clock } = this.#options;
    this.#heardMs = clock.monotonicMs();
    if (message.kind === 'notice') onNotice(message.level, message.message, message.said);
    else if (message.kind === 'state') onState(message.state);
    else if (message.kind === 'opened') {
      this.#isOpen = true;
      onOpened();
    } else {
      const asked = this.#asked.get(message.id);
      this.#asked.delete(message.id);
      if (this.#asked.size === 0) worker.unref();
      if (message.kind === 'problem') asked?.reject(new EngineError(message.code, message.message));
      else {
        this.#pauseMs = firstRestartMs;
        asked?.resolve(message.value);
      }
    }
  }

  #ended(worker: Worker): void {
    if (worker !== this.#worker || this.#closed) return;
    this.#worker = null;
    this.#isOpen = false;
    this.#rejectAll(gone());
    this.#restartLater();
  }

  #restartLater(): void {
    const { clock, logger } = this.#options;
    this.#isRestarting = true;
    this.#restartCount += 1;
    logger.warn('The thread of the Celery history ended; it is started again', { inMs: this.#pauseMs });
    this.#stopRestart = clock.after(this.#pauseMs, () => this.#start());
    this.#pauseMs = Math.min(longestRestartMs, this.#pauseMs * 2);
  }

  #endIfHanging(): void {
    const oldest = this.#asked.values().next().value;
    if (oldest === undefined) return;
    if (this.#options.clock.monotonicMs() - Math.max(oldest.askedMs, this.#heardMs) < hangMs) return;
    this.#options.logger.error('The thread of the Celery history does not answer; it is ended');
    void this.#worker?.terminate();
  }

  #rejectAll(error: EngineError): void {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { reject } of asked) reject(error);
  }
}

function post(worker: Worker, message: ToThread): void {
  // With nothing that changes its owner.
  worker.postMessage(message, []);
}

function gone(): EngineError {
  return new EngineError('STORE_UNAVAILABLE', 'The thread that keeps the history of Celery tasks is not there');
}

function startWorker(program: string, settings: ThreadSettings): Worker {
  // None of the flags of this process: a debugger's port, for one, can be had only once.
  return new Worker(program, { workerData: settings, execArgv: [], name: 'celery-history' });
}

/** Beside this file as it is; built, beside the programs, to which this file is bundled or lies one folder below. */
function threadProgram(): string {
  if (import.meta.filename.endsWith('.ts')) return join(import.meta.dirname, 'thread.ts');
  const places = [import.meta.dirname, join(import.meta.dirname, '..')];
  const found = places.map((place) => join(place, bundledName)).find((path) => existsSync(path));
  return found ?? join(import.meta.dirname, bundledName);
}
