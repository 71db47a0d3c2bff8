/** What somebody should look at in a queue, each with the figures it rests on; keeps since when. */
import type { QueueConcern, QueueView } from '../../model/queue.ts';
import { type Said, said } from '../../model/said.ts';
import type { JobTimes } from './queue-look.ts';
import { duration, many } from './words.ts';

export const concernLimits = {
  /** A worker that has just been started needs a moment. */
  noWorkersMs: 10_000,
  /** Heartbeats and rounds are 5 s apart; what stands still this long is told within half a minute. */
  stillMs: 20_000,
  overdueMs: 15_000,
  /** An active job is suspicious beyond this many of its like's p95, and never before a minute. */
  longRunningRatio: 10,
  longRunningMs: 60_000,
  failingRatio: 0.5,
  failingCount: 5,
} as const;

type Found = Pick<QueueConcern, 'code' | 'severity' | 'evidence'> & { readonly said: Said; readonly beganMs: number };

/** Worst first; a concern that was there before keeps its beginning. */
export function concernsOf(
  view: QueueView,
  lastStartedAtMs: number | null,
  before: readonly QueueConcern[],
  oldestWaiting: readonly JobTimes[],
): QueueConcern[] {
  if (view.counts === null) return [];
  const found = [
    noWorkers(view),
    wedged(view, lastStartedAtMs),
    overdue(view),
    missingRecords(view, oldestWaiting),
    longRunning(view),
    failing(view),
    pausedWithBacklog(view),
  ];
  return found
    .filter((one) => one !== null)
    .map(({ beganMs, ...concern }) => {
      const known = before.find(({ code }) => code === concern.code);
      return { ...concern, sinceMs: known?.sinceMs ?? beganMs };
    })
    .toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

/** Jobs that could be begun now: a pause or a limit is a reason to wait, not a fault. */
export function readyCount(view: QueueView): number {
  if (view.counts === null || heldBack(view) !== null) return 0;
  return view.counts.waiting + view.counts.prioritized;
}

/** Why nothing is begun although jobs wait; null when nothing holds them back. */
export function heldBack(view: QueueView): string | null {
  if (view.paused) return 'the queue is paused';
  if (view.limitedUntilMs !== null && view.limitedUntilMs > view.seenAtMs) return 'the rate limit is reached';
  if (view.concurrency !== null && (view.counts?.active ?? 0) >= view.concurrency)
    return `the queue's limit of ${view.concurrency} at once is reached`;
  return null;
}

function noWorkers(view: QueueView): Found | null {
  const ready = readyCount(view);
  if (view.workerCount !== 0 || ready === 0) return null;
  const waitedMs = view.oldestWaitingMs ?? 0;
  if (waitedMs < concernLimits.noWorkersMs) return null;
  return {
    code: 'no_workers',
    severity: 'failed',
    beganMs: view.seenAtMs - waitedMs,
    evidence: `${many(ready, 'job')} wait, the oldest for ${duration(waitedMs)}, and no worker is connected`,
    said: said('concern_no_workers', { count: ready, oldestMs: waitedMs }),
  };
}

function wedged(view: QueueView, lastStartedAtMs: number | null): Found | null {
  const ready = readyCount(view);
  const workers = view.workerCount ?? 0;
  const waitedMs = view.oldestWaitingMs ?? 0;
  if (workers === 0 || ready === 0 || view.counts === null || view.counts.active > 0) return null;
  const stillMs = Math.min(waitedMs, lastStartedAtMs === null ? waitedMs : view.seenAtMs - lastStartedAtMs);
  if (stillMs < concernLimits.stillMs) return null;
  return {
    code: 'wedged',
    severity: 'failed',
    beganMs: view.seenAtMs - stillMs,
    evidence: `${many(workers, 'worker')} connected, ${many(ready, 'job')} wait, but none was begun for ${duration(stillMs)}`,
    said: said('concern_wedged', { count: ready, workers, stillMs }),
  };
}

function overdue(view: QueueView): Found | null {
  if (view.nextDelayedAtMs === null || view.paused) return null;
  const lateMs = view.seenAtMs - view.nextDelayedAtMs;
  if (lateMs < concernLimits.overdueMs) return null;
  const nobody = view.workerCount === 0 ? '; no worker is connected to move it' : '';
  return {
    code: 'overdue',
    severity: view.workerCount === 0 ? 'failed' : 'warning',
    beganMs: view.nextDelayedAtMs,
    evidence: `a delayed job is ${duration(lateMs)} past due${nobody}`,
    said: said(nobody === '' ? 'concern_overdue' : 'concern_overdue_nobody', { lateMs }),
  };
}

function missingRecords(view: QueueView, oldestWaiting: readonly JobTimes[]): Found | null {
  const missing = oldestWaiting.filter((job) => job.missing);
  if (missing.length === 0) return null;
  const jobId = missing[0]?.jobId ?? '';
  return {
    code: 'missing_records',
    severity: 'failed',
    beganMs: view.seenAtMs,
    evidence: `job ${jobId} waits but its record is gone`,
    said: said('concern_missing_records', { jobId }),
  };
}

function longRunning(view: QueueView): Found | null {
  const p95 = view.latencies.run?.p95Ms ?? null;
  const ageMs = view.oldestActiveMs;
  if (p95 === null || ageMs === null || ageMs < concernLimits.longRunningMs) return null;
  if (ageMs < p95 * concernLimits.longRunningRatio) return null;
  return {
    code: 'long_running',
    severity: 'warning',
    beganMs: view.seenAtMs - ageMs,
    evidence: `the oldest active job runs for ${duration(ageMs)}; 95 of 100 end within ${duration(p95)}`,
    said: said('concern_long_running', { ageMs, runMs: p95 }),
  };
}

function failing(view: QueueView): Found | null {
  const { finishedPerS, failedPerS, windowMs } = view.rates;
  if (finishedPerS === null || failedPerS === null || finishedPerS === 0) return null;
  const failedCount = (failedPerS * windowMs) / 1_000;
  if (failedCount < concernLimits.failingCount || failedPerS / finishedPerS < concernLimits.failingRatio) return null;
  const failedRatio = failedPerS / finishedPerS;
  const count = Math.round((finishedPerS * windowMs) / 1_000);
  return {
    code: 'failing',
    severity: 'warning',
    beganMs: view.seenAtMs,
    evidence: `${Math.round(failedRatio * 100)} % of the last ${many(count, 'ended job')} failed`,
    said: said('concern_failing', { failedRatio, count }),
  };
}

function pausedWithBacklog(view: QueueView): Found | null {
  const waiting = (view.counts?.waiting ?? 0) + (view.counts?.prioritized ?? 0);
  if (!view.paused || waiting === 0) return null;
  return {
    code: 'paused_with_backlog',
    severity: 'warning',
    beganMs: view.seenAtMs,
    evidence: `${many(waiting, 'job')} wait in a paused queue`,
    said: said('concern_paused_with_backlog', { count: waiting }),
  };
}
