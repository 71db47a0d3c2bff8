/** What is typed about a schedule, and what it means: the form's fields as texts, the spec with its units. */
import { filtersFromQuery, queryFromFilters } from '../../state/filters.ts';
import type { Schedule, Spec } from './schedules-model.ts';

export const everyUnits = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;
export type EveryUnit = keyof typeof everyUnits;

export interface ScheduleForm {
  readonly id: string;
  readonly title: string;
  readonly job: Spec['job'];
  readonly filters: string;
  readonly kind: 'every' | 'cron';
  readonly every: string;
  readonly unit: EveryUnit;
  readonly pattern: string;
  readonly timeZone: string;
  readonly catchUp: Spec['catchUp'];
  readonly jitterSeconds: string;
}

export const jobs = ['refresh-kpis', 'refresh-dashboard', 'precompute', 'clean-up'] as const satisfies Spec['job'][];
export const catchUps = ['skip', 'once', 'all'] as const satisfies Spec['catchUp'][];

export function emptyForm(timeZone: string): ScheduleForm {
  return {
    id: '',
    title: '',
    job: 'refresh-dashboard',
    filters: '',
    kind: 'every',
    every: '30',
    unit: 'minutes',
    pattern: '0 8 * * 1-5',
    timeZone,
    catchUp: 'once',
    jitterSeconds: '0',
  };
}

export function formOf(schedule: Schedule, timeZone: string): ScheduleForm {
  const { timing } = schedule;
  const unit = timing.kind === 'every' ? largestUnit(timing.everyMs) : 'minutes';
  return {
    ...emptyForm(timeZone),
    id: schedule.id,
    title: schedule.title,
    job: schedule.job,
    filters: queryFromFilters(schedule.filters),
    kind: timing.kind,
    ...(timing.kind === 'every'
      ? { every: String(timing.everyMs / everyUnits[unit]), unit }
      : { pattern: timing.pattern, timeZone: timing.timeZone }),
    catchUp: schedule.catchUp,
    jitterSeconds: String(schedule.jitterMs / 1_000),
  };
}

/** Null while a number is not one. */
export function timingOf(form: ScheduleForm): Spec['timing'] | null {
  if (form.kind === 'cron') {
    const pattern = form.pattern.trim();
    return pattern === '' ? null : { kind: 'cron', pattern, timeZone: form.timeZone };
  }
  const everyMs = Math.round(Number(form.every) * everyUnits[form.unit]);
  return form.every.trim() !== '' && Number.isFinite(everyMs) && everyMs >= 1_000 ? { kind: 'every', everyMs } : null;
}

/** Null while a field does not make sense. */
export function specOf(form: ScheduleForm): Omit<Spec, 'paused'> | null {
  const timing = timingOf(form);
  const jitterMs = Math.round(Number(form.jitterSeconds) * 1_000);
  if (timing === null || !Number.isFinite(jitterMs) || jitterMs < 0) return null;
  return {
    title: form.title.trim() === '' ? form.id : form.title.trim(),
    job: form.job,
    filters: readsFilters(form.job) ? filtersFromQuery(form.filters) : {},
    timing,
    catchUp: form.catchUp,
    jitterMs,
  };
}

export function readsFilters(job: Spec['job']): boolean {
  return job === 'refresh-kpis' || job === 'refresh-dashboard';
}

/** The contract's rule for the name of a schedule. */
export const idPattern = '[a-z0-9][a-z0-9\\-]{0,39}';

function largestUnit(everyMs: number): EveryUnit {
  if (everyMs % everyUnits.days === 0) return 'days';
  if (everyMs % everyUnits.hours === 0) return 'hours';
  return everyMs % everyUnits.minutes === 0 ? 'minutes' : 'seconds';
}
