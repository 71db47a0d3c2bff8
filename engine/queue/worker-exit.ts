/** How a worker process ended, in a word and in a sentence, and how soon another may take its place. */
import type { Slot, Worker } from './worker-slot.ts';

export interface WorkerExit {
  readonly atMs: number;
  readonly pid: number;
  /** Null when it ended before it listened to its queues. */
  readonly workerId: string | null;
  /** `recycled`: in order, worn out. `killed`: by the supervisor, for a job that took too long or for giving no answer. */
  readonly reason: 'recycled' | 'crashed' | 'stopped' | 'killed';
  readonly why: string;
  readonly code: number | null;
  readonly signal: string | null;
  readonly uptimeMs: number;
  /** When its replacement starts; null when there will be none, or when there is one. */
  readonly restartInMs: number | null;
}

export interface ExitFacts {
  readonly worker: Worker;
  readonly code: number | null;
  readonly signal: string | null;
  readonly atMs: number;
  readonly stopping: boolean;
}

const steadyMs = 60_000;

export function howItEnded(facts: ExitFacts): Omit<WorkerExit, 'restartInMs'> {
  const { worker, code, signal, atMs } = facts;
  const { child, workerId, startedAtMs } = worker;
  const reason = reasonOf(facts);
  const how = signal === null ? `ended with code ${code ?? 'unknown'}` : `ended by ${signal}`;
  const why = worker.killed?.why ?? (reason === 'recycled' ? `was replaced ${worker.retiring ?? 'in order'}` : how);
  return { atMs, pid: child.pid ?? 0, workerId, reason, why, code, signal, uptimeMs: atMs - startedAtMs };
}

function reasonOf({ worker, code, stopping }: ExitFacts): WorkerExit['reason'] {
  if (worker.killed) return 'killed';
  if (stopping) return 'stopped';
  // Ending in order before it was ever ready is no recycling, and must not be repeated at full speed.
  if (code === 0 && worker.workerId !== null) return worker.slot.closed ? 'stopped' : 'recycled';
  return worker.slot.closed ? 'stopped' : 'crashed';
}

/** Null when there is to be no other. */
export function restartIn(
  slot: Slot,
  { reason, uptimeMs }: Pick<WorkerExit, 'reason' | 'uptimeMs'>,
  { firstMs, longestMs }: { readonly firstMs: number; readonly longestMs: number },
): number | null {
  if (reason === 'stopped') return null;
  if (reason === 'recycled' || uptimeMs >= steadyMs) slot.crashes = 0;
  if (reason === 'recycled') return 0;
  slot.crashes += 1;
  return Math.min(firstMs * 2 ** (slot.crashes - 1), longestMs);
}
