/**
 * Decides which read of a fresh entry has it refreshed before it expires, so that a key that is read steadily never
 * turns stale and yet not every reader asks at once.
 *
 * Source: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention" (2015): refresh when
 * now − computeMs · β · ln(random) ≥ the end of its time. Here that end comes earlier by a lead, because a refresh is
 * a job that has to be queued and taken before it computes.
 */
import type { Random } from '../base/ids.ts';

const beta = 1;
/** Of the TTL; for an entry that takes no time to compute the lead is all there is. */
const leadRatio = 0.05;
/** e⁻²⁰: no read within the age of the universe. */
const longestOdds = 20;

export interface EarlyTimes {
  readonly computedAtMs: number;
  readonly computeMs: number | null;
  readonly freshUntilMs: number;
}

/** Before it no read is chosen. Never sooner than half of the entry's time, however long its computation takes. */
export function earlyFromMs(times: EarlyTimes): number {
  const half = times.computedAtMs + (times.freshUntilMs - times.computedAtMs) / 2;
  return Math.max(half, endMs(times) - longestOdds * beta * (times.computeMs ?? 0));
}

/** Throws the dice for one read at `nowMs`. */
export function isChosen(times: EarlyTimes, nowMs: number, random: Random): boolean {
  if (nowMs < earlyFromMs(times)) return false;
  return nowMs - (times.computeMs ?? 0) * beta * Math.log(1 - random()) >= endMs(times);
}

function endMs({ computedAtMs, computeMs, freshUntilMs }: EarlyTimes): number {
  return freshUntilMs - leadRatio * (freshUntilMs - computedAtMs) - (computeMs ?? 0);
}
