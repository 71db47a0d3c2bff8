/** Stretches of firing cut at midnight of the person's own time zone. */

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number | null;
}

export interface FiringDay {
  /** Local midnight. */
  readonly startMs: number;
  /** Of all rules together. */
  readonly firingMs: number;
  /** How often something began to fire. */
  readonly count: number;
}

/** Every day that the stretch touches, oldest first. */
export function firingDays(spans: readonly Stretch[], fromMs: number, toMs: number): FiringDay[] {
  const days: FiringDay[] = [];
  const day = new Date(fromMs);
  day.setHours(0, 0, 0, 0);
  while (day.getTime() < toMs) {
    const startMs = day.getTime();
    // By the calendar: a day on which the clocks change has 23 or 25 hours.
    day.setDate(day.getDate() + 1);
    const endMs = Math.min(day.getTime(), toMs);
    const overlap = ({ fromMs: from, toMs: to }: Stretch): number =>
      Math.max(0, Math.min(to ?? toMs, endMs) - Math.max(from, startMs, fromMs));
    days.push({
      startMs,
      firingMs: spans.reduce((sum, span) => sum + overlap(span), 0),
      count: spans.filter((span) => span.fromMs >= startMs && span.fromMs < endMs).length,
    });
  }
  return days;
}
