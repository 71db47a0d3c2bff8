/** Counts what the cache did, layer by layer, for windows of up to an hour; bounded, whatever the load. */
import type { Clock } from '../base/clock.ts';
import type { CacheLayerFigures } from '../model/cache-figures.ts';
import { type LayerName, layerNames, type ReadReason, readReasonSchema } from '../model/freshness.ts';
import type { CacheFigures, CacheRead } from './cache.ts';
import { bucketCount, bucketOf, quantileOf } from './histogram.ts';

const names = [
  'hits',
  'staleHits',
  'misses',
  'fromMemory',
  'fromRedis',
  'fromSnapshot',
  'bytesRead',
  'bytesWritten',
  'bytesSaved',
  'computeMsSaved',
  'refreshes',
  'computeMsTotal',
  'failures',
  'joined',
  'renewals',
] as const;
type Count = (typeof names)[number];

const at = Object.fromEntries(names.map((name, index) => [name, index])) as Record<Count, number>;
const reasons = readReasonSchema.options;
const reasonAt = Object.fromEntries(reasons.map((reason, index) => [reason, names.length + index])) as Record<
  ReadReason,
  number
>;
const countCount = names.length + reasons.length;

/** Seconds for the windows up to five minutes, minutes for the hour. */
const fine = { slotMs: 1_000, slotCount: 300 };
const coarse = { slotMs: 60_000, slotCount: 60 };
/** Fewer reads than this have no rate. */
const leastReads = 20;

interface Slot {
  /** Which slot since the clock's beginning. */
  number: number;
  readonly counts: Float64Array;
  readonly readMs: Uint32Array;
}

class Ring {
  readonly slotMs: number;
  readonly #slotCount: number;
  readonly #slots: Slot[] = [];
  #last: Slot | null = null;

  constructor({ slotMs, slotCount }: typeof fine) {
    this.slotMs = slotMs;
    this.#slotCount = slotCount;
  }

  get spanMs(): number {
    return this.slotMs * this.#slotCount;
  }

  slot(nowMs: number): Slot {
    const number = Math.floor(nowMs / this.slotMs);
    if (this.#last?.number === number) return this.#last;
    const index = number % this.#slotCount;
    const slot = this.#slots[index] ?? emptySlot();
    slot.number = number;
    slot.counts.fill(0);
    slot.readMs.fill(0);
    this.#slots[index] = slot;
    this.#last = slot;
    return slot;
  }

  addTo(total: Slot, windowMs: number, nowMs: number): void {
    const newest = Math.floor(nowMs / this.slotMs);
    const oldest = newest - Math.min(this.#slotCount, Math.ceil(windowMs / this.slotMs)) + 1;
    for (const slot of this.#slots) {
      if (slot === undefined || slot.number < oldest || slot.number > newest) continue;
      for (let index = 0; index < countCount; index += 1) bump(total.counts, index, slot.counts[index]);
      for (let index = 0; index < bucketCount; index += 1) bump(total.readMs, index, slot.readMs[index]);
    }
  }
}

export class FiguresLedger {
  readonly #clock: Clock;
  readonly #rings: Readonly<Record<LayerName, readonly [Ring, Ring]>>;

  constructor(clock: Clock) {
    this.#clock = clock;
    const rings = layerNames.map((layer) => [layer, [new Ring(fine), new Ring(coarse)]]);
    this.#rings = Object.fromEntries(rings) as Readonly<Record<LayerName, readonly [Ring, Ring]>>;
  }

  add(layer: LayerName, name: Count, by = 1): void {
    const nowMs = this.#clock.monotonicMs();
    for (const ring of this.#rings[layer]) bump(ring.slot(nowMs).counts, at[name], by);
  }

  /** @param nowMs of the clock that never jumps */
  read(answer: CacheRead<unknown>, tookMs: number, nowMs: number): void {
    const bucket = bucketOf(tookMs);
    const [seconds, minutes] = this.#rings[answer.layer];
    count(seconds.slot(nowMs), answer, bucket);
    count(minutes.slot(nowMs), answer, bucket);
  }

  /** The last `windowMs`, at most an hour: to the second up to five minutes, to the minute beyond. */
  layer(layer: LayerName, windowMs: number): CacheLayerFigures {
    const { counts, readMs } = this.#total([layer], windowMs);
    const told = Object.fromEntries(names.map((name) => [name, counts[at[name]]])) as Record<Count, number>;
    const missed = reasons.map((reason) => [reason, counts[reasonAt[reason]] ?? 0] as const).filter(([, n]) => n > 0);
    const reads = told.hits + told.staleHits + told.misses;
    return {
      layer,
      windowMs,
      reads,
      ...told,
      missesByReason: Object.fromEntries(missed),
      hitRatio: reads < leastReads ? null : told.hits / reads,
      readMsP50: quantileOf(readMs, 0.5),
      readMsP95: quantileOf(readMs, 0.95),
      readMsP99: quantileOf(readMs, 0.99),
    };
  }

  /** All layers together. */
  sum(windowMs: number): CacheFigures {
    const { counts } = this.#total(layerNames, windowMs);
    const of = (name: Count): number => counts[at[name]] ?? 0;
    return {
      windowMs,
      reads: of('hits') + of('staleHits') + of('misses'),
      hits: of('hits'),
      staleHits: of('staleHits'),
      misses: of('misses'),
      computations: of('refreshes'),
      computeMsTotal: of('computeMsTotal'),
      bytesWritten: of('bytesWritten'),
    };
  }

  #total(layers: readonly LayerName[], windowMs: number): Slot {
    const total = emptySlot();
    const nowMs = this.#clock.monotonicMs();
    for (const layer of layers) {
      const [seconds, minutes] = this.#rings[layer];
      (windowMs <= seconds.spanMs ? seconds : minutes).addTo(total, windowMs, nowMs);
    }
    return total;
  }
}

function emptySlot(): Slot {
  return { number: -1, counts: new Float64Array(countCount), readMs: new Uint32Array(bucketCount) };
}

function bump(counts: Float64Array | Uint32Array, index: number, by = 0): void {
  counts[index] = (counts[index] ?? 0) + by;
}

function count({ counts, readMs }: Slot, answer: CacheRead<unknown>, bucket: number): void {
  bump(readMs, bucket, 1);
  const { state, source, computeMs } = answer;
  if (state === 'fresh') bump(counts, at.hits, 1);
  else if (state === 'stale') bump(counts, at.staleHits, 1);
  else {
    bump(counts, at.misses, 1);
    bump(counts, reasonAt[answer.reason], 1);
    return;
  }
  if (source === 'memory') bump(counts, at.fromMemory, 1);
  else if (source === 'redis') bump(counts, at.fromRedis, 1);
  else if (source === 'snapshot') bump(counts, at.fromSnapshot, 1);
  if (computeMs !== null) bump(counts, at.computeMsSaved, computeMs);
  if (answer.renewDue) bump(counts, at.renewals, 1);
}
