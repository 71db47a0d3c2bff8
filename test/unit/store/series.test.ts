/** Lines from stretches of samples: the gaps stay gaps. */
import { expect, it } from 'vitest';
import { bucketWidthMs, linePoints } from '../../../engine/store/series.ts';

const bucket = (atMs: number, mean: number | null, spanMs = 5_000) => ({ firstMs: atMs, lastMs: atMs, spanMs, mean });

it('puts a null where nobody looked for more than 2.5 periods', () => {
  expect(linePoints([bucket(0, 1), bucket(5_000, 2), bucket(17_501, 3)])).toEqual([
    { atMs: 0, value: 1 },
    { atMs: 5_000, value: 2 },
    { atMs: 10_000, value: null },
    { atMs: 17_501, value: 3 },
  ]);
});

it('takes one missed tick for no gap', () => {
  expect(linePoints([bucket(0, 1), bucket(10_000, 2)]).every(({ value }) => value !== null)).toBe(true);
});

it('knows that a thinned sample speaks for a whole minute', () => {
  const points = linePoints([bucket(0, 1, 60_000), bucket(60_000, 2, 60_000), bucket(120_000, 3, 5_000)]);
  expect(points).toHaveLength(3);
});

it('never makes stretches shorter than the sampling period', () => {
  expect(bucketWidthMs(0, 60_000, 240, 5_000)).toBe(5_000);
  expect(bucketWidthMs(0, 86_400_000, 240, 5_000)).toBe(360_001);
});
