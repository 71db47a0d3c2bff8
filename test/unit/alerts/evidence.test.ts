/** What an alert says it rests on. */
import { expect, it } from 'vitest';
import { defaultRules } from '../../../engine/alerts/default-rules.ts';
import { evidenceOf, figureWords } from '../../../engine/alerts/evidence.ts';

const hitRate = defaultRules.find((rule) => rule.id === 'cache-hit-rate-low');

it('names figure, window, observations and threshold', () => {
  if (!hitRate) throw new Error('no such rule');
  expect(evidenceOf(hitRate, { outcome: 'value', value: 0.6234, observationCount: 143 })).toBe(
    '62.3 % on average over 5 min (143 observations), under 80 %',
  );
  expect(evidenceOf(hitRate, { outcome: 'missing', observationCount: 3 })).toBe(
    '3 observations of cache.hit_ratio in 5 min; 20 are needed',
  );
});

it('takes the unit from the end of the name', () => {
  expect(figureWords('response.p95_ms', 2_340)).toBe('2.3 s');
  expect(figureWords('redis.cache.memory_bytes', 3 * 1_048_576)).toBe('3 MB');
  expect(figureWords('workers.available_count', 4)).toBe('4');
});

it('watches the four figures of the guide, and jobs that nobody begins, with room to clear', () => {
  expect(defaultRules.map(({ signal, comparison, threshold }) => `${signal} ${comparison} ${threshold}`)).toEqual([
    'cache.hit_ratio below 0.8',
    'response.p95_ms above 2000',
    'workers.available_count below 2',
    'queue.unattended_count above 0',
    'redis.cache.memory_ratio above 0.9',
    'redis.broker.memory_ratio above 0.9',
  ]);
  for (const { comparison, threshold, clearThreshold, windowMs, minimumCount } of defaultRules) {
    expect(comparison === 'above' ? clearThreshold <= threshold : clearThreshold >= threshold).toBe(true);
    // Gauges come every 5 s: a window must be able to hold what it needs.
    expect(minimumCount === 20 || windowMs / 5_000 >= minimumCount).toBe(true);
  }
});
