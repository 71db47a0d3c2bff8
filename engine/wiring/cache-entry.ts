/** Everything that can be said of one entry: header, payload, reasons, causes, and what happened to it. */
import { EngineError } from '../base/errors.ts';
import { ownTag } from '../cache/own-tag.ts';
import type { LayeredCache } from '../cache/section-cache.ts';
import { isMeaningOf } from '../cache/survey/head-reader.ts';
import { type IndexedEntry, judgeEntry } from '../cache/survey/indexed-entry.ts';
import { mergeEvents } from '../cache/survey/timeline.ts';
import type { CauseFacts } from '../health/causes/depth.ts';
import { valueChain } from '../health/causes/value-chain.ts';
import { durationWords } from '../health/wording.ts';
import type { RefreshTracker } from '../kpi/refresh-tracker.ts';
import type { CacheEntryDetail, CacheEvent } from '../model/cache-entries.ts';
import type { Freshness } from '../model/freshness.ts';
import { parseEntryName } from '../redis/key-names.ts';
import type { Store } from '../store/store.ts';
import type { CacheSurvey } from './cache-survey.ts';
import type { Foundation } from './foundation.ts';

export interface DetailParts {
  readonly survey: CacheSurvey;
  readonly cache: LayeredCache;
  readonly tracker: RefreshTracker;
  readonly store: Store;
  readonly causeFacts: () => Promise<CauseFacts>;
}

const timelineLimit = 100;

/** @throws EngineError CACHE_ENTRY_NOT_FOUND, REDIS_* */
export async function detailOf(parts: DetailParts, key: string, { clock }: Foundation): Promise<CacheEntryDetail> {
  const { survey } = parts;
  const before = survey.index.get(key);
  await survey.surveyor.look([survey.foreign.of(key)?.key ?? key]);
  const name = survey.foreign.of(key)?.key ?? key;
  const entry = survey.index.get(name) ?? before ?? null;
  if (entry === null) {
    throw new EngineError('CACHE_ENTRY_NOT_FOUND', `There is no entry under "${key.slice(0, 200)}"`, {
      details: { key: key.slice(0, 200) },
    });
  }
  return entry.origin === 'foreign' ? foreignDetail(parts, entry, clock.now()) : ownDetail(parts, entry, clock.now());
}

async function foreignDetail({ survey }: DetailParts, entry: IndexedEntry, nowMs: number): Promise<CacheEntryDetail> {
  const [opened, companions] = await Promise.all([
    survey.inspector.open(entry),
    survey.inspector.companions(entry.key),
  ]);
  const row = survey.rowOf(entry, nowMs);
  return {
    row,
    freshness: null,
    header: null,
    payload: opened.payload,
    reasons: foreignReasons(entry, companions.length > 0 && opened.payload.kind === 'gone', nowMs),
    causes: [],
    timeline: mergeEvents([survey.timeline.of(entry.key)], timelineLimit),
    companions,
  };
}

function foreignReasons(entry: IndexedEntry, onlyStaleCopy: boolean, nowMs: number): string[] {
  const reasons = ['Written by another program; Vigía only looks'];
  if (onlyStaleCopy) reasons.push('The entry itself has run out; what is left is its stale copy');
  else if (entry.deletedAtMs === null) reasons.push('It has no expiry: it is served until somebody removes it');
  else if (entry.freshUntilMs !== null) {
    reasons.push(`Its time ends in ${durationWords(entry.freshUntilMs - nowMs)}`);
  }
  if (entry.computedAtMs === null)
    reasons.push('Its age is not told by a note beside it and does not follow from its TTL');
  return reasons;
}

async function ownDetail(parts: DetailParts, entry: IndexedEntry, nowMs: number): Promise<CacheEntryDetail> {
  const { survey, causeFacts } = parts;
  const [opened, facts] = await Promise.all([survey.inspector.open(entry), causeFacts()]);
  const described = survey.words.describe(entry.view);
  const viewId = parseEntryName(entry.key)?.viewId ?? null;
  const freshness = freshnessOf(parts, entry, viewId, nowMs);
  const meaning = entry.view?.meaning ?? opened.entry?.meaning ?? null;
  return {
    row: survey.rowOf(entry, nowMs),
    freshness,
    header: opened.frame && {
      ...opened.frame,
      pack: described.pack,
      packVersion: described.packVersion,
      meaning: meaning === null ? null : parsedMeaning(meaning),
      keyExplained: meaning !== null && viewId !== null && isMeaningOf(meaning, viewId),
    },
    payload: opened.payload,
    reasons: reasonsOf(entry, freshness, nowMs),
    causes: freshness === null ? [] : valueChain(freshness, facts),
    timeline: timelineOf(parts, entry, viewId),
    companions: [],
  };
}

function parsedMeaning(meaning: string): NonNullable<CacheEntryDetail['header']>['meaning'] {
  try {
    return JSON.parse(meaning) as NonNullable<CacheEntryDetail['header']>['meaning'];
  } catch {
    // Not JSON: shown as the text that it is.
    return meaning;
  }
}

/** Null for an entry that cannot be read. */
function freshnessOf(
  { survey, cache, tracker }: DetailParts,
  entry: IndexedEntry,
  viewId: string | null,
  nowMs: number,
): Freshness | null {
  const judged = judgeEntry(entry, survey.judge, nowMs);
  if (judged === null) return null;
  const tracked = viewId === null ? { status: 'idle' as const } : tracker.statusOf(viewId);
  const refresh = tracked.status === 'idle' ? cache.refreshStatus(entry.key) : tracked;
  const { dataAsOfMs, computedAtMs, staleUntilMs, sizeBytes, computeMs } = entry;
  const { layer, ...judgement } = judged;
  const source = cache.inMemory(entry.key) ? ('memory' as const) : ('redis' as const);
  return { ...judgement, layer, source, dataAsOfMs, computedAtMs, staleUntilMs, sizeBytes, computeMs, refresh };
}

function reasonsOf(entry: IndexedEntry, freshness: Freshness | null, nowMs: number): string[] {
  if (freshness === null) return [`It cannot be read: ${entry.problem ?? 'its layer is not known'}`];
  const { state, reason, reasonDetail, freshUntilMs, refresh } = freshness;
  const left = durationWords(Math.abs((freshUntilMs ?? nowMs) - nowMs));
  const sentences: Partial<Record<Freshness['reason'], string>> = {
    'within-ttl': `Its time ends in ${left}`,
    'ttl-passed': `Its time was over ${left} ago`,
    'age-ceiling-passed': 'It is older than its layer allows to be served as current',
    invalidated: `It was invalidated${reasonDetail === null ? '' : `: ${reasonDetail}`}`,
  };
  const first = sentences[reason] ?? `${reason}${reasonDetail === null ? '' : `: ${reasonDetail}`}`;
  const more: string[] = [];
  if (state === 'stale') more.push('It is served at once, marked, while it is refreshed');
  if (state === 'expired') more.push('It is shown as last known, never as current');
  if (refresh.status === 'failed') more.push(`Its refresh failed ${refresh.times}×: ${refresh.lastError}`);
  if (entry.deletedAtMs === null) more.push('It has no expiry in Redis, which ours should have');
  return [first, ...more];
}

function timelineOf({ survey, cache, store }: DetailParts, entry: IndexedEntry, viewId: string | null): CacheEvent[] {
  const history = store.snapshots.history(entry.key, timelineLimit).map(({ computedAtMs }) => ({
    atMs: computedAtMs,
    kind: 'stored' as const,
    words: 'computed and kept in the local history',
    taskId: null,
  }));
  const invalidated = cache
    .tagMarks()
    .filter(({ tag }) => entry.tags.includes(tag) || tag === ownTag(entry.key))
    .map(({ tag, atMs, mode, reason }) => ({
      atMs,
      kind: 'invalidated' as const,
      words: `${tag === ownTag(entry.key) ? 'this entry' : tag} → ${mode}${reason === '' ? '' : ` (${reason})`}`,
      taskId: null,
    }));
  const seen = [survey.timeline.of(entry.key), viewId === null ? [] : survey.timeline.of(viewId)];
  return mergeEvents([...seen, invalidated, history], timelineLimit);
}
