/** The recurring work of the original, and how a period is said in words. */
import type { JobName } from '../model/task.ts';

export interface Schedule {
  readonly id: string;
  readonly job: JobName;
  readonly everyMs: number;
}

const minute = 60_000;

export const defaultSchedules: readonly Schedule[] = [
  { id: 'kpis', job: 'refresh-kpis', everyMs: 10 * minute },
  { id: 'charts', job: 'refresh-dashboard', everyMs: 15 * minute },
  { id: 'precompute', job: 'precompute', everyMs: 30 * minute },
  { id: 'clean-up', job: 'clean-up', everyMs: 60 * minute },
];

/** E.g. "every 10 min", "every 1 h", "every 90 s". */
export function everyInWords(everyMs: number): string {
  const hour = 60 * minute;
  if (everyMs % hour === 0) return `every ${everyMs / hour} h`;
  if (everyMs % minute === 0) return `every ${everyMs / minute} min`;
  return `every ${everyMs / 1_000} s`;
}
