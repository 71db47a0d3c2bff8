/** The guide's four figures: value, what stands behind it, and how it stands to its threshold. */
import type { HealthState, OverviewFigure, RedisMemory, RedisRole } from '../model/health.ts';
import { type Said, said } from '../model/said.ts';
import type { FigureId, FigureRule, HealthFacts, OverviewFacts } from './overview-facts.ts';
import { availableSlots, judgedHitRatio, memoryRatio } from './readings.ts';
import { bytesWords, countWords, durationWords, latencyWords, percentWords, plural } from './wording.ts';

/** A figure before its state and its line. */
export interface FigureReading {
  readonly value: number | null;
  readonly note: string | null;
  readonly noteSaid: Said | null;
  readonly noDataReason: string | null;
  readonly noDataSaid: Said | null;
  readonly observationCount: number;
}

export const figureIds: readonly FigureId[] = ['hit_rate', 'response_time', 'workers', 'redis_memory'];

const units: Readonly<Record<FigureId, OverviewFigure['unit']>> = {
  hit_rate: 'ratio',
  response_time: 'ms',
  workers: 'count',
  redis_memory: 'ratio',
};

export function figureReadings(facts: HealthFacts): Record<FigureId, FigureReading> {
  return {
    hit_rate: hitRate(facts),
    response_time: responseTime(facts),
    workers: workerFigure(facts),
    redis_memory: memoryFigure(facts),
  };
}

export function overviewFigures(facts: OverviewFacts): OverviewFigure[] {
  const readings = figureReadings(facts);
  return figureIds.map((id) => ({
    id,
    ...readings[id],
    unit: units[id],
    threshold: facts.rules[id].threshold,
    badWhen: facts.rules[id].badWhen,
    firingSinceMs: facts.rules[id].firingSinceMs,
    state: figureState(readings[id].value, facts.rules[id]),
    series: facts.series[id],
  }));
}

export function isPast(value: number, rule: FigureRule): boolean {
  return rule.badWhen === 'above' ? value > rule.threshold : value < rule.threshold;
}

/** Past its threshold for long enough to fire: failed; only now: a warning; not there: unknown, never well. */
function figureState(value: number | null, rule: FigureRule): HealthState {
  if (rule.firingSinceMs !== null) return 'failed';
  if (value === null) return 'unknown';
  return isPast(value, rule) ? 'warning' : 'well';
}

function noData(reason: string, noDataSaid: Said, observationCount = 0): FigureReading {
  return { value: null, note: null, noteSaid: null, noDataReason: reason, noDataSaid, observationCount };
}

/** Of a figure that is there. */
const told = { noDataReason: null, noDataSaid: null } as const;

function hitRate({ cache, minimumCount }: HealthFacts): FigureReading {
  if (cache === null) return noData('the cache cannot be seen', said('cache_unseen'));
  const ratio = judgedHitRatio(cache, minimumCount);
  if (ratio === null) {
    const few = said('too_few_reads', { count: cache.reads, windowMs: cache.windowMs, needed: minimumCount });
    return noData(tooFew(cache.reads, 'read', cache.windowMs, minimumCount), few, cache.reads);
  }
  const staleRatio = cache.staleHits / cache.reads;
  const note = staleRatio === 0 ? null : `${percentWords(staleRatio)} stale`;
  const noteSaid = staleRatio === 0 ? null : said('reads_stale', { staleRatio });
  return { ...told, value: ratio, note, noteSaid, observationCount: cache.reads };
}

function responseTime({ response, minimumCount }: HealthFacts): FigureReading {
  if (response === null) return noData('responses are not measured', said('responses_unmeasured'));
  if (response.p95Ms === null || response.count < minimumCount) {
    const few = said('too_few_responses', { count: response.count, windowMs: response.windowMs, needed: minimumCount });
    return noData(tooFew(response.count, 'response', response.windowMs, minimumCount), few, response.count);
  }
  const note = response.p99Ms === null ? null : `p99 ${latencyWords(response.p99Ms)}`;
  const noteSaid = response.p99Ms === null ? null : said('p99', { p99LatencyMs: response.p99Ms });
  return { ...told, value: response.p95Ms, note, noteSaid, observationCount: response.count };
}

function tooFew(count: number, noun: string, windowMs: number, minimum: number): string {
  return `${plural(count, noun)} in ${durationWords(windowMs)}; ${countWords(minimum)} are needed`;
}

function workerFigure({ workers }: HealthFacts): FigureReading {
  if (workers === null) return noData('the workers cannot be seen', said('workers_unseen'));
  const available = availableSlots(workers);
  if (available === null) return noData('no worker can be judged', said('workers_unjudged'), workers.length);
  const slots = workers.filter((worker) => worker.verdict !== 'gone').reduce((sum, worker) => sum + worker.slots, 0);
  return {
    value: available,
    note: `of ${plural(slots, 'slot')}`,
    noteSaid: said('of_slots', { count: slots }),
    noDataReason: null,
    noDataSaid: null,
    observationCount: workers.length,
  };
}

function memoryFigure({ memory }: HealthFacts): FigureReading {
  const worst = worstMemory(memory);
  if (worst !== null) {
    const note = `of ${bytesWords(worst.limitBytes)} (${worst.role})`;
    const noteSaid = said('of_limit', { limitBytes: worst.limitBytes, role: worst.role });
    return { ...told, value: worst.ratio, note, noteSaid, observationCount: 1 };
  }
  if (memory.cache === null)
    return noData('Redis (cache) does not tell its memory', said('memory_untold', { role: 'cache' }));
  if (memory.broker === null)
    return noData('Redis (broker) does not tell its memory', said('memory_untold', { role: 'broker' }));
  const none = noData('Redis has no memory limit', said('no_memory_limit'), 1);
  return {
    ...none,
    note: `${bytesWords(memory.cache.usedBytes)} used`,
    noteSaid: said('memory_used', { usedBytes: memory.cache.usedBytes }),
  };
}

/** The role nearest to its limit; null when none has one. */
export function worstMemory(
  memory: HealthFacts['memory'],
): { role: RedisRole; ratio: number; limitBytes: number; memory: RedisMemory } | null {
  const roles: readonly RedisRole[] = ['cache', 'broker'];
  const limited = roles.flatMap((role) => {
    const seen = memory[role];
    const ratio = seen === null ? null : memoryRatio(seen);
    if (seen === null || ratio === null || seen.limitBytes === null) return [];
    return [{ role, ratio, limitBytes: seen.limitBytes, memory: seen }];
  });
  return limited.sort((a, b) => b.ratio - a.ratio)[0] ?? null;
}
