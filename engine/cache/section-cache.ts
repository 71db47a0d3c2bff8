/** The cache of computed sections: puts the tiers, the messages and the computations together. */
import type { Clock, Stop } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import type { IdSource, Random } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { LayerCodec, LayerSettings } from '../config/settings.ts';
import type { CacheLayerFigures } from '../model/cache-figures.ts';
import { type LayerName, layerNames, type RefreshStatus } from '../model/freshness.ts';
import type { RedisLink } from '../redis/link.ts';
import { Bus } from './bus.ts';
import type {
  CacheFigures,
  CacheRead,
  ComputeOptions,
  EntryKey,
  Loaded,
  ReadOptions,
  SectionCache,
  SnapshotPort,
} from './cache.ts';
import { headBytes, type Packing } from './codec.ts';
import { packedFromBytes } from './compression.ts';
import { ComputeCalls } from './compute-calls.ts';
import { Computing } from './computing.ts';
import type { Entry } from './entry.ts';
import { newEntryId } from './entry-id.ts';
import { EntryStore } from './entry-store.ts';
import { FiguresLedger } from './figures.ts';
import { FleetNews, type StoredEntry } from './fleet-news.ts';
import { Flights } from './flights.ts';
import { type CacheInsight, HitCounts } from './insight.ts';
import { entryKeyOf } from './key.ts';
import { type Layers, LayersInForce } from './layers-in-force.ts';
import { type Copy, MemoryTier } from './memory-tier.ts';
import { OwnCopies } from './own-copies.ts';
import { Reader } from './reader.ts';
import { Refreshes } from './refreshes.ts';
import type { LayerChange } from './shared-layers.ts';
import { SharedState } from './shared-state.ts';
import { SharedSync } from './shared-sync.ts';
import { TagMarks } from './tag-marks.ts';
import { type Invalidation, type InvalidationMode, normalTags, type Stamp, type TagMark } from './tags.ts';
import { Traces } from './traces.ts';

export interface SectionCacheOptions {
  readonly link: RedisLink;
  readonly snapshots: SnapshotPort;
  readonly layers: Layers;
  /** Ceiling of the copies kept in this process, estimated heap; 0 keeps none. */
  readonly memoryBytes: number;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly random: Random;
  readonly logger: Logger;
  /** What is being done about an entry; asked at every read, so it must be cheap. Without it: idle. */
  readonly refreshOf?: (key: EntryKey) => RefreshStatus;
  /** Of one call to Redis; a slower Redis counts as away. */
  readonly redisDeadlineMs?: number;
  /** A holder that says nothing for this long has lost its lease. */
  readonly leaseMs?: number;
  /** No computation runs longer. */
  readonly longestComputeMs?: number;
}

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
  readonly #options: Required<SectionCacheOptions>;
  readonly #origin: string;
  readonly #store: EntryStore;
  readonly #memory: MemoryTier;
  readonly #reader: Reader;
  readonly #bus: Bus;
  readonly #calls: ComputeCalls;
  readonly #flights: Flights;
  readonly #figures: FiguresLedger;
  readonly #hits = new HitCounts();
  readonly #marks = new TagMarks();
  readonly #traces = new Traces();
  readonly #refreshes: Refreshes;
  readonly #shared: SharedSync;
  readonly #news: FleetNews;
  readonly #layers: LayersInForce;
  readonly #stops: Stop[];
  #closed = false;

  constructor(options: Required<SectionCacheOptions>) {
    const { link, clock, ids, random, logger, redisDeadlineMs: deadlineMs, snapshots, leaseMs } = options;
    this.#options = options;
    this.#layers = new LayersInForce(options.layers, logger);
    this.#origin = newEntryId(ids);
    this.#figures = new FiguresLedger(clock);
    this.#flights = new Flights(clock, options.longestComputeMs);
    this.#refreshes = new Refreshes(clock);
    const store = new EntryStore({ link, clock, random, deadlineMs });
    const layers = (): Layers => this.#layers.current;
    const memory = new MemoryTier(options.memoryBytes, (layer) => layers()[layer].memoryShare);
    const marks = this.#marks;
    const traces = this.#traces;
    const shared = new SharedSync({
      state: new SharedState(store, this.#origin, ids),
      marks,
      clock,
      logger,
      onTrusted: (trusted) => memory.listening(trusted),
      onLayers: (text) => {
        if (this.#layers.told(text)) memory.forgetAnswers();
      },
    });
    const news = new FleetNews({ origin: this.#origin, memory, traces, refreshes: this.#refreshes, shared, logger });
    const bus = new Bus({
      link,
      channel: store.channel,
      trackedPrefix: store.trackedPrefix,
      clock,
      logger,
      onChanged: (redisKeys) => news.changed(redisKeys),
      onListening: (listening) => shared.listening(listening),
    });
    const onWritten = ({ layer, entry }: Copy, bytes: number): void => this.#written(layer, entry, bytes);
    const packing = (codec: LayerCodec): Packing => ({
      kind: codec.kind,
      fromBytes: packedFromBytes(codec, link.address),
    });
    const own = new OwnCopies({ store, origin: this.#origin, layers, packing, clock, logger, onWritten });
    const reader = new Reader({
      ...{ store, memory, marks, traces, snapshots, layers, clock, random, logger },
      refreshOf: (key) => this.#refreshOf(key),
      marksKnown: () => shared.known(),
      onOwn: (copy, storedId) => void own.offer(copy, storedId),
      onFetched: (layer, bytes) => this.#figures.add(layer, 'bytesRead', bytes),
    });
    const computing = new Computing({
      ...{ store, memory, reader, bus, layers, packing, leaseMs, clock, ids, logger },
      origin: this.#origin,
      refreshes: this.#refreshes,
      stamp: () => shared.stamp(),
      onComputed: (key, entry, storedBytes) => this.#computed(key, entry, storedBytes),
    });
    const [flights, figures] = [this.#flights, this.#figures];
    this.#calls = new ComputeCalls({ link, flights, reader, computing, figures, clock });
    this.#news = news;
    this.#store = store;
    this.#memory = memory;
    this.#bus = bus;
    this.#shared = shared;
    this.#reader = reader;
    this.#stops = [
      bus.on((message) => news.heard(message)),
      link.onChange(({ state }) => {
        if (state === 'ready') void this.#linkReady();
      }),
    ];
  }

  async read<Value>(keys: readonly EntryKey[], { counted = true }: ReadOptions = {}): Promise<CacheRead<Value>[]> {
    const startMs = this.#options.clock.monotonicMs();
    const [only] = keys;
    const reads =
      only !== undefined && keys.length === 1
        ? [this.#reader.peek(only) ?? (await this.#reader.read(only))]
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
    return (await this.#calls.answer(key, loader, options)) as CacheRead<Value>;
  }

  async invalidate(tags: readonly string[], mode: InvalidationMode, reason: string): Promise<TagMark[]> {
    const normal = normalTags(tags);
    if (normal.length === 0) return [];
    const marks = await this.#shared.invalidate(normal, mode, reason.replace(/\s+/g, ' ').slice(0, longestReason));
    this.#news.invalidated(marks);
    return marks;
  }

  /** Forgets invalidations older than any value that is still served. */
  pruneTags(): Promise<number> {
    const longest = Math.max(...Object.values(this.layers()).map((layer) => Math.max(layer.maxAgeMs, lifeMs(layer))));
    return this.#shared.prune(longest + this.#options.longestComputeMs);
  }

  tagMarks(): TagMark[] {
    return this.#marks.list();
  }

  onStored(listener: (entry: StoredEntry) => void): Stop {
    return this.#news.on('stored', listener);
  }

  onInvalidated(listener: (marks: readonly TagMark[]) => void): Stop {
    return this.#news.on('invalidated', listener);
  }

  /** Told of every change of entries that this process hears of, whoever made it; null: any may have changed. */
  onEntriesChanged(listener: (redisKeys: readonly string[] | null) => void): Stop {
    return this.#news.on('changed', listener);
  }

  /** What happened to an entry since `stamp`, as far as this process knows. */
  verdict(tags: readonly string[], stamp: Stamp, redisKey: string): Invalidation | null {
    return this.#marks.verdict(tags, stamp, redisKey);
  }

  /** What is being done about one entry, here or elsewhere. */
  refreshStatus(redisKey: string): RefreshStatus {
    return this.#refreshes.of(redisKey);
  }

  /** Reads of a key that this process answered with a value since it started. */
  hitsOf(redisKey: string): number {
    return this.#hits.of(redisKey);
  }

  inMemory(redisKey: string): boolean {
    return this.#memory.has(redisKey);
  }

  insight(): CacheInsight {
    const { bytes: usedBytes, size: entryCount } = this.#memory;
    const heard = this.#bus.tracking ? 'tracking' : 'messages';
    return {
      breaker: this.#store.breakerOpen ? 'open' : 'closed',
      coherence: this.#bus.listening ? heard : 'deaf',
      memory: { usedBytes, entryCount },
    };
  }

  figures(windowMs: number): CacheFigures {
    return this.#figures.sum(windowMs);
  }

  layerFigures(windowMs: number): CacheLayerFigures[] {
    return layerNames.map((layer) => this.#figures.layer(layer, windowMs));
  }

  /** As they hold now: those set at run time by anybody in the fleet, else this process's own. */
  layers(): Layers {
    return this.#layers.current;
  }

  /**
   * What holds in this process from the next read on where nobody of the fleet set anything; the layer named holds
   * at once. A shorter TTL also ages entries that are stored already.
   */
  setLayers(own: Layers, layer: LayerName | null): void {
    this.#layers.set(own, layer);
    this.#memory.forgetAnswers();
  }

  shareLayers(changes: readonly LayerChange[]): Promise<(number | null)[]> {
    return this.#shared.setLayers(changes, this.#origin);
  }

  /** What this process keeps in memory: estimated heap, and entries. */
  memoryUse(): { bytes: number; entryCount: number } {
    return { bytes: this.#memory.bytes, entryCount: this.#memory.size };
  }

  /** Gives up what is being computed, leases released; the link stays open. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#flights.close(closeGraceMs);
    for (const stop of this.#stops) stop();
    this.#bus.close();
    this.#shared.close();
    this.#store.close();
  }

  /** Waits only when memory cannot answer them all. */
  async #readSeveral(keys: readonly EntryKey[]): Promise<CacheRead<unknown>[]> {
    const known = keys.map((key) => this.#reader.peek(key));
    if (known.every((answer) => answer !== null)) return known;
    return Promise.all(keys.map(async (key, index) => known[index] ?? this.#reader.read(key)));
  }

  #count(keys: readonly EntryKey[], reads: readonly CacheRead<unknown>[], startMs: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (let index = 0; index < reads.length; index += 1) {
      const read = reads[index] as CacheRead<unknown>;
      this.#figures.read(read, nowMs - startMs, nowMs);
      if (read.state === 'fresh' || read.state === 'stale') this.#hits.add(keys[index]?.redisKey ?? '');
    }
  }

  #refreshOf(key: EntryKey): RefreshStatus {
    const told = this.#options.refreshOf(key);
    return told.status === 'idle' ? this.#refreshes.of(key.redisKey) : told;
  }

  #computed(key: EntryKey, entry: Entry, storedBytes: number): void {
    this.#figures.add(key.layer, 'refreshes');
    this.#figures.add(key.layer, 'computeMsTotal', entry.computeMs ?? 0);
    if (storedBytes > 0) this.#written(key.layer, entry, storedBytes);
    this.#news.stored(key, entry.staleUntilMs);
  }

  #written(layer: LayerName, entry: Entry, bytes: number): void {
    this.#figures.add(layer, 'bytesWritten', bytes);
    this.#figures.add(layer, 'bytesSaved', Math.max(0, entry.rawBytes + entry.meaning.length + headBytes - bytes));
  }

  /** What was computed while Redis was away is offered to it; looking finds out which of it is still the newest. */
  async #linkReady(): Promise<void> {
    this.#store.linkReady();
    const own = this.#memory.ownCopies().flatMap(({ redisKey }) => entryKeyOf(redisKey) ?? []);
    for (let at = 0; at < own.length; at += promotedAtOnce) await this.#reader.find(own.slice(at, at + promotedAtOnce));
  }
}
