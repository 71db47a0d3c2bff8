/** A schedule as a console shows it: its plan, its next time, and how its last run went. */
import { setImmediate } from 'node:timers/promises';
import type { ScheduleView } from '../model/schedule.ts';
import { queueOf } from '../queue/jobs.ts';
import type { RunCounts } from './ledger.ts';
import type { KnownRun } from './run-record.ts';
import type { Schedule } from './schedules.ts';
import { dueBetween, jitterOf, nextDue, timingInWords } from './timing.ts';

export function viewOf(
  { id, spec, builtIn, edited }: Schedule,
  last: KnownRun | null,
  counts: readonly RunCounts[],
  nowMs: number,
): ScheduleView {
  const count = counts.find(({ scheduleId }) => scheduleId === id);
  const nextMs = spec.paused ? null : nextDue(spec.timing, nowMs);
  const startedMs = last?.startedAtMs ?? null;
  const endedMs = last?.endedAtMs ?? null;
  return {
    id,
    ...spec,
    queue: queueOf(spec.job),
    builtIn,
    edited,
    inWords: timingInWords(spec.timing),
    nextRunAtMs: nextMs === null ? null : nextMs + jitterOf(id, nextMs, spec.jitterMs),
    lastRunAtMs: startedMs,
    lastOutcome: last?.outcome ?? 'never',
    lastLateMs: last?.lateMs ?? null,
    lastDurationMs: startedMs === null || endedMs === null ? null : endedMs - startedMs,
    lastError: last?.error ?? null,
    lastTaskId: last?.taskId ?? null,
    missedCount: count?.missed ?? 0,
    overranCount: count?.overran ?? 0,
  };
}

export interface Upcoming {
  readonly runs: { scheduleId: string; dueMs: number }[];
  /** Schedules with more due times than were asked for. */
  readonly truncated: string[];
}

/** A cron pattern takes about a tenth of a millisecond a due time, so others get their turn in between. */
const timesAtOnce = 50;

/** Due times of all schedules that are not paused, the earliest first. */
export async function upcoming(
  schedules: readonly Schedule[],
  fromMs: number,
  toMs: number,
  maxPerSchedule: number,
): Promise<Upcoming> {
  const truncated: string[] = [];
  const runs: Upcoming['runs'] = [];
  for (const { id, spec } of schedules) {
    if (spec.paused) continue;
    let afterMs: number | null = fromMs;
    for (let count = 0; afterMs !== null; count += timesAtOnce) {
      const limit: number = Math.min(timesAtOnce, maxPerSchedule - count);
      const due = dueBetween(spec.timing, afterMs, toMs, limit);
      for (const dueMs of due.times) runs.push({ scheduleId: id, dueMs: dueMs + jitterOf(id, dueMs, spec.jitterMs) });
      const isFull = due.truncated && count + limit >= maxPerSchedule;
      if (isFull) truncated.push(id);
      afterMs = due.truncated && !isFull ? (due.times.at(-1) ?? null) : null;
      await setImmediate();
    }
  }
  return { runs: runs.toSorted((a, b) => a.dueMs - b.dueMs), truncated };
}
