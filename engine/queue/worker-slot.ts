/** One place of the supervisor: the process that has it, and the one before it that still finishes its jobs. */
import type { ChildProcess } from 'node:child_process';
import type { Stop } from '../base/clock.ts';
import type { SupervisorView } from '../model/worker.ts';
import type { JobWatch, KillReason } from './job-watch.ts';

/** A worker process and what is known of it. */
export interface Worker {
  readonly child: ChildProcess;
  readonly slot: Slot;
  readonly startedAtMs: number;
  readonly watch: JobWatch;
  /** Null until it listens to its queues. */
  workerId: string | null;
  /** Why it asked to be replaced; null while it did not. */
  retiring: string | null;
  /** Why it is being killed. */
  killed: KillReason | null;
}

export interface Slot {
  /** The one that has the place; one that retires has given it up. */
  current: Worker | null;
  /** Those that were asked to retire when `current` was started. */
  readonly leaving: Set<Worker>;
  crashes: number;
  recycledCount: number;
  disarmRestart: Stop;
  /** Not to be filled again. */
  closed: boolean;
}

export function emptySlot(): Slot {
  return {
    current: null,
    leaving: new Set(),
    crashes: 0,
    recycledCount: 0,
    disarmRestart: () => undefined,
    closed: false,
  };
}

export type WorkerProcessView = SupervisorView['processes'][number];

export function workersOf({ current, leaving }: Slot): Worker[] {
  return current ? [current, ...leaving] : [...leaving];
}

/** Null for one that could not be started. */
export function viewOf({ child, startedAtMs, workerId, retiring }: Worker): WorkerProcessView | null {
  if (child.pid === undefined) return null;
  const state = retiring !== null ? 'retiring' : workerId === null ? 'starting' : 'running';
  return { pid: child.pid, startedAtMs, workerId, state };
}

export function hasExited({ child }: Worker): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export function exited(worker: Worker): Promise<void> {
  return hasExited(worker) ? Promise.resolve() : new Promise((resolve) => worker.child.once('exit', () => resolve()));
}
