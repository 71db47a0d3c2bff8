import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { earlyFromMs, isChosen } from '../../../engine/cache/early.ts';

const times = { computedAtMs: 0, computeMs: 100, freshUntilMs: 10_000 };
/** A generator of numbers that a test can repeat. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe('early refresh', () => {
  test('chooses no read before its window, and every read at the end of it', () => {
    fc.assert(
      fc.property(fc.nat(9_999), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (nowMs, luck) => {
        const chosen = isChosen(times, nowMs, () => luck);
        if (nowMs < earlyFromMs(times)) expect(chosen).toBe(false);
        if (nowMs >= 9_400) expect(chosen).toBe(true);
      }),
    );
  });

  test('is the likelier the longer the computation takes', () => {
    const share = (computeMs: number, nowMs: number): number => {
      const random = dice(7);
      const throws = Array.from({ length: 4_000 }, () => isChosen({ ...times, computeMs }, nowMs, random));
      return throws.filter(Boolean).length / throws.length;
    };
    const at = 9_000;
    expect(share(10, at)).toBeLessThan(0.01);
    expect(share(200, at)).toBeGreaterThan(share(100, at));
    expect(share(400, at)).toBeGreaterThan(share(200, at));
  });

  test('follows the formula: the share of reads chosen is e to the minus of the time left over the time it takes', () => {
    const random = dice(11);
    // 9,500 less the 100 of the computation is the end that is aimed at.
    const throws = Array.from({ length: 20_000 }, () => isChosen(times, 9_200, random));
    expect(throws.filter(Boolean).length / throws.length).toBeCloseTo(Math.exp(-2), 1);
  });

  test('leaves an entry alone for half its time, however long it takes to compute', () => {
    expect(isChosen({ ...times, computeMs: 60_000 }, 4_999, () => 0.999)).toBe(false);
    expect(isChosen({ ...times, computeMs: 60_000 }, 5_000, () => 0)).toBe(true);
  });
});
