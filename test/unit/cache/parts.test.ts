import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { Breaker } from '../../../engine/cache/breaker.ts';
import { parseMessage } from '../../../engine/cache/bus.ts';
import type { Entry } from '../../../engine/cache/entry.ts';
import { FiguresLedger } from '../../../engine/cache/figures.ts';
import { Flights } from '../../../engine/cache/flights.ts';
import { MemoryTier } from '../../../engine/cache/memory-tier.ts';
import { unknownStamp } from '../../../engine/cache/tags.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock();
});

function entryOf(id: string, rawBytes = 1_000): Entry {
  const times = { computedAtMs: 0, dataAsOfMs: null, computeMs: 1, freshUntilMs: 1, staleUntilMs: 2 };
  return { id, meaning: '', tags: [], stamp: unknownStamp, value: id, sizeBytes: rawBytes, rawBytes, ...times };
}

describe('the memory tier', () => {
  const put = (memory: MemoryTier, redisKey: string, period: number, rawBytes = 1_000): unknown =>
    memory.put({
      redisKey,
      layer: 'kpis',
      entry: entryOf(`id of ${redisKey}`, rawBytes),
      origin: 'redis',
      own: false,
      period,
    });
  const fetched = (memory: MemoryTier, redisKey: string): unknown =>
    put(memory, redisKey, memory.end(memory.begin(redisKey)));

  test('never holds more than its ceiling', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(40_000))), (puts) => {
        const memory = new MemoryTier(100_000);
        for (const [index, rawBytes] of puts) {
          put(memory, `k${index}`, 0, rawBytes);
          expect(memory.bytes).toBeLessThanOrEqual(100_000);
        }
      }),
    );
  });

  test('keeps what is read and drops what is not', () => {
    const memory = new MemoryTier(5 * 4_100);
    for (let index = 0; index < 50; index += 1) {
      put(memory, `k${index}`, 0);
      memory.any('k0');
    }
    expect(memory.any('k0')).toBeDefined();
    expect(memory.any('k49')).toBeDefined();
    expect(memory.any('k20')).toBeUndefined();
  });

  test('serves nothing as current while changes may be missed', () => {
    const memory = new MemoryTier(100_000);
    fetched(memory, 'k');
    expect(memory.current('k')).toBeUndefined();
    memory.listening(true);
    expect(memory.current('k')).toBeUndefined();
    fetched(memory, 'k');
    expect(memory.current('k')).toBeDefined();
    memory.listening(false);
    expect(memory.current('k')).toBeUndefined();
    memory.listening(true);
    expect([memory.current('k'), memory.any('k')?.entry.id]).toEqual([undefined, 'id of k']);
  });

  test('does not take for current what changed while it was fetched', () => {
    const memory = new MemoryTier(100_000);
    memory.listening(true);
    const fetch = memory.begin('k');
    memory.changed('k');
    put(memory, 'k', memory.end(fetch));
    expect(memory.current('k')).toBeUndefined();
  });

  test('does not take for current what was fetched across a pause in listening', () => {
    const memory = new MemoryTier(100_000);
    memory.listening(true);
    const fetch = memory.begin('k');
    memory.listening(false);
    memory.listening(true);
    put(memory, 'k', memory.end(fetch));
    expect(memory.current('k')).toBeUndefined();
  });

  test('keeps a copy current that is told to be the one just stored', () => {
    const memory = new MemoryTier(100_000);
    memory.listening(true);
    fetched(memory, 'k');
    memory.changed('k', 'id of k');
    expect(memory.current('k')).toBeDefined();
    memory.changed('k', 'another');
    expect(memory.current('k')).toBeUndefined();
  });

  test('of no size keeps nothing', () => {
    const memory = new MemoryTier(0);
    put(memory, 'k', 0);
    expect([memory.any('k'), memory.size, memory.bytes]).toEqual([undefined, 0, 0]);
  });
});

describe('the breaker', () => {
  test('opens after failures in a row, and closes when a probe was answered', async () => {
    let answers = false;
    let probes = 0;
    const probe = async (): Promise<void> => {
      probes += 1;
      if (!answers) throw new Error('silence');
    };
    const breaker = new Breaker({ clock, random: () => 0, probe });
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    expect(breaker.isOpen).toBe(false);
    breaker.failed();
    expect(breaker.isOpen).toBe(true);
    await clock.advance(10_000);
    expect(breaker.isOpen).toBe(true);
    expect(probes).toBeGreaterThan(8);
    expect(probes).toBeLessThan(16);
    answers = true;
    await clock.advance(1_000);
    expect([breaker.isOpen, clock.timerCount]).toEqual([false, 0]);
  });

  test('asks at once when there is a hint, and once at a time', async () => {
    let probes = 0;
    const probe = (): Promise<void> => {
      probes += 1;
      return Promise.resolve();
    };
    const breaker = new Breaker({ clock, random: () => 0, probe });
    breaker.hint();
    breaker.failed();
    breaker.failed();
    breaker.hint();
    breaker.hint();
    await clock.advance(0);
    expect([breaker.isOpen, probes]).toEqual([false, 1]);
  });
});

describe('flights', () => {
  const waiter = { what: 'Section kpis', deadlineMs: 1_000 };

  test('give up a computation that never ends, so that another can begin', async () => {
    const flights = new Flights(clock, 5_000);
    let reason: unknown = null;
    const late = flights.join('k', waiter, (signal) => {
      const { promise, reject } = Promise.withResolvers<number>();
      signal.addEventListener('abort', () => {
        reason = signal.reason;
        reject(signal.reason);
      });
      return promise;
    });
    late.catch(() => undefined);
    await clock.advance(1_000);
    await expect(late).rejects.toMatchObject({
      code: 'CACHE_LOADER_TIMEOUT',
      message: 'Section kpis: not computed within 1000 ms',
    });
    expect(flights.has('k')).toBe(true);
    await clock.advance(4_000);
    expect(reason).toMatchObject({ code: 'CACHE_LOADER_TIMEOUT' });
    await clock.advance(0);
    expect(flights.has('k')).toBe(false);
  });

  test('do not end for one who withdraws while another waits', async () => {
    const flights = new Flights(clock, 5_000);
    const work = Promise.withResolvers<string>();
    const controller = new AbortController();
    let stop: AbortSignal | null = null;
    const one = flights.join('k', { ...waiter, signal: controller.signal }, (signal) => {
      stop = signal;
      return work.promise;
    });
    const other = flights.join('k', waiter, () => Promise.reject(new Error('a second flight')));
    controller.abort(new Error('gone'));
    await expect(one).rejects.toThrow('gone');
    expect(stop).toMatchObject({ aborted: false });
    work.resolve('done');
    expect(await other).toBe('done');
    expect(clock.timerCount).toBe(0);
  });

  test('are not joined by a caller that has withdrawn already', async () => {
    const flights = new Flights(clock, 5_000);
    await expect(
      flights.join('k', { ...waiter, signal: AbortSignal.abort(new Error('before')) }, async () => 1),
    ).rejects.toThrow('before');
    expect(flights.has('k')).toBe(false);
  });
});

describe('figures', () => {
  test('count inside the window and forget what is older', async () => {
    const ledger = new FiguresLedger(clock);
    for (let second = 0; second < 7_500; second += 1) {
      ledger.add('kpis', 'hits', 2);
      await clock.advance(1_000);
    }
    expect(ledger.sum(60_000).reads).toBe(2 * 59);
    expect(ledger.sum(24 * 3_600_000).reads).toBeLessThanOrEqual(2 * 3_600);
    expect(ledger.sum(24 * 3_600_000).reads).toBeGreaterThanOrEqual(2 * 3_538);
  });
});

describe('messages', () => {
  test('of strangers are passed over', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseMessage(text)).toBeNull();
      }),
    );
  });
});
