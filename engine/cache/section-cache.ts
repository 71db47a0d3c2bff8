/** The cache of computed sections: what other rooms do with it, in terms of its parts. */
import type { Stop } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import type { LayerSettings } from '../config/settings.ts';
import type { CacheLayerFigures } from '../model/cache-figures.ts';
import { type LayerName, layerNames, type RefreshStatus } from '../model/freshness.ts';
import { type AssemblyOptions, assemble, type Parts, type SectionCacheOptions } from './assembly.ts';
import type { CacheFigures, CacheRead, ComputeOptions, EntryKey, Loaded, ReadOptions, SectionCache } from './cache.ts';
import type { StoredEntry } from './fleet-news.ts';
import { type CacheInsight, HitCounts } from './insight.ts';
import { entryKeyOf } from './key.ts';
import type { Layers } from './layers-in-force.ts';
import type { LayerChange } from './shared-layers.ts';
import { type Invalidation, type InvalidationMode, normalTags, type Stamp, type TagMark } from './tags.ts';

const idle: RefreshStatus = { status: 'idle' };
const closeGraceMs = 1_000;
const promotedAtOnce = 50;
const longestReason = 200;

/** Begins to listen to Redis at once; the link stays the caller's. */
export function createSectionCache(options: SectionCacheOptions): LayeredCache {
  return new LayeredCache({
    refreshOf: () => idle,
    redisDeadlineMs: 500,
    leaseMs: 6_000,
    longestComputeMs: 600_000,
    ...options,
  });
}

function lifeMs({ ttlMs, staleWindowMs }: LayerSettings): number {
  return ttlMs + staleWindowMs;
}

export class LayeredCache implements SectionCache {
  readonly #options: AssemblyOptions;
  readonly #parts: Parts;
  readonly #hits = new HitCounts();
  readonly #stops: Stop[];
  #closed = false;

  constructor(options: AssemblyOptions) {
    this.#options = options;
    this.#parts = assemble(options);
    const { bus, news } = this.#parts;
    this.#stops = [
      bus.on((message) => news.heard(message)),
      options.link.onChange(({ state }) => {
        if (state === 'ready') void this.#linkReady();
      }),
    ];
  }

  async read<Value>(keys: readonly EntryKey[], { counted = true }: ReadOptions = {}): Promise<CacheRead<Value>[]> {
    const startMs = this.#options.clock.monotonicMs();
    const [only] = keys;
    const reads =
      only !== undefined && keys.length === 1
        ? [this.#parts.reader.peek(only) ?? (await this.#parts.reader.read(only))]
        : await this.#readSeveral(keys);
    if (counted) this.#count(keys, reads, startMs);
    // What lies under a key is what its own loader once gave; the reader knows the type, Redis does not.
    return reads as CacheRead<Value>[];
  }

  async compute<Value>(
    key: EntryKey,
    loader: (signal: AbortSignal) => Promise<Loaded<Value>>,
    options: ComputeOptions,
  ): Promise<CacheRead<Value>> {
    if (this.#closed) throw new EngineError('ENGINE_STOPPED', 'The cache is closed');
    return (await this.#parts.calls.answer(key, loader, options)) as CacheRead<Value>;
  }

  async invalidate(tags: readonly string[], mode: InvalidationMode, reason: string): Promise<TagMark[]> {
    const normal = normalTags(tags);
    if (normal.length === 0) return [];
    const marks = await this.#parts.shared.invalidate(
      normal,
      mode,
      reason.replace(/\s+/g, ' ').slice(0, longestReason),
    );
    this.#parts.news.invalidated(marks);
    return marks;
  }

  /** Forgets invalidations older than any value that is still served. */
  pruneTags(): Promise<number> {
    const longest = Math.max(...Object.values(this.layers()).map((layer) => Math.max(layer.maxAgeMs, lifeMs(layer))));
    return this.#parts.shared.prune(longest + this.#options.longestComputeMs);
  }

  tagMarks(): TagMark[] {
    return this.#parts.marks.list();
  }

  onStored(listener: (entry: StoredEntry) => void): Stop {
    return this.#parts.news.on('stored', listener);
  }

  onInvalidated(listener: (marks: readonly TagMark[]) => void): Stop {
    return this.#parts.news.on('invalidated', listener);
  }

  /** Told of every change of entries that this process hears of, whoever made it; null: any may have changed. */
  onEntriesChanged(listener: (redisKeys: readonly string[] | null) => void): Stop {
    return this.#parts.news.on('changed', listener);
  }

  /** What happened to an entry since `stamp`, as far as this process knows. */
  verdict(tags: readonly string[], stamp: Stamp, redisKey: string): Invalidation | null {
    return this.#parts.marks.verdict(tags, stamp, redisKey);
  }

  /** What is being done about one entry, here or elsewhere. */
  refreshStatus(redisKey: string): RefreshStatus {
    return this.#parts.refreshes.of(redisKey);
  }

  /** Reads of a key that this process answered with a value since it started. */
  hitsOf(redisKey: string): number {
    return this.#hits.of(redisKey);
  }

  inMemory(redisKey: string): boolean {
    return this.#parts.memory.has(redisKey);
  }

  insight(): CacheInsight {
    const { bytes: usedBytes, size: entryCount } = this.#parts.memory;
    const heard = this.#parts.bus.tracking ? 'tracking' : 'messages';
    return {
      breaker: this.#parts.store.breakerOpen ? 'open' : 'closed',
      coherence: this.#parts.bus.listening ? heard : 'deaf',
      memory: { usedBytes, entryCount },
    };
  }

  figures(windowMs: number): CacheFigures {
    return this.#parts.figures.sum(windowMs);
  }

  layerFigures(windowMs: number): CacheLayerFigures[] {
    return layerNames.map((layer) => this.#parts.figures.layer(layer, windowMs));
  }

  /** As they hold now: those set at run time by anybody in the fleet, else this process's own. */
  layers(): Layers {
    return this.#parts.layers.current;
  }

  /**
   * What holds in this process from the next read on where nobody of the fleet set anything; the layer named holds
   * at once. A shorter TTL also ages entries that are stored already.
   */
  setLayers(own: Layers, layer: LayerName | null): void {
    this.#parts.layers.set(own, layer);
    this.#parts.memory.forgetAnswers();
  }

  shareLayers(changes: readonly LayerChange[]): Promise<(number | null)[]> {
    return this.#parts.shared.setLayers(changes, this.#parts.origin);
  }

  /** What this process keeps in memory: estimated heap, and entries. */
  memoryUse(): { bytes: number; entryCount: number } {
    return { bytes: this.#parts.memory.bytes, entryCount: this.#parts.memory.size };
  }

  /** Gives up what is being computed, leases released; the link stays open. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#parts.flights.close(closeGraceMs);
    for (const stop of this.#stops) stop();
    this.#parts.own.close();
    this.#parts.bus.close();
    this.#parts.shared.close();
    this.#parts.store.close();
  }

  /** Waits only when memory cannot answer them all. */
  async #readSeveral(keys: readonly EntryKey[]): Promise<CacheRead<unknown>[]> {
    const known = keys.map((key) => this.#parts.reader.peek(key));
    if (known.every((answer) => answer !== null)) return known;
    return Promise.all(keys.map(async (key, index) => known[index] ?? this.#parts.reader.read(key)));
  }

  #count(keys: readonly EntryKey[], reads: readonly CacheRead<unknown>[], startMs: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (let index = 0; index < reads.length; index += 1) {
      const read = reads[index] as CacheRead<unknown>;
      this.#parts.figures.read(read, nowMs - startMs, nowMs);
      if (read.state === 'fresh' || read.state === 'stale') this.#hits.add(keys[index]?.redisKey ?? '');
    }
  }

  /** What was computed while Redis was away is offered to it; looking finds out which of it is still the newest. */
  async #linkReady(): Promise<void> {
    this.#parts.store.linkReady();
    const own = this.#parts.memory.ownCopies().flatMap(({ redisKey }) => entryKeyOf(redisKey) ?? []);
    for (let at = 0; at < own.length; at += promotedAtOnce)
      await this.#parts.reader.find(own.slice(at, at + promotedAtOnce));
  }
}
