/** `GET /health/system`: the guide's five figures, and behind each what it rests on. Pure. */
import type { SystemHealth } from '../model/health.ts';
import { wordsOf } from './causes/link.ts';
import { linkCause } from './causes/redis-root.ts';
import { workersRoot } from './causes/workers-root.ts';
import { figureIds, figureReadings, isPast, worstMemory } from './figures.ts';
import type { FigureId, HealthFacts } from './overview-facts.ts';
import { availableSlots, hitRatio } from './readings.ts';
import { latencyWords, percentWords } from './wording.ts';

/**
 * `celery_workers` counts job slots of processes that take jobs, not processes: the original ran one Celery node with
 * several prefork children, and one supervised process with four slots does the same work. `0` stands also for workers
 * that cannot be seen, because the guide's field is a number; `behind` and `reasons` tell the two apart.
 */
export function buildSystemHealth(facts: HealthFacts): SystemHealth {
  const reasons = reasonsOf(facts);
  const enough = facts.cache !== null && facts.cache.reads >= facts.minimumCount;
  const answered = facts.response !== null && facts.response.count >= facts.minimumCount;
  return {
    status: statusOf(facts, reasons),
    at: new Date(facts.atMs).toISOString(),
    redis: redisWord(facts),
    celery_workers: facts.workers === null ? 0 : (availableSlots(facts.workers) ?? 0),
    cache_hit_rate: enough && facts.cache ? hitRatio(facts.cache) : null,
    avg_response_time: answered ? (facts.response?.meanMs ?? null) : null,
    memory_usage: worstMemory(facts.memory)?.ratio ?? null,
    behind: behind(facts, reasons),
  };
}

function behind(facts: HealthFacts, reasons: string[]): SystemHealth['behind'] {
  const { cache, response } = facts;
  return {
    links: [...facts.links],
    workers: (facts.workers ?? []).map(({ workerId, verdict, evidence, slots }) => ({
      workerId,
      verdict,
      evidence,
      slots,
    })),
    hit_rate: {
      windowMs: cache?.windowMs ?? 0,
      hits: cache ? cache.hits + cache.staleHits : 0,
      reads: cache?.reads ?? 0,
    },
    response: {
      windowMs: response?.windowMs ?? 0,
      count: response?.count ?? 0,
      p95Ms: response?.p95Ms ?? null,
      p99Ms: response?.p99Ms ?? null,
    },
    memory: worstMemory(facts.memory)?.memory ?? facts.memory.cache ?? facts.memory.broker,
    queues: (facts.queues ?? []).map(({ queue, waiting, active, failed }) => ({ queue, waiting, active, failed })),
    reasons,
  };
}

/** Both roles as one word: connected only when both are. */
function redisWord({ links }: HealthFacts): SystemHealth['redis'] {
  if (links.length === 0) return 'disconnected';
  if (links.some(({ state }) => state === 'unreachable' || state === 'refused' || state === 'closed'))
    return 'disconnected';
  return links.some(({ state }) => state === 'connecting') ? 'connecting' : 'connected';
}

/** Unhealthy: KPIs cannot be refreshed now. Degraded: anything else that has a reason. */
function statusOf(facts: HealthFacts, reasons: readonly string[]): SystemHealth['status'] {
  const noWorkers = facts.workers !== null && availableSlots(facts.workers) === 0;
  if (redisWord(facts) === 'disconnected' || noWorkers || !facts.source.reachable) return 'unhealthy';
  return reasons.length > 0 ? 'degraded' : 'healthy';
}

function reasonsOf(facts: HealthFacts): string[] {
  const reasons = [linkCause('cache', facts), linkCause('broker', facts)].flatMap((cause) => cause?.words ?? []);
  if (!facts.source.reachable) reasons.push(`source ${facts.source.label} is unreachable`);
  if (facts.workers === null || (availableSlots(facts.workers) ?? 0) === 0)
    reasons.push(...wordsOf(workersRoot(facts)));
  if (facts.queues === null) reasons.push('the queues cannot be seen');
  const readings = figureReadings(facts);
  for (const id of figureIds) {
    const { value } = readings[id];
    if (value !== null && isPast(value, facts.rules[id])) reasons.push(crossed(id, value, facts));
  }
  return reasons;
}

function crossed(id: FigureId, value: number, facts: HealthFacts): string {
  const { threshold, badWhen } = facts.rules[id];
  const words = (figure: number): string => {
    if (id === 'response_time') return latencyWords(figure);
    return id === 'workers' ? String(figure) : percentWords(figure);
  };
  const names: Readonly<Record<FigureId, string>> = {
    hit_rate: 'cache hit rate',
    response_time: 'response time (p95)',
    workers: 'available worker slots',
    redis_memory: 'Redis memory',
  };
  return `${names[id]} ${words(value)} is ${badWhen === 'above' ? 'over' : 'under'} ${words(threshold)}`;
}
