/** The four thresholds of the original guide, and what it had no eyes for, as rules that need enough to go by. */
import type { AlertRule } from '../model/alert.ts';

const second = 1_000;
const minute = 60 * second;

/**
 * Redis memory is two rules, one a role: a full cache evicts and a full broker refuses jobs, so they are not one trouble.
 * Workers are counted in job slots, as the guide's Celery concurrency was.
 */
export const defaultRules: readonly AlertRule[] = [
  {
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
  },
  {
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
  },
  {
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
  },
  {
    id: 'queue-unattended',
    title: 'Jobs wait and no worker begins them',
    signal: 'queue.unattended_count',
    comparison: 'above',
    threshold: 0,
    clearThreshold: 0,
    windowMs: 15 * second,
    minimumCount: 2,
    forMs: 15 * second,
    keepFiringForMs: 30 * second,
    severity: 'critical',
  },
  memoryRule('cache'),
  memoryRule('broker'),
];

function memoryRule(role: 'cache' | 'broker'): AlertRule {
  return {
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
  };
}
