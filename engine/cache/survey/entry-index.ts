/** Every entry of the cache that fits, by key, with sums over them; kept by the surveyor, read by the Cache page. */
import type { Clock } from '../../base/clock.ts';
import type { CacheRowState } from '../../model/cache-entries.ts';
import type { IndexedEntry } from './indexed-entry.ts';
import { sortInTurns } from './sort-in-turns.ts';
import { Turns } from './turns.ts';

export interface IndexSums {
  readonly byLayer: ReadonlyMap<string, LayerSums>;
  readonly states: ReadonlyMap<CacheRowState, number>;
  /** Those of the most entries, the most first. */
  readonly topTags: readonly { readonly name: string; readonly count: number }[];
  readonly foreignCount: number;
  readonly foreignBytes: number;
  readonly total: number;
}

export interface LayerSums {
  /** Our own entries, by state. */
  readonly own: Record<CacheRowState, number>;
  ownBytes: number;
  ownRawBytes: number;
  foreignCount: number;
}

export interface EntryIndexOptions {
  readonly clock: Clock;
  /** More are not kept. */
  readonly limit: number;
  readonly stateOf: (entry: IndexedEntry, nowMs: number) => CacheRowState;
}

const topTagCount = 200;
/** Sums are not made anew more often. */
const sumsLastMs = 1_000;

export class EntryIndex {
  readonly #options: EntryIndexOptions;
  readonly #entries = new Map<string, IndexedEntry>();
  #sums: { atMs: number; sums: Promise<IndexSums> } | null = null;
  #refused = false;

  constructor(options: EntryIndexOptions) {
    this.#options = options;
  }

  get limit(): number {
    return this.#options.limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** True while there are entries that did not fit. */
  get truncated(): boolean {
    return this.#refused;
  }

  get(key: string): IndexedEntry | undefined {
    const entry = this.#entries.get(key);
    return entry && isGone(entry, this.#options.clock.now()) ? undefined : entry;
  }

  put(entry: IndexedEntry): void {
    if (this.#entries.has(entry.key) || this.#entries.size < this.#options.limit) this.#entries.set(entry.key, entry);
    else this.#refused = true;
  }

  remove(key: string): void {
    if (this.#entries.delete(key)) this.#refused &&= this.#entries.size >= this.#options.limit;
  }

  /** What a whole walk did not see has gone; answers the views that are left. */
  async keepSeenSince(seen: number): Promise<Set<string>> {
    const used = new Set<string>();
    await this.select((entry) => {
      if (entry.seen < seen) this.#entries.delete(entry.key);
      else if (entry.view) used.add(entry.view.viewId);
      return false;
    });
    if (this.#entries.size < this.#options.limit) this.#refused = false;
    return used;
  }

  /** Every entry that matches; gives way to other work in between. */
  async select(matches: (entry: IndexedEntry) => boolean): Promise<IndexedEntry[]> {
    const found: IndexedEntry[] = [];
    const nowMs = this.#options.clock.now();
    const turns = new Turns(this.#options.clock);
    for (const entry of this.#entries.values()) {
      if (isGone(entry, nowMs)) this.#entries.delete(entry.key);
      else if (matches(entry)) found.push(entry);
      if (turns.isOver) await turns.give();
    }
    return found;
  }

  /** Of the last second. */
  sums(): Promise<IndexSums> {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#sums && nowMs - this.#sums.atMs < sumsLastMs) return this.#sums.sums;
    const sums = this.#add();
    this.#sums = { atMs: nowMs, sums };
    return sums;
  }

  /** What was changed by us is to be seen in the next sums. */
  forgetSums(): void {
    this.#sums = null;
  }

  async #add(): Promise<IndexSums> {
    const byLayer = new Map<string, LayerSums>();
    const states = new Map<CacheRowState, number>();
    const tags = new Map<string, number>();
    let [foreignCount, foreignBytes, total] = [0, 0, 0];
    const nowMs = this.#options.clock.now();
    await this.select((entry) => {
      const layer = byLayer.get(entry.layer) ?? noSums();
      byLayer.set(entry.layer, layer);
      const state = this.#options.stateOf(entry, nowMs);
      states.set(state, (states.get(state) ?? 0) + 1);
      for (const tag of entry.tags) tags.set(tag, (tags.get(tag) ?? 0) + 1);
      total += 1;
      if (entry.origin === 'foreign') {
        layer.foreignCount += 1;
        foreignCount += 1;
        foreignBytes += entry.sizeBytes;
      } else {
        layer.own[state] += 1;
        layer.ownBytes += entry.sizeBytes;
        layer.ownRawBytes += entry.rawBytes ?? entry.sizeBytes;
      }
      return false;
    });
    return { byLayer, states, topTags: await this.#top(tags), foreignCount, foreignBytes, total };
  }

  /** There may be as many tags as views. */
  async #top(tags: ReadonlyMap<string, number>): Promise<IndexSums['topTags']> {
    const turns = new Turns(this.#options.clock);
    const counted: { name: string; count: number }[] = [];
    for (const [name, count] of tags) {
      counted.push({ name, count });
      if (turns.isOver) await turns.give();
    }
    const sorted = await sortInTurns(counted, (a, b) => b.count - a.count, turns);
    return sorted.slice(0, topTagCount);
  }
}

function isGone({ deletedAtMs }: IndexedEntry, nowMs: number): boolean {
  return deletedAtMs !== null && deletedAtMs <= nowMs;
}

export function noSums(): LayerSums {
  return {
    own: { fresh: 0, stale: 0, expired: 0, unreadable: 0, unknown: 0 },
    ownBytes: 0,
    ownRawBytes: 0,
    foreignCount: 0,
  };
}
