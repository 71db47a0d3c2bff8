/** When a timing is due: periods counted from the epoch, cron patterns in their time zone; the only user of croner. */
import { Cron } from 'croner';
import { messageOf } from '../base/errors.ts';
import type { ScheduleTiming } from '../model/schedule.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Due times that are looked at in one go; beyond it a count is "at least". */
const mostCounted = 100;

/** Cron patterns that were read before; they are few and never change. */
const crons = new Map<string, Cron>();
const cronsKept = 200;

/**
 * The first due time after `afterMs`; null when a cron pattern has none.
 * On the day the clocks go forward a fixed time that does not exist is due when the gap is over; on the day they go
 * back a fixed time is due once, the first time.
 * @throws Error naming what is wrong with the timing
 */
export function nextDue(timing: ScheduleTiming, afterMs: number): number | null {
  if (timing.kind === 'every') return (Math.floor(afterMs / timing.everyMs) + 1) * timing.everyMs;
  return cronOf(timing).nextRun(new Date(afterMs))?.getTime() ?? null;
}

/** The latest due time at or before `atMs`; null when a cron pattern has none. */
export function lastDue(timing: ScheduleTiming, atMs: number): number | null {
  if (timing.kind === 'every') return Math.floor(atMs / timing.everyMs) * timing.everyMs;
  const cron = cronOf(timing);
  const [before] = cron.previousRuns(1, new Date(atMs + 1));
  return before?.getTime() ?? null;
}

/** Due times after `afterMs` and not after `untilMs`, earliest first; `truncated` when there are more than `limit`. */
export function dueBetween(
  timing: ScheduleTiming,
  afterMs: number,
  untilMs: number,
  limit: number,
): { readonly times: number[]; readonly truncated: boolean } {
  const times: number[] = [];
  for (let due = nextDue(timing, afterMs); due !== null && due <= untilMs; due = nextDue(timing, due)) {
    if (times.length === limit) return { times, truncated: true };
    times.push(due);
  }
  return { times, truncated: false };
}

export interface Overdue {
  /** The latest due time that has passed. */
  readonly dueMs: number;
  /** Due times before it that nobody dealt with. */
  readonly missedCount: number;
  /** True when there are more than were counted. */
  readonly missedMore: boolean;
  /** The first and the last of those; null when there is none. */
  readonly firstMissedMs: number | null;
  readonly lastMissedMs: number | null;
}

/**
 * What has become due since; null while nothing has.
 * @param handledMs the due time that was dealt with last; one that lies ahead (a clock set back) counts as dealt with just now.
 */
export function overdue(timing: ScheduleTiming, handledMs: number, nowMs: number): Overdue | null {
  const dueMs = lastDue(timing, nowMs);
  if (dueMs === null || handledMs >= dueMs) return null;
  const firstMs = nextDue(timing, handledMs);
  if (firstMs === null || firstMs >= dueMs) return { dueMs, ...nothingMissed };
  if (timing.kind === 'every') {
    const missedCount = (dueMs - firstMs) / timing.everyMs;
    return { dueMs, missedCount, missedMore: false, firstMissedMs: firstMs, lastMissedMs: dueMs - timing.everyMs };
  }
  const { times, truncated } = dueBetween(timing, handledMs, dueMs - 1, mostCounted);
  const lastMissedMs = truncated ? lastDue(timing, dueMs - 1) : (times.at(-1) ?? null);
  return { dueMs, missedCount: times.length, missedMore: truncated, firstMissedMs: firstMs, lastMissedMs };
}

const nothingMissed = { missedCount: 0, missedMore: false, firstMissedMs: null, lastMissedMs: null };

/** Null when the timing can be used, else what is wrong with it, in words. */
export function problemOf(timing: ScheduleTiming, jitterMs: number, nowMs: number): string | null {
  try {
    const first = nextDue(timing, nowMs);
    if (first === null) return 'It is never due again';
    const second = nextDue(timing, first);
    const gapMs = second === null ? Number.POSITIVE_INFINITY : second - first;
    return jitterMs * 2 > gapMs ? `A jitter of ${inUnits(jitterMs)} is more than half of ${inUnits(gapMs)}` : null;
  } catch (error) {
    return messageOf(error);
  }
}

/** E.g. "every 10 min", "every 1 h", "every 90 s", "0 8 * * 1-5 (America/Santiago)". */
export function timingInWords(timing: ScheduleTiming): string {
  return timing.kind === 'every' ? `every ${inUnits(timing.everyMs)}` : `${timing.pattern} (${timing.timeZone})`;
}

/** How long after its due time a run starts: the same on every console, and another for every due time. */
export function jitterOf(scheduleId: string, dueMs: number, jitterMs: number): number {
  if (jitterMs === 0) return 0;
  // FNV-1a: any mixing that all versions agree on would do.
  let hash = 0x811c9dc5;
  for (const letter of `${scheduleId}@${dueMs}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return Math.floor(((hash >>> 0) / 2 ** 32) * jitterMs);
}

function cronOf({ pattern, timeZone }: Extract<ScheduleTiming, { kind: 'cron' }>): Cron {
  const key = `${timeZone}\n${pattern}`;
  const known = crons.get(key);
  if (known) return known;
  assertTimeZone(timeZone);
  const cron = new Cron(pattern, { timezone: timeZone, paused: true, mode: '5-or-6-parts' });
  if (crons.size >= cronsKept) crons.clear();
  crons.set(key, cron);
  return cron;
}

function assertTimeZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone });
  } catch (error) {
    throw new Error(`There is no time zone ${timeZone}`, { cause: error });
  }
}

function inUnits(ms: number): string {
  if (ms % day === 0) return `${ms / day} d`;
  if (ms % hour === 0) return `${ms / hour} h`;
  if (ms % minute === 0) return `${ms / minute} min`;
  return `${ms / 1_000} s`;
}
