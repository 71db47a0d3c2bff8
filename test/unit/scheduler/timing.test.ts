import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScheduleTiming } from '../../../engine/model/schedule.ts';
import { planCatchUp } from '../../../engine/scheduler/catch-up.ts';
import {
  dueBetween,
  jitterOf,
  lastDue,
  nextDue,
  overdue,
  problemOf,
  timingInWords,
} from '../../../engine/scheduler/timing.ts';

const minute = 60_000;
const hour = 60 * minute;
const noon = Date.UTC(2026, 2, 31, 12);
const every = (minutes: number): ScheduleTiming => ({ kind: 'every', everyMs: minutes * minute });
const cron = (pattern: string, timeZone = 'UTC'): ScheduleTiming => ({ kind: 'cron', pattern, timeZone });
const iso = (times: readonly number[]): string[] => times.map((ms) => new Date(ms).toISOString().slice(0, 16));

describe('a period', () => {
  it('is aligned, so that every console finds the same due times', () => {
    expect(lastDue(every(10), noon + 3 * minute)).toBe(noon);
    expect(nextDue(every(10), noon + 3 * minute)).toBe(noon + 10 * minute);
    expect(nextDue(every(10), noon)).toBe(noon + 10 * minute);
  });

  it('is not due twice', () => {
    expect(overdue(every(10), noon, noon + 9 * minute)).toBeNull();
    expect(overdue(every(10), noon, noon + 10 * minute)).toMatchObject({ dueMs: noon + 10 * minute, missedCount: 0 });
  });

  it('tells what was slept through', () => {
    expect(overdue(every(10), noon, noon + 2 * hour)).toEqual({
      dueMs: noon + 2 * hour,
      missedCount: 11,
      missedMore: false,
      firstMissedMs: noon + 10 * minute,
      lastMissedMs: noon + 110 * minute,
    });
  });

  it('waits when the clock was set back', () => {
    expect(overdue(every(10), noon, noon - hour)).toBeNull();
  });

  it('accounts for every due time that passed: run, missed, or not yet due', () => {
    assert(
      property(
        integer({ min: 1, max: 48 }),
        integer({ min: 0, max: 10_000 }),
        integer({ min: 0, max: 10_000 * minute }),
        (fiveMinutes, periods, elapsedMs) => {
          const everyMs = fiveMinutes * 5 * minute;
          const handledMs = periods * everyMs;
          const due = overdue({ kind: 'every', everyMs }, handledMs, handledMs + elapsedMs);
          const passed = Math.floor(elapsedMs / everyMs);
          expect(due === null ? 0 : due.missedCount + 1).toBe(passed);
          if (due) expect(due.dueMs).toBe(handledMs + passed * everyMs);
        },
      ),
    );
  });
});

describe('a cron pattern', () => {
  it('is read in its time zone', () => {
    const santiago = cron('0 8 * * 1-5', 'America/Santiago');
    // In March Santiago is three hours behind UTC.
    expect(iso(dueBetween(santiago, Date.UTC(2026, 2, 26), Date.UTC(2026, 2, 31), 9).times)).toEqual([
      '2026-03-26T11:00',
      '2026-03-27T11:00',
      '2026-03-30T11:00',
    ]);
  });

  it('finds the same last and next due times in both directions', () => {
    const timing = cron('*/7 3-5 * * *', 'Europe/Madrid');
    const times = dueBetween(timing, noon - 24 * hour, noon + 24 * hour, 200).times;
    for (const [index, dueMs] of times.entries()) {
      expect(lastDue(timing, dueMs)).toBe(dueMs);
      if (index > 0) expect(lastDue(timing, dueMs - 1)).toBe(times[index - 1]);
    }
  });

  it('is due when the gap is over, on the day the clocks go forward past it', () => {
    // Madrid, 29 March 2026: 02:00 is followed by 03:00.
    const times = dueBetween(cron('30 2 * * *', 'Europe/Madrid'), Date.UTC(2026, 2, 28, 12), Date.UTC(2026, 2, 31), 9);
    expect(iso(times.times)).toEqual(['2026-03-29T01:00', '2026-03-30T00:30']);
    // Santiago, 6 September 2026: 00:00 is followed by 01:00.
    const south = dueBetween(cron('30 0 * * *', 'America/Santiago'), Date.UTC(2026, 8, 5, 12), Date.UTC(2026, 8, 8), 9);
    expect(south.times).toHaveLength(2);
    expect(new Set(south.times.map((ms) => santiagoDay(ms)))).toEqual(new Set(['2026-09-06', '2026-09-07']));
  });

  it('is due once, the first time, on the day an hour comes twice', () => {
    // Madrid, 25 October 2026: 03:00 goes back to 02:00.
    const times = dueBetween(cron('30 2 * * *', 'Europe/Madrid'), Date.UTC(2026, 9, 24, 12), Date.UTC(2026, 9, 27), 9);
    expect(iso(times.times)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30']);
    // Santiago, 4 April 2026, 24:00 goes back to 23:00.
    const south = dueBetween(
      cron('30 23 * * *', 'America/Santiago'),
      Date.UTC(2026, 3, 4, 12),
      Date.UTC(2026, 3, 6, 12),
      9,
    );
    expect(iso(south.times)).toEqual(['2026-04-05T02:30', '2026-04-06T03:30']);
  });

  it('with an interval goes on through both, every twenty minutes of real time', () => {
    for (const day of [Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25)]) {
      const { times } = dueBetween(cron('*/20 * * * *', 'Europe/Madrid'), day - 1, day + 6 * hour, 99);
      expect(times.slice(1).map((ms, index) => ms - (times[index] ?? 0))).toEqual(
        Array.from({ length: times.length - 1 }, () => 20 * minute),
      );
    }
  });

  it('tells what was slept through, without counting for ever', () => {
    const timing = cron('* * * * * *');
    const long = overdue(timing, noon, noon + 24 * hour);
    expect(long).toMatchObject({ dueMs: noon + 24 * hour, missedMore: true, firstMissedMs: noon + 1_000 });
    expect(overdue(cron('0 * * * *'), noon, noon + 3 * hour)).toMatchObject({ missedCount: 2, missedMore: false });
  });
});

describe('what a user writes', () => {
  it.each([
    [cron('0 8 * *'), /./],
    [cron('61 * * * *'), /61|minute/i],
    [cron('0 8 * * *', 'Chile/Nowhere'), /time zone Chile\/Nowhere/],
    [cron('0 0 30 2 *'), /never due/],
  ])('is refused with a reason: %o', (timing, reason) => {
    expect(problemOf(timing, 0, noon)).toMatch(reason);
  });

  it('may not shift runs past each other', () => {
    expect(problemOf(every(10), 6 * minute, noon)).toMatch(/jitter of 6 min .* 10 min/);
    expect(problemOf(every(10), 5 * minute, noon)).toBeNull();
  });

  it('is told in words with units', () => {
    const words = [every(10), every(60), every(24 * 60), every(1.5), cron('0 8 * * *', 'America/Santiago')];
    expect(words.map(timingInWords)).toEqual([
      'every 10 min',
      'every 1 h',
      'every 1 d',
      'every 90 s',
      '0 8 * * * (America/Santiago)',
    ]);
  });
});

describe('jitter', () => {
  it('is the same everywhere, within its bound, and different from run to run', () => {
    const shifts = Array.from({ length: 200 }, (_, n) => jitterOf('kpis', noon + n * minute, 30_000));
    expect(shifts).toEqual(Array.from({ length: 200 }, (_, n) => jitterOf('kpis', noon + n * minute, 30_000)));
    expect(shifts.every((ms) => ms >= 0 && ms < 30_000)).toBe(true);
    expect(new Set(shifts).size).toBeGreaterThan(150);
    expect(Math.max(...shifts) - Math.min(...shifts)).toBeGreaterThan(20_000);
  });
});

describe('catching up', () => {
  const slept = (minutes: number) => {
    const due = overdue(every(10), noon, noon + minutes * minute);
    if (!due) throw new Error('nothing is due');
    return { due, lateMs: noon + minutes * minute - due.dueMs };
  };

  it('once runs the latest and puts the others down as missed', () => {
    const { due, lateMs } = slept(125);
    expect(planCatchUp(every(10), 'once', due, lateMs)).toMatchObject({
      run: [noon + 120 * minute],
      missed: { count: 11 },
    });
  });

  it('skip runs none that is late, and one that is on time', () => {
    const late = slept(125);
    expect(planCatchUp(every(10), 'skip', late.due, late.lateMs)).toMatchObject({ run: [], missed: { count: 12 } });
    const punctual = slept(10);
    expect(planCatchUp(every(10), 'skip', punctual.due, punctual.lateMs)).toEqual({
      run: [noon + 10 * minute],
      missed: null,
    });
  });

  it('all runs each, up to a hundred', () => {
    const { due, lateMs } = slept(35);
    const plan = planCatchUp(every(10), 'all', due, lateMs);
    expect(plan).toEqual({ run: [10, 20, 30].map((at) => noon + at * minute), missed: null });
    const long = slept(2_000);
    const bounded = planCatchUp(every(10), 'all', long.due, long.lateMs);
    expect(bounded.run).toHaveLength(100);
    expect(bounded.missed).toMatchObject({ count: 100, firstMs: noon + 10 * minute, lastMs: noon + 1_000 * minute });
  });
});

function santiagoDay(ms: number): string {
  return new Date(ms).toLocaleDateString('sv-SE', { timeZone: 'America/Santiago' });
}
