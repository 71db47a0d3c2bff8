/** The cache of computed sections: puts the tiers, the messages and the computations together. */
import type { Clock, Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { IdSource, Random } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { type LayerCodec, type LayerSettings, parseLayers } from '../config/settings.ts';
import type { CacheLayerFigures } from '../model/cache-figures.ts';
import { type LayerName, layerNames, type RefreshStatus } from '../model/freshness.ts';
import type { RedisLink } from '../redis/link.ts';
import { Bus, type BusMessage } from './bus.ts';
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
import { Computing, type Order } from './computing.ts';
import { earlyFromMs } from './early.ts';
import type { Entry } from './entry.ts';
import { newEntryId } from './entry-id.ts';
import { EntryStore } from './entry-store.ts';
import { FiguresLedger } from './figures.ts';
import { Flights } from './flights.ts';
import { type CacheInsight, HitCounts } from './insight.ts';
import { entryKeyOf } from './key.ts';
import { type Copy, MemoryTier } from './memory-tier.ts';
import { OwnCopies } from './own-copies.ts';
import { Reader } from './reader.ts';
import { Refreshes } from './refreshes.ts';
import { SharedState } from './shared-state.ts';
import { SharedSync } from './shared-sync.ts';
import { TagMarks } from './tag-marks.ts';
import { type Invalidation, type InvalidationMode, normalTags, type Stamp, type TagMark } from './tags.ts';
import { Traces } from './traces.ts';

export interface SectionCacheOptions {
  readonly link: RedisLink;
  readonly snapshots: SnapshotPort;
  readonly layers: Readonly<Record<LayerName, LayerSettings>>;
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

interface Events {
  stored: { redisKey: string; viewId: string; section: string; layer: LayerName };
  invalidated: readonly TagMark[];
  /** Keys that changed in Redis; null: any may have. */
  changed: readonly string[] | null;
}

const idle: RefreshStatus = { status: 'idle' };
/** How long a computation waits for a link that is still being made before it does without. */
const connectWaitMs = 1_000;
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
  readonly #computing: Computing;
  readonly #flights: Flights;
  readonly #figures: FiguresLedger;
  readonly #hits = new HitCounts();
  readonly #marks = new TagMarks();
  readonly #traces = new Traces();
  readonly #refreshes: Refreshes;
  readonly #shared: SharedSync;
  readonly #events: Emitter<Events>;
  readonly #stops: Stop[];
  #layers: Readonly<Record<LayerName, LayerSettings>>;
  /** As written in Redis; null: nobody set any. */
  #sharedLayers: string | null = null;
  #closed = false;

  constructor(options: Required<SectionCacheOptions>) {
    const { link, clock, ids, random, logger, redisDeadlineMs: deadlineMs, snapshots, leaseMs } = options;
    this.#options = options;
    this.#layers = options.layers;
    this.#origin = newEntryId(ids);
    this.#figures = new FiguresLedger(clock);
    this.#flights = new Flights(clock, options.longestComputeMs);
    this.#refreshes = new Refreshes(clock);
    this.#events = new Emitter((error) => logger.error('A listener to the cache failed', { error: messageOf(error) }));
    const store = new EntryStore({ link, clock, random, deadlineMs });
    const layers = (): SectionCacheOptions['layers'] => this.#layers;
    const memory = new MemoryTier(options.memoryBytes, (layer) => this.#layers[layer].memoryShare);
    const marks = this.#marks;
    const traces = this.#traces;
    const shared = new SharedSync({
      state: new SharedState(store, this.#origin, ids),
      marks,
      clock,
      logger,
      onTrusted: (trusted) => memory.listening(trusted),
      onLayers: (text) => this.#layersShared(text),
    });
    const bus = new Bus({
      link,
      channel: store.channel,
      trackedPrefix: store.trackedPrefix,
      clock,
      logger,
      onChanged: (redisKeys) => this.#changed(redisKeys),
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
    this.#computing = new Computing({
      ...{ store, memory, reader, bus, layers, packing, leaseMs, clock, ids, logger },
      origin: this.#origin,
      refreshes: this.#refreshes,
      stamp: () => shared.stamp(),
      onComputed: (key, entry, storedBytes) => this.#computed(key, entry, storedBytes),
    });
    this.#store = store;
    this.#memory = memory;
    this.#bus = bus;
    this.#shared = shared;
    this.#reader = reader;
    this.#stops = [
      bus.on((message) => this.#heard(message)),
      link.onChange(({ state }) => {
        if (state === 'ready') void this.#linkReady();
      }),
    ];
  }

  async read<Value>(keys: readonly EntryKey[], { counted = true }: ReadOptions = {}): Promise<CacheRead<Value>[]> {
    const { clock } = this.#options;
    const startMs = clock.monotonicMs();
    const known = keys.map((key) => this.#reader.peek(key));
    const reads = known.every((answer) => answer !== null) ? known : await this.#readOpen(keys, known);
    if (counted) {
      const nowMs = clock.monotonicMs();
      for (const [index, read] of reads.entries()) {
        this.#figures.read(read, nowMs - startMs, nowMs);
        if (read.state === 'fresh' || read.state === 'stale') this.#hits.add(keys[index]?.redisKey ?? '');
      }
    }
    // What lies under a key is what its own loader once gave; the reader knows the type, Redis does not.
    return reads as CacheRead<Value>[];
  }

  async compute<Value>(
    key: EntryKey,
    loader: (signal: AbortSignal) => Promise<Loaded<Value>>,
    { deadlineMs, force = false, renew = false, tags = [], signal }: ComputeOptions,
  ): Promise<CacheRead<Value>> {
    if (this.#closed) throw new EngineError('ENGINE_STOPPED', 'The cache is closed');
    const order = { key, loader, tags: normalTags(tags), force, renew };
    const peeked = force ? null : this.#reader.peek(key);
    if (peeked !== null && this.#isGood(peeked, renew)) return peeked as CacheRead<Value>;
    const { clock } = this.#options;
    const startMs = clock.monotonicMs();
    const wallStartMs = clock.now();
    const join = (leftMs: number): Promise<CacheRead<unknown>> =>
      this.#flights.join(
        key.redisKey,
        { what: `Section ${key.section}`, deadlineMs: leftMs, ...(signal ? { signal } : {}) },
        (stop) => this.#fly(order, stop),
      );
    const joined = this.#flights.has(key.redisKey);
    if (joined) this.#figures.add(key.layer, 'joined');
    let read = await join(deadlineMs);
    // Whoever asks may have joined somebody who only had to look, or who began before an invalidation.
    const tooOld = force ? (read.computedAtMs ?? 0) < wallStartMs : read.reason === 'invalidated';
    if (joined && tooOld) read = await join(Math.max(0, deadlineMs - (clock.monotonicMs() - startMs)));
    return read as CacheRead<Value>;
  }

  async invalidate(tags: readonly string[], mode: InvalidationMode, reason: string): Promise<TagMark[]> {
    const normal = normalTags(tags);
    if (normal.length === 0) return [];
    const marks = await this.#shared.invalidate(normal, mode, reason.replace(/\s+/g, ' ').slice(0, longestReason));
    this.#events.emit('invalidated', marks);
    return marks;
  }

  /** Forgets invalidations older than any value that is still served. */
  pruneTags(): Promise<number> {
    const longest = Math.max(...Object.values(this.#layers).map((layer) => Math.max(layer.maxAgeMs, lifeMs(layer))));
    return this.#shared.prune(longest + this.#options.longestComputeMs);
  }

  tagMarks(): TagMark[] {
    return this.#marks.list();
  }

  onStored(listener: (entry: Events['stored']) => void): Stop {
    return this.#events.on('stored', listener);
  }

  onInvalidated(listener: (marks: readonly TagMark[]) => void): Stop {
    return this.#events.on('invalidated', listener);
  }

  /** Told of every change of entries that this process hears of, whoever made it; null: any may have changed. */
  onEntriesChanged(listener: (redisKeys: readonly string[] | null) => void): Stop {
    return this.#events.on('changed', listener);
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
  layers(): Readonly<Record<LayerName, LayerSettings>> {
    return this.#layers;
  }

  /** In this process only, from the next read on. A shorter TTL also ages entries that are stored already. */
  setLayers(layers: Readonly<Record<LayerName, LayerSettings>>): void {
    this.#layers = layers;
    this.#memory.forgetAnswers();
  }

  async shareLayers(layers: Readonly<Record<LayerName, LayerSettings>> | null): Promise<void> {
    await this.#shared.setLayers(layers === null ? null : JSON.stringify(layers), this.#origin);
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

  /** Those that memory could not answer, in one round trip. */
  async #readOpen(
    keys: readonly EntryKey[],
    known: readonly (CacheRead<unknown> | null)[],
  ): Promise<CacheRead<unknown>[]> {
    const [first] = keys;
    if (first !== undefined && keys.length === 1) return [await this.#reader.read(first)];
    return Promise.all(keys.map(async (key, index) => known[index] ?? this.#reader.read(key)));
  }

  async #fly(order: Order & { readonly renew: boolean }, signal: AbortSignal): Promise<CacheRead<unknown>> {
    const { key, force, renew } = order;
    // A process that has just started would otherwise compute for itself alone.
    await this.#options.link.settled(connectWaitMs);
    let seenId = '';
    if (!force) {
      const [found] = await this.#reader.find([key]);
      const known = found?.copy ? this.#reader.known(key, found) : null;
      if (known !== null && this.#isGood(known, renew)) return known;
      if (found?.copy && found.evidence === 'current') seenId = found.copy.entry.id;
    }
    try {
      return await this.#computing.run(order, seenId, signal);
    } catch (error) {
      if (!signal.aborted) this.#figures.add(key.layer, 'failures');
      throw error;
    }
  }

  /** Fresh, and with `renew` not about to end. */
  #isGood(read: CacheRead<unknown>, renew: boolean): boolean {
    if (read.state !== 'fresh') return false;
    const { computedAtMs, computeMs, freshUntilMs } = read;
    if (!renew || computedAtMs === null || freshUntilMs === null) return true;
    return this.#options.clock.now() < earlyFromMs({ computedAtMs, computeMs, freshUntilMs });
  }

  #refreshOf(key: EntryKey): RefreshStatus {
    const told = this.#options.refreshOf(key);
    return told.status === 'idle' ? this.#refreshes.of(key.redisKey) : told;
  }

  #computed(key: EntryKey, entry: Entry, storedBytes: number): void {
    this.#figures.add(key.layer, 'refreshes');
    this.#figures.add(key.layer, 'computeMsTotal', entry.computeMs ?? 0);
    if (storedBytes > 0) this.#written(key.layer, entry, storedBytes);
    this.#traces.seen(key.redisKey, entry.staleUntilMs);
    const { redisKey, viewId, section, layer } = key;
    this.#events.emit('changed', [redisKey]);
    this.#events.emit('stored', { redisKey, viewId, section, layer });
  }

  #written(layer: LayerName, entry: Entry, bytes: number): void {
    this.#figures.add(layer, 'bytesWritten', bytes);
    this.#figures.add(layer, 'bytesSaved', Math.max(0, entry.rawBytes + entry.meaning.length + headBytes - bytes));
  }

  #changed(redisKeys: readonly string[] | null): void {
    this.#events.emit('changed', redisKeys);
    if (redisKeys === null) this.#shared.missed();
    else for (const redisKey of redisKeys) this.#memory.changed(redisKey);
  }

  #heard(message: BusMessage): void {
    const own = message.from === this.#origin;
    switch (message.kind) {
      case 'stored':
        this.#memory.changed(message.redisKey, message.id);
        if (!own) this.#heardStored(message.redisKey, message.staleUntilMs ?? null);
        return;
      case 'computing':
        if (!own) this.#refreshes.running(message.redisKey, message.taskId, message.leaseMs);
        return;
      case 'released':
        if (!own) this.#refreshes.ended(message.redisKey, message.failure?.message ?? null);
        return;
      case 'invalidated':
        if (own) return;
        this.#shared.heard(message);
        this.#events.emit('invalidated', message.marks);
        return;
      case 'layers':
        void this.#shared.reload();
        return;
    }
  }

  #heardStored(redisKey: string, staleUntilMs: number | null): void {
    this.#events.emit('changed', [redisKey]);
    this.#refreshes.stored(redisKey);
    const key = entryKeyOf(redisKey);
    if (key === null) return;
    if (staleUntilMs !== null) this.#traces.seen(redisKey, staleUntilMs);
    const { viewId, section, layer } = key;
    this.#events.emit('stored', { redisKey, viewId, section, layer });
  }

  #layersShared(text: string | null): void {
    if (text === this.#sharedLayers) return;
    this.#sharedLayers = text;
    const shared = text === null ? null : parseLayers(text);
    if (text !== null && shared === null) {
      this.#options.logger.warn('Layers set at run time cannot be read and are passed over', { bytes: text.length });
      return;
    }
    this.setLayers(shared ?? this.#options.layers);
  }

  /** What was computed while Redis was away is offered to it; looking finds out which of it is still the newest. */
  async #linkReady(): Promise<void> {
    this.#store.linkReady();
    const own = this.#memory.ownCopies().flatMap(({ redisKey }) => entryKeyOf(redisKey) ?? []);
    for (let at = 0; at < own.length; at += promotedAtOnce) await this.#reader.find(own.slice(at, at + promotedAtOnce));
  }
}
