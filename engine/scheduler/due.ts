/** When a schedule is due: pure arithmetic on runs aligned to the epoch, so that every console agrees on them. */

export interface Overdue {
  /** The latest due time that has passed; it is the one to run. */
  readonly dueMs: number;
  /** Due times before it that nobody ran. */
  readonly missedCount: number;
  /** The first of those; null when there is none. */
  readonly firstMissedMs: number | null;
}

/** The latest due time at or before `nowMs`. */
export function lastDue(everyMs: number, nowMs: number): number {
  return Math.floor(nowMs / everyMs) * everyMs;
}

/** The first due time after `nowMs`. */
export function nextDue(everyMs: number, nowMs: number): number {
  return lastDue(everyMs, nowMs) + everyMs;
}

/**
 * What is to be run now: after a sleep one run, not one for each time slept through. Null while nothing is due.
 * @param handledMs the due time that was dealt with last; one that lies ahead (a clock set back) counts as dealt with just now.
 */
export function overdue(everyMs: number, handledMs: number, nowMs: number): Overdue | null {
  const dueMs = lastDue(everyMs, nowMs);
  if (handledMs >= dueMs) return null;
  const firstMs = nextDue(everyMs, handledMs);
  const missedCount = (dueMs - firstMs) / everyMs;
  return { dueMs, missedCount, firstMissedMs: missedCount > 0 ? firstMs : null };
}
