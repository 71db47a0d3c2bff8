import { describe, expect, test } from 'vitest';
import { type Conformities, meanDays, percentileDays } from '../../../packs/edp/conformities.ts';

const entries = (days: readonly (number | null)[]): Conformities[] =>
  days.map((each) => ({ month: 0, days: each, count: 1, approved: 0 }));

describe('the continuous percentile', () => {
  test.each([
    [[1, 2, 3, 4], 0.5, 2.5],
    [[10], 0.9, 10],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 0.9, 10],
    [[0, 10], 0.9, 9],
    [[5, null, 5, 1], 1, 5],
  ])('of %j at %d is %d', (days, share, percentile) => {
    expect(percentileDays(entries(days), share)).toBeCloseTo(percentile, 12);
  });

  test('counts what is grouped as often as it is there', () => {
    const grouped = [
      { month: 0, days: 1, count: 3, approved: 0 },
      { month: 1, days: 5, count: 1, approved: 0 },
    ];
    expect(percentileDays(grouped, 0.9)).toBeCloseTo(percentileDays(entries([1, 1, 1, 5]), 0.9) ?? 0, 12);
    expect(meanDays(grouped)).toBe(2);
  });

  test('of nothing is no data', () => {
    expect(percentileDays(entries([null]), 0.9)).toBeNull();
    expect(meanDays([])).toBeNull();
  });
});
