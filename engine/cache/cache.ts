/** The cache as other rooms see it: what is read, computed once, and told. */
import type { Stop } from '../base/clock.ts';
import type { LayerSettings } from '../config/settings.ts';
import type { CacheLayerFigures } from '../model/cache-figures.ts';
import type { Freshness, LayerName } from '../model/freshness.ts';
import type { LayerChange } from './shared-layers.ts';
import type { InvalidationMode, TagMark } from './tags.ts';

/** Identifies one entry and can be explained back to what it stands for. */
export interface EntryKey {
  readonly layer: LayerName;
  readonly section: string;
  /** 128-bit hash, hex, of pack, pack version, canonical filters and as-of date. */
  readonly viewId: string;
  /** `vigia:v2:{viewId}:layer:section`; the braces are the cluster hash tag. */
  readonly redisKey: string;
  /** What the hash was made from; stored in the entry itself. */
  readonly meaning: string;
}

/** `value` is JSON-safe. It is shared between readers and must not be changed. */
export interface CacheRead<Value> extends Freshness {
  readonly value: Value | null;
  /** What the key stands for, as the entry itself says; empty when nothing is stored and nobody knows. */
  readonly meaning: string;
  /** True on the one read of a fresh entry that was chosen to have it refreshed before it expires. */
  readonly renewDue: boolean;
}

export interface Loaded<Value> {
  readonly value: Value;
  readonly dataAsOfMs: number | null;
}

export interface ComputeOptions {
  /** How long the caller waits; the computation itself goes on and is stored. */
  readonly deadlineMs: number;
  /** Compute even when a fresh entry exists; joins a computation that runs. */
  readonly force?: boolean;
  /** Compute also an entry whose time is nearly over. */
  readonly renew?: boolean;
  /** What the value depends on, `kind:name`; invalidating any of them concerns the entry. */
  readonly tags?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface ReadOptions {
  /** False for reads of our own housekeeping, which would distort the hit rate. */
  readonly counted?: boolean;
}

/** Everything counted inside the window. */
export interface CacheFigures {
  readonly windowMs: number;
  /** `hits + staleHits + misses`; one for each key read. */
  readonly reads: number;
  /** Fresh values, from whatever tier. */
  readonly hits: number;
  /** Stale values, snapshots among them. */
  readonly staleHits: number;
  /** Nothing, or only a last known value past the age ceiling. */
  readonly misses: number;
  readonly computations: number;
  readonly computeMsTotal: number;
  readonly bytesWritten: number;
}

/** The last known value of an entry, kept where Redis's death cannot reach it. */
export interface Snapshot {
  readonly redisKey: string;
  readonly value: unknown;
  readonly computedAtMs: number;
  readonly dataAsOfMs: number | null;
  readonly computeMs: number | null;
}

/** Filled in by the engine with the local store. */
export interface SnapshotPort {
  load(redisKey: string): Promise<Snapshot | null>;
}

export interface SectionCache {
  /**
   * Memory, then Redis, then snapshot; never computes, never throws: trouble is a miss with its reason.
   * One round trip for all keys; answers in their order.
   */
  read<Value>(keys: readonly EntryKey[], options?: ReadOptions): Promise<CacheRead<Value>[]>;
  /**
   * Answers a fresh entry, or computes it once for the whole fleet (process map, then a lease in Redis) and stores it.
   * A failed computation changes nothing that is stored. Works without Redis: then once per process, kept in memory.
   * @throws EngineError CACHE_LOADER_TIMEOUT, or what the loader threw
   */
  compute<Value>(
    key: EntryKey,
    loader: (signal: AbortSignal) => Promise<Loaded<Value>>,
    options: ComputeOptions,
  ): Promise<CacheRead<Value>>;
  /** Called in every process soon after an entry was stored anywhere in the fleet. */
  onStored(listener: (entry: { redisKey: string; viewId: string; section: string; layer: LayerName }) => void): Stop;
  /**
   * Marks every entry of these tags whose computation began before now, in all processes within 50 ms and in constant
   * time: `stale` is served on until it is refreshed, `expired` is only "last known" from now on.
   * Without Redis nobody could be told, so nothing is done.
   * @throws EngineError CACHE_TAG_INVALID, REDIS_*
   */
  invalidate(tags: readonly string[], mode: InvalidationMode, reason: string): Promise<TagMark[]>;
  /** The last invalidation of every tag, the latest first. */
  tagMarks(): TagMark[];
  /** Removes from Redis the record of invalidations that nothing is left of; answers how many. @throws EngineError REDIS_* */
  pruneTags(): Promise<number>;
  /** Called in every process soon after tags were invalidated anywhere in the fleet. */
  onInvalidated(listener: (marks: readonly TagMark[]) => void): Stop;
  figures(windowMs: number): CacheFigures;
  /** As this process counted, layer by layer. */
  layerFigures(windowMs: number): CacheLayerFigures[];
  layers(): Readonly<Record<LayerName, LayerSettings>>;
  /**
   * For every process of the fleet, at once and without a restart; of two changes of a layer the later one holds.
   * Answers when each was made, null for one that somebody's later change stands against. @throws EngineError REDIS_*
   */
  shareLayers(changes: readonly LayerChange[]): Promise<(number | null)[]>;
  close(): Promise<void>;
}
