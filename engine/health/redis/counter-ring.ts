/** The counters of one server over the last hour, and what the differences between two of them say. */
import type { RedisWindow } from '../../model/redis-health.ts';
import type { RedisCounters } from '../../redis/info-figures.ts';

export interface Counted {
  /** On the clock that never jumps. */
  readonly monotonicMs: number;
  readonly counters: RedisCounters;
}

export const windowsMs = [60_000, 300_000, 3_600_000] as const;
/** Fewer reads than this are no rate: one miss of two would be 50 %. */
export const minimumReads = 100;
/** Every look of the last minute is kept, then one in so long. */
const fineMs = 62_000;
const coarseStepMs = 10_000;
const longestMs = windowsMs[2] + 2 * coarseStepMs;

export class CounterRing {
  #kept: Counted[] = [];

  get last(): Counted | null {
    return this.#kept.at(-1) ?? null;
  }

  /** What was counted before is forgotten when the server was started anew, or its statistics were reset. */
  take(counted: Counted): void {
    const before = this.last;
    if (before !== null && isAnew(before.counters, counted.counters)) this.#kept = [];
    this.#kept.push(counted);
    this.#thin(counted.monotonicMs);
  }

  window(windowMs: number): RedisWindow {
    const last = this.last;
    const first = last === null ? null : this.#before(last.monotonicMs - windowMs);
    const coveredMs = first === null || last === null ? 0 : last.monotonicMs - first.monotonicMs;
    const difference = (name: Exclude<keyof RedisCounters, 'runId'>): number | null => {
      if (coveredMs <= 0 || first === null || last === null) return null;
      const [from, to] = [first.counters[name], last.counters[name]];
      return from === null || to === null ? null : to - from;
    };
    const perS = (name: Exclude<keyof RedisCounters, 'runId'>): number | null => {
      const more = difference(name);
      return more === null ? null : more / (coveredMs / 1_000);
    };
    const [hits, misses, cpuMs] = [difference('hits') ?? 0, difference('misses') ?? 0, difference('cpuMs')];
    return {
      windowMs,
      coveredMs,
      hits: hitsOf(hits, misses),
      opsPerS: perS('ops'),
      evictedPerS: perS('evicted'),
      expiredPerS: perS('expired'),
      keysGainedPerS: perS('keyCount'),
      netInBytesPerS: perS('netInBytes'),
      netOutBytesPerS: perS('netOutBytes'),
      connectionsPerS: perS('connections'),
      rejectedCount: difference('rejected'),
      cpuRatio: cpuMs === null ? null : cpuMs / coveredMs,
    };
  }

  /** The newest that is at least as old as the beginning; else the oldest there is. */
  #before(sinceMs: number): Counted | null {
    return this.#kept.findLast(({ monotonicMs }) => monotonicMs <= sinceMs) ?? this.#kept[0] ?? null;
  }

  #thin(nowMs: number): void {
    let keptMs = Number.NEGATIVE_INFINITY;
    this.#kept = this.#kept.filter(({ monotonicMs }) => {
      const ageMs = nowMs - monotonicMs;
      if (ageMs > longestMs) return false;
      if (ageMs > fineMs && monotonicMs - keptMs < coarseStepMs) return false;
      keptMs = monotonicMs;
      return true;
    });
  }
}

export function hitsOf(hits: number, misses: number): RedisWindow['hits'] {
  const reads = hits + misses;
  return { reads, ratio: reads < minimumReads ? null : hits / reads, minimumReads };
}

/** Of several servers: rates and counts added up. */
export function windowOfAll(windows: readonly RedisWindow[], windowMs: number): RedisWindow {
  const sum = (pick: (window: RedisWindow) => number | null): number | null => {
    const known = windows.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  const reads = sum(({ hits }) => hits.reads) ?? 0;
  const hits = sum((window) => (window.hits.ratio ?? 0) * window.hits.reads) ?? 0;
  // A shard with too few reads for a rate of its own says nothing of its hits.
  const known = sum((window) => (window.hits.ratio === null ? 0 : window.hits.reads)) ?? 0;
  return {
    windowMs,
    coveredMs: Math.max(0, ...windows.map(({ coveredMs }) => coveredMs)),
    hits: { reads, ratio: known < minimumReads ? null : hits / known, minimumReads },
    opsPerS: sum(({ opsPerS }) => opsPerS),
    evictedPerS: sum(({ evictedPerS }) => evictedPerS),
    expiredPerS: sum(({ expiredPerS }) => expiredPerS),
    keysGainedPerS: sum(({ keysGainedPerS }) => keysGainedPerS),
    netInBytesPerS: sum(({ netInBytesPerS }) => netInBytesPerS),
    netOutBytesPerS: sum(({ netOutBytesPerS }) => netOutBytesPerS),
    connectionsPerS: sum(({ connectionsPerS }) => connectionsPerS),
    rejectedCount: sum(({ rejectedCount }) => rejectedCount),
    cpuRatio: sum(({ cpuRatio }) => cpuRatio),
  };
}

/** Another run, or CONFIG RESETSTAT. */
export function isAnew(before: RedisCounters, after: RedisCounters): boolean {
  if (before.runId !== null && after.runId !== null && before.runId !== after.runId) return true;
  return (['ops', 'hits', 'misses', 'netInBytes', 'connections'] as const).some((name) => {
    const [from, to] = [before[name], after[name]];
    return from !== null && to !== null && to < from;
  });
}
