/** Money: what came in by month, what waiting costs, and how much hangs on few clients. */
import { amountOf } from '../cells.ts';
import { type Client, clientsOf, herfindahl } from '../clients.ts';
import { addDays } from '../filters.ts';
import { measure, trendMonths } from '../measures.ts';
import { monthOf, monthsUntil, monthText } from '../months.ts';
import type { Payload } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Queries } from '../queries.ts';

const topClients = 10;

export async function financials(queries: Queries, payload: Payload): Promise<void> {
  const measured = await measure(queries);
  collections(measured.profile, queries, payload);
  payload.figure(
    'working_capital_cost',
    measured.value('working_capital_cost'),
    measured.extras('working_capital_cost'),
  );
  await collectedInPeriod(queries, payload);
  concentration(await clientsOf(queries), payload);
}

function collections(profile: Profile, { scope }: Queries, payload: Payload): void {
  const current = monthOf(scope.asOf);
  const collectedIn = (month: number): number => profile.sum('approved', ({ paid }) => paid === month);
  const growthOf = (month: number): number | null => {
    const before = collectedIn(month - 1);
    return before === 0 ? null : (collectedIn(month) - before) / before;
  };
  const runRateOf = (month: number): number =>
    4 * (collectedIn(month) + collectedIn(month - 1) + collectedIn(month - 2));
  const last = current - 1;
  const months = monthsUntil(last, trendMonths);
  const trend = profile.kinds.some(({ paid }) => paid !== null);
  const earlier = { previousLabel: monthText(last - 1) };
  payload.figure('collected_last_month', collectedIn(last), {
    ...earlier,
    previous: collectedIn(last - 1),
    trend: trend ? months.map(collectedIn) : [],
  });
  payload.figure('collection_growth', growthOf(last), {
    ...earlier,
    noData: `Nothing was collected in ${monthText(last - 1)}`,
    previous: growthOf(last - 1),
    trend: months.map(growthOf),
  });
  payload.figure('run_rate_annual', runRateOf(last), {
    previous: runRateOf(last - 1),
    previousLabel: 'One month earlier',
    trend: trend ? months.map(runRateOf) : [],
  });
  const goal = scope.settings.monthlyGoal;
  payload.figure('collected_this_month', collectedIn(current), {
    previous: collectedIn(last),
    previousLabel: `The whole of ${monthText(last)}`,
    target: goal,
  });
  payload.figure('goal_progress', goal === null || goal === 0 ? null : collectedIn(current) / goal, {
    noData: 'No monthly goal is set (VIGIA_MONTHLY_GOAL)',
    target: goal === null ? null : 1,
  });
}

async function collectedInPeriod(queries: Queries, payload: Payload): Promise<void> {
  const { asOf } = queries.scope;
  const { fecha_inicio: from, fecha_fin: until, periodo_rapido: days, ...others } = queries.scope.filters;
  if (from === undefined && until === undefined && days === undefined) {
    payload.figure('collected_in_period', null, { noData: 'No period is asked for' });
    return;
  }
  const first = typeof days === 'number' ? addDays(asOf, -days) : (from ?? '0001-01-01');
  const rows = await queries.filtered(others).run('collected', {
    paid_from: first,
    paid_until: typeof days === 'number' ? asOf : (until ?? '9999-12-31'),
  });
  payload.figure('collected_in_period', amountOf(rows[0]?.['amount']));
}

function concentration(clients: readonly Client[], payload: Payload): void {
  const noData = 'Nothing in view is open';
  const index = herfindahl(clients);
  payload.figure('concentration_hhi', index, { noData });
  payload.figure('concentration_top_share', index === null ? null : (clients[0]?.share ?? null), {
    noData,
    target: 0.4,
  });
  let cumulative = 0;
  const rows = clients.map(({ name, openAmount, openCount, share }) => {
    cumulative += share;
    return [name, openAmount, share, cumulative, openCount];
  });
  payload.breakdown(
    'top_clients',
    { client: 'text', open_amount: 'CLP', share: 'ratio', cumulative: 'ratio', count: 'count' },
    rows,
    { limit: topClients },
  );
}
