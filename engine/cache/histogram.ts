/** Counts durations in buckets that grow by a quarter, so that a quantile costs no list of what was measured. */

const leastMs = 0.000_5;
const growth = 1.25;
const logGrowth = Math.log(growth);
/** Up to about half a minute. */
export const bucketCount = 80;

export function bucketOf(durationMs: number): number {
  if (durationMs <= leastMs) return 0;
  return Math.min(bucketCount - 1, Math.ceil(Math.log(durationMs / leastMs) / logGrowth));
}

/** The middle of the bucket in which the quantile lies; null without any. */
export function quantileOf(counts: ArrayLike<number>, ratio: number): number | null {
  let total = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) total += counts[bucket] ?? 0;
  if (total === 0) return null;
  let left = Math.ceil(total * ratio);
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    left -= counts[bucket] ?? 0;
    if (left <= 0) return leastMs * growth ** (bucket - 0.5);
  }
  return null;
}
