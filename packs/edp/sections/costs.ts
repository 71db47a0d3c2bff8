/** What the projects cost, and what is left of their income. */
import type { Row } from '../../../engine/sources/source.ts';
import { amountOf, largestFirst, nameOf, numberOrNull, sumBy } from '../cells.ts';
import { measure } from '../measures.ts';
import { monthText } from '../months.ts';
import type { Payload } from '../payload.ts';
import { ratio } from '../profile.ts';
import type { Queries } from '../queries.ts';

const nameLimit = 20;
const marginLimit = 30;
const monthLimit = 60;

/** Costs of the view's projects by kind, detail, status, month and whether they are overdue. */
export function costRowsOf(queries: Queries): Promise<Row[]> {
  return queries.shared('costs', (own) => own.run('costs'));
}

export async function costs(queries: Queries, payload: Payload): Promise<void> {
  const rows = await costRowsOf(queries);
  const measured = await measure(queries);
  figures(rows, measured.value('collected_amount') ?? 0, payload);
  const columns = { count: 'count', amount: 'CLP' } as const;
  for (const [id, column, name] of [
    ['opex_capex', 'kind', 'kind'],
    ['cost_by_type', 'detail', 'type'],
    ['cost_by_status', 'status', 'status'],
  ] as const) {
    payload.breakdown(id, { [name]: 'text', ...columns }, grouped(rows, column), { limit: nameLimit });
  }
  byMonth(rows, payload);
  const providers = await queries.run('providers', { limit: nameLimit });
  payload.breakdown(
    'cost_by_provider',
    { provider: 'text', ...columns },
    providers.map((row) => [nameOf(row['provider']), amountOf(row['n']), amountOf(row['amount'])]),
    { totalRowCount: amountOf(providers[0]?.['providers']) },
  );
  await margins(queries, payload);
}

function figures(rows: readonly Row[], collected: number, payload: Payload): void {
  const sum = (measure: 'n' | 'amount', test: (row: Row) => boolean): number =>
    rows.reduce((total, row) => (test(row) ? total + amountOf(row[measure]) : total), 0);
  const isKind = (kind: string) => (row: Row) => nameOf(row['kind']).toLowerCase() === kind;
  const isOverdue = (row: Row): boolean => row['overdue'] === 1;
  const total = sum('amount', () => true);
  payload.figure('costs_total', total);
  payload.figure('roi', ratio(collected - total, total), { noData: 'The projects in view have no costs' });
  payload.figure('opex_total', sum('amount', isKind('opex')));
  payload.figure('capex_total', sum('amount', isKind('capex')));
  payload.figure('overdue_invoice_count', sum('n', isOverdue));
  payload.figure('overdue_invoice_amount', sum('amount', isOverdue));
}

function grouped(rows: readonly Row[], column: string): (readonly [string, number, number])[] {
  const counts = sumBy(rows, (row) => nameOf(row[column]), 'n');
  const amounts = sumBy(rows, (row) => nameOf(row[column]), 'amount');
  return largestFirst(
    [...amounts].map(([name, amount]) => [name, counts.get(name) ?? 0, amount] as const),
    2,
  );
}

function byMonth(rows: readonly Row[], payload: Payload): void {
  const months = [...sumBy(rows, (row) => numberOrNull(row['month']), 'amount')]
    .filter((entry): entry is [number, number] => entry[0] !== null)
    .toSorted(([a], [b]) => a - b);
  payload.breakdown(
    'cost_by_month',
    { month: 'month', amount: 'CLP' },
    months.slice(-monthLimit).map(([month, amount]) => [monthText(month), amount]),
    { totalRowCount: months.length },
  );
}

async function margins(queries: Queries, payload: Payload): Promise<void> {
  const rows = await queries.run('margins', { limit: marginLimit });
  for (const [kind, id] of [
    ['manager', 'managers'],
    ['client', 'margin_by_client'],
    ['project', 'margin_by_project'],
  ] as const) {
    const those = rows.filter((row) => row['kind'] === kind);
    payload.breakdown(
      id,
      { [kind]: 'text', income: 'CLP', cost: 'CLP', margin: 'ratio', projects: 'count' },
      those.map((row) => {
        const income = amountOf(row['income']);
        const cost = amountOf(row['cost']);
        return [nameOf(row['name']), income, cost, ratio(income - cost, income), amountOf(row['projects'])];
      }),
      { totalRowCount: amountOf(those[0]?.['of_kind']) },
    );
  }
}
