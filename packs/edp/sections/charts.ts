/** What the charts draw: months, states, ages, rework and the time spent in each state. */
import type { Row } from '../../../engine/sources/source.ts';
import { amountOf, compareText, largestFirst, nameOf, numberOrNull, sumBy } from '../cells.ts';
import { conformitiesOf, meanDays, percentileDays } from '../conformities.ts';
import { monthOf, monthsUntil, monthText } from '../months.ts';
import type { Payload } from '../payload.ts';
import { isOpen, Profile, ratio } from '../profile.ts';
import type { Queries } from '../queries.ts';
import { states } from '../tables.ts';
import { costRowsOf } from './costs.ts';

/** Five years; older months are cut and counted. */
const monthLimit = 60;
const trendMonths = 12;
const nameLimit = 20;

export async function charts(queries: Queries, payload: Payload): Promise<void> {
  const profile = await Profile.of(queries);
  await monthly(profile, queries, payload);
  byState(profile, payload);
  ageing(profile, payload);
  await conformityByMonth(queries, payload);
  await rework(queries, payload);
  await stages(queries, payload);
}

/** Months in which nothing happened are not there; null is "nothing of this kind in that month". */
async function monthly(profile: Profile, queries: Queries, payload: Payload): Promise<void> {
  const emitted = new Map<number, number>();
  const collected = new Map<number, number>();
  for (const kind of profile.kinds) {
    if (kind.emitted !== null) emitted.set(kind.emitted, (emitted.get(kind.emitted) ?? 0) + kind.proposed);
    if (kind.paid !== null) collected.set(kind.paid, (collected.get(kind.paid) ?? 0) + kind.approved);
  }
  const approved = new Map<number, number>();
  for (const { month, approved: amount } of await conformitiesOf(queries)) {
    approved.set(month, (approved.get(month) ?? 0) + amount);
  }
  const costs = sumBy(await costRowsOf(queries), (row) => numberOrNull(row['month']), 'amount');
  const months = [...new Set([...emitted.keys(), ...approved.keys(), ...collected.keys()])].toSorted((a, b) => a - b);
  payload.breakdown(
    'monthly',
    { month: 'month', emitted: 'CLP', approved: 'CLP', collected: 'CLP', cost: 'CLP' },
    months
      .slice(-monthLimit)
      .map((month) => [
        monthText(month),
        ...[emitted, approved, collected, costs].map((amounts) => amounts.get(month) ?? null),
      ]),
    { totalRowCount: months.length },
  );
}

function byState(profile: Profile, payload: Payload): void {
  const counts = new Map<string, { count: number; amount: number }>();
  for (const { state, n, amt } of profile.kinds) {
    const before = counts.get(state) ?? { count: 0, amount: 0 };
    counts.set(state, { count: before.count + n, amount: before.amount + amt });
  }
  const rows = [...counts].map(([state, { count, amount }]) => [state, count, amount] as const);
  payload.breakdown('states', { state: 'text', count: 'count', amount: 'CLP' }, largestFirst(rows, 1), {
    limit: nameLimit,
  });
}

/** What was sent but has no known days is in no bucket of days. */
function ageing(profile: Profile, payload: Payload): void {
  const total = profile.sum('amt', isOpen);
  const buckets = [
    [1, '0-15'],
    [2, '16-30'],
    [3, '31-45'],
    [4, '46-60'],
    [5, '61-90'],
    [6, '90+'],
    [-1, 'never sent'],
  ] as const;
  payload.breakdown(
    'ageing',
    { bucket: 'text', count: 'count', amount: 'CLP', share: 'ratio' },
    buckets.map(([age, bucket]) => {
      const those = profile.only((kind) => kind.open && kind.age === age);
      return [bucket, those.count(), those.sum('amt'), ratio(those.sum('amt'), total)];
    }),
  );
}

async function conformityByMonth(queries: Queries, payload: Payload): Promise<void> {
  const entries = await conformitiesOf(queries);
  const months = monthsUntil(monthOf(queries.scope.asOf), trendMonths);
  payload.breakdown(
    'conformity_by_month',
    { month: 'month', count: 'count', days_mean: 'days', days_p90: 'days' },
    months.map((month) => {
      const those = entries.filter((entry) => entry.month === month);
      const count = those.reduce((sum, entry) => sum + entry.count, 0);
      return [monthText(month), count, meanDays(those), percentileDays(those, 0.9)];
    }),
  );
}

async function rework(queries: Queries, payload: Payload): Promise<void> {
  const events = await queries.run('rework');
  const current = monthOf(queries.scope.asOf);
  const byMonth = sumBy(events, (row) => amountOf(row['month']), 'n');
  const trend = monthsUntil(current - 1, trendMonths).map((month) => byMonth.get(month) ?? 0);
  payload.figure('rework_events', sumBy(events, () => 'all', 'n').get('all') ?? 0, {
    trend: events.length === 0 ? [] : trend,
  });
  const months = [...byMonth].toSorted(([a], [b]) => a - b);
  payload.breakdown(
    'rework_by_month',
    { month: 'month', events: 'count' },
    months.slice(-monthLimit).map(([month, count]) => [monthText(month), count]),
    { totalRowCount: months.length },
  );
  payload.breakdown(
    'rework_reasons',
    { reason: 'text', events: 'count' },
    largestFirst([...sumBy(events, (row) => nameOf(row['reason']), 'n')], 1),
    { limit: nameLimit },
  );
  await reworkByManager(events, queries, payload);
  const faults = await queries.run('faults');
  payload.breakdown(
    'faults',
    { fault: 'text', count: 'count', amount: 'CLP' },
    largestFirst(
      faults.map((row) => [nameOf(row['fault']), amountOf(row['n']), amountOf(row['amt'])] as const),
      1,
    ),
    { limit: nameLimit },
  );
}

async function reworkByManager(events: readonly Row[], queries: Queries, payload: Payload): Promise<void> {
  const byManager = sumBy(events, (row) => nameOf(row['manager']), 'n');
  const rows = (await queries.shared('dimensions', (own) => own.run('dimensions'))).filter(
    (row) => row['by_type'] === 0,
  );
  payload.breakdown(
    'rework_by_manager',
    { manager: 'text', events: 'count', reworked: 'count', count: 'count', rework_rate: 'ratio' },
    largestFirst(
      rows.map((row) => {
        const reworked = amountOf(row['reworked']);
        const count = amountOf(row['n']);
        const manager = nameOf(row['manager']);
        return [manager, byManager.get(manager) ?? 0, reworked, count, ratio(reworked, count)] as const;
      }),
      2,
    ),
    { limit: nameLimit },
  );
}

async function stages(queries: Queries, payload: Payload): Promise<void> {
  const rows = await queries.run('stages');
  const order = ['pendiente', 'enviado', 'revisión', 'validado', 'pagado', 'rechazado'];
  const place = (row: Row): number => (order.indexOf(nameOf(row['stage'])) + order.length + 1) % (order.length + 1);
  payload.breakdown(
    'stage_days',
    { state: 'text', count: 'count', days: 'days' },
    rows
      .toSorted((a, b) => place(a) - place(b) || compareText(nameOf(a['stage']), nameOf(b['stage'])))
      .map((row) => [nameOf(row['stage']), amountOf(row['n']), numberOrNull(row['days'])]),
    { limit: states.length * 2 },
  );
}
