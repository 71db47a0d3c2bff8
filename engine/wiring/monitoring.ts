/** Watching it all: samples into the local store, alert rules over them, and the facts behind Overview and health. */
import { networkInterfaces } from 'node:os';
import type { AlertEngine } from '../alerts/alert-engine.ts';
import type { Stop } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { messageOf } from '../base/errors.ts';
import type { Settings } from '../config/settings.ts';
import { chainOfSignal } from '../health/causes/chains.ts';
import type { CauseFacts } from '../health/causes/depth.ts';
import { type CauseDepth, recentMs } from '../health/causes/depth.ts';
import { buildOverview } from '../health/overview.ts';
import type { FigureId, FigureRule, HealthFacts, KnownValue } from '../health/overview-facts.ts';
import type { CountedWorker, RedisProbe, SchedulePort, WatchedQueuesPort } from '../health/ports.ts';
import { measureProcess } from '../health/process-figures.ts';
import type { ResponseTimes } from '../health/response-times.ts';
import { Sampler } from '../health/sampler.ts';
import { buildSystemHealth } from '../health/system-health.ts';
import { blindnessOf } from '../health/witness.ts';
import type { SourceHolder } from '../kpi/source-holder.ts';
import type { ReadReason } from '../model/freshness.ts';
import type { Overview, RedisMemory, RedisRole, SystemHealth } from '../model/health.ts';
import type { SignalName } from '../model/sample.ts';
import type { PerformanceMetrics } from '../model/system.ts';
import type { JobQueues } from '../queue/job-queues.ts';
import type { WorkerSightings } from '../queue/worker-sightings.ts';
import { type RedisFacts, sampleRedis } from '../redis/info.ts';
import type { RedisLink } from '../redis/link.ts';
import type { Store } from '../store/store.ts';
import { alertFigures } from './alert-figures.ts';
import type { CeleryEvents } from './celery-events.ts';
import type { Foundation } from './foundation.ts';
import type { KpiParts } from './kpis.ts';
import type { Links } from './links.ts';
import type { WatchedQueues } from './queues.ts';
import type { TimelineRoom } from './timeline.ts';

export interface MonitoringInputs {
  readonly settings: Pick<Settings, 'backlogMs'>;
  readonly links: Links;
  readonly kpis: KpiParts;
  readonly queues: JobQueues;
  readonly sightings: WorkerSightings;
  /** None of this console's workers has had the time to show itself. */
  readonly workersStarting: () => boolean;
  readonly celery: Pick<CeleryEvents, 'workerViews'>;
  readonly holder: SourceHolder;
  readonly store: Store;
  /** Latencies of reads as their callers saw them, and of the source's queries. */
  readonly responses: ResponseTimes;
  readonly sourceQueries: ResponseTimes;
  readonly schedules: SchedulePort;
  readonly watchedQueues: WatchedQueuesPort & Pick<WatchedQueues, 'own'>;
  readonly alerts: AlertEngine;
  /** As {@link alertFigures} has it. */
  readonly unproved: () => number | null;
  readonly happened: Pick<TimelineRoom, 'timeline' | 'workersSeen' | 'notObserved'>;
}

export interface Monitoring {
  /** What the cause of a stale value is looked for in. */
  causeFacts(): Promise<CauseFacts>;
  overview(): Promise<Overview>;
  systemHealth(): Promise<SystemHealth>;
  performance(): PerformanceMetrics;
  /** Called after each round of samples was stored and judged. */
  onSampled(listener: (atMs: number) => void): Stop;
  start(): void;
  stop(): Promise<void>;
}

const figureWindowMs = 5 * 60_000;
const flowWindowMs = 60_000;
const sparklineMs = 60 * 60_000;
const sparklinePoints = 120;
/** Fewer reads in the window say nothing about a rate; the same floor as the rule's. */
const minimumCount = 20;
const viewLimit = 50;
/** What is usual is what was before the last quarter of an hour. */
const usualMs = 24 * 60 * 60_000;
const leastFinished = 10;
const recentLimit = 300;
/** A cause that takes longer to find is not waited for: the alert is told without it. */
const causeDeadlineMs = 4_000;
/** A source that can be reached is counted every half minute; one that cannot is tried each round. */
const probeEveryRounds = 6;

const figureRules: Readonly<Record<FigureId, readonly string[]>> = {
  hit_rate: ['cache-hit-rate-low'],
  response_time: ['response-slow'],
  workers: ['workers-few'],
  redis_memory: ['redis-cache-memory-high', 'redis-broker-memory-high'],
};

const figureSignals: Readonly<Record<FigureId, SignalName>> = {
  hit_rate: 'cache.hit_ratio',
  response_time: 'response.p95_ms',
  workers: 'workers.available_count',
  redis_memory: 'redis.cache.memory_ratio',
};

export function openMonitoring(inputs: MonitoringInputs, foundation: Foundation): Monitoring {
  const { store, kpis, alerts } = inputs;
  const { clock, logger } = foundation;
  const startedAtMs = clock.now();
  const self = measureProcess();
  const finished = countFinished(inputs.queues);
  /** Of the newest look; one INFO a round serves all who want to know. */
  const redisFacts = new Map<RedisRole, RedisFacts>();
  const sampler = new Sampler({
    clock,
    logger,
    sink: store.samples,
    ports: {
      redis: [probe(inputs.links.cache, redisFacts, foundation), probe(inputs.links.broker, redisFacts, foundation)],
      cache: { figures: (windowMs) => kpis.cache.figures(windowMs), entryCount: async () => null },
      responses: inputs.responses,
      sourceQueries: inputs.sourceQueries,
      workers: {
        async views() {
          const workers = await everyWorker(inputs);
          inputs.happened.workersSeen(workers);
          return workers;
        },
      },
      queues: {
        counts: () => inputs.queues.counts(),
        finishedCount: async () => finished.failed() + finished.succeeded(),
      },
      schedules: inputs.schedules,
      watchedQueues: inputs.watchedQueues,
      process: self,
      figures: alertFigures({
        links: () => [inputs.links.cache.view(), inputs.links.broker.view()],
        redisFacts: (role) => (inputs.links[role].isReady ? (redisFacts.get(role) ?? null) : null),
        workers: () => everyWorker(inputs),
        finished: () => ({ succeeded: finished.succeeded(), failed: finished.failed() }),
        source: () => inputs.holder.info(),
        unproved: inputs.unproved,
        storeUsedRatio: () => store.usedRatio(),
        views: async () =>
          (await kpis.dashboards.known(viewLimit)).map(({ view, sections }) => ({ filters: view.filters, sections })),
        nowMs: () => clock.now(),
      }),
    },
  });
  const light = lightQuery(inputs, foundation);
  let rounds = 0;
  const listeners = new Set<(atMs: number) => void>();
  const stopJudging = sampler.onSampled((round) => {
    if (round.gap) inputs.happened.notObserved({ ...round.gap, detail: '' });
    const blindness = blindnessOf([inputs.links.cache.view(), inputs.links.broker.view()], networkInterfaces);
    if (blindness !== null) {
      inputs.happened.notObserved({ fromMs: round.atMs, toMs: round.atMs, reason: 'own-network', detail: blindness });
    }
    void alerts.evaluate({ ...round, blindness }).then(() => {
      for (const listener of listeners) listener(round.atMs);
    });
    rounds += 1;
    if (!inputs.holder.info().reachable || rounds % probeEveryRounds === 0) void light.measure();
  });
  const facts = (): Promise<HealthFacts> =>
    gatherFacts(inputs, alerts, { startedAtMs, lightMs: light.lastMs() }, foundation);
  alerts.explainBy(async () => {
    const [health, values] = await withDeadline(
      clock,
      causeDeadlineMs,
      { code: 'INTERNAL', what: 'Looking for causes' },
      () => Promise.all([facts(), knownValues(kpis)]),
    );
    return (rule) => chainOfSignal(rule.signal, { ...health, values });
  });
  return {
    causeFacts: facts,
    overview: async () => {
      const [health, values] = await Promise.all([facts(), knownValues(kpis)]);
      return buildOverview({ ...health, values, ...lines(inputs, health.atMs) });
    },
    systemHealth: async () => buildSystemHealth(await facts()),
    performance: () => performanceOf(inputs, self, clock.now()),
    onSampled(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: () => void sampler.start(),
    async stop() {
      stopJudging();
      finished.stop();
      await sampler.stop();
      self.stop();
    },
  };
}

function probe(link: RedisLink<RedisRole>, seen: Map<RedisRole, RedisFacts>, { clock }: Foundation): RedisProbe {
  return {
    role: link.role,
    async ping() {
      const startMs = clock.monotonicMs();
      await link.command('PING', (client) => client.ping());
      return clock.monotonicMs() - startMs;
    },
    async memory() {
      const { facts } = await sampleRedis(link, clock);
      seen.set(link.role, facts);
      return facts.memory;
    },
  };
}

async function memoryOf(link: RedisLink, clock: Foundation['clock']): Promise<RedisMemory | null> {
  return (await sampleRedis(link, clock)).facts.memory;
}

function countFinished(queues: JobQueues): { succeeded(): number; failed(): number; stop: Stop } {
  let [succeeded, failed] = [0, 0];
  const stop = queues.onTaskChanged(({ state }) => {
    if (state === 'SUCCESS') succeeded += 1;
    if (state === 'FAILURE') failed += 1;
  });
  return { succeeded: () => succeeded, failed: () => failed, stop };
}

async function gatherFacts(
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

/** What only the monitoring itself knows. */
type Known = Pick<CauseDepth, 'startedAtMs'> & { readonly lightMs: number | null };

/** Looks at the source by a query that asks for next to nothing, and says how long the last one took that came through. */
function lightQuery(
  { holder }: MonitoringInputs,
  { clock }: Foundation,
): { measure(): Promise<void>; lastMs(): number | null } {
  let lastMs: number | null = null;
  return {
    lastMs: () => lastMs,
    async measure() {
      const startMs = clock.monotonicMs();
      await holder.probe();
      lastMs = holder.info().reachable ? clock.monotonicMs() - startMs : null;
    },
  };
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
async function everyWorker({ sightings, celery }: MonitoringInputs): Promise<CountedWorker[]> {
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

async function knownValues({ dashboards }: KpiParts): Promise<KnownValue[]> {
  const views = await dashboards.known(viewLimit);
  return views.flatMap(({ view, sections }) =>
    sections
      .filter(({ payload }) => payload !== null)
      .map(({ name, freshness }) => ({ section: name, filters: { ...view.filters }, freshness })),
  );
}

function lines({ store, kpis, sourceQueries, responses }: MonitoringInputs, atMs: number) {
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

function performanceOf(
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
