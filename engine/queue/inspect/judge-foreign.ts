/** Judges a worker that sends no heartbeats: by its connection in the server's list, and by what its queue does. */
import type { QueueView } from '../../model/queue.ts';
import type { WorkerVerdict } from '../../model/worker.ts';
import { concernLimits, heldBack, readyCount } from './concerns.ts';
import { duration, many } from './words.ts';

export interface ForeignFacts {
  /** Null when its connection is no longer in the list. */
  readonly connection: { readonly idleMs: number; readonly blocked: boolean } | null;
  readonly lastSeenAtMs: number;
  /** Null when the queue could not be looked at. */
  readonly queue: QueueView | null;
  readonly lastStartedAtMs: number | null;
  readonly nowMs: number;
}

export interface Judgement {
  readonly verdict: WorkerVerdict;
  readonly evidence: string;
}

/**
 * A worker with a free slot waits in a blocking command, ten seconds at most at a time; one whose slots are all taken,
 * or whose process hangs, does not. Source: `classes/worker.js` (`maximumBlockTimeout`, `drainDelay`).
 */
export function judgeForeign(facts: ForeignFacts): Judgement {
  const { connection, queue, nowMs } = facts;
  if (connection === null) {
    return { verdict: 'gone', evidence: `its connection ended ${duration(nowMs - facts.lastSeenAtMs)} ago` };
  }
  if (!queue || queue.counts === null)
    return { verdict: 'unknown', evidence: 'connected; its queue could not be looked at' };
  const held = heldBack(queue);
  if (held !== null) return { verdict: 'consuming', evidence: `connected; ${held}` };
  return wedged(facts, queue) ?? moving(facts, queue);
}

function wedged({ connection, lastStartedAtMs, nowMs }: ForeignFacts, queue: QueueView): Judgement | null {
  const ready = readyCount(queue);
  const waitedMs = queue.oldestWaitingMs ?? 0;
  if (ready === 0) return null;
  const stillMs = Math.min(waitedMs, lastStartedAtMs === null ? waitedMs : nowMs - lastStartedAtMs);
  if (stillMs < concernLimits.stillMs) return null;
  const waits = `${many(ready, 'job')} wait, the oldest for ${duration(waitedMs)}, none begun for ${duration(stillMs)}`;
  const active = queue.counts?.active ?? 0;
  if (active === 0) return { verdict: 'wedged', evidence: `${waits}; none is active` };
  if (connection?.blocked === true) return { verdict: 'wedged', evidence: `${waits}; it asks for jobs and gets none` };
  const p95 = queue.latencies.run?.p95Ms ?? null;
  const oldest = queue.oldestActiveMs;
  if (p95 === null || oldest === null || oldest < concernLimits.longRunningMs) return null;
  if (oldest < p95 * concernLimits.longRunningRatio) return null;
  return {
    verdict: 'wedged',
    evidence: `${waits}; the oldest of ${many(active, 'active job')} runs for ${duration(oldest)}, 95 of 100 end within ${duration(p95)}`,
  };
}

function moving({ connection, lastStartedAtMs, nowMs }: ForeignFacts, queue: QueueView): Judgement {
  const active = queue.counts?.active ?? 0;
  const begun =
    lastStartedAtMs === null
      ? 'no start seen yet'
      : `last job of the queue begun ${duration(nowMs - lastStartedAtMs)} ago`;
  if (connection?.blocked !== true && active > 0) {
    const age = queue.oldestActiveMs === null ? '' : `, the oldest for ${duration(queue.oldestActiveMs)}`;
    return {
      verdict: 'busy',
      evidence: `asks for no job while ${many(active, 'job')} of the queue run${age}; ${begun}`,
    };
  }
  return { verdict: 'consuming', evidence: readyCount(queue) === 0 ? `nothing waits; ${begun}` : begun };
}
