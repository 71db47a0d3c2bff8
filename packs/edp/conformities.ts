/** What the clients conformed: by month, and how long it took. */
import { amountOf, numberOrNull } from './cells.ts';
import { ratio } from './profile.ts';
import type { Queries } from './queries.ts';

export interface Conformities {
  readonly month: number;
  /** Since it was sent; null when it never was. */
  readonly days: number | null;
  readonly count: number;
  readonly approved: number;
}

export function conformitiesOf(queries: Queries): Promise<readonly Conformities[]> {
  return queries.shared('conformities', async (own) => {
    const rows = await own.run('conformities');
    return rows.map((row) => ({
      month: amountOf(row['month']),
      days: numberOrNull(row['days']),
      count: amountOf(row['n']),
      approved: amountOf(row['approved']),
    }));
  });
}

export function meanDays(entries: readonly Conformities[]): number | null {
  let days = 0;
  let count = 0;
  for (const entry of entries) {
    if (entry.days === null) continue;
    days += entry.days * entry.count;
    count += entry.count;
  }
  return ratio(days, count);
}

/**
 * The continuous percentile: between the two nearest ranks it is interpolated.
 * Source: SQL's percentile_cont, rank = share × (count − 1).
 */
export function percentileDays(entries: readonly Conformities[], share: number): number | null {
  const counts = new Map<number, number>();
  for (const { days, count } of entries) if (days !== null) counts.set(days, (counts.get(days) ?? 0) + count);
  const steps = [...counts].toSorted(([a], [b]) => a - b);
  const total = steps.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  const rank = share * (total - 1);
  const below = valueAt(steps, Math.floor(rank));
  return below + (valueAt(steps, Math.ceil(rank)) - below) * (rank - Math.floor(rank));
}

function valueAt(steps: readonly (readonly [number, number])[], index: number): number {
  let passed = 0;
  for (const [value, count] of steps) {
    passed += count;
    if (index < passed) return value;
  }
  return steps.at(-1)?.[0] ?? 0;
}
