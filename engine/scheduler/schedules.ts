/** The recurring work that the program brings along: the original's. */
import type { ScheduleSpec } from '../model/schedule.ts';
import type { JobName } from '../model/task.ts';

/** A schedule as it is in force. */
export interface Schedule {
  readonly id: string;
  readonly spec: ScheduleSpec;
  readonly builtIn: boolean;
  readonly edited: boolean;
  /** When a user made it what it is; null: as the program brought it. */
  readonly changedAtMs: number | null;
}

export type BuiltIns = Readonly<Record<string, ScheduleSpec>>;

const minute = 60_000;

export const builtInSchedules: BuiltIns = {
  kpis: builtIn('KPIs', 'refresh-kpis', 10 * minute),
  charts: builtIn('Charts', 'refresh-dashboard', 15 * minute),
  precompute: builtIn('Precompute', 'precompute', 30 * minute),
  'clean-up': builtIn('Clean-up', 'clean-up', 60 * minute),
};

/** Old values are of no use: after a sleep the latest due time is enough. */
export function builtIn(title: string, job: JobName, everyMs: number): ScheduleSpec {
  return { title, job, filters: {}, timing: { kind: 'every', everyMs }, catchUp: 'once', jitterMs: 0, paused: false };
}
