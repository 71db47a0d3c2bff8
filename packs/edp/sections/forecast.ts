/** When the open money will come in: by what was promised, and by what overdue money has done lately. */
import type { Row } from '../../../engine/sources/source.ts';
import { amountOf, textOrNull } from '../cells.ts';
import { addDays } from '../filters.ts';
import { monthOf, monthText } from '../months.ts';
import type { Payload } from '../payload.ts';
import { isOverdue, Profile, ratio } from '../profile.ts';
import type { Queries } from '../queries.ts';

const monthLimit = 36;
const daysAhead = 7;

export async function forecast(queries: Queries, payload: Payload): Promise<void> {
  const profile = await Profile.of(queries);
  buckets(profile, payload);
  const promises = await queries.run('promises');
  byMonth(promises, payload);
  const overdue = profile.sum('amt', isOverdue);
  expected(promises, overdue, await queries.run('recovery'), queries, payload);
}

function buckets(profile: Profile, payload: Payload): void {
  const names = [
    [1, 'overdue'],
    [2, '0-30'],
    [3, '31-60'],
    [4, '61-90'],
    [5, 'later'],
    [0, 'no date'],
  ] as const;
  payload.breakdown(
    'cash_forecast',
    { bucket: 'text', count: 'count', amount: 'CLP' },
    names.map(([promise, bucket]) => {
      const those = profile.only((kind) => kind.open && kind.promise === promise);
      return [bucket, those.count(), those.sum('amt')];
    }),
  );
}

function byMonth(promises: readonly Row[], payload: Payload): void {
  const months = new Map<number, { count: number; amount: number }>();
  for (const row of promises) {
    const month = monthOf(textOrNull(row['day']) ?? '');
    const before = months.get(month) ?? { count: 0, amount: 0 };
    months.set(month, { count: before.count + amountOf(row['n']), amount: before.amount + amountOf(row['amt']) });
  }
  const rows = [...months].toSorted(([a], [b]) => a - b);
  payload.breakdown(
    'forecast_by_month',
    { month: 'month', count: 'count', amount: 'CLP' },
    rows.map(([month, { count, amount }]) => [monthText(month), count, amount]),
    { limit: monthLimit },
  );
}

/** Overdue money is expected evenly over the days, at the share that came in within a week lately. */
function expected(
  promises: readonly Row[],
  overdue: number,
  weeks: readonly Row[],
  queries: Queries,
  payload: Payload,
): void {
  const collected = weeks.reduce((sum, row) => sum + amountOf(row['collected']), 0);
  const stood = weeks.reduce((sum, row) => sum + amountOf(row['overdue']), 0);
  const rate = ratio(collected, stood);
  const noData = 'Nothing was overdue in the past 4 weeks, so nothing is known of how it comes in';
  payload.figure('overdue_recovery_rate', rate, { noData });
  const recovered = overdue === 0 ? 0 : rate === null ? null : overdue * rate;
  const byDay = new Map(promises.map((row) => [textOrNull(row['day'])?.slice(0, 10), amountOf(row['amt'])]));
  const days = Array.from({ length: daysAhead }, (_day, index) => addDays(queries.scope.asOf, index));
  const promised = days.reduce((sum, day) => sum + (byDay.get(day) ?? 0), 0);
  payload.figure('expected_next_7_days', recovered === null ? null : promised + recovered, { noData });
  payload.breakdown(
    'expected_daily',
    { day: 'date', promised: 'CLP', from_overdue: 'CLP' },
    days.map((day) => [day, byDay.get(day) ?? 0, recovered === null ? null : recovered / daysAhead]),
  );
}
