import { describe, expect, test } from 'vitest';
import { type Evidence, judge } from '../../../engine/cache/entry.ts';
import type { Invalidation } from '../../../engine/cache/tags.ts';
import type { EntryState, ReadReason } from '../../../engine/model/freshness.ts';

const layer = { ttlMs: 100, staleWindowMs: 600, maxAgeMs: 1_000 };
const entry = { computedAtMs: 10_000, dataAsOfMs: null, computeMs: 5, freshUntilMs: 10_100, staleUntilMs: 10_700 };

type Row = [ageMs: number, evidence: Evidence, state: EntryState, reason: ReadReason];

/** Every kind of age with everything that Redis can have said. */
const table: Row[] = [
  [0, 'current', 'fresh', 'within-ttl'],
  [99, 'current', 'fresh', 'within-ttl'],
  [100, 'current', 'stale', 'ttl-passed'],
  [699, 'current', 'stale', 'ttl-passed'],
  [700, 'current', 'stale', 'ttl-passed'],
  [1_000, 'current', 'stale', 'ttl-passed'],
  [1_001, 'current', 'expired', 'age-ceiling-passed'],
  [99, 'own', 'fresh', 'within-ttl'],
  [100, 'own', 'stale', 'ttl-passed'],
  [1_001, 'own', 'expired', 'age-ceiling-passed'],
  [99, 'unreachable', 'fresh', 'redis-unreachable'],
  [100, 'unreachable', 'stale', 'redis-unreachable'],
  [1_001, 'unreachable', 'expired', 'redis-unreachable'],
  [99, 'absent', 'stale', 'evicted'],
  [699, 'absent', 'stale', 'evicted'],
  [700, 'absent', 'stale', 'ttl-passed'],
  [1_001, 'absent', 'expired', 'age-ceiling-passed'],
  [99, 'unreadable', 'stale', 'entry-unreadable'],
  [100, 'unreadable', 'stale', 'entry-unreadable'],
  [1_001, 'unreadable', 'expired', 'entry-unreadable'],
  [-50, 'current', 'fresh', 'within-ttl'],
];

const touched = (mode: 'stale' | 'expired'): Invalidation => ({ mode, detail: 'table:edp' });

describe('an invalidated copy', () => {
  test.each<[number, Evidence, Invalidation, EntryState, ReadReason]>([
    [0, 'current', touched('stale'), 'stale', 'invalidated'],
    [100, 'current', touched('stale'), 'stale', 'invalidated'],
    [1_001, 'current', touched('stale'), 'expired', 'invalidated'],
    [0, 'current', touched('expired'), 'expired', 'invalidated'],
    [0, 'own', touched('expired'), 'expired', 'invalidated'],
    [0, 'unreachable', touched('stale'), 'stale', 'invalidated'],
    [0, 'absent', touched('expired'), 'expired', 'invalidated'],
    [0, 'unreadable', touched('expired'), 'stale', 'entry-unreadable'],
  ])('%i ms old, of which Redis says %s', (ageMs, evidence, invalidation, state, reason) => {
    const judged = judge(entry, layer, evidence, entry.computedAtMs + ageMs, invalidation);
    expect(judged).toMatchObject({ state, reason });
    if (reason === 'invalidated') expect(judged.reasonDetail).toBe('table:edp');
  });
});

describe('a copy', () => {
  test('from further in the future than clocks may differ is stale, because a clock is wrong', () => {
    const asked = (aheadMs: number) => judge(entry, layer, 'current', entry.computedAtMs - aheadMs);
    expect(asked(59_000)).toMatchObject({ state: 'fresh' });
    expect(asked(61_000)).toMatchObject({ state: 'stale', reason: 'clock-disagrees' });
  });

  test.each(table)('%i ms old, of which Redis says %s, is %s: %s', (ageMs, evidence, state, reason) => {
    expect(judge(entry, layer, evidence, entry.computedAtMs + ageMs)).toMatchObject({ state, reason });
  });

  test('ages sooner by a TTL that was shortened', () => {
    expect(judge(entry, { ...layer, ttlMs: 10 }, 'current', 10_050)).toEqual({
      state: 'stale',
      reason: 'ttl-passed',
      reasonDetail: null,
      freshUntilMs: 10_010,
    });
  });

  test('does not grow younger by a TTL that was prolonged', () => {
    expect(judge(entry, { ...layer, ttlMs: 5_000 }, 'current', 10_150).state).toBe('stale');
  });
});
