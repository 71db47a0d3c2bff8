/** What the Overview and the performance metrics show beside the facts: values, sparklines, flows, times. */
import type { FigureId, KnownValue } from '../health/overview-facts.ts';
import type { SignalName } from '../model/sample.ts';
import type { PerformanceMetrics } from '../model/system.ts';
import { figureWindowMs, flowWindowMs } from './health-facts.ts';
import type { KpiParts } from './kpis.ts';
import type { MonitoringInputs } from './monitoring-inputs.ts';

const sparklineMs = 60 * 60_000;
const sparklinePoints = 120;
/** So many views are looked at, the ones used last. */
export const viewLimit = 50;

const figureSignals: Readonly<Record<FigureId, SignalName>> = {
  hit_rate: 'cache.hit_ratio',
  response_time: 'response.p95_ms',
  workers: 'workers.available_count',
  redis_memory: 'redis.cache.memory_ratio',
};

export async function knownValues({ dashboards }: KpiParts): Promise<KnownValue[]> {
  const views = await dashboards.known(viewLimit);
  return views.flatMap(({ view, sections }) =>
    sections
      .filter(({ payload }) => payload !== null)
      .map(({ name, freshness }) => ({ section: name, filters: { ...view.filters }, freshness })),
  );
}

export function lines({ store, kpis, sourceQueries, responses }: MonitoringInputs, atMs: number) {
  const line = (id: FigureId) => store.samples.series(figureSignals[id], atMs - sparklineMs, atMs, sparklinePoints);
  const perSecond = (count: number): number => count / (flowWindowMs / 1_000);
  const cache = kpis.cache.figures(flowWindowMs);
  const queries = sourceQueries.window(flowWindowMs);
  const jobs = store.samples.window('queue.jobs_per_second', atMs - flowWindowMs, atMs);
  return {
    series: {
      hit_rate: line('hit_rate'),
      response_time: line('response_time'),
      workers: line('workers'),
      redis_memory: line('redis_memory'),
    },
    flows: {
      queries: perSecond(queries.count),
      jobs: jobs.mean,
      writes: perSecond(cache.computations),
      reads: perSecond(responses.window(flowWindowMs).count),
    },
    sourceQueryP95Ms: queries.p95Ms,
  };
}

export function performanceOf(
  { kpis, responses }: MonitoringInputs,
  self: { lastLoopDelayP99Ms(): number; rssBytes(): number },
  atMs: number,
): PerformanceMetrics {
  const cache = kpis.cache.figures(figureWindowMs);
  const response = responses.window(figureWindowMs);
  return {
    atMs,
    ...cache,
    hitRatio: cache.reads === 0 ? null : (cache.hits + cache.staleHits) / cache.reads,
    responseMeanMs: response.meanMs,
    responseP50Ms: response.p50Ms,
    responseP95Ms: response.p95Ms,
    responseP99Ms: response.p99Ms,
    entryCount: null,
    loopDelayP99Ms: self.lastLoopDelayP99Ms(),
    rssBytes: self.rssBytes(),
  };
}
