/** Turns what workers answer into the model; every answer is checked, one that does not fit says so. */
import { z } from 'zod';
import { redactUrls } from '../../base/errors.ts';
import type {
  CeleryConf,
  CeleryConsumedQueue,
  CeleryHeldTask,
  CeleryRegistered,
  CeleryStats,
} from '../../model/celery.ts';
import type { Read } from '../wire/envelope.ts';
import { timeOf } from '../wire/task-message.ts';

/** Missing and null are the same. */
const orNull = <Value extends z.ZodType>(value: Value) => value.nullish().catch(null);
const number = orNull(z.number());
const text = orNull(z.string());

const statsSchema = z.object({
  pid: number,
  uptime: number,
  prefetch_count: number,
  total: z.record(z.string(), z.number()).catch({}),
  pool: z
    .object({
      implementation: text,
      'max-concurrency': number,
      processes: orNull(z.array(z.number())),
      threads: number,
      'max-tasks-per-child': number,
    })
    .catch({
      implementation: null,
      'max-concurrency': null,
      processes: null,
      threads: null,
      'max-tasks-per-child': null,
    }),
  autoscaler: orNull(z.object({ max: z.number(), min: z.number(), current: z.number() })),
  broker: z.object({ hostname: text, port: number, virtual_host: text, ssl: z.unknown() }).nullish().catch(null),
  rusage: orNull(z.object({ maxrss: number, utime: number, stime: number })),
});

const bytesPerKb = 1_024;

/** Source: celery.worker.state and the `info` of each pool; `implementation` exists since 5.3. */
export function readStats(value: unknown): Read<CeleryStats> {
  const parsed = statsSchema.safeParse(value);
  if (!parsed.success) return unlike('stats');
  const { pid, uptime, prefetch_count: prefetch, total, pool, autoscaler, broker, rusage } = parsed.data;
  const size = pool.processes?.length ?? pool.threads ?? null;
  return {
    ok: true,
    value: {
      pid: pid ?? null,
      uptimeMs: times(uptime, 1_000),
      prefetchCount: prefetch ?? null,
      total,
      totalCount: Object.values(total).reduce((sum, count) => sum + count, 0),
      pool: {
        kind: kindOf(pool),
        startSize: pool['max-concurrency'] ?? null,
        size: size ?? pool['max-concurrency'] ?? null,
        processIds: pool.processes ?? [],
        maxTasksPerChild: pool['max-tasks-per-child'] ?? null,
        autoscale: autoscaler ?? null,
      },
      broker: broker ? brokerOf(broker) : null,
      maxRssBytes: times(rusage?.maxrss, bytesPerKb),
      cpuSeconds: rusage ? (rusage.utime ?? 0) + (rusage.stime ?? 0) : null,
    },
  };
}

type Pool = z.infer<typeof statsSchema>['pool'];

function kindOf(pool: Pool): CeleryStats['pool']['kind'] {
  const told = pool.implementation ?? '';
  if (told.includes('prefork') || pool.processes) return told.includes('solo') ? 'solo' : 'prefork';
  if (told.includes('thread') || typeof pool.threads === 'number') return 'threads';
  if (told.includes('solo')) return 'solo';
  return /gevent|eventlet/.test(told) ? 'green' : 'unknown';
}

function brokerOf(broker: NonNullable<z.infer<typeof statsSchema>['broker']>): CeleryStats['broker'] {
  return {
    host: redactUrls(broker.hostname ?? ''),
    port: broker.port ?? null,
    db: broker.virtual_host ?? '',
    ssl: broker.ssl !== false && broker.ssl !== null && broker.ssl !== undefined,
  };
}

const infoSchema = z.object({
  id: z.string(),
  name: text,
  type: text,
  time_start: number,
  acknowledged: orNull(z.boolean()),
  delivery_info: orNull(z.object({ exchange: text, routing_key: text, priority: number, redelivered: z.unknown() })),
  worker_pid: number,
});
const scheduledSchema = z.object({ eta: orNull(z.union([z.string(), z.number()])), request: infoSchema });

/** Of `active` and `reserved`. Entries that do not fit are left out only when all the others fit. */
export function readHeld(value: unknown): Read<CeleryHeldTask[]> {
  const parsed = z.array(infoSchema).safeParse(value);
  return parsed.success ? { ok: true, value: parsed.data.map((info) => heldOf(info, null)) } : unlike('tasks');
}

export function readScheduled(value: unknown): Read<CeleryHeldTask[]> {
  const parsed = z.array(scheduledSchema).safeParse(value);
  if (!parsed.success) return unlike('scheduled tasks');
  return { ok: true, value: parsed.data.map(({ eta, request }) => heldOf(request, timeOf(eta))) };
}

function heldOf(info: z.infer<typeof infoSchema>, etaMs: number | null): CeleryHeldTask {
  const { delivery_info: delivery } = info;
  const throughDefault = (delivery?.exchange ?? '') === '';
  return {
    taskId: info.id,
    name: info.name ?? info.type ?? '',
    startedAtMs: times(info.time_start, 1_000),
    acknowledged: info.acknowledged ?? false,
    queue: throughDefault ? (delivery?.routing_key ?? null) : null,
    priority: delivery?.priority ?? null,
    redelivered: delivery?.redelivered === true,
    workerPid: info.worker_pid ?? null,
    etaMs,
  };
}

const queueSchema = z.object({
  name: z.string(),
  exchange: orNull(z.object({ name: text, type: text })),
  routing_key: text,
});

export function readQueues(value: unknown): Read<CeleryConsumedQueue[]> {
  const parsed = z.array(queueSchema).safeParse(value);
  if (!parsed.success) return unlike('queues');
  return {
    ok: true,
    value: parsed.data.map(({ name, exchange, routing_key: routingKey }) => ({
      name,
      exchange: exchange?.name ?? '',
      exchangeType: exchange?.type ?? 'direct',
      routingKey: routingKey ?? '',
    })),
  };
}

/** What a worker is asked to tell of each registered task. */
export const registeredItems = ['rate_limit', 'soft_time_limit', 'time_limit', 'max_retries', 'acks_late'] as const;

/** Source: celery.worker.control: `name [key=value key=value]`, without those that are None. */
export function readRegistered(value: unknown): Read<CeleryRegistered[]> {
  const parsed = z.array(z.string()).safeParse(value);
  if (!parsed.success) return unlike('registered tasks');
  return { ok: true, value: parsed.data.map(registeredOf) };
}

function registeredOf(line: string): CeleryRegistered {
  const [, name = line, items = ''] = /^(.*?)(?: \[(.*)\])?$/s.exec(line) ?? [];
  const facts = new Map(items.split(' ').map((item) => [item.split('=')[0] ?? '', item.split('=')[1] ?? '']));
  const numberOf = (key: string): number | null => {
    const found = Number(facts.get(key) || Number.NaN);
    return Number.isFinite(found) ? found : null;
  };
  const late = facts.get('acks_late');
  return {
    name,
    rateLimit: facts.get('rate_limit') ?? null,
    softLimitS: numberOf('soft_time_limit'),
    hardLimitS: numberOf('time_limit'),
    maxRetries: numberOf('max_retries'),
    acksLate: late === undefined ? null : late === 'True',
  };
}

/** Workers mask secrets themselves; what looks like one all the same is blanked here. */
const secretName = /pass|secret|token|credential|private|api_?key/i;
const largestSetting = 4_000;

export function readConf(value: unknown): Read<CeleryConf> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(value);
  if (!parsed.success) return unlike('settings');
  const entries = Object.entries(parsed.data).map(([name, setting]): [string, string] => {
    const shown =
      JSON.stringify(setting, (key, inner: unknown) => (secretName.test(key) ? '********' : inner)) ?? 'null';
    return [name, secretName.test(name) ? '"********"' : redactUrls(shown).slice(0, largestSetting)];
  });
  return { ok: true, value: Object.fromEntries(entries) };
}

export function readRevoked(value: unknown): Read<string[]> {
  const parsed = z.array(z.string()).safeParse(value);
  return parsed.success ? { ok: true, value: parsed.data } : unlike('revoked ids');
}

/** Of `query_task`: where each id is, as this worker knows it. */
export function readWhere(value: unknown): Read<Map<string, { state: 'active' | 'reserved' | 'ready'; name: string }>> {
  const one = z.tuple([z.enum(['active', 'reserved', 'ready']), infoSchema]);
  const parsed = z.record(z.string(), one).safeParse(value);
  if (!parsed.success) return unlike('tasks');
  const places = Object.entries(parsed.data).map(
    ([id, [state, info]]) => [id, { state, name: info.name ?? info.type ?? '' }] as const,
  );
  return { ok: true, value: new Map(places) };
}

function unlike(what: string): { ok: false; problem: string } {
  return { ok: false, problem: `its answer does not hold ${what} as Celery gives them` };
}

const times = (value: number | null | undefined, factor: number): number | null =>
  typeof value === 'number' ? value * factor : null;
