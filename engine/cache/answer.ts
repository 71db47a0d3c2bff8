/** Puts a value and everything that is known about it into the answer that a reader gets. */
import type { LayerSettings } from '../config/settings.ts';
import type { ReadReason, RefreshStatus, ValueSource } from '../model/freshness.ts';
import type { CacheRead, EntryKey, Snapshot } from './cache.ts';
import type { Entry, Evidence, Judgement } from './entry.ts';
import { unknownStamp } from './tags.ts';

export interface Answered {
  readonly source: ValueSource;
  readonly judged: Judgement;
  readonly refresh: RefreshStatus;
  /** This read was chosen to have the entry refreshed before it expires. */
  readonly renewDue: boolean;
}

export function answerOf(
  key: EntryKey,
  entry: Entry,
  { source, judged, refresh, renewDue }: Answered,
): CacheRead<unknown> {
  const { state, reason, reasonDetail, freshUntilMs } = judged;
  const read: CacheRead<unknown> = {
    value: entry.value,
    meaning: entry.meaning,
    state,
    source,
    reason,
    reasonDetail,
    layer: key.layer,
    dataAsOfMs: entry.dataAsOfMs,
    computedAtMs: entry.computedAtMs,
    freshUntilMs,
    staleUntilMs: entry.staleUntilMs,
    sizeBytes: entry.sizeBytes === 0 ? null : entry.sizeBytes,
    computeMs: entry.computeMs,
    refresh,
    renewDue,
  };
  return refresh.status === 'failed' ? explained(read) : read;
}

/** @param keptUntilMs until when Redis should have kept it, as far as this process has heard; null: it has not */
export function missing(
  key: EntryKey,
  evidence: Evidence,
  facts: { readonly problem: string | null; readonly keptUntilMs: number | null; readonly nowMs: number },
  refresh: RefreshStatus,
): CacheRead<unknown> {
  return explained({
    value: null,
    meaning: key.meaning,
    state: 'missing',
    source: 'none',
    reason: missingReason(evidence, facts),
    reasonDetail: facts.problem,
    layer: key.layer,
    dataAsOfMs: null,
    computedAtMs: null,
    freshUntilMs: null,
    staleUntilMs: null,
    sizeBytes: null,
    computeMs: null,
    refresh,
    renewDue: false,
  });
}

function missingReason(
  evidence: Evidence,
  { keptUntilMs, nowMs }: { readonly keptUntilMs: number | null; readonly nowMs: number },
): ReadReason {
  if (evidence === 'unreachable') return 'redis-unreachable';
  if (evidence === 'unreadable') return 'entry-unreadable';
  if (keptUntilMs === null) return 'never-computed';
  return nowMs < keptUntilMs ? 'evicted' : 'ttl-passed';
}

/** A value that would have been there, or fresh, had its last refresh not failed says so. */
export function explained<Value>(read: CacheRead<Value>): CacheRead<Value> {
  const { refresh, reason } = read;
  if (refresh.status !== 'failed') return read;
  if (reason !== 'ttl-passed' && reason !== 'never-computed') return read;
  return { ...read, reason: 'source-failed', reasonDetail: refresh.lastError };
}

/** Without an id, so that it is never taken for what Redis holds, and without a size, as nothing is stored. */
export function entryOfSnapshot(snapshot: Snapshot, layer: LayerSettings, meaning: string): Entry {
  const { value, computedAtMs, dataAsOfMs, computeMs } = snapshot;
  const freshUntilMs = computedAtMs + layer.ttlMs;
  return {
    id: '',
    meaning,
    tags: [],
    stamp: unknownStamp,
    value,
    computedAtMs,
    dataAsOfMs,
    computeMs,
    freshUntilMs,
    staleUntilMs: freshUntilMs + layer.staleWindowMs,
    sizeBytes: 0,
    rawBytes: JSON.stringify(value)?.length ?? 0,
  };
}
