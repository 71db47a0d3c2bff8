/**
 * Entries kept decoded in this process, bounded in bytes, and whether each is known to be what Redis holds now.
 *
 * A copy is *current* only while every change since it was fetched would have been told. When the messages stop, all
 * copies cease to be current at once; they are kept, because they are the last known values, but each must be
 * compared with Redis before it counts as current again.
 */
import { type LayerName, layerNames } from '../model/freshness.ts';
import type { CacheRead } from './cache.ts';
import type { Entry } from './entry.ts';

export interface Copy {
  readonly redisKey: string;
  readonly layer: LayerName;
  readonly entry: Entry;
  readonly origin: 'redis' | 'computed' | 'snapshot';
  /** Only this process has it; Redis was away when it was computed. */
  own: boolean;
  /** The lease that it was computed under, if it may still be ours; empty without one. */
  readonly leaseToken: string;
  /** The listening period in which it was known to be current; 0: it must be compared first. */
  period: number;
  /** Read since the last look of the evicting hand. */
  touched: boolean;
  /** The answer to a read while it is fresh and nothing refreshes it, and until when. */
  ready: CacheRead<unknown> | null;
  readySinceMs: number;
  readyUntilMs: number;
  /** Of the invalidations that it was prepared under. */
  readyVersion: number;
}

type NewCopy = Pick<Copy, 'redisKey' | 'layer' | 'entry' | 'origin' | 'own' | 'period'> &
  Partial<Pick<Copy, 'leaseToken'>>;

/** Remembers when a fetch began, to tell whether the key changed meanwhile. */
export interface Fetch {
  readonly redisKey: string;
  readonly period: number;
  /** Changes told before it. */
  readonly changes: number;
}

/** Measured of payloads of 1 to 40 kB: what a decoded value takes in the heap for each byte of its JSON text, and an entry besides. */
const heapBytesPerRawByte = 2.5;
const overheadBytes = 800;
const rememberedChanges = 10_000;

export class MemoryTier {
  readonly #limitBytes: number;
  readonly #share: (layer: LayerName) => number;
  readonly #copies = new Map<string, Copy>();
  /** Each layer's copies in the order in which the evicting hand comes by. */
  readonly #lines = Object.fromEntries(layerNames.map((layer) => [layer, new Line()])) as Record<LayerName, Line>;
  /** Keys that changed while anything was being fetched, with the number of the change. */
  readonly #changed = new Map<string, number>();
  #changes = 0;
  /** Up to this change any key may have changed. */
  #forgotten = 0;
  #openFetches = 0;
  #bytes = 0;
  /** 0 while changes may be missed. */
  #period = 0;
  #lastPeriod = 0;

  /**
   * @param limitBytes estimated heap; 0 keeps nothing.
   * @param share the part of it that a layer may take, 0–1
   */
  constructor(limitBytes: number, share: (layer: LayerName) => number = () => 1) {
    this.#limitBytes = limitBytes;
    this.#share = share;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#copies.size;
  }

  /** Undefined unless the copy is known to be what Redis holds. */
  current(redisKey: string): Copy | undefined {
    const copy = this.#copies.get(redisKey);
    if (copy === undefined || copy.period === 0 || copy.period !== this.#period) return undefined;
    copy.touched = true;
    return copy;
  }

  has(redisKey: string): boolean {
    return this.#copies.has(redisKey);
  }

  /** The copy, current or not. */
  any(redisKey: string): Copy | undefined {
    const copy = this.#copies.get(redisKey);
    if (copy !== undefined) copy.touched = true;
    return copy;
  }

  /** False once it was replaced or evicted. */
  holds(copy: Copy): boolean {
    return this.#copies.get(copy.redisKey) === copy;
  }

  /** Copies that Redis lacks because it was away. */
  ownCopies(): Copy[] {
    return [...this.#copies.values()].filter(({ own }) => own);
  }

  put(copy: NewCopy): Copy {
    this.#remove(copy.redisKey);
    const kept: Copy = {
      leaseToken: '',
      ...copy,
      touched: false,
      ready: null,
      readySinceMs: 0,
      readyUntilMs: 0,
      readyVersion: 0,
    };
    const weight = weightOf(copy.entry);
    const layerLimit = this.#limitBytes * this.#share(copy.layer);
    if (weight > layerLimit) return kept;
    this.#evict(copy.layer, layerLimit - weight);
    while (this.#bytes + weight > this.#limitBytes) {
      const largest = layerNames.toSorted((a, b) => this.#lines[b].bytes - this.#lines[a].bytes)[0] ?? copy.layer;
      this.#evict(largest, this.#lines[largest].bytes - 1);
    }
    this.#copies.set(copy.redisKey, kept);
    this.#lines[copy.layer].add(kept, weight);
    this.#bytes += weight;
    return kept;
  }

  /** Estimated heap and entries of one layer. */
  use(layer: LayerName): { bytes: number; entryCount: number } {
    const { bytes, size } = this.#lines[layer];
    return { bytes, entryCount: size };
  }

  /** Begins to fetch a key; every fetch must end, once. */
  begin(redisKey: string): Fetch {
    this.#openFetches += 1;
    return { redisKey, period: this.#period, changes: this.#changes };
  }

  /** Answers the period for the copy that was fetched: 0 when it may have changed on the way. */
  end({ redisKey, period, changes }: Fetch): number {
    const changed = (this.#changed.get(redisKey) ?? this.#forgotten) > changes;
    this.#openFetches -= 1;
    if (this.#openFetches === 0 && this.#changed.size > 0) this.#changed.clear();
    return changed || period !== this.#period ? 0 : period;
  }

  /** The key changed in Redis. @param storedId the entry that is there now, where that is known. */
  changed(redisKey: string, storedId: string | null = null): void {
    const copy = this.#copies.get(redisKey);
    if (copy && copy.entry.id !== storedId) copy.period = 0;
    if (this.#openFetches === 0) return;
    this.#changes += 1;
    this.#changed.set(redisKey, this.#changes);
    if (this.#changed.size <= rememberedChanges) return;
    this.#changed.clear();
    this.#forgotten = this.#changes;
  }

  /** From now on changes are told, or no longer; either way no copy is current until it was compared. */
  listening(listening: boolean): void {
    if (listening) this.#lastPeriod += 1;
    this.#period = listening ? this.#lastPeriod : 0;
  }

  /** Anything may have changed. */
  allChanged(): void {
    if (this.#period !== 0) this.listening(true);
  }

  /** Answers that were prepared under other settings are forgotten. */
  forgetAnswers(): void {
    for (const copy of this.#copies.values()) copy.ready = null;
  }

  /** Second chance: what was read since the hand last passed goes to the end of the line instead. */
  #evict(layer: LayerName, toBytes: number): void {
    const line = this.#lines[layer];
    for (const copy of line) {
      if (line.bytes <= toBytes) return;
      if (copy.touched) line.toEnd(copy);
      else this.#remove(copy.redisKey);
    }
  }

  #remove(redisKey: string): void {
    const copy = this.#copies.get(redisKey);
    if (!copy) return;
    const weight = weightOf(copy.entry);
    this.#copies.delete(redisKey);
    this.#lines[copy.layer].remove(copy, weight);
    this.#bytes -= weight;
  }
}

class Line {
  readonly #copies = new Set<Copy>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#copies.size;
  }

  [Symbol.iterator](): Iterator<Copy> {
    return this.#copies.values();
  }

  add(copy: Copy, weight: number): void {
    this.#copies.add(copy);
    this.#bytes += weight;
  }

  remove(copy: Copy, weight: number): void {
    if (this.#copies.delete(copy)) this.#bytes -= weight;
  }

  toEnd(copy: Copy): void {
    copy.touched = false;
    this.#copies.delete(copy);
    this.#copies.add(copy);
  }
}

function weightOf(entry: Entry): number {
  return entry.rawBytes * heapBytesPerRawByte + entry.meaning.length + overheadBytes;
}
