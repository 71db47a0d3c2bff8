/** A cache with everything that looks at it from outside, on a real Redis: what tests of the survey share. */
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { CommandMeter } from '../../engine/cache/survey/command-meter.ts';
import { EntryIndex } from '../../engine/cache/survey/entry-index.ts';
import { ForeignNames, type ForeignPattern, originalPatterns } from '../../engine/cache/survey/foreign-names.ts';
import { ForeignReader } from '../../engine/cache/survey/foreign-reader.ts';
import { HeadReader } from '../../engine/cache/survey/head-reader.ts';
import { type IndexedEntry, type Judge, stateOf } from '../../engine/cache/survey/indexed-entry.ts';
import { Listings } from '../../engine/cache/survey/listings.ts';
import { type IndexChange, Surveyor } from '../../engine/cache/survey/surveyor.ts';
import { ViewWords } from '../../engine/kpi/view-words.ts';
import { layerNameSchema } from '../../engine/model/freshness.ts';
import { type RowMaker, rowMaker } from '../../engine/wiring/cache-rows.ts';
import { edpPack } from '../../packs/edp/index.ts';
import { type Member, testLayers } from './cache-fleet.ts';
import { until } from './until.ts';

export interface Surveyed {
  readonly index: EntryIndex;
  readonly listings: Listings;
  readonly surveyor: Surveyor;
  readonly meter: CommandMeter;
  readonly changes: IndexChange[];
  readonly rowOf: RowMaker;
  stop(): void;
}

interface Options {
  readonly limit?: number;
  readonly patterns?: readonly ForeignPattern[];
  readonly periodMs?: number;
}

/** Resolves after the first walk. */
export async function survey({ cache, link }: Member, options: Options = {}): Promise<Surveyed> {
  const clock = systemClock;
  const meter = new CommandMeter(clock);
  const reading = { link, clock, meter };
  const judge: Judge = { layers: () => cache.layers(), verdict: (...entry) => cache.verdict(...entry) };
  const state = (entry: IndexedEntry, nowMs: number) => stateOf(entry, judge, nowMs);
  const index = new EntryIndex({ clock, limit: options.limit ?? 100_000, stateOf: state });
  const changes: IndexChange[] = [];
  const ttlMsOf = (layer: string): number | null => {
    const known = layerNameSchema.safeParse(layer);
    return known.success ? testLayers[known.data].ttlMs : null;
  };
  const names = new ForeignNames([...(options.patterns ?? []), ...originalPatterns]);
  const surveyor = new Surveyor({
    ...{ link, index, meter, clock, logger: silentLogger, periodMs: options.periodMs ?? 60_000, pauseMs: 1 },
    heads: new HeadReader(reading),
    foreign: new ForeignReader({ ...reading, names, ttlMsOf }),
    onChanged: (told) => changes.push(...told),
  });
  const words = new ViewWords(edpPack, { source: 'test', settings: { ...emptyKpiSettings } });
  const hitsOf = (key: string): number => cache.hitsOf(key);
  const rowOf = rowMaker({
    ...{ words, stateOf: state, hitsOf },
    inMemory: (key) => cache.inMemory(key),
    asOf: () => '2026-01-15',
    sections: new Set(['kpis']),
  });
  const listings = new Listings({
    ...{ index, clock, ids: systemIds, stateOf: state, rowOf, hitsOf },
    wordsOf: (entry) => words.describe(entry.view).words,
    isPartial: () => index.truncated || !surveyor.state.complete,
  });
  const stop = cache.onEntriesChanged((keys) => surveyor.changed(keys));
  surveyor.start();
  await until(() => surveyor.state.walkedAtMs !== null, 60_000, 'the first walk');
  return {
    ...{ index, listings, surveyor, meter, changes, rowOf },
    stop() {
      stop();
      surveyor.stop();
    },
  };
}

const emptyKpiSettings = {
  criticalDays: 60,
  capitalRate: 0.12,
  fastCollectionDays: 30,
  monthlyGoal: null,
  targets: {},
};
