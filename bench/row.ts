/** One measured figure of a benchmark, beside its target and what it is compared to. */

export const areas = ['core', 'cache', 'jobs', 'celery', 'redis', 'alerts', 'store', 'ui'] as const;
export type Area = (typeof areas)[number];

export interface Row {
  readonly area: Area;
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** The same thing measured of something else; null where there is nothing to compare. */
  readonly peer: number | null;
  readonly peerName: string | null;
  /** Null where the figure is only told. */
  readonly target: number | null;
  readonly pass: boolean;
}

interface Measured {
  readonly area: Area;
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer?: number;
  readonly peerName?: string;
}

/** Passes when the figure is not above the target. */
export function atMost(target: number, measured: Measured): Row {
  return { ...withoutPeer, ...measured, target, pass: measured.ours <= target };
}

/** Passes when the figure is not below the target. */
export function atLeast(target: number, measured: Measured): Row {
  return { ...withoutPeer, ...measured, target, pass: measured.ours >= target };
}

/** A figure without a target. */
export function told(measured: Measured): Row {
  return { ...withoutPeer, ...measured, target: null, pass: true };
}

const withoutPeer = { peer: null, peerName: null };

/** @param ratio 0.5 is the median; the nearest rank, so always a value that was measured. */
export function quantile(values: readonly number[], ratio: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(ratio * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
