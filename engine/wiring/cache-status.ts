/** The cache as a whole, in figures. */
import type { LayeredCache } from '../cache/section-cache.ts';
import { type IndexSums, noSums } from '../cache/survey/entry-index.ts';
import { type CacheLayerStatus, type CacheStatus, minimumReadsForRate } from '../model/cache.ts';
import type { CacheCleanUpReport, CacheWarming } from '../model/cache-actions.ts';
import { type CacheLayerFigures, cacheFigureWindowsMs } from '../model/cache-figures.ts';
import { layerNames } from '../model/freshness.ts';
import type { ChangedLayers } from './cache-layers.ts';
import type { CacheSurvey } from './cache-survey.ts';
import type { HitRatioLines } from './hit-ratio-lines.ts';
import type { Links } from './links.ts';

export interface StatusParts {
  readonly cache: LayeredCache;
  readonly survey: CacheSurvey;
  readonly link: Links['cache'];
  readonly lines: HitRatioLines;
  readonly layers: Pick<ChangedLayers, 'of'>;
  readonly memoryLimitBytes: number;
  readonly nowMs: () => number;
  readonly warming: () => CacheWarming;
  readonly lastCleanUp: () => CacheCleanUpReport | null;
}

type Window = CacheStatus['totals'][number];

export async function cacheStatus(parts: StatusParts): Promise<CacheStatus> {
  const { cache, survey, link, memoryLimitBytes, nowMs, warming, lastCleanUp } = parts;
  const sums = await survey.index.sums();
  const insight = cache.insight();
  const figures = cacheFigureWindowsMs.map((windowMs) => cache.layerFigures(windowMs));
  return {
    atMs: nowMs(),
    link: link.view(),
    breaker: insight.breaker,
    coherence: insight.coherence,
    memory: { ...insight.memory, limitBytes: memoryLimitBytes },
    layers: layerNames.map((layer) => layerStatus(parts, layer, figures, sums)),
    totals: figures.map((layers) => windowOf(total(layers))),
    index: survey.status(),
    foreign: { patterns: survey.foreign.globs, entryCount: sums.foreignCount, sizeBytes: sums.foreignBytes },
    warming: warming(),
    lastCleanUp: lastCleanUp(),
  };
}

function layerStatus(
  { cache, lines, layers }: StatusParts,
  layer: CacheLayerStatus['layer'],
  figures: readonly (readonly CacheLayerFigures[])[],
  sums: IndexSums,
): CacheLayerStatus {
  const { own, ownBytes, ownRawBytes } = sums.byLayer.get(layer) ?? noSums();
  const { fresh, stale, expired, unreadable } = own;
  const settings = cache.layers()[layer];
  return {
    layer,
    settings: { ...settings, codec: { ...settings.codec } },
    ...layers.of(layer),
    windows: figures.flatMap((layers) => layers.filter((each) => each.layer === layer).map(windowOf)),
    entries: {
      ...{ fresh, stale, expired, unreadable },
      total: fresh + stale + expired + unreadable,
      sizeBytes: ownBytes,
      rawBytes: ownRawBytes,
    },
    hitRatio: { points: lines.of(layer) },
  };
}

type Counts = Omit<CacheLayerFigures, 'layer' | 'hitRatio'>;

function windowOf(figures: Counts): Window {
  const { windowMs, reads, hits, staleHits, misses, missesByReason, computeMsTotal, failures } = figures;
  return {
    ...{ windowMs, reads, hits, staleHits, misses, computeMsTotal, failures },
    missesByReason: { ...missesByReason },
    hitRatio: reads < minimumReadsForRate ? null : (hits + staleHits) / reads,
    computations: figures.refreshes,
    earlyRefreshes: figures.renewals,
    joinedWaiters: figures.joined,
    fromMemory: figures.fromMemory,
    fromRedis: figures.fromRedis,
    fromSnapshot: figures.fromSnapshot,
    bytesWritten: figures.bytesWritten,
    bytesRead: figures.bytesRead,
    bytesSaved: figures.bytesSaved,
    computeMsSaved: figures.computeMsSaved,
    readP50Ms: figures.readMsP50,
    readP95Ms: figures.readMsP95,
    readP99Ms: figures.readMsP99,
  };
}

/** Quantiles of parts do not add up to one of the whole: without a single layer that was read they are unknown. */
function total(layers: readonly CacheLayerFigures[]): Counts {
  const read = layers.filter(({ reads }) => reads > 0);
  const [only] = read.length === 1 ? read : [];
  const sum = (of: (layer: CacheLayerFigures) => number): number => layers.reduce((all, layer) => all + of(layer), 0);
  const missesByReason: CacheLayerFigures['missesByReason'] = {};
  for (const layer of layers)
    for (const [reason, count] of Object.entries(layer.missesByReason)) {
      const known = reason as keyof typeof missesByReason;
      missesByReason[known] = (missesByReason[known] ?? 0) + count;
    }
  return {
    windowMs: layers[0]?.windowMs ?? 0,
    reads: sum(({ reads }) => reads),
    hits: sum(({ hits }) => hits),
    staleHits: sum(({ staleHits }) => staleHits),
    misses: sum(({ misses }) => misses),
    missesByReason,
    fromMemory: sum(({ fromMemory }) => fromMemory),
    fromRedis: sum(({ fromRedis }) => fromRedis),
    fromSnapshot: sum(({ fromSnapshot }) => fromSnapshot),
    bytesRead: sum(({ bytesRead }) => bytesRead),
    bytesWritten: sum(({ bytesWritten }) => bytesWritten),
    bytesSaved: sum(({ bytesSaved }) => bytesSaved),
    computeMsSaved: sum(({ computeMsSaved }) => computeMsSaved),
    refreshes: sum(({ refreshes }) => refreshes),
    computeMsTotal: sum(({ computeMsTotal }) => computeMsTotal),
    failures: sum(({ failures }) => failures),
    joined: sum(({ joined }) => joined),
    renewals: sum(({ renewals }) => renewals),
    readMsP50: only?.readMsP50 ?? null,
    readMsP95: only?.readMsP95 ?? null,
    readMsP99: only?.readMsP99 ?? null,
  };
}
