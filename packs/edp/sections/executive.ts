/** Rates, days and the composite scores; days outstanding by client, manager and type of project. */
import { amountOf, compareText, nameOf } from '../cells.ts';
import { clientsOf } from '../clients.ts';
import { conformitiesOf, meanDays, percentileDays } from '../conformities.ts';
import { type Measured, type MeasureId, measure, trendMonths } from '../measures.ts';
import { monthOf, monthsUntil } from '../months.ts';
import type { Payload } from '../payload.ts';
import { ratio } from '../profile.ts';
import type { Queries } from '../queries.ts';
import { efficiencyParts, qualityParts, type ScorePart, scoreOf } from '../scores.ts';

const ids: readonly MeasureId[] = [
  'dso_paid_days',
  'collection_days_mean',
  'completion_rate',
  'payment_rate',
  'on_time_rate',
  'first_pass_rate',
  'rework_rate',
  'conformity_rate',
  'fast_collection_share',
];
const dsoLimit = 20;

export async function executive(queries: Queries, payload: Payload): Promise<void> {
  const measured = await measure(queries);
  for (const id of ids) payload.figure(id, measured.value(id), measured.extras(id));
  await conformity(queries, payload);
  addScores(measured, queries, payload);
  await daysOutstanding(queries, payload);
}

async function conformity(queries: Queries, payload: Payload): Promise<void> {
  const entries = await conformitiesOf(queries);
  const noData = 'No EDP in view has been conformed';
  const months = monthsUntil(monthOf(queries.scope.asOf) - 1, trendMonths);
  const byMonth = months.map((month) => entries.filter((entry) => entry.month === month));
  payload.figure('conformity_days_mean', meanDays(entries), { noData, trend: byMonth.map(meanDays) });
  payload.figure('conformity_days_p90', percentileDays(entries, 0.9), {
    noData,
    trend: byMonth.map((those) => percentileDays(those, 0.9)),
  });
}

function addScores(measured: Measured, queries: Queries, payload: Payload): void {
  const { settings } = queries.scope;
  addScore('quality_score', qualityParts(measured, settings), payload);
  addScore('efficiency_score', efficiencyParts(measured, settings), payload);
}

function addScore(id: 'quality_score' | 'efficiency_score', parts: readonly ScorePart[], payload: Payload): void {
  const lacking = parts.filter(({ value }) => value === null).map(({ part }) => part);
  payload.figure(id, scoreOf(parts), { noData: `Its parts without data: ${lacking.join(', ')}` });
  payload.breakdown(
    `${id}_parts`,
    { part: 'text', weight: 'ratio', value: 'ratio' },
    parts.map(({ part, weight, value }) => [part, weight, value]),
  );
}

async function daysOutstanding(queries: Queries, payload: Payload): Promise<void> {
  const columns = { days: 'days', open_amount: 'CLP', count: 'count' } as const;
  const clients = (await clientsOf(queries)).filter(({ dsoDays }) => dsoDays !== null);
  payload.breakdown(
    'dso_by_client',
    { client: 'text', ...columns },
    clients.map(({ name, dsoDays, openAmount, count }) => [name, dsoDays, openAmount, count]),
    { limit: dsoLimit },
  );
  const rows = await queries.shared('dimensions', (own) => own.run('dimensions'));
  for (const [kind, name, id] of [
    [0, 'manager', 'dso_by_manager'],
    [1, 'project_type', 'dso_by_project_type'],
  ] as const) {
    const those = rows
      .filter((row) => row['by_type'] === kind)
      .toSorted(
        (a, b) => amountOf(b['open_amt']) - amountOf(a['open_amt']) || compareText(nameOf(a[name]), nameOf(b[name])),
      );
    payload.breakdown(
      id,
      { [name]: 'text', ...columns },
      those.map((row) => [
        nameOf(row[name]),
        ratio(amountOf(row['dso_amt_days']), amountOf(row['dso_amt'])),
        amountOf(row['open_amt']),
        amountOf(row['n']),
      ]),
      { limit: dsoLimit },
    );
  }
}
