/** Keeps a number of worker processes alive: replaces what ends, slower when it crashes, and stops all in bounded time. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Clock, Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { settleWithin } from './settle-within.ts';
import { type ChildSettings, readyMessageSchema } from './worker-channel.ts';

export interface WorkerSupervisorOptions {
  /** The program of a worker process; it calls `serveWorkerProcess`. */
  readonly entryPath: string;
  readonly args?: readonly string[];
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Sent over the private channel, never as an argument. */
  readonly settings: ChildSettings;
  readonly processCount: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a process may take to stop before it is killed. */
  readonly graceMs?: number;
  /** Pause before a crashed process is replaced: doubles from `firstMs`, and begins anew after a minute of life. */
  readonly backoff?: { readonly firstMs: number; readonly longestMs: number };
}

export interface WorkerExit {
  readonly pid: number;
  /** Null when it ended before it listened to its queues. */
  readonly workerId: string | null;
  /** `recycled`: ended by itself in order, as after its last job. */
  readonly reason: 'recycled' | 'crashed' | 'stopped';
  readonly code: number | null;
  readonly signal: string | null;
  readonly uptimeMs: number;
  /** When its replacement starts; null when there will be none. */
  readonly restartInMs: number | null;
}

export interface WorkerProcessView {
  readonly pid: number;
  readonly startedAtMs: number;
  /** Null until it listens to its queues. */
  readonly workerId: string | null;
}

interface Slot {
  child: ChildProcess | null;
  startedAtMs: number;
  workerId: string | null;
  crashes: number;
  disarmRestart: Stop;
}

const steadyMs = 60_000;
const killedMs = 500;

export class WorkerSupervisor {
  readonly #options: Required<WorkerSupervisorOptions>;
  readonly #emitter: Emitter<{ exit: WorkerExit; ready: WorkerProcessView }>;
  readonly #slots: Slot[] = [];
  #stopping: Promise<void> | null = null;

  constructor(options: WorkerSupervisorOptions) {
    this.#options = {
      args: [],
      env: {},
      graceMs: 3_400,
      backoff: { firstMs: 500, longestMs: 30_000 },
      ...options,
    };
    const { logger } = options;
    this.#emitter = new Emitter((error) => logger.error('A worker listener failed', { error: messageOf(error) }));
  }

  start(): void {
    for (let index = this.#slots.length; index < this.#options.processCount; index += 1) {
      const slot: Slot = { child: null, startedAtMs: 0, workerId: null, crashes: 0, disarmRestart: () => undefined };
      this.#slots.push(slot);
      this.#launch(slot);
    }
  }

  onExit(listener: (exit: WorkerExit) => void): Stop {
    return this.#emitter.on('exit', listener);
  }

  /** Told when a process listens to its queues. */
  onReady(listener: (view: WorkerProcessView) => void): Stop {
    return this.#emitter.on('ready', listener);
  }

  processes(): WorkerProcessView[] {
    return this.#slots.flatMap((slot) => viewOf(slot) ?? []);
  }

  /** SIGTERM to all, SIGKILL to whoever is left after the grace; resolves when none is left, within 4 s. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  #launch(slot: Slot): void {
    const { entryPath, args, env, settings, clock, logger } = this.#options;
    const child = fork(entryPath, [...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    slot.child = child;
    slot.startedAtMs = clock.now();
    slot.workerId = null;
    child.on('message', (message) => this.#heard(slot, message));
    child.on('error', (error) => logger.error('A worker process could not be reached', { error: messageOf(error) }));
    // A program that cannot be started at all gives an error and no exit.
    child.once('error', () => child.pid === undefined && this.#ended(slot, child, null, null));
    child.once('exit', (code, signal) => this.#ended(slot, child, code, signal));
    child.send({ kind: 'vigia:settings', settings }, (error) => {
      if (error) logger.warn('A worker process did not take its settings', { error: messageOf(error) });
    });
    logger.info('A worker process started', { pid: child.pid });
  }

  #heard(slot: Slot, message: unknown): void {
    const ready = readyMessageSchema.safeParse(message);
    if (!ready.success) return;
    slot.workerId = ready.data.workerId;
    const view = viewOf(slot);
    if (view) this.#emitter.emit('ready', view);
  }

  #ended(slot: Slot, child: ChildProcess, code: number | null, signal: string | null): void {
    if (slot.child !== child) return;
    slot.child = null;
    const { clock, logger } = this.#options;
    const uptimeMs = clock.now() - slot.startedAtMs;
    // Ending in order before it was ever ready is no recycling, and must not be repeated at full speed.
    const inOrder = code === 0 && slot.workerId !== null;
    const reason = this.#stopping ? 'stopped' : inOrder ? 'recycled' : 'crashed';
    const restartInMs = this.#restartIn(slot, reason, uptimeMs);
    const exit: WorkerExit = {
      pid: child.pid ?? 0,
      workerId: slot.workerId,
      reason,
      code,
      signal,
      uptimeMs,
      restartInMs,
    };
    if (reason === 'crashed') logger.warn('A worker process crashed', { ...exit });
    else logger.info('A worker process ended', { ...exit });
    if (restartInMs !== null) slot.disarmRestart = clock.after(restartInMs, () => this.#launch(slot));
    this.#emitter.emit('exit', exit);
  }

  #restartIn(slot: Slot, reason: WorkerExit['reason'], uptimeMs: number): number | null {
    if (reason === 'stopped') return null;
    if (reason === 'recycled' || uptimeMs >= steadyMs) slot.crashes = 0;
    if (reason === 'recycled') return 0;
    slot.crashes += 1;
    const { firstMs, longestMs } = this.#options.backoff;
    return Math.min(firstMs * 2 ** (slot.crashes - 1), longestMs);
  }

  async #stopAll(): Promise<void> {
    const { clock, graceMs, logger } = this.#options;
    for (const slot of this.#slots) slot.disarmRestart();
    const left = this.#slots.flatMap(({ child }) => (child ? [child] : []));
    const gone = Promise.all(left.map(exited));
    for (const child of left) child.kill('SIGTERM');
    if (await settleWithin(clock, graceMs, gone)) return;
    for (const child of left.filter((candidate) => !hasExited(candidate))) {
      logger.warn('A worker process did not stop in time and is killed', { pid: child.pid });
      child.kill('SIGKILL');
    }
    await settleWithin(clock, killedMs, gone);
  }
}

function viewOf({ child, startedAtMs, workerId }: Slot): WorkerProcessView | null {
  return child?.pid === undefined ? null : { pid: child.pid, startedAtMs, workerId };
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function exited(child: ChildProcess): Promise<void> {
  return hasExited(child) ? Promise.resolve() : new Promise((resolve) => child.once('exit', () => resolve()));
}
