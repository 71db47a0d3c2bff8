/** Percentiles that are within 5 %, windows that forget, and memory that does not grow. */
import { describe, expect, it } from 'vitest';
import { ResponseTimes } from '../../../engine/health/response-times.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** A repeatable spread of latencies over five decades. */
function latencies(count: number): number[] {
  let seed = 42;
  return Array.from({ length: count }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return 0.05 * 10 ** ((seed / 2_147_483_648) * 5);
  });
}

function exact(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

describe('percentiles', () => {
  it('are within 5 % of the exact ones, and the mean is exact', () => {
    const times = new ResponseTimes({ clock: new ManualClock() });
    const values = latencies(20_000);
    for (const value of values) times.record(value);
    const figures = times.window(60_000);
    const pairs: [number | null, number][] = [
      [figures.p50Ms, 0.5],
      [figures.p95Ms, 0.95],
      [figures.p99Ms, 0.99],
    ];
    for (const [ours, share] of pairs) {
      const truth = exact(values, share);
      expect(Math.abs((ours ?? 0) - truth) / truth).toBeLessThanOrEqual(0.05);
    }
    expect(figures.count).toBe(20_000);
    expect(figures.meanMs).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 6);
  });

  it('do not exist without a response', () => {
    const times = new ResponseTimes({ clock: new ManualClock() });
    expect(times.window(60_000)).toEqual({
      windowMs: 60_000,
      count: 0,
      meanMs: null,
      p50Ms: null,
      p95Ms: null,
      p99Ms: null,
    });
  });

  it('ignore times that cannot be', () => {
    const times = new ResponseTimes({ clock: new ManualClock() });
    for (const value of [Number.NaN, -1, Number.POSITIVE_INFINITY]) times.record(value);
    expect(times.window(60_000).count).toBe(0);
  });
});

describe('windows', () => {
  it('hold what was recorded in them and forget the rest', async () => {
    const clock = new ManualClock();
    const times = new ResponseTimes({ clock });
    times.record(1_000);
    await clock.advance(120_000);
    times.record(10);
    expect(times.window(60_000).count).toBe(1);
    expect(times.window(600_000).count).toBe(2);
    await clock.advance(2 * 3_600_000);
    expect(times.window(3_600_000).count).toBe(0);
  });

  it('do not move when the wall clock jumps', () => {
    const clock = new ManualClock();
    const times = new ResponseTimes({ clock });
    times.record(10);
    clock.suspend(7_200_000);
    expect(times.window(60_000).count).toBe(1);
  });

  it('are taken by the sampler without overlap', () => {
    const times = new ResponseTimes({ clock: new ManualClock() });
    times.record(10);
    times.record(20);
    expect(times.take().count).toBe(2);
    expect(times.take().count).toBe(0);
    expect(times.window(60_000).count).toBe(2);
  });
});
