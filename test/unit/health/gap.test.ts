/** Sleep, hold-up and clock change told from ordinary ticks. */
import { expect, it } from 'vitest';
import { gapBetween } from '../../../engine/health/gap.ts';

const before = { wallMs: 1_000_000, monotonicMs: 50_000 };
const later = (wallMs: number, monotonicMs: number) =>
  gapBetween(before, { wallMs: before.wallMs + wallMs, monotonicMs: before.monotonicMs + monotonicMs }, 5_000);

it('an ordinary or a little late tick is no gap', () => {
  expect(later(5_000, 5_000)).toBeNull();
  expect(later(15_000, 15_000)).toBeNull();
});

it('a wall clock that ran ahead of the monotonic one was a sleep', () => {
  expect(later(7_205_000, 5_000)).toEqual({ fromMs: 1_000_000, toMs: 8_205_000, reason: 'asleep' });
});

it('a tick that is late on both clocks was a hold-up', () => {
  expect(later(20_000, 20_000)).toMatchObject({ reason: 'held-up' });
});

it('a wall clock that went back is a gap of no length', () => {
  expect(later(-3_600_000, 5_000)).toEqual({
    fromMs: 1_000_000 - 3_600_000,
    toMs: 1_000_000 - 3_600_000,
    reason: 'clock-set-back',
  });
});
