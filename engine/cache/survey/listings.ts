/** Answers lists of entries piece by piece: filtered and sorted once, then kept a while so that pieces fit together. */
import type { Clock } from '../../base/clock.ts';
import type { IdSource } from '../../base/ids.ts';
import type { CacheEntriesPage, CacheEntriesQuery, CacheRow, CacheRowState } from '../../model/cache-entries.ts';
import type { EntryIndex, IndexSums } from './entry-index.ts';
import type { IndexedEntry } from './indexed-entry.ts';
import { sortInTurns } from './sort-in-turns.ts';
import { Turns } from './turns.ts';

export interface ListingsOptions {
  readonly index: EntryIndex;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly stateOf: (entry: IndexedEntry, nowMs: number) => CacheRowState;
  readonly rowOf: (entry: IndexedEntry, nowMs: number) => CacheRow;
  readonly hitsOf: (key: string) => number;
  /** What a search looks through besides key and tags: the filters in words; lower case. */
  readonly wordsOf: (entry: IndexedEntry) => string;
  /** Whether the index knows every entry. */
  readonly isPartial: () => boolean;
}

interface Listing {
  readonly id: string;
  readonly of: string;
  readonly atMs: number;
  readonly entries: readonly IndexedEntry[];
  readonly bytes: number;
  usedAtMs: number;
}

type Rank = string | number | null;

interface Ranked {
  readonly entry: IndexedEntry;
  readonly rank: Rank;
}

const keptCount = 6;
const keptMs = 120_000;
const stateOrder: readonly CacheRowState[] = ['fresh', 'stale', 'expired', 'unknown', 'unreadable'];

export class Listings {
  readonly #options: ListingsOptions;
  readonly #kept = new Map<string, Listing>();

  constructor(options: ListingsOptions) {
    this.#options = options;
  }

  async page(query: CacheEntriesQuery): Promise<CacheEntriesPage> {
    const { index, rowOf, isPartial, clock } = this.#options;
    const listing = this.#find(query) ?? (await this.#make(query));
    const sums = await index.sums();
    listing.usedAtMs = clock.now();
    // What changed since keeps its place, but is shown as it is now; what has gone is shown as it was.
    const rows = listing.entries
      .slice(query.offset, query.offset + query.limit)
      .map((entry) => rowOf(index.get(entry.key) ?? entry, clock.now()));
    return {
      listingId: listing.id,
      atMs: listing.atMs,
      rows,
      offset: query.offset,
      matchCount: listing.entries.length,
      matchBytes: listing.bytes,
      totalCount: sums.total,
      partial: isPartial(),
      facets: facetsOf(sums),
    };
  }

  #find(query: CacheEntriesQuery): Listing | null {
    const listing = query.listingId === null ? undefined : this.#kept.get(query.listingId);
    if (!listing || listing.of !== identity(query)) return null;
    return this.#options.clock.now() - listing.usedAtMs > keptMs ? null : listing;
  }

  async #make(query: CacheEntriesQuery): Promise<Listing> {
    const { index, clock, ids } = this.#options;
    const atMs = clock.now();
    const found = await index.select(this.#matcher(query, atMs));
    const { entries, bytes } = await this.#sorted(found, query, atMs);
    const listing: Listing = { id: ids.next(), of: identity(query), atMs, entries, bytes, usedAtMs: atMs };
    this.#kept.set(listing.id, listing);
    const stalest = [...this.#kept.values()].toSorted((a, b) => b.usedAtMs - a.usedAtMs).slice(keptCount);
    for (const { id } of stalest) this.#kept.delete(id);
    return listing;
  }

  #matcher(query: CacheEntriesQuery, nowMs: number): (entry: IndexedEntry) => boolean {
    const { stateOf, wordsOf } = this.#options;
    const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
    const [layers, states, tags] = [new Set(query.layers), new Set(query.states), new Set(query.tags)];
    return (entry) =>
      (query.origin === 'all' || entry.origin === query.origin) &&
      (layers.size === 0 || layers.has(entry.layer)) &&
      (tags.size === 0 || entry.tags.some((tag) => tags.has(tag))) &&
      (states.size === 0 || states.has(stateOf(entry, nowMs))) &&
      words.every(
        (word) =>
          entry.key.toLowerCase().includes(word) ||
          wordsOf(entry).includes(word) ||
          entry.tags.some((tag) => tag.toLowerCase().includes(word)),
      );
  }

  /** What does not have the property that is sorted by comes last, whatever the direction. */
  async #sorted(
    found: readonly IndexedEntry[],
    { sort, descending }: CacheEntriesQuery,
    nowMs: number,
  ): Promise<{ entries: IndexedEntry[]; bytes: number }> {
    const sign = descending ? -1 : 1;
    let bytes = 0;
    const ranked: Ranked[] = [];
    const turns = new Turns(this.#options.clock);
    for (const entry of found) {
      bytes += entry.sizeBytes;
      ranked.push({ entry, rank: this.#sortValue(entry, sort, nowMs) });
      if (turns.isOver) await turns.give();
    }
    const byKey = (a: Ranked, b: Ranked): number => compareTexts(a.entry.key, b.entry.key);
    const compare =
      sort === 'key'
        ? (a: Ranked, b: Ranked) => sign * byKey(a, b)
        : (a: Ranked, b: Ranked) => compareRanks(a.rank, b.rank, sign) || byKey(a, b);
    const entries: IndexedEntry[] = [];
    for (const { entry } of await sortInTurns(ranked, compare, turns)) {
      entries.push(entry);
      if (turns.isOver) await turns.give();
    }
    return { entries, bytes };
  }

  #sortValue(entry: IndexedEntry, sort: CacheEntriesQuery['sort'], nowMs: number): Rank {
    switch (sort) {
      case 'state':
        return stateOrder.indexOf(this.#options.stateOf(entry, nowMs));
      case 'age':
        return entry.computedAtMs === null ? null : nowMs - entry.computedAtMs;
      case 'ttl':
        return entry.deletedAtMs;
      case 'size':
        return entry.sizeBytes;
      case 'ratio':
        return ratioOf(entry);
      case 'hits':
        return entry.origin === 'foreign' ? null : this.#options.hitsOf(entry.key);
      case 'layer':
        return entry.layer;
      case 'key':
        return null;
    }
  }
}

/** How many bytes of JSON one stored byte stands for; null where that is not known. */
export function ratioOf({ rawBytes, sizeBytes }: IndexedEntry): number | null {
  return rawBytes === null || sizeBytes === 0 ? null : rawBytes / sizeBytes;
}

function identity(query: CacheEntriesQuery): string {
  const { listingId: _id, offset: _offset, limit: _limit, ...wanted } = query;
  return JSON.stringify(wanted);
}

function compareRanks(a: Rank, b: Rank, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (a === b) return 0;
  return a < b ? -sign : sign;
}

/** By code units: the same for everybody, and a hundred times faster than a language's own order. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function facetsOf(sums: IndexSums): CacheEntriesPage['facets'] {
  const layers = [...sums.byLayer].map(([name, { own, foreignCount }]) => ({
    name,
    count: Object.values(own).reduce((sum, count) => sum + count, foreignCount),
  }));
  const states = [...sums.states].map(([name, count]) => ({ name, count }));
  return {
    layers: layers.toSorted((a, b) => compareTexts(a.name, b.name)),
    states: states.toSorted((a, b) => stateOrder.indexOf(a.name) - stateOrder.indexOf(b.name)),
    tags: [...sums.topTags],
    foreignCount: sums.foreignCount,
  };
}
