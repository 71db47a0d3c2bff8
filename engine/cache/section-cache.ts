/** The cache of computed sections: puts the tiers, the messages and the computations together. */
import type { Clock, Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { IdSource, Random } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { LayerSettings } from '../config/settings.ts';
import type { LayerName, RefreshStatus } from '../model/freshness.ts';
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
import { Computing } from './computing.ts';
import type { Entry } from './entry.ts';
import { newEntryId } from './entry-id.ts';
import { EntryStore } from './entry-store.ts';
import { FiguresLedger } from './figures.ts';
import { Flights } from './flights.ts';
import { entryKeyOf } from './key.ts';
import { type Copy, MemoryTier } from './memory-tier.ts';
import { OwnCopies } from './own-copies.ts';
import { Reader } from './reader.ts';

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
}

const idle: RefreshStatus = { status: 'idle' };
/** How long a computation waits for a link that is still being made before it does without. */
const connectWaitMs = 1_000;
const closeGraceMs = 1_000;
const promotedAtOnce = 50;

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
  readonly #events: Emitter<Events>;
  readonly #stops: Stop[];
  #layers: Readonly<Record<LayerName, LayerSettings>>;
  #closed = false;

  constructor(options: Required<SectionCacheOptions>) {
    const { link, clock, ids, random, logger, redisDeadlineMs: deadlineMs, snapshots, refreshOf, leaseMs } = options;
    this.#options = options;
    this.#layers = options.layers;
    this.#origin = newEntryId(ids);
    this.#figures = new FiguresLedger(clock);
    this.#flights = new Flights(clock, options.longestComputeMs);
    this.#events = new Emitter((error) => logger.error('A listener to the cache failed', { error: messageOf(error) }));
    const store = new EntryStore({ link, clock, random, deadlineMs });
    const memory = new MemoryTier(options.memoryBytes);
    const layers = (): SectionCacheOptions['layers'] => this.#layers;
    const bus = new Bus({
      link,
      channel: store.channel,
      trackedPrefix: store.trackedPrefix,
      clock,
      logger,
      onChanged: (redisKeys) => this.#changed(redisKeys),
      onListening: (listening) => memory.listening(listening),
    });
    const onWritten = (bytes: number): void => this.#figures.add('bytesWritten', bytes);
    const own = new OwnCopies({ store, origin: this.#origin, clock, logger, onWritten });
    const onOwn = (copy: Copy, storedId: string): void => void own.offer(copy, storedId);
    const reader = new Reader({ store, memory, snapshots, layers, refreshOf, onOwn, clock, logger });
    const onComputed = (key: EntryKey, entry: Entry, storedBytes: number): void =>
      this.#computed(key, entry, storedBytes);
    const shared = { store, memory, reader, bus, layers, leaseMs, clock, ids, logger };
    this.#computing = new Computing({ ...shared, origin: this.#origin, onComputed });
    this.#store = store;
    this.#memory = memory;
    this.#bus = bus;
    this.#reader = reader;
    this.#stops = [
      bus.on((message) => this.#heard(message)),
      link.onChange(({ state }) => {
        if (state === 'ready') void this.#linkReady();
      }),
    ];
  }

  async read<Value>(keys: readonly EntryKey[], { counted = true }: ReadOptions = {}): Promise<CacheRead<Value>[]> {
    const answers = keys.map((key) => this.#reader.peek(key));
    const open = keys.filter((_key, index) => answers[index] === null);
    const found = open.length === 0 ? [] : await this.#reader.read(open);
    let next = 0;
    const reads = answers.flatMap((answer) => answer ?? found[next++] ?? []);
    if (counted) for (const { state } of reads) this.#count(state);
    // What lies under a key is what its own loader once gave; the reader knows the type, Redis does not.
    return reads as CacheRead<Value>[];
  }

  async compute<Value>(
    key: EntryKey,
    loader: (signal: AbortSignal) => Promise<Loaded<Value>>,
    { deadlineMs, force = false, signal }: ComputeOptions,
  ): Promise<CacheRead<Value>> {
    if (this.#closed) throw new EngineError('ENGINE_STOPPED', 'The cache is closed');
    const peeked = force ? null : this.#reader.peek(key);
    if (peeked?.state === 'fresh') return peeked as CacheRead<Value>;
    const startMs = this.#options.clock.monotonicMs();
    const join = (leftMs: number): Promise<CacheRead<unknown>> =>
      this.#flights.join(
        key.redisKey,
        { what: `Section ${key.section}`, deadlineMs: leftMs, ...(signal ? { signal } : {}) },
        (stop) => this.#fly(key, loader, force, stop),
      );
    const joined = this.#flights.has(key.redisKey);
    const wallStartMs = this.#options.clock.now();
    let read = await join(deadlineMs);
    // Whoever asks for a computation may have joined somebody who only had to look.
    if (force && joined && (read.computedAtMs ?? 0) < wallStartMs) {
      read = await join(Math.max(0, deadlineMs - (this.#options.clock.monotonicMs() - startMs)));
    }
    return read as CacheRead<Value>;
  }

  onStored(listener: (entry: Events['stored']) => void): Stop {
    return this.#events.on('stored', listener);
  }

  figures(windowMs: number): CacheFigures {
    return this.#figures.sum(windowMs);
  }

  /** Holds from the next read on. A shorter TTL also ages entries that are stored already. */
  setLayers(layers: Readonly<Record<LayerName, LayerSettings>>): void {
    this.#layers = layers;
    this.#memory.forgetAnswers();
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
    this.#store.close();
  }

  async #fly(
    key: EntryKey,
    loader: (signal: AbortSignal) => Promise<Loaded<unknown>>,
    force: boolean,
    signal: AbortSignal,
  ): Promise<CacheRead<unknown>> {
    // A process that has just started would otherwise compute for itself alone.
    await this.#options.link.settled(connectWaitMs);
    let seenId = '';
    if (!force) {
      const [found] = await this.#reader.find([key]);
      const known = found?.copy ? this.#reader.known(key, found) : null;
      if (known?.state === 'fresh') return known;
      if (found?.copy && found.evidence === 'current') seenId = found.copy.entry.id;
    }
    return this.#computing.run(key, loader, force, seenId, signal);
  }

  #count(state: CacheRead<unknown>['state']): void {
    this.#figures.add('reads');
    if (state === 'fresh') this.#figures.add('hits');
    else if (state === 'stale') this.#figures.add('staleHits');
    else this.#figures.add('misses');
  }

  #computed(key: EntryKey, entry: Entry, storedBytes: number): void {
    this.#figures.add('computations');
    this.#figures.add('computeMsTotal', entry.computeMs ?? 0);
    this.#figures.add('bytesWritten', storedBytes);
    const { redisKey, viewId, section, layer } = key;
    this.#events.emit('stored', { redisKey, viewId, section, layer });
  }

  #changed(redisKeys: readonly string[] | null): void {
    if (redisKeys === null) this.#memory.allChanged();
    else for (const redisKey of redisKeys) this.#memory.changed(redisKey);
  }

  #heard(message: BusMessage): void {
    if (message.kind !== 'stored') return;
    this.#memory.changed(message.redisKey, message.id);
    const key = message.from === this.#origin ? null : entryKeyOf(message.redisKey);
    if (key === null) return;
    const { redisKey, viewId, section, layer } = key;
    this.#events.emit('stored', { redisKey, viewId, section, layer });
  }

  /** What was computed while Redis was away is offered to it; looking finds out which of it is still the newest. */
  async #linkReady(): Promise<void> {
    this.#store.linkReady();
    const own = this.#memory.ownCopies().flatMap(({ redisKey }) => entryKeyOf(redisKey) ?? []);
    for (let at = 0; at < own.length; at += promotedAtOnce) await this.#reader.find(own.slice(at, at + promotedAtOnce));
  }
}
