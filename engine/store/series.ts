/** How stored samples become a line: fixed stretches, weighted means, and gaps that stay gaps. */
import type { Series } from '../model/sample.ts';

/** What was seen in one stretch of time. */
export interface Bucket {
  readonly firstMs: number;
  readonly lastMs: number;
  /** How long one sample in it speaks for. */
  readonly spanMs: number;
  /** Null when it was looked but the figure did not exist. */
  readonly mean: number | null;
}

/** Farther apart than this many spans, two samples have a hole in our own looking between them. */
export const gapSpans = 2.5;

/** The stretch that keeps a line within `maxPoints`, never shorter than the sampling period. */
export function bucketWidthMs(fromMs: number, toMs: number, maxPoints: number, periodMs: number): number {
  return Math.max(1, Math.round(periodMs), Math.ceil((toMs - fromMs + 1) / Math.max(1, maxPoints)));
}

/** Buckets oldest first become points; a null stands where the looking stopped. */
export function linePoints(buckets: readonly Bucket[]): Series['points'] {
  const points: Series['points'] = [];
  let previous: Bucket | null = null;
  for (const bucket of buckets) {
    if (previous && bucket.firstMs - previous.lastMs > gapSpans * Math.max(previous.spanMs, bucket.spanMs)) {
      points.push({ atMs: previous.lastMs + previous.spanMs, value: null });
    }
    points.push({ atMs: Math.round((bucket.firstMs + bucket.lastMs) / 2), value: bucket.mean });
    previous = bucket;
  }
  return points;
}
