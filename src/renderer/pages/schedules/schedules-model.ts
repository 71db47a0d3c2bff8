/** The words and states of schedules as the page uses them. */
import type { CallOutput } from '../../../shared/contract.ts';
import type { StateKind } from '../../ui/State.tsx';

export type Schedule = CallOutput<'schedules.list'>['schedules'][number];
export type SchedulerStatus = CallOutput<'schedules.list'>['scheduler'];
export type Run = CallOutput<'schedules.runs'>['runs'][number];
export type Outcome = Run['outcome'];
export type Upcoming = CallOutput<'schedules.upcoming'>;
export type Spec = Pick<Schedule, 'title' | 'job' | 'filters' | 'timing' | 'catchUp' | 'jitterMs' | 'paused'>;

export const outcomes = ['running', 'succeeded', 'failed', 'missed', 'overran', 'skipped'] as const;

export const outcomeKinds: Record<Outcome | 'never', StateKind> = {
  running: 'refreshing',
  succeeded: 'fresh',
  failed: 'failed',
  missed: 'failed',
  overran: 'stale',
  skipped: 'unknown',
  never: 'unknown',
};

export const roleKinds: Record<SchedulerStatus['role'], StateKind> = {
  acting: 'fresh',
  standby: 'refreshing',
  alone: 'unknown',
  stopped: 'failed',
};

export interface Lane {
  readonly schedule: Schedule;
  /** Places on the line, 0 to 1. */
  readonly marks: readonly number[];
  /** There are more runs than were listed. */
  readonly isTruncated: boolean;
}

/** One line a schedule, in the order of the next run; paused ones last. */
export function lanesOf(schedules: readonly Schedule[], { fromMs, toMs, runs, truncated }: Upcoming): Lane[] {
  const spanMs = Math.max(1, toMs - fromMs);
  const places = Map.groupBy(runs, (run) => run.scheduleId);
  return [...schedules]
    .sort((left, right) => (left.nextRunAtMs ?? Infinity) - (right.nextRunAtMs ?? Infinity))
    .map((schedule) => ({
      schedule,
      marks: (places.get(schedule.id) ?? []).map(({ dueMs }) => (dueMs - fromMs) / spanMs),
      isTruncated: truncated.includes(schedule.id),
    }));
}

const hourMs = 60 * 60_000;

/** The full hours between two moments, in the browser's own time zone, every `stepHours`. */
export function hourMarks(fromMs: number, toMs: number, stepHours: number): number[] {
  const first = new Date(fromMs);
  first.setMinutes(0, 0, 0);
  const marks: number[] = [];
  for (let atMs = first.getTime(); atMs <= toMs; atMs += hourMs) {
    if (atMs >= fromMs && new Date(atMs).getHours() % stepHours === 0) marks.push(atMs);
  }
  return marks;
}
