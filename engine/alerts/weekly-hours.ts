/** Whether a moment lies in given hours of the week, as the clocks on the wall of a time zone show them. */
import type { WeeklyHours } from '../model/alert.ts';

const formats = new Map<string, Intl.DateTimeFormat>();
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Hours over midnight belong to the day on which they begin. A zone that does not exist is in no hours. */
export function isWithin(hours: WeeklyHours, atMs: number): boolean {
  const now = wallClock(hours.timeZone, atMs);
  if (now === null) return false;
  const from = minutesOf(hours.from);
  const to = minutesOf(hours.to);
  if (from < to) return hours.days.includes(now.day) && now.minutes >= from && now.minutes < to;
  const dayBefore = now.day === 1 ? 7 : now.day - 1;
  return (hours.days.includes(now.day) && now.minutes >= from) || (hours.days.includes(dayBefore) && now.minutes < to);
}

export function isTimeZone(timeZone: string): boolean {
  return formatOf(timeZone) !== null;
}

function wallClock(timeZone: string, atMs: number): { day: number; minutes: number } | null {
  const parts = formatOf(timeZone)?.formatToParts(atMs);
  if (!parts) return null;
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? '';
  return { day: weekdays.indexOf(part('weekday')) + 1, minutes: Number(part('hour')) * 60 + Number(part('minute')) };
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  const known = formats.get(timeZone);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(timeZone, format);
    return format;
  } catch {
    return null;
  }
}

function minutesOf(text: string): number {
  const [hours = '', minutes = ''] = text.split(':');
  return Number(hours) * 60 + Number(minutes);
}
