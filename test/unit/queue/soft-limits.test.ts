import { describe, expect, test } from 'vitest';
import { SoftLimits } from '../../../engine/queue/soft-limits.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function watchedJobs() {
  const clock = new ManualClock();
  const overran: string[] = [];
  const limits = new SoftLimits<{ name: string }>(clock, ({ name }) => overran.push(name));
  const begin = (name: string, limitMs: number | null) => {
    const job = { name };
    limits.watch(job, clock.monotonicMs(), limitMs);
    return job;
  };
  return { clock, limits, overran, begin };
}

describe('soft limits', () => {
  test('a job that runs on is told at its limit, and once', async () => {
    const { clock, overran, begin } = watchedJobs();
    begin('slow', 1_000);
    await clock.advance(999);
    expect(overran).toEqual([]);
    await clock.advance(1);
    expect(overran).toEqual(['slow']);
    await clock.advance(10_000);
    expect(overran).toEqual(['slow']);
  });

  test('a job that ended is left alone, and the ones after it are still watched', async () => {
    const { clock, limits, overran, begin } = watchedJobs();
    const short = begin('short', 1_000);
    await clock.advance(600);
    begin('long', 1_000);
    limits.release(short);
    await clock.advance(999);
    expect(overran).toEqual([]);
    await clock.advance(1);
    expect(overran).toEqual(['long']);
  });

  test('a tighter limit that comes later is kept to', async () => {
    const { clock, overran, begin } = watchedJobs();
    begin('report', 60_000);
    begin('ping', 50);
    begin('endless', null);
    await clock.advance(50);
    expect(overran).toEqual(['ping']);
    await clock.advance(59_950);
    expect(overran).toEqual(['ping', 'report']);
  });

  test('nothing is told after the end', async () => {
    const { clock, limits, overran, begin } = watchedJobs();
    begin('slow', 10);
    limits.stop();
    await clock.advance(100);
    expect(overran).toEqual([]);
  });
});
