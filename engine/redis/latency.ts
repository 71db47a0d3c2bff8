/** Reads what LATENCY tells: the events of its monitor, and how long commands took, as histograms. */
import type { LatencyEvent } from '../model/redis-health.ts';
import { asNumber, asText, entriesOf } from './reply.ts';

/** Commands by the upper end of their bucket in microseconds; not cumulative. */
export type Histogram = ReadonlyMap<number, number>;

/** Source: LATENCY LATEST, `[event, time in seconds, latest ms, worst ms]` each. */
export function latencyEventsOf(reply: unknown): LatencyEvent[] {
  if (!Array.isArray(reply)) return [];
  return reply.filter(Array.isArray).map(([event, atS, latestMs, worstMs]: unknown[]) => ({
    event: asText(event),
    atMs: asNumber(atS) * 1_000,
    latestMs: asNumber(latestMs),
    worstMs: asNumber(worstMs),
  }));
}

/** Source: LATENCY HISTOGRAM (Redis 7), by command `calls` and `histogram_usec`, whose counts are cumulative. */
export function histogramsOf(reply: unknown): ReadonlyMap<string, Histogram> {
  return new Map(
    entriesOf(reply).map(([command, facts]): [string, Histogram] => {
      const buckets = entriesOf(new Map(entriesOf(facts)).get('histogram_usec'));
      let before = 0;
      const own = buckets.map(([upTo, cumulative]): [number, number] => {
        const count = asNumber(cumulative) - before;
        before = asNumber(cumulative);
        return [Number(upTo), count];
      });
      return [command.toLowerCase(), new Map(own.filter(([, count]) => count > 0))];
    }),
  );
}

/** What came since `earlier`. Null when it counts fewer than before: the statistics were reset. */
export function since(later: Histogram, earlier: Histogram | undefined): Histogram | null {
  const found = new Map<number, number>();
  for (const [upTo, count] of later) {
    const more = count - (earlier?.get(upTo) ?? 0);
    if (more < 0) return null;
    if (more > 0) found.set(upTo, more);
  }
  return [...(earlier ?? [])].some(([upTo]) => !later.has(upTo)) ? null : found;
}

export function together(histograms: readonly Histogram[]): Histogram {
  const sum = new Map<number, number>();
  for (const histogram of histograms) {
    for (const [upTo, count] of histogram) sum.set(upTo, (sum.get(upTo) ?? 0) + count);
  }
  return new Map([...sum].toSorted(([a], [b]) => a - b));
}

/** The upper end of the bucket that the quantile lies in, milliseconds; null of nothing. */
export function quantileMs(histogram: Histogram, quantile: number): number | null {
  const ordered = [...histogram].toSorted(([a], [b]) => a - b);
  const count = ordered.reduce((sum, [, more]) => sum + more, 0);
  let seen = 0;
  for (const [upTo, more] of ordered) {
    seen += more;
    if (seen >= quantile * count) return upTo / 1_000;
  }
  return null;
}
