/** What an alert says it rests on. */
import { expect, it } from 'vitest';
import { defaultRules } from '../../../engine/alerts/default-rules.ts';
import { evidenceOf, factsOf, figureWords } from '../../../engine/alerts/evidence.ts';
import { checkRule } from '../../../engine/alerts/rule-book.ts';

const hitRate = defaultRules.find((rule) => rule.id === 'cache-hit-rate-low');

it('names figure, window, observations and threshold', () => {
  if (!hitRate) throw new Error('no such rule');
  expect(evidenceOf(factsOf(hitRate, { outcome: 'value', value: 0.6234, observationCount: 143 }))).toBe(
    '62.3 % on average over 5 min (143 observations), under 80 %',
  );
  expect(evidenceOf(factsOf(hitRate, { outcome: 'missing', observationCount: 3 }))).toBe(
    '3 observations of cache.hit_ratio in 5 min; 20 are needed',
  );
});

it('takes the unit from the end of the name', () => {
  expect(figureWords('response.p95_ms', 2_340)).toBe('2.3 s');
  expect(figureWords('queue.oldest_waiting_ms', 300_000)).toBe('5 min');
  expect(figureWords('redis.cache.memory_bytes', 3 * 1_048_576)).toBe('3 MB');
  expect(figureWords('workers.available_count', 4)).toBe('4');
});

it('watches the four figures of the guide and what it had no eyes for, with room to clear and enough to go by', () => {
  const watched = defaultRules.map(({ signal, comparison, threshold }) => `${signal} ${comparison} ${threshold}`);
  expect(watched).toEqual(
    expect.arrayContaining([
      'cache.hit_ratio below 0.8',
      'cache.unproved_count above 0',
      'response.p95_ms above 2000',
      'workers.available_count below 2',
      'redis.cache.memory_ratio above 0.9',
      'redis.broker.memory_ratio above 0.9',
      'redis.cache.unreachable_count above 0',
      'redis.broker.unreachable_count above 0',
      'redis.broker.evicting_count above 0',
      'redis.broker.evicted_count above 0',
      'redis.broker.replication_broken_count above 0',
      'queue.unattended_count above 0',
      'queue.oldest_waiting_ms above 300000',
      'queue.failed_ratio above 0.1',
      'workers.wedged_count above 0',
      'kpi.expired_count above 0',
      'schedule.missed_count above 0',
      'source.unreachable_count above 0',
      'store.used_ratio above 0.95',
    ]),
  );
  const ids = defaultRules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const rule of defaultRules) {
    expect(() => checkRule(rule)).not.toThrow();
    for (const cause of rule.inhibitedBy) expect(ids).toContain(cause);
    // Gauges come every 5 s: a window must be able to hold what it needs; counted figures bring more each.
    const isCounted = /hit_ratio|p95_ms|failed_ratio/.test(rule.signal);
    expect(isCounted || rule.windowMs / 5_000 >= rule.minimumCount).toBe(true);
  }
});
