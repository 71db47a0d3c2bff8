/** Decides what becomes of due times that have passed: which are run now and which are put down as missed. */
import type { CatchUp, ScheduleTiming } from '../model/schedule.ts';
import { lastDue, type Overdue } from './timing.ts';

export interface CatchUpPlan {
  /** Due times to run now, earliest first. */
  readonly run: readonly number[];
  /** Null when none is missed. */
  readonly missed: {
    readonly firstMs: number;
    readonly lastMs: number;
    readonly count: number;
    /** True when there were more than were counted. */
    readonly more: boolean;
  } | null;
}

/** A run that starts this much late was not slept through: the machine was merely busy. */
export const graceMs = 60_000;
/** However long the sleep: more would be a flood. */
const mostCaughtUp = 100;

/** @param lateMs how long ago the latest due time should have started, its jitter included */
export function planCatchUp(timing: ScheduleTiming, rule: CatchUp, due: Overdue, lateMs: number): CatchUpPlan {
  const { dueMs, missedCount, missedMore, firstMissedMs, lastMissedMs } = due;
  const missedBefore = {
    firstMs: firstMissedMs ?? dueMs,
    lastMs: lastMissedMs ?? dueMs,
    count: missedCount,
    more: missedMore,
  };
  switch (rule) {
    case 'once':
      return { run: [dueMs], missed: missedCount === 0 ? null : missedBefore };
    case 'skip':
      if (lateMs <= graceMs) return { run: [dueMs], missed: missedCount === 0 ? null : missedBefore };
      return { run: [], missed: { ...missedBefore, lastMs: dueMs, count: missedCount + 1 } };
    case 'all': {
      const run = latest(timing, dueMs, Math.min(missedCount + 1, mostCaughtUp));
      const count = missedCount + 1 - run.length;
      if (count === 0 && !missedMore) return { run, missed: null };
      const lastMs = lastDue(timing, (run[0] ?? dueMs) - 1) ?? missedBefore.firstMs;
      return { run, missed: { ...missedBefore, lastMs, count } };
    }
  }
}

/** The `count` latest due times up to `dueMs`, earliest first. */
function latest(timing: ScheduleTiming, dueMs: number, count: number): number[] {
  const times = [dueMs];
  while (times.length < count) {
    const before = lastDue(timing, (times[0] ?? dueMs) - 1);
    if (before === null) break;
    times.unshift(before);
  }
  return times;
}
