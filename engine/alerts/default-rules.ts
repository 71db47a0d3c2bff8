/** The four thresholds of the original guide, and what it had no eyes for, as rules that need enough to go by. */
import type { z } from 'zod';
import { type AlertRule, alertRuleSchema } from '../model/alert.ts';

const second = 1_000;
const minute = 60 * second;

type Made = z.input<typeof alertRuleSchema>;

const rule = (made: Made): AlertRule => alertRuleSchema.parse(made);

/** Of a gauge that is 0 when all is well; judged as soon as it is not, and told after half a minute of it. */
const trouble = (
  made: Pick<Made, 'id' | 'title' | 'signal' | 'severity' | 'runbook' | 'inhibitedBy'> & Partial<Made>,
): AlertRule =>
  rule({
    comparison: 'above',
    threshold: 0,
    clearThreshold: 0,
    windowMs: 15 * second,
    minimumCount: 2,
    forMs: 30 * second,
    keepFiringForMs: 30 * second,
    ...made,
  });

const brokerDown = 'redis-broker-unreachable';
const cacheDown = 'redis-cache-unreachable';

const ofTheGuide: readonly AlertRule[] = [
  rule({
    id: 'cache-hit-rate-low',
    title: 'Cache hit rate under 80 %',
    signal: 'cache.hit_ratio',
    comparison: 'below',
    threshold: 0.8,
    clearThreshold: 0.85,
    windowMs: 5 * minute,
    minimumCount: 20,
    forMs: 2 * minute,
    keepFiringForMs: minute,
    severity: 'warning',
    runbook: 'redis-hit-rate',
    inhibitedBy: [cacheDown, 'cache-evicting'],
  }),
  rule({
    id: 'response-slow',
    title: 'Response time over 2 s',
    signal: 'response.p95_ms',
    comparison: 'above',
    threshold: 2_000,
    clearThreshold: 1_600,
    windowMs: 5 * minute,
    minimumCount: 20,
    forMs: 2 * minute,
    keepFiringForMs: minute,
    severity: 'warning',
    runbook: 'cache-helps',
    inhibitedBy: [cacheDown],
  }),
  rule({
    id: 'workers-few',
    title: 'Fewer than 2 worker slots take jobs',
    signal: 'workers.available_count',
    comparison: 'below',
    threshold: 2,
    clearThreshold: 2,
    windowMs: 30 * second,
    minimumCount: 4,
    forMs: minute,
    keepFiringForMs: 30 * second,
    severity: 'critical',
    runbook: 'work-done',
    inhibitedBy: [brokerDown],
  }),
  memoryRule('cache'),
  memoryRule('broker'),
];

const ofRedis: readonly AlertRule[] = [
  trouble({
    id: cacheDown,
    title: 'Redis (cache) cannot be reached',
    signal: 'redis.cache.unreachable_count',
    severity: 'critical',
    runbook: 'redis-reach',
  }),
  trouble({
    id: brokerDown,
    title: 'Redis (broker) cannot be reached',
    signal: 'redis.broker.unreachable_count',
    severity: 'critical',
    runbook: 'redis-reach',
  }),
  trouble({
    id: 'broker-may-evict',
    title: 'The broker may evict jobs: its policy is not noeviction',
    signal: 'redis.broker.evicting_count',
    severity: 'warning',
    runbook: 'redis-eviction',
    inhibitedBy: [brokerDown],
  }),
  trouble({
    id: 'broker-evicting',
    title: 'The broker evicts keys: jobs are being lost',
    signal: 'redis.broker.evicted_count',
    severity: 'critical',
    runbook: 'redis-eviction',
    aggregate: 'sum',
    windowMs: minute,
    forMs: 0,
    keepFiringForMs: 5 * minute,
    inhibitedBy: [brokerDown],
  }),
  trouble({
    id: 'cache-evicting',
    title: 'The cache evicts more than 1,000 keys in 5 min',
    signal: 'redis.cache.evicted_count',
    severity: 'warning',
    runbook: 'redis-memory',
    aggregate: 'sum',
    threshold: 1_000,
    clearThreshold: 100,
    windowMs: 5 * minute,
    forMs: minute,
    keepFiringForMs: 5 * minute,
    inhibitedBy: [cacheDown],
  }),
  ...(['cache', 'broker'] as const).map((role) =>
    trouble({
      id: `redis-${role}-replication-broken`,
      title: `Redis (${role}): a replica has lost its primary`,
      signal: `redis.${role}.replication_broken_count`,
      severity: 'critical',
      runbook: 'redis-replication',
      forMs: minute,
      inhibitedBy: [role === 'cache' ? cacheDown : brokerDown],
    }),
  ),
];

const ofTheRest: readonly AlertRule[] = [
  trouble({
    id: 'warming-unproved',
    title: 'Warmed keys are no hit when read back',
    signal: 'cache.unproved_count',
    severity: 'warning',
    runbook: 'cache-helps',
    inhibitedBy: [brokerDown, cacheDown, 'cache-evicting', 'source-failing'],
  }),
  trouble({
    id: 'queue-unattended',
    title: 'Jobs wait and no worker begins them',
    signal: 'queue.unattended_count',
    severity: 'critical',
    runbook: 'work-done',
    forMs: 15 * second,
    inhibitedBy: [brokerDown],
  }),
  trouble({
    id: 'backlog-old',
    title: 'A job has waited for more than 5 min',
    signal: 'queue.oldest_waiting_ms',
    severity: 'warning',
    runbook: 'work-done',
    threshold: 5 * minute,
    clearThreshold: minute,
    windowMs: minute,
    forMs: minute,
    inhibitedBy: [brokerDown, 'queue-unattended'],
  }),
  trouble({
    id: 'jobs-failing',
    title: 'More than 10 % of the jobs fail',
    signal: 'queue.failed_ratio',
    severity: 'warning',
    runbook: 'jobs-succeed',
    threshold: 0.1,
    clearThreshold: 0.05,
    windowMs: 10 * minute,
    minimumCount: 10,
    forMs: minute,
    keepFiringForMs: 5 * minute,
    inhibitedBy: ['source-failing'],
  }),
  trouble({
    id: 'worker-wedged',
    title: 'A worker is wedged',
    signal: 'workers.wedged_count',
    severity: 'critical',
    runbook: 'work-done',
    inhibitedBy: [brokerDown],
  }),
  trouble({
    id: 'kpi-expired',
    title: 'A KPI is past the age at which it may be shown',
    signal: 'kpi.expired_count',
    severity: 'warning',
    runbook: 'work-done',
    windowMs: 2 * minute,
    minimumCount: 1,
    forMs: minute,
    inhibitedBy: [brokerDown, cacheDown, 'source-failing', 'worker-wedged', 'queue-unattended'],
  }),
  trouble({
    id: 'schedule-missed',
    title: 'A scheduled run was missed',
    signal: 'schedule.missed_count',
    severity: 'warning',
    runbook: 'schedules-kept',
    inhibitedBy: [brokerDown],
  }),
  trouble({
    id: 'source-failing',
    title: 'The source cannot be reached',
    signal: 'source.unreachable_count',
    severity: 'critical',
    runbook: 'source-answers',
  }),
  trouble({
    id: 'store-nearly-full',
    title: 'The local history is near its ceiling',
    signal: 'store.used_ratio',
    severity: 'warning',
    runbook: 'local-store',
    threshold: 0.95,
    clearThreshold: 0.9,
    windowMs: 5 * minute,
    minimumCount: 1,
    forMs: 10 * minute,
  }),
];

export const defaultRules: readonly AlertRule[] = [...ofTheGuide, ...ofRedis, ...ofTheRest];

/**
 * Memory is two rules, one a role: a full cache evicts and a full broker refuses jobs, so they are not one trouble.
 * Workers are counted in job slots, as the guide's Celery concurrency was.
 */
function memoryRule(role: 'cache' | 'broker'): AlertRule {
  return rule({
    id: `redis-${role}-memory-high`,
    title: `Redis memory (${role}) over 90 %`,
    signal: `redis.${role}.memory_ratio`,
    comparison: 'above',
    threshold: 0.9,
    clearThreshold: 0.85,
    windowMs: minute,
    minimumCount: 4,
    forMs: minute,
    keepFiringForMs: minute,
    severity: role === 'broker' ? 'critical' : 'warning',
    runbook: 'redis-memory',
    inhibitedBy: [role === 'cache' ? cacheDown : brokerDown],
  });
}
