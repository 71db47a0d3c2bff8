/** Moments, dates and ages as each language writes them; every absolute moment names its time zone. */
import type { Language } from '../state/preferences.ts';
import { locales } from './numbers.ts';

const cache = new Map<string, Intl.DateTimeFormat>();

function dateFormat(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}${JSON.stringify(options)}`;
  const known = cache.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locales[language], options);
  cache.set(key, made);
  return made;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** "12 min", "2 d 3 h": never more than two units. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < minuteMs) return `${Math.floor(ms / 1_000)} s`;
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min`;
  if (ms < dayMs) return joined(Math.floor(ms / hourMs), 'h', Math.floor((ms % hourMs) / minuteMs), 'min');
  return joined(Math.floor(ms / dayMs), 'd', Math.floor((ms % dayMs) / hourMs), 'h');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** "12 min ago", "hace 12 min"; under two seconds "just now". */
export function formatAge(language: Language, atMs: number, nowMs: number): string {
  const ageMs = nowMs - atMs;
  if (ageMs < 2_000) return language === 'es' ? 'recién' : 'just now';
  const duration = formatDuration(ageMs);
  return language === 'es' ? `hace ${duration}` : `${duration} ago`;
}

/** Day, month and time; the year too when it is not this one. */
export function formatMoment(language: Language, atMs: number, nowMs: number): string {
  const isThisYear = new Date(atMs).getFullYear() === new Date(nowMs).getFullYear();
  return dateFormat(language, {
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  })
    .format(atMs)
    .replace(',', '');
}

/** The whole moment with seconds and time zone, for tooltips. */
export function formatExactMoment(language: Language, atMs: number): string {
  return dateFormat(language, { dateStyle: 'medium', timeStyle: 'long', hour12: false }).format(atMs);
}

export function formatTime(language: Language, atMs: number): string {
  return dateFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false }).format(atMs);
}

/** With seconds. */
export function formatClock(language: Language, atMs: number): string {
  return dateFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(atMs);
}

/** "22 Nov" of the local calendar. */
export function formatDay(language: Language, atMs: number): string {
  return dateFormat(language, { day: 'numeric', month: 'short' }).format(atMs);
}

/** An ISO date (`2026-11-22`), which belongs to no time zone, as "22 Nov 2026". */
export function formatIsoDate(language: Language, iso: string): string {
  const atMs = Date.parse(`${iso.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(atMs)) return iso;
  return dateFormat(language, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(atMs);
}

/** An ISO month (`2026-11`) as "Nov" or, in January and when asked, "Jan 26". */
export function formatIsoMonth(language: Language, iso: string, { withYear = false } = {}): string {
  const atMs = Date.parse(`${iso.slice(0, 7)}-01T00:00:00Z`);
  if (Number.isNaN(atMs)) return iso;
  return dateFormat(language, {
    month: 'short',
    ...(withYear ? { year: '2-digit' } : {}),
    timeZone: 'UTC',
  }).format(atMs);
}

/**
 * How far the data reaches. A source that keeps whole days gives midnight UTC: shown as that date, since a time
 * (and the evening before, west of Greenwich) would claim what nobody knows.
 */
export function formatDataTime(language: Language, atMs: number, nowMs: number): string {
  if (atMs % dayMs === 0) return formatIsoDate(language, new Date(atMs).toISOString());
  return formatMoment(language, atMs, nowMs);
}
