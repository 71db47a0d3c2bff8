/** What a chart over time is made of, and where nobody looked. Imports no chart library. */

export interface TimePoint {
  readonly atMs: number;
  /** Null: nothing was seen then. */
  readonly value: number | null;
}

export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface TimeSeries {
  readonly id: string;
  readonly label: string;
  /** Oldest first. */
  readonly points: readonly TimePoint[];
}

/** Lines are told apart by hue and by dash; both begin again after the fourth. */
export const lineLooks = [
  { color: 'chart-1', dash: [] },
  { color: 'chart-3', dash: [6, 3] },
  { color: 'chart-4', dash: [2, 3] },
  { color: 'chart-2', dash: [9, 3, 2, 3] },
] as const satisfies { color: `chart-${1 | 2 | 3 | 4}`; dash: number[] }[];

export type LineLook = (typeof lineLooks)[number];

export function lookOf(index: number): LineLook {
  return lineLooks[index % lineLooks.length] ?? lineLooks[0];
}

/** Spans in which no series has a value although one has before and after, as [from, to]. */
export function gapSpans(series: readonly TimeSeries[]): readonly (readonly [number, number])[] {
  const seen = new Map<number, boolean>();
  for (const { points } of series)
    for (const { atMs, value } of points) seen.set(atMs, seen.get(atMs) === true || value !== null);
  const times = [...seen.keys()].sort((a, b) => a - b);
  const spans: [number, number][] = [];
  let lastSeen: number | null = null;
  let isGap = false;
  for (const atMs of times) {
    if (seen.get(atMs) !== true) {
      isGap = lastSeen !== null;
      continue;
    }
    if (isGap && lastSeen !== null) spans.push([lastSeen, atMs]);
    lastSeen = atMs;
    isGap = false;
  }
  return spans;
}

/** Round moments between the two, at most `count`. */
export function timeTicks(fromMs: number, toMs: number, count: number): number[] {
  const minuteMs = 60_000;
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 20_160, 43_200, 87_600].map(
    (minutes) => minutes * minuteMs,
  );
  const step = steps.find((each) => (toMs - fromMs) / each <= count) ?? steps.at(-1) ?? minuteMs;
  // Local midnights stay round where the zone is off UTC by whole hours or halves.
  const offsetMs = new Date(toMs).getTimezoneOffset() * minuteMs;
  const first = Math.ceil((fromMs - offsetMs) / step) * step + offsetMs;
  const ticks: number[] = [];
  for (let atMs = first; atMs <= toMs; atMs += step) ticks.push(atMs);
  return ticks;
}
