/** What alert rules look at beyond the figures of the Overview: links, evictions, replication, verdicts, schedules, KPIs, the store. */
import type { CountedWorker, FigurePort } from '../health/ports.ts';
import type { DashboardView, SectionView } from '../model/dashboard.ts';
import type { LinkView, RedisRole } from '../model/health.ts';
import type { Sample } from '../model/sample.ts';
import { workerVerdictSchema } from '../model/worker.ts';
import type { RedisFacts } from '../redis/info.ts';

export interface FigureInputs {
  readonly links: () => readonly LinkView[];
  /** Of the last look at the server; null while it could not be looked at. */
  readonly redisFacts: (role: RedisRole) => RedisFacts | null;
  readonly workers: () => Promise<readonly CountedWorker[]>;
  /** Tasks that ended since any fixed moment. */
  readonly finished: () => { readonly succeeded: number; readonly failed: number };
  /** Of each schedule, how many due times of the last hour were missed. */
  readonly missedRuns: () => readonly { readonly scheduleId: string; readonly missed: number }[];
  readonly source: () => Pick<DashboardView['source'], 'reachable'>;
  /** Keys of the last warm-up that were no hit when read back; null before the first. */
  readonly unproved: () => number | null;
  readonly storeUsedRatio: () => number;
  /** Every view that is known, the unfiltered one among them. */
  readonly views: () => Promise<readonly { filters: Readonly<Record<string, unknown>>; sections: SectionView[] }[]>;
  readonly nowMs: () => number;
}

type Figure = Omit<Sample, 'atMs'>;

/** KPIs change with a computation, not with a second. */
const viewsEveryRounds = 6;
/** Of rounds that come every 5 s. */
const kpiSpanMs = 30_000;
const roles: readonly RedisRole[] = ['cache', 'broker'];

export function alertFigures(inputs: FigureInputs): FigurePort[] {
  const evicted = { cache: counter(), broker: counter() };
  const done = { succeeded: counter(), failed: counter() };
  let rounds = 0;
  return [
    { part: 'links', read: async () => linkFigures(inputs.links()) },
    { part: 'Redis policies', read: async () => roles.flatMap((role) => redisFigures(role, inputs, evicted[role])) },
    { part: 'verdicts on workers', read: async () => verdictFigures(await inputs.workers()) },
    { part: 'missed runs', read: async () => missedFigures(inputs.missedRuns()) },
    { part: 'failed tasks', read: async () => failedFigures(inputs.finished(), done) },
    { part: 'source', read: async () => [gauge('source.unreachable_count', inputs.source().reachable ? 0 : 1)] },
    { part: 'warming', read: async () => unprovedFigures(inputs.unproved()) },
    { part: 'local store', read: async () => [gauge('store.used_ratio', inputs.storeUsedRatio())] },
    {
      part: 'KPI values',
      async read() {
        rounds += 1;
        if (rounds % viewsEveryRounds !== 1) return [];
        const figures = kpiFigures(await inputs.views(), inputs.nowMs());
        return figures.map((figure) => ({ ...figure, spanMs: kpiSpanMs }));
      },
    },
  ];
}

function gauge(signal: Sample['signal'], value: number | null): Figure {
  return { signal, value, count: value === null ? 0 : 1 };
}

/** Connecting for the first time is not yet unreachable; `degraded` has shards away. */
function linkFigures(links: readonly LinkView[]): Figure[] {
  return links.flatMap(({ role, state }) => {
    if (state === 'connecting' || state === 'closed') return [];
    return [gauge(`redis.${role}.unreachable_count`, state === 'ready' ? 0 : 1)];
  });
}

function redisFigures(role: RedisRole, { redisFacts }: FigureInputs, evicted: Counter): Figure[] {
  const facts = redisFacts(role);
  if (facts === null) return [];
  const policy = facts.memory?.policy ?? 'unknown';
  const grown = facts.evictedKeyCount === null ? null : evicted(facts.evictedKeyCount);
  return [
    gauge(`redis.${role}.replication_broken_count`, facts.replicationBrokenCount),
    ...(grown === null ? [] : [gauge(`redis.${role}.evicted_count`, grown)]),
    ...(role === 'broker' && policy !== 'unknown'
      ? [gauge('redis.broker.evicting_count', policy === 'noeviction' ? 0 : 1)]
      : []),
  ];
}

function verdictFigures(workers: readonly CountedWorker[]): Figure[] {
  return workerVerdictSchema.options.map((each) =>
    gauge(`workers.${each}_count`, workers.filter(({ verdict }) => verdict === each).length),
  );
}

function missedFigures(schedules: ReturnType<FigureInputs['missedRuns']>): Figure[] {
  return schedules.flatMap(({ scheduleId, missed }) => {
    const name = scheduleId.toLowerCase().replaceAll(/[^a-z0-9]/g, '_');
    return name === '' ? [] : [gauge(`schedule.${name.slice(0, 80)}.missed_count`, missed)];
  });
}

function unprovedFigures(count: number | null): Figure[] {
  return count === null ? [] : [gauge('cache.unproved_count', count)];
}

function failedFigures(
  now: ReturnType<FigureInputs['finished']>,
  before: { readonly succeeded: Counter; readonly failed: Counter },
): Figure[] {
  const succeeded = before.succeeded(now.succeeded);
  const failed = before.failed(now.failed);
  if (succeeded === null || failed === null) return [];
  const count = succeeded + failed;
  return [{ signal: 'queue.failed_ratio', value: count === 0 ? null : failed / count, count }];
}

/** A value that is past its age is no value of today, so a rule on it finds no data; the age has rules of its own. */
function kpiFigures(views: Awaited<ReturnType<FigureInputs['views']>>, nowMs: number): Figure[] {
  const expired = views
    .flatMap(({ sections }) => sections)
    .filter(({ payload, freshness }) => payload !== null && freshness.state === 'expired').length;
  const whole = views.find(({ filters }) => Object.keys(filters).length === 0);
  const figures = (whole?.sections ?? []).flatMap(({ name, payload, freshness }): Figure[] => {
    if (payload === null || freshness.computedAtMs === null) return [];
    const isPast = freshness.state === 'expired';
    return [
      gauge(`section.${name}.age_ms`, Math.max(0, nowMs - freshness.computedAtMs)),
      ...Object.entries(payload.figures)
        .filter(([id]) => /^[a-z0-9_]{1,80}$/.test(id))
        .map(([id, { value }]) => gauge(`kpi.${id}`, isPast ? null : value)),
    ];
  });
  return [gauge('kpi.expired_count', expired), ...figures];
}

/** How far a running total has grown since the look before; null at the first look and where it was begun anew. */
type Counter = (total: number) => number | null;

function counter(): Counter {
  let before: number | null = null;
  return (total) => {
    const grown = before === null || total < before ? null : total - before;
    before = total;
    return grown;
  };
}
