import { describe, expect, test } from 'vitest';
import { onTimeAxis } from '../../../src/renderer/pages/overview/overview-model.ts';

const minute = 60_000;
const series = (points: { atMs: number; value: number | null }[]) =>
  onTimeAxis({ signal: 'cache.hit_ratio', fromMs: 0, toMs: 60 * minute, points });

describe("an hour's line", () => {
  test('puts each point at its time, not at its turn', () => {
    const line = series([
      { atMs: minute, value: 1 },
      { atMs: 30 * minute, value: 2 },
      { atMs: 60 * minute, value: 3 },
    ]);
    expect(line.values).toEqual([1, 2, 3]);
    expect(line.positions).toEqual([1 / 60, 0.5, 1]);
  });

  test('begins with a gap where nobody looked yet', () => {
    expect(
      series([
        { atMs: 45 * minute, value: 1 },
        { atMs: 60 * minute, value: 2 },
      ]),
    ).toEqual({
      values: [null, 1, 2],
      positions: [0, 0.75, 1],
    });
  });

  test('ends with a gap where nobody looks any more', () => {
    expect(
      series([
        { atMs: 0, value: 1 },
        { atMs: 30 * minute, value: 2 },
      ]).values,
    ).toEqual([1, 2, null]);
  });

  test('is one gap when nothing was ever observed', () => {
    expect(series([])).toEqual({ values: [null, null], positions: [0, 1] });
  });
});
