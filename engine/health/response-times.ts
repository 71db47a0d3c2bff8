/** Keeps latencies of the last hour in a few hundred kilobytes: a log-bucketed histogram for each slot of time. */
import type { Clock } from '../base/clock.ts';
import type { LatencyFigures, LatencyPort } from './ports.ts';

/** Neighbouring buckets differ by 9 %, so a bucket's middle is within 4.5 % of anything in it. */
const growth = 1.09;
const smallestMs = 0.01;
const largestMs = 600_000;
const bucketCount = Math.ceil(Math.log(largestMs / smallestMs) / Math.log(growth)) + 1;

interface Slot {
  /** Which stretch of time it stands for. */
  index: number;
  count: number;
  sumMs: number;
  readonly buckets: Uint32Array;
}

export interface ResponseTimesOptions {
  readonly clock: Clock;
  readonly slotMs?: number;
  /** Windows longer than this see only this much. */
  readonly keepMs?: number;
}

export class ResponseTimes implements LatencyPort {
  readonly #clock: Clock;
  readonly #slotMs: number;
  readonly #slots: (Slot | null)[];
  #sinceTaken = emptySlot(0);

  constructor(options: ResponseTimesOptions) {
    this.#clock = options.clock;
    this.#slotMs = options.slotMs ?? 10_000;
    const slotCount = Math.ceil((options.keepMs ?? 3_600_000) / this.#slotMs) + 1;
    this.#slots = Array.from({ length: slotCount }, () => null);
  }

  /** Negative and non-finite times are not recorded. */
  record(elapsedMs: number): void {
    if (!(elapsedMs >= 0) || !Number.isFinite(elapsedMs)) return;
    count(this.#current(), elapsedMs);
    count(this.#sinceTaken, elapsedMs);
  }

  /** The last `windowMs`, to the accuracy of one slot; percentiles are within 5 %, the mean is exact. */
  window(windowMs: number): LatencyFigures & { readonly windowMs: number } {
    const newest = this.#slotIndex();
    const oldest = newest - Math.ceil(windowMs / this.#slotMs);
    const inside = this.#slots.filter(
      (slot): slot is Slot => slot !== null && slot.index > oldest && slot.index <= newest,
    );
    return { windowMs, ...figuresOf(inside) };
  }

  take(): LatencyFigures {
    const figures = figuresOf([this.#sinceTaken]);
    this.#sinceTaken = emptySlot(0);
    return figures;
  }

  #slotIndex(): number {
    return Math.floor(this.#clock.monotonicMs() / this.#slotMs);
  }

  #current(): Slot {
    const index = this.#slotIndex();
    const place = index % this.#slots.length;
    const there = this.#slots[place];
    if (there?.index === index) return there;
    const slot = emptySlot(index);
    this.#slots[place] = slot;
    return slot;
  }
}

function emptySlot(index: number): Slot {
  return { index, count: 0, sumMs: 0, buckets: new Uint32Array(bucketCount) };
}

function count(slot: Slot, elapsedMs: number): void {
  slot.count += 1;
  slot.sumMs += elapsedMs;
  const bucket = bucketOf(elapsedMs);
  slot.buckets[bucket] = (slot.buckets[bucket] ?? 0) + 1;
}

function bucketOf(elapsedMs: number): number {
  if (elapsedMs <= smallestMs) return 0;
  return Math.min(bucketCount - 1, Math.ceil(Math.log(elapsedMs / smallestMs) / Math.log(growth)));
}

/** The geometric middle of a bucket. */
function middleMs(bucket: number): number {
  return bucket === 0 ? smallestMs : smallestMs * growth ** (bucket - 0.5);
}

function figuresOf(slots: readonly Slot[]): LatencyFigures {
  const total = slots.reduce((sum, slot) => sum + slot.count, 0);
  if (total === 0) return { count: 0, meanMs: null, p50Ms: null, p95Ms: null, p99Ms: null };
  const merged = new Float64Array(bucketCount);
  for (const slot of slots) {
    for (let bucket = 0; bucket < bucketCount; bucket += 1) {
      merged[bucket] = (merged[bucket] ?? 0) + (slot.buckets[bucket] ?? 0);
    }
  }
  return {
    count: total,
    meanMs: slots.reduce((sum, slot) => sum + slot.sumMs, 0) / total,
    p50Ms: percentile(merged, total, 0.5),
    p95Ms: percentile(merged, total, 0.95),
    p99Ms: percentile(merged, total, 0.99),
  };
}

/** Nearest rank: the smallest latency that at least this share of all do not exceed. */
function percentile(merged: Float64Array, total: number, share: number): number {
  const rank = Math.ceil(share * total);
  let seen = 0;
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    seen += merged[bucket] ?? 0;
    if (seen >= rank) return middleMs(bucket);
  }
  return middleMs(bucketCount - 1);
}
