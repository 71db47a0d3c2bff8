/** Tells sleep, hold-ups and clock changes from ordinary ticks: a stretch in which nobody looked is said, not filled. */

export type GapReason = 'asleep' | 'held-up' | 'clock-set-back' | 'not-running';

/** Nothing was observed in between; no judgement may rest on that time. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: GapReason;
}

export interface Tick {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** A tick later than this many periods is a gap. */
export const gapPeriods = 3;

/**
 * Compares two neighbouring ticks. While a machine sleeps its wall clock goes on and its monotonic clock does not;
 * when the process was stopped or starved both go on.
 * Source: clock_gettime(2), CLOCK_MONOTONIC does not count time in suspend.
 */
export function gapBetween(before: Tick, now: Tick, periodMs: number): Gap | null {
  const wall = now.wallMs - before.wallMs;
  const monotonic = now.monotonicMs - before.monotonicMs;
  if (wall < -periodMs) return { fromMs: now.wallMs, toMs: now.wallMs, reason: 'clock-set-back' };
  if (Math.max(wall, monotonic) <= gapPeriods * periodMs) return null;
  const reason = wall - monotonic > periodMs ? 'asleep' : 'held-up';
  return { fromMs: before.wallMs, toMs: now.wallMs, reason };
}
