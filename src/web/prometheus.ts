/** `GET /metrics`: what the engine knows, in Prometheus's text format; every figure is asked of the contract at the scrape. */
import type { FastifyInstance } from 'fastify';
import { Gauge, Registry } from 'prom-client';
import type { CallName, CallOutput } from '../shared/contract.ts';
import type { Dispatch } from '../shared/dispatcher.ts';

type Labels = Readonly<Record<string, string | number>>;

/** One named figure with a value for each set of labels; a value that is not known is left out, never 0. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly values: readonly (readonly [Labels, number | null])[];
}

interface Part<Name extends CallName> {
  readonly call: Name;
  metricsOf(answer: CallOutput<Name>): readonly Metric[];
}

const part = <Name extends CallName>(call: Name, metricsOf: Part<Name>['metricsOf']): Part<CallName> => ({
  call,
  metricsOf,
});

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);
const single = (name: string, help: string, value: number | null): Metric => ({ name, help, values: [[{}, value]] });

const parts: readonly Part<CallName>[] = [
  part('performance.metrics', (all) => [
    single('vigia_process_resident_bytes', 'Resident memory of the engine', all.rssBytes),
    single('vigia_event_loop_delay_seconds', 'p99 of the event loop delay', seconds(all.loopDelayP99Ms)),
    {
      name: 'vigia_response_seconds',
      help: 'Response time of cached reads, by quantile',
      values: [
        [{ quantile: '0.5' }, seconds(all.responseP50Ms)],
        [{ quantile: '0.95' }, seconds(all.responseP95Ms)],
        [{ quantile: '0.99' }, seconds(all.responseP99Ms)],
      ],
    },
  ]),
  part('system.health', ({ behind }) => [
    {
      name: 'vigia_redis_up',
      help: '1 while the link to a Redis is ready',
      values: behind.links.map(({ role, state }) => [{ role }, state === 'ready' ? 1 : 0]),
    },
    {
      name: 'vigia_worker_slots',
      help: 'Jobs or tasks at once of each worker, with its verdict',
      values: behind.workers.map(({ workerId, verdict, slots }) => [{ worker: workerId, verdict }, slots]),
    },
  ]),
  part('cache.status', ({ layers, memory }) => {
    const windows = layers.flatMap(({ layer, windows: all }) => all.map((window) => ({ ...window, layer })));
    const windowed = (
      name: string,
      help: string,
      pick: (window: (typeof windows)[number]) => number | null,
    ): Metric => ({
      name,
      help,
      values: windows.map((window) => [{ layer: window.layer, window_seconds: window.windowMs / 1_000 }, pick(window)]),
    });
    return [
      windowed('vigia_cache_reads', 'Reads within the window', ({ reads }) => reads),
      windowed('vigia_cache_hit_ratio', 'Hits, stale ones among them, by reads', ({ hitRatio }) => hitRatio),
      windowed('vigia_cache_stale_hits', 'Reads that a stale value answered', ({ staleHits }) => staleHits),
      windowed('vigia_cache_misses', 'Reads without a servable value', ({ misses }) => misses),
      windowed('vigia_cache_refreshes', 'Computations that were stored', ({ computations }) => computations),
      windowed('vigia_cache_failures', 'Computations that failed', ({ failures }) => failures),
      single('vigia_cache_memory_bytes', 'Copies kept in the memory of the engine', memory.usedBytes),
    ];
  }),
  part('queues.list', ({ queues }) => {
    const labelsOf = ({ id }: (typeof queues)[number]): Labels => ({
      connection: id.connectionId,
      prefix: id.prefix,
      queue: id.name,
    });
    return [
      {
        name: 'vigia_queue_jobs',
        help: 'Jobs of a BullMQ queue by state',
        values: queues.flatMap((queue) =>
          Object.entries(queue.counts ?? {}).map(([state, count]) => [{ ...labelsOf(queue), state }, count] as const),
        ),
      },
      {
        name: 'vigia_queue_oldest_waiting_seconds',
        help: 'Age of the oldest waiting job',
        values: queues.map((queue) => [labelsOf(queue), seconds(queue.oldestWaitingMs)]),
      },
      {
        name: 'vigia_queue_workers',
        help: 'Workers connected to a queue',
        values: queues.map((queue) => [labelsOf(queue), queue.workerCount]),
      },
    ];
  }),
  part('schedules.list', ({ schedules }) => [
    {
      name: 'vigia_schedule_missed_runs',
      help: 'Due times of the last 24 h that nobody acted on',
      values: schedules.map(({ id, missedCount }) => [{ schedule: id }, missedCount]),
    },
    {
      name: 'vigia_schedule_overran_runs',
      help: 'Runs of the last 24 h that were still going when the next was due',
      values: schedules.map(({ id, overranCount }) => [{ schedule: id }, overranCount]),
    },
  ]),
  part('alerts.signals', ({ signals }) => [
    {
      name: 'vigia_signal',
      help: 'The newest sample of every figure that alert rules can look at, within the last two minutes',
      values: signals
        .filter(({ lastAtMs }) => Date.now() - lastAtMs < 120_000)
        .map(({ signal, lastValue }) => [{ signal }, lastValue]),
    },
  ]),
  part('alerts.now', ({ alerts }) => [
    {
      name: 'vigia_alert_firing',
      help: '1 while a rule fires',
      values: alerts.map(({ rule, state }) => [{ rule: rule.id, severity: rule.severity }, state === 'firing' ? 1 : 0]),
    },
  ]),
];

export function addPrometheusRoute(server: FastifyInstance, dispatch: Dispatch): void {
  server.get('/metrics', async (_request, reply) => {
    const registry = new Registry();
    const answered = new Gauge({
      name: 'vigia_scrape_part_up',
      help: '1 where a part of the engine answered this scrape',
      labelNames: ['part'],
      registers: [registry],
    });
    await Promise.all(
      parts.map(async ({ call, metricsOf }) => {
        const envelope = await dispatch(call, {}, { transport: 'http', name: 'prometheus' });
        answered.set({ part: call }, envelope.ok ? 1 : 0);
        if (envelope.ok) for (const metric of metricsOf(envelope.data as never)) register(registry, metric);
      }),
    );
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

function register(registry: Registry, { name, help, values }: Metric): void {
  const known = values.filter(([, value]) => value !== null);
  const labelNames = [...new Set(known.flatMap(([labels]) => Object.keys(labels)))];
  const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
  for (const [labels, value] of known) gauge.set({ ...labels }, value ?? 0);
}
