/** Runs a loader and makes the entry of what it gave, as it is stored. */
import type { Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import type { LayerCodec, LayerSettings } from '../config/settings.ts';
import type { LayerName } from '../model/freshness.ts';
import type { EntryKey, Loaded } from './cache.ts';
import { encodeEntry, type Packing } from './codec.ts';
import type { Entry, EntryHead } from './entry.ts';
import { newEntryId } from './entry-id.ts';
import { orAborted } from './or-aborted.ts';
import type { Stamp } from './tags.ts';

export type Loader = (signal: AbortSignal) => Promise<Loaded<unknown>>;

/** What one caller wants of a computation. */
export interface Order {
  readonly key: EntryKey;
  readonly loader: Loader;
  /** Sorted, in their one form. */
  readonly tags: readonly string[];
  /** Compute although a fresh entry exists, unless another computes already. */
  readonly force: boolean;
}

export interface MakingOptions {
  readonly layers: () => Readonly<Record<LayerName, LayerSettings>>;
  readonly packing: (codec: LayerCodec) => Packing;
  /** Where the sequence of invalidations stands now. */
  readonly stamp: () => Promise<Stamp>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export interface Made {
  readonly bytes: Buffer;
  readonly entry: Entry;
}

/** The stamp is read before the data: what is invalidated from then on concerns this entry. @throws what the loader threw */
export async function makeEntry(
  { key, loader, tags }: Order,
  options: MakingOptions,
  signal: AbortSignal,
): Promise<Made> {
  const { clock, ids, layers, packing } = options;
  const stamp = await options.stamp();
  const startMs = clock.monotonicMs();
  const { value, dataAsOfMs } = await orAborted(loader(signal), signal);
  const computedAtMs = clock.now();
  const layer = layers()[key.layer];
  const freshUntilMs = computedAtMs + layer.ttlMs;
  const head: EntryHead = {
    id: newEntryId(ids),
    meaning: key.meaning,
    tags,
    stamp,
    computedAtMs,
    dataAsOfMs,
    computeMs: clock.monotonicMs() - startMs,
    freshUntilMs,
    staleUntilMs: freshUntilMs + layer.staleWindowMs,
  };
  const { bytes, rawBytes } = await encodeEntry(head, value, packing(layer.codec));
  return { bytes, entry: { ...head, value, sizeBytes: bytes.length, rawBytes } };
}
