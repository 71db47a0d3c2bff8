/** The facts behind Overview, health and causes, gathered from all rooms; what cannot be seen is null. */
import { networkInterfaces } from 'node:os';
import type { AlertEngine } from '../alerts/alert-engine.ts';
import { messageOf } from '../base/errors.ts';
import { type CauseDepth, recentMs } from '../health/causes/depth.ts';
import type { FigureId, FigureRule, HealthFacts } from '../health/overview-facts.ts';
import type { CountedWorker } from '../health/ports.ts';
import { blindnessOf } from '../health/witness.ts';
import type { ReadReason } from '../model/freshness.ts';
import type { RedisMemory, RedisRole } from '../model/health.ts';
import { sampleRedis } from '../redis/info.ts';
import type { RedisLink } from '../redis/link.ts';
import type { Foundation } from './foundation.ts';
import type { MonitoringInputs } from './monitoring-inputs.ts';

/** What the guide judges its figures over. */
export const figureWindowMs = 5 * 60_000;
/** What is told a second. */
export const flowWindowMs = 60_000;
/** Fewer reads in the window say nothing about a rate; the same floor as the rule's. */
const minimumCount = 20;
/** What is usual is what was before the last quarter of an hour. */
const usualMs = 24 * 60 * 60_000;
/** Fewer jobs that ended say nothing about how many fail. */
const leastFinished = 10;
const recentLimit = 300;

const figureRules: Readonly<Record<FigureId, readonly string[]>> = {
  hit_rate: ['cache-hit-rate-low'],
  response_time: ['response-slow'],
  workers: ['workers-few'],
  redis_memory: ['redis-cache-memory-high', 'redis-broker-memory-high'],
};

/** What only the monitoring itself knows. */
export type Known = Pick<CauseDepth, 'startedAtMs'> & { readonly lightMs: number | null };

export async function gatherFacts(
  inputs: MonitoringInputs,
  alerts: AlertEngine,
  known: Known,
  { clock, logger }: Foundation,
): Promise<HealthFacts> {
  const { links, kpis, queues, holder, responses } = inputs;
  const unseen = (error: unknown): null => {
    logger.debug('A part of the health could not be seen', { error: messageOf(error) });
    return null;
  };
  const [workers, counts, cacheMemory, brokerMemory] = await Promise.all([
    everyWorker(inputs).catch(unseen),
    queues.counts().catch(unseen),
    memoryOf(links.cache, clock).catch(unseen),
    memoryOf(links.broker, clock).catch(unseen),
  ]);
  return {
    atMs: clock.now(),
    links: [links.cache.view(), links.broker.view()],
    source: holder.info(),
    workers: links.broker.isReady ? workers : null,
    queues: counts,
    cache: { ...kpis.cache.figures(figureWindowMs), entryCount: null },
    response: responses.window(figureWindowMs),
    memory: { cache: cacheMemory, broker: brokerMemory },
    depth: depthOf(inputs, known, clock.now()),
    minimumCount,
    backlogMs: inputs.settings.backlogMs,
    rules: rulesOf(alerts),
  };
}

async function memoryOf(link: RedisLink, clock: Foundation['clock']): Promise<RedisMemory | null> {
  return (await sampleRedis(link, clock)).facts.memory;
}

function depthOf(inputs: MonitoringInputs, { startedAtMs, lightMs }: Known, nowMs: number): CauseDepth {
  const { links, kpis, store, sourceQueries, watchedQueues, happened } = inputs;
  const fromMs = nowMs - figureWindowMs;
  const evicted = (role: RedisRole): number | null =>
    store.samples.window(`redis.${role}.evicted_count`, fromMs, nowMs).sum;
  const queries = sourceQueries.window(flowWindowMs);
  const failed = store.samples.window('queue.failed_ratio', nowMs - 2 * figureWindowMs, nowMs);
  const missesByReason: { [Reason in ReadReason]?: number } = {};
  for (const layer of kpis.cache.layerFigures(figureWindowMs)) {
    for (const [name, count] of Object.entries(layer.missesByReason)) {
      const reason = name as ReadReason;
      missesByReason[reason] = (missesByReason[reason] ?? 0) + count;
    }
  }
  return {
    blindness: blindnessOf([links.cache.view(), links.broker.view()], networkInterfaces),
    startedAtMs,
    workersStarting: inputs.workersStarting(),
    watched: watchedQueues.own(),
    missesByReason,
    evicted: { cache: evicted('cache'), broker: evicted('broker') },
    queries: {
      p95Ms: queries.p95Ms,
      count: queries.count,
      lightMs,
      usualMs: store.samples.window('source.query_p95_ms', nowMs - usualMs, nowMs - recentMs).mean,
    },
    failedRatio: failed.observationCount < leastFinished ? null : failed.mean,
    recent: happened.timeline.between(nowMs - recentMs, nowMs, recentLimit),
  };
}

/** Workers of either kind, as the guide meant them: our processes' slots and the pool processes of Celery's workers. */
export async function everyWorker({ sightings, celery }: MonitoringInputs): Promise<CountedWorker[]> {
  return [...(await sightings.list()), ...celery.workerViews()];
}

function rulesOf(alerts: AlertEngine): Record<FigureId, FigureRule> {
  const statuses = new Map(alerts.list().map((status) => [status.rule.id, status]));
  const ruleOf = (id: FigureId): FigureRule => {
    const mine = figureRules[id].flatMap((ruleId) => statuses.get(ruleId) ?? []);
    const firing = mine.filter(({ state }) => state === 'firing').map(({ sinceMs }) => sinceMs);
    const rule = mine[0]?.rule;
    return {
      threshold: rule?.threshold ?? 0,
      badWhen: rule?.comparison ?? 'above',
      firingSinceMs: firing.length === 0 ? null : Math.min(...firing),
    };
  };
  return {
    hit_rate: ruleOf('hit_rate'),
    response_time: ruleOf('response_time'),
    workers: ruleOf('workers'),
    redis_memory: ruleOf('redis_memory'),
  };
}
