/** Hours of the week as they are typed, and what is wrong with them. */
import type { Hours } from './alerts-model.ts';

export interface HoursForm {
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

export function defaultHours(): HoursForm {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return { days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00', timeZone };
}

export function hoursFormOf({ days, from, to, timeZone }: Hours): HoursForm {
  return { days, from, to, timeZone };
}

export function hoursOf({ days, from, to, timeZone }: HoursForm): Hours {
  return { days: [...days].sort((a, b) => a - b), from, to, timeZone };
}

/** The key of its text in `alerts`; null when nothing is wrong. */
export function hoursProblem({ days, from, to }: HoursForm): 'daysMissing' | 'hoursInvalid' | null {
  if (days.length === 0) return 'daysMissing';
  const isTime = /^([01]\d|2[0-3]):[0-5]\d$/;
  return isTime.test(from) && (isTime.test(to) || to === '24:00') ? null : 'hoursInvalid';
}
