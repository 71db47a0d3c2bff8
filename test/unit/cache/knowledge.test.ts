import { beforeEach, describe, expect, test } from 'vitest';
import { bucketCount, bucketOf, quantileOf } from '../../../engine/cache/histogram.ts';
import { LookUps } from '../../../engine/cache/look-ups.ts';
import { Refreshes } from '../../../engine/cache/refreshes.ts';
import { Traces } from '../../../engine/cache/traces.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock();
});

describe('what is being done about an entry', () => {
  test('runs while its holder is heard of, and no longer', async () => {
    const refreshes = new Refreshes(clock);
    const sinceMs = clock.now();
    refreshes.running('k', 'lease:a', 1_000);
    await clock.advance(900);
    refreshes.running('k', 'lease:a', 1_000);
    await clock.advance(900);
    expect(refreshes.of('k')).toEqual({ status: 'running', taskId: 'lease:a', progress: 0, sinceMs });
    await clock.advance(100);
    expect(refreshes.of('k')).toEqual({ status: 'idle' });
  });

  test('is told with its failures in a row until one is stored', () => {
    const refreshes = new Refreshes(clock);
    for (const error of ['first', 'second']) {
      refreshes.running('k', 'lease:a', 1_000);
      refreshes.ended('k', error);
    }
    expect(refreshes.of('k')).toEqual({ status: 'failed', times: 2, lastError: 'second', nextTryAtMs: null });
    refreshes.running('k', 'lease:b', 1_000);
    expect(refreshes.of('k').status).toBe('running');
    refreshes.ended('k', null);
    expect(refreshes.of('k')).toMatchObject({ status: 'failed', times: 2 });
    refreshes.stored('k');
    expect(refreshes.of('k')).toEqual({ status: 'idle' });
  });

  test('given up without an outcome is neither', () => {
    const refreshes = new Refreshes(clock);
    refreshes.running('k', 'lease:a', 1_000);
    refreshes.ended('k', null);
    expect(refreshes.of('k')).toEqual({ status: 'idle' });
  });

  test('does not outlive a clock that is set', () => {
    const refreshes = new Refreshes(clock);
    refreshes.running('k', 'lease:a', 1_000);
    clock.suspend(-86_400_000);
    expect(refreshes.of('k').status).toBe('running');
  });
});

describe('traces', () => {
  test('of the latest are kept, of older ones forgotten', () => {
    const traces = new Traces();
    for (let index = 0; index < 30_000; index += 1) traces.seen(`k${index}`, index);
    expect([traces.keptUntilMs('k29999'), traces.keptUntilMs('k0'), traces.keptUntilMs('never')]).toEqual([
      29_999,
      null,
      null,
    ]);
  });
});

describe('look-ups', () => {
  test('of one turn are joined by name, sent together, and never joined once they were sent', async () => {
    const sent: string[][] = [];
    const lookUps = new LookUps<string, string>((asked) => {
      sent.push(asked.map((one) => one.asked));
      for (const { asked: name, resolve } of asked) resolve(`${name} of ${sent.length}`);
    });
    const first = await Promise.all([lookUps.find('a', 'a'), lookUps.find('b', 'b'), lookUps.find('a', 'a')]);
    expect([first, sent]).toEqual([['a of 1', 'b of 1', 'a of 1'], [['a', 'b']]]);
    expect(await lookUps.find('a', 'a')).toBe('a of 2');
  });

  test('of very many keys are sent in several calls', async () => {
    const sizes: number[] = [];
    const lookUps = new LookUps<number, number>((asked) => {
      sizes.push(asked.length);
      for (const one of asked) one.resolve(one.asked);
    });
    const found = await Promise.all(Array.from({ length: 100 }, (_, index) => lookUps.find(`${index}`, index)));
    expect(found).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(16);
  });
});

describe('a histogram', () => {
  test('tells quantiles to a quarter of their size', () => {
    const counts = new Uint32Array(bucketCount);
    const values = Array.from({ length: 10_000 }, (_, index) => 0.001 * 1.000_9 ** index);
    for (const value of values) counts[bucketOf(value)] = (counts[bucketOf(value)] ?? 0) + 1;
    for (const ratio of [0.01, 0.5, 0.95, 0.99]) {
      const exact = values[Math.ceil(ratio * values.length) - 1] ?? 0;
      const told = quantileOf(counts, ratio) ?? 0;
      expect(told / exact).toBeGreaterThan(0.75);
      expect(told / exact).toBeLessThan(1.25);
    }
  });

  test('has a place for everything, and says nothing without anything', () => {
    expect([bucketOf(0), bucketOf(-1), bucketOf(1e12)]).toEqual([0, 0, bucketCount - 1]);
    expect(quantileOf(new Uint32Array(bucketCount), 0.5)).toBeNull();
  });
});
