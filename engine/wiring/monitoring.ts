/** Watching it all: samples into the local store, alert rules over them, and the facts behind Overview and health. */
import { networkInterfaces } from 'node:os';
import type { Stop } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { chainOfSignal } from '../health/causes/chains.ts';
import type { CauseFacts } from '../health/causes/depth.ts';
import { buildOverview } from '../health/overview.ts';
import type { HealthFacts } from '../health/overview-facts.ts';
import type { RedisProbe } from '../health/ports.ts';
import { measureProcess } from '../health/process-figures.ts';
import { Sampler } from '../health/sampler.ts';
import { buildSystemHealth } from '../health/system-health.ts';
import { blindnessOf } from '../health/witness.ts';
import type { Overview, RedisRole, SystemHealth } from '../model/health.ts';
import type { PerformanceMetrics } from '../model/system.ts';
import type { JobQueues } from '../queue/job-queues.ts';
import { type RedisFacts, sampleRedis } from '../redis/info.ts';
import type { RedisLink } from '../redis/link.ts';
import { alertFigures } from './alert-figures.ts';
import type { Foundation } from './foundation.ts';
import { everyWorker, gatherFacts } from './health-facts.ts';
import type { MonitoringInputs } from './monitoring-inputs.ts';
import { knownValues, lines, performanceOf, viewLimit } from './overview-lines.ts';

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

/** A cause that takes longer to find is not waited for: the alert is told without it. */
const causeDeadlineMs = 4_000;
/** A source that can be reached is counted every half minute; one that cannot is tried each round. */
const probeEveryRounds = 6;

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
        missedRuns: () => inputs.schedules.missedRuns(),
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

function countFinished(queues: JobQueues): { succeeded(): number; failed(): number; stop: Stop } {
  let [succeeded, failed] = [0, 0];
  const stop = queues.onTaskChanged(({ state }) => {
    if (state === 'SUCCESS') succeeded += 1;
    if (state === 'FAILURE') failed += 1;
  });
  return { succeeded: () => succeeded, failed: () => failed, stop };
}

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
