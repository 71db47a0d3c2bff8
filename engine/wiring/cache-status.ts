/** The cache as a whole, in figures and in a verdict. */
import type { LayeredCache } from '../cache/section-cache.ts';
import { type IndexSums, noSums } from '../cache/survey/entry-index.ts';
import { bytesWords, countWords, durationWords, percentWords, plural } from '../health/wording.ts';
import { type CacheHealth, type CacheLayerStatus, type CacheStatus, minimumReadsForRate } from '../model/cache.ts';
import type { CacheCleanUpReport, CacheWarming } from '../model/cache-actions.ts';
import { type CacheLayerFigures, cacheFigureWindowsMs } from '../model/cache-figures.ts';
import { layerNames } from '../model/freshness.ts';
import type { HealthState } from '../model/health.ts';
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

type Check = CacheHealth['checks'][number];

const lowHitRatio = 0.7;
const badness: readonly HealthState[] = ['well', 'unknown', 'warning', 'failed'];

/** From what the status says; the worst check first. */
export function cacheHealth(status: CacheStatus): CacheHealth {
  const checks = [
    linkCheck(status),
    breakerCheck(status),
    coherenceCheck(status),
    hitRateCheck(status),
    memoryCheck(status),
    warmingCheck(status),
    indexCheck(status),
  ].toSorted((a, b) => badness.indexOf(b.state) - badness.indexOf(a.state));
  const worst = checks[0];
  const state = worst?.state ?? 'unknown';
  return { atMs: status.atMs, state, headline: state === 'well' ? null : (worst?.evidence ?? null), checks };
}

function linkCheck({ link, atMs }: CacheStatus): Check {
  const since = durationWords(atMs - link.sinceMs);
  if (link.state === 'ready') return { id: 'link', state: 'well', evidence: `Redis at ${link.address} for ${since}` };
  const problem = link.problem === null ? '' : ` (${link.problem})`;
  const evidence = `Redis at ${link.address} is ${link.state} for ${since}${problem}`;
  return { id: 'link', state: link.state === 'connecting' ? 'unknown' : 'failed', evidence };
}

function breakerCheck({ breaker }: CacheStatus): Check {
  return breaker === 'closed'
    ? { id: 'breaker', state: 'well', evidence: 'Redis answers in time' }
    : {
        id: 'breaker',
        state: 'failed',
        evidence: 'Redis did not answer in time and is spared until a probe is answered',
      };
}

function coherenceCheck({ coherence }: CacheStatus): Check {
  const evidence = {
    tracking: 'Redis tells every change of an entry',
    messages: 'Redis does not track keys: changes by others than Vigía are noticed late',
    deaf: 'Changes are not heard: every read is compared with Redis',
  }[coherence];
  return { id: 'coherence', state: coherence === 'tracking' ? 'well' : 'warning', evidence };
}

function hitRateCheck({ totals }: CacheStatus): Check {
  const window = totals.find(({ windowMs }) => windowMs === 300_000);
  if (!window || window.hitRatio === null) {
    const evidence = `${plural(window?.reads ?? 0, 'read')} in 5 min; a rate needs ${minimumReadsForRate}`;
    return { id: 'hit-rate', state: 'unknown', evidence };
  }
  const evidence = `Hit rate ${percentWords(window.hitRatio)} of ${plural(window.reads, 'read')} in 5 min`;
  return { id: 'hit-rate', state: window.hitRatio < lowHitRatio ? 'warning' : 'well', evidence };
}

function memoryCheck({ memory }: CacheStatus): Check {
  const { usedBytes, limitBytes, entryCount } = memory;
  const entries = entryCount === 1 ? '1 copy' : `${countWords(entryCount)} copies`;
  const evidence = `Memory tier: ${entries}, ${bytesWords(usedBytes)} of ${bytesWords(limitBytes)}`;
  return { id: 'memory', state: 'well', evidence };
}

function warmingCheck({ warming }: CacheStatus): Check {
  const { lastReport: report, enabled, failure } = warming;
  if (!enabled) return { id: 'warming', state: 'well', evidence: 'Warming is off' };
  if (failure !== null) return { id: 'warming', state: 'warning', evidence: `The last warm-up failed: ${failure}` };
  if (report === null) return { id: 'warming', state: 'unknown', evidence: 'Nothing has been warmed yet' };
  const { failedCount, provedCount, keyCount } = report;
  return failedCount > 0
    ? {
        id: 'warming',
        state: 'warning',
        evidence: `${failedCount} of ${keyCount} warmed keys were no hit when read back`,
      }
    : { id: 'warming', state: 'well', evidence: `${plural(provedCount, 'warmed key')} read back as hits` };
}

function indexCheck({ index }: CacheStatus): Check {
  const entries = index.entryCount === 1 ? '1 entry' : `${countWords(index.entryCount)} entries`;
  const load = `${countWords(index.commandsLastMinute)} commands in the last minute`;
  if (index.state === 'blind')
    return { id: 'index', state: 'unknown', evidence: `${entries}, as of before Redis went away` };
  if (index.truncated)
    return { id: 'index', state: 'warning', evidence: `More entries than the ${entries} listed; ${load}` };
  return { id: 'index', state: 'well', evidence: `${entries}; ${load}` };
}
