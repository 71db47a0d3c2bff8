/** What the index keeps of one entry: little enough that a hundred thousand of them are no burden. */
import type { LayerSettings } from '../../config/settings.ts';
import type { CacheRowState } from '../../model/cache-entries.ts';
import { type LayerName, layerNames } from '../../model/freshness.ts';
import { type Judgement, judge } from '../entry.ts';
import type { Invalidation, Stamp } from '../tags.ts';

/** One view, shared by the entries of its sections. */
export interface IndexedView {
  readonly viewId: string;
  /** What the key was made from. */
  readonly meaning: string;
}

export interface IndexedEntry {
  readonly key: string;
  readonly origin: 'own' | 'foreign';
  readonly layer: string;
  readonly section: string | null;
  /** Null for a foreign entry, and for one of ours whose meaning cannot be read. */
  readonly view: IndexedView | null;
  readonly computedAtMs: number | null;
  readonly dataAsOfMs: number | null;
  readonly computeMs: number | null;
  readonly freshUntilMs: number | null;
  readonly staleUntilMs: number | null;
  /** Redis deletes it then; null: never. */
  readonly deletedAtMs: number | null;
  readonly sizeBytes: number;
  readonly rawBytes: number | null;
  readonly tags: readonly string[];
  /** Where the sequence of invalidations stood when it was computed; null where that is not said. */
  readonly stamp: Stamp | null;
  readonly hasStaleCopy: boolean;
  readonly problem: string | null;
  /** The number of the walk or change that saw it last. */
  seen: number;
}

export type LayerTable = Readonly<Record<LayerName, LayerSettings>>;

/** What an entry is judged by besides its own times. */
export interface Judge {
  readonly layers: () => LayerTable;
  /** What happened to it since its computation began. */
  readonly verdict: (tags: readonly string[], stamp: Stamp, redisKey: string) => Invalidation | null;
}

const known: ReadonlySet<string> = new Set(layerNames);

/** A hundred thousand times a second: no schema is asked. */
export function isLayer(name: string): name is LayerName {
  return known.has(name);
}

export type JudgedEntry = Judgement & { readonly layer: LayerName };

/** As a reader would get it; null for what cannot be read, and for entries of other programs. */
export function judgeEntry(entry: IndexedEntry, { layers, verdict }: Judge, nowMs: number): JudgedEntry | null {
  const { problem, origin, computedAtMs, dataAsOfMs, computeMs, freshUntilMs, staleUntilMs, stamp } = entry;
  const { layer } = entry;
  if (problem !== null || origin === 'foreign' || !isLayer(layer)) return null;
  if (computedAtMs === null || freshUntilMs === null || staleUntilMs === null || stamp === null) return null;
  const times = { computedAtMs, dataAsOfMs, computeMs, freshUntilMs, staleUntilMs };
  const invalidation = verdict(entry.tags, stamp, entry.key);
  return { layer, ...judge(times, layers()[layer], 'current', nowMs, invalidation) };
}

export function stateOf(entry: IndexedEntry, by: Judge, nowMs: number): CacheRowState {
  if (entry.problem !== null) return 'unreadable';
  const judged = judgeEntry(entry, by, nowMs);
  if (judged) return judged.state;
  if (entry.freshUntilMs === null) return 'unknown';
  return nowMs < entry.freshUntilMs ? 'fresh' : 'stale';
}
