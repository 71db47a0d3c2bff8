/** Puts the survey of the cache's entries together: what walks, what is indexed, and how rows are made of it. */
import type { Stop } from '../base/clock.ts';
import type { LayeredCache } from '../cache/section-cache.ts';
import { CommandMeter } from '../cache/survey/command-meter.ts';
import { EntryIndex } from '../cache/survey/entry-index.ts';
import { EntryInspector } from '../cache/survey/entry-inspector.ts';
import { ForeignNames, originalPatterns } from '../cache/survey/foreign-names.ts';
import { ForeignReader } from '../cache/survey/foreign-reader.ts';
import { HeadReader } from '../cache/survey/head-reader.ts';
import { type IndexedEntry, type Judge, stateOf as judgeState } from '../cache/survey/indexed-entry.ts';
import { Listings } from '../cache/survey/listings.ts';
import { Surveyor } from '../cache/survey/surveyor.ts';
import { Timeline } from '../cache/survey/timeline.ts';
import type { Settings } from '../config/settings.ts';
import { bytesWords, latencyWords } from '../health/wording.ts';
import type { KpiPack } from '../kpi/pack.ts';
import { ViewWords } from '../kpi/view-words.ts';
import type { Views } from '../kpi/views.ts';
import type { CacheIndexStatus } from '../model/cache.ts';
import { layerNameSchema } from '../model/freshness.ts';
import type { RedisLink } from '../redis/link.ts';
import { type RowMaker, rowMaker } from './cache-rows.ts';
import type { Foundation } from './foundation.ts';
import { basisOf } from './source.ts';

export interface CacheSurvey {
  readonly index: EntryIndex;
  readonly surveyor: Surveyor;
  readonly listings: Listings;
  readonly inspector: EntryInspector;
  readonly foreign: ForeignNames;
  readonly timeline: Timeline;
  readonly words: ViewWords;
  readonly rowOf: RowMaker;
  readonly judge: Judge;
  status(): CacheIndexStatus;
  /** False: figures of the index are lower bounds. */
  complete(): boolean;
  stop(): void;
}

export interface SurveyParts {
  readonly settings: Settings;
  readonly pack: KpiPack;
  readonly views: Views;
  readonly cache: LayeredCache;
  readonly link: RedisLink;
  readonly onChanged: (keys: readonly string[]) => void;
}

const indexLimit = 100_000;

export function openSurvey(parts: SurveyParts, foundation: Foundation): CacheSurvey {
  const { settings, pack, views, cache, link } = parts;
  const { clock, ids, logger } = foundation;
  const meter = new CommandMeter(clock);
  const reading = { link, clock, meter };
  const judge: Judge = { layers: () => cache.layers(), verdict: (...entry) => cache.verdict(...entry) };
  const stateOf = (entry: IndexedEntry, nowMs: number) => judgeState(entry, judge, nowMs);
  const index = new EntryIndex({ clock, limit: indexLimit, stateOf });
  const foreign = new ForeignNames([...settings.foreignPatterns, ...originalPatterns]);
  const ttlMsOf = (layer: string): number | null => {
    const known = layerNameSchema.safeParse(layer);
    return known.success ? cache.layers()[known.data].ttlMs : null;
  };
  const timeline = new Timeline();
  const heads = new HeadReader(reading);
  const surveyor = new Surveyor({
    ...{ link, index, heads, meter, clock, logger },
    foreign: new ForeignReader({ ...reading, names: foreign, ttlMsOf }),
    onChanged: (changes) => {
      for (const { key, before, after } of changes) noteChange(timeline, key, before, after, clock.now());
      parts.onChanged(changes.map(({ key }) => key));
    },
  });
  const words = new ViewWords(pack, basisOf(settings));
  const rowOf = rowMaker({
    words,
    stateOf,
    hitsOf: (key) => cache.hitsOf(key),
    inMemory: (key) => cache.inMemory(key),
    asOf: () => views.asOf,
    sections: new Set(pack.sections.map(({ name }) => name)),
  });
  const complete = (): boolean => surveyor.state.walkedAtMs !== null && surveyor.state.complete && !index.truncated;
  const listings = new Listings({
    ...{ index, clock, ids, stateOf, rowOf },
    hitsOf: (key) => cache.hitsOf(key),
    wordsOf: (entry) => words.describe(entry.view).words,
    isPartial: () => !complete() || !link.isReady,
  });
  const stops: Stop[] = [
    cache.onEntriesChanged((keys) => surveyor.changed(keys)),
    link.onChange(({ state }) => {
      if (state === 'ready') surveyor.changed(null);
    }),
  ];
  surveyor.start();
  return {
    ...{ index, surveyor, listings, foreign, timeline, words, rowOf, judge, complete },
    inspector: new EntryInspector(reading),
    status: () => statusOf(surveyor, index, meter, link),
    stop() {
      for (const stop of stops) stop();
      surveyor.stop();
    },
  };
}

function statusOf(surveyor: Surveyor, index: EntryIndex, meter: CommandMeter, link: RedisLink): CacheIndexStatus {
  const { walkedAtMs, walkTookMs, nextWalkAtMs, complete, problem } = surveyor.state;
  return {
    state: link.isReady ? (walkedAtMs === null ? 'building' : 'ready') : 'blind',
    entryCount: index.size,
    limit: index.limit,
    truncated: index.truncated || !complete,
    walkedAtMs,
    walkTookMs,
    nextWalkAtMs,
    commandsLastMinute: meter.lastMinute(),
    commandsTotal: meter.total,
    problem,
  };
}

function noteChange(
  timeline: Timeline,
  key: string,
  before: IndexedEntry | null,
  after: IndexedEntry | null,
  nowMs: number,
): void {
  if (after === null) {
    if (before) timeline.note(key, { atMs: nowMs, kind: 'removed', words: 'no longer in Redis', taskId: null });
  } else if (after.computedAtMs !== null && after.computedAtMs !== before?.computedAtMs) {
    const took = after.computeMs === null ? '' : `computed in ${latencyWords(after.computeMs)}, `;
    const words = `${took}${bytesWords(after.sizeBytes)} stored`;
    timeline.note(key, { atMs: after.computedAtMs, kind: 'stored', words, taskId: null });
  }
}
