import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastDue, nextDue, overdue } from '../../../engine/scheduler/due.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 2, 31, 12);

describe('due times', () => {
  it('are aligned, so that every console finds the same ones', () => {
    expect(lastDue(10 * minute, noon + 3 * minute)).toBe(noon);
    expect(nextDue(10 * minute, noon + 3 * minute)).toBe(noon + 10 * minute);
    expect(nextDue(10 * minute, noon)).toBe(noon + 10 * minute);
  });

  it('are not due twice', () => {
    expect(overdue(10 * minute, noon, noon + 9 * minute)).toBeNull();
    expect(overdue(10 * minute, noon, noon + 10 * minute)).toEqual({
      dueMs: noon + 10 * minute,
      missedCount: 0,
      firstMissedMs: null,
    });
  });

  it('make one run of a sleep of two hours, and eleven missed ones', () => {
    expect(overdue(10 * minute, noon, noon + 120 * minute)).toEqual({
      dueMs: noon + 120 * minute,
      missedCount: 11,
      firstMissedMs: noon + 10 * minute,
    });
  });

  it('wait when the clock was set back', () => {
    expect(overdue(10 * minute, noon, noon - 60 * minute)).toBeNull();
  });

  it('account for every period that passed: run, missed, or not yet due', () => {
    assert(
      property(
        integer({ min: 1, max: 48 }),
        integer({ min: 0, max: 10_000 }),
        integer({ min: 0, max: 10_000 * minute }),
        (fiveMinutes, periods, elapsedMs) => {
          const everyMs = fiveMinutes * 5 * minute;
          const handledMs = periods * everyMs;
          const due = overdue(everyMs, handledMs, handledMs + elapsedMs);
          const passed = Math.floor(elapsedMs / everyMs);
          expect(due === null ? 0 : due.missedCount + 1).toBe(passed);
          if (due) expect(due.dueMs).toBe(handledMs + passed * everyMs);
        },
      ),
    );
  });
});
