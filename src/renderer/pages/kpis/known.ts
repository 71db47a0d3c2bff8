/** The order in which KPIs and breakdowns stand on the page; what is not named here follows after, never left out. */
import type { SectionView } from '../../state/dashboard.ts';

export type SectionName = SectionView['name'];

/** Sections whose figures make a group of tiles, in the order of the page. */
export const figureSections = [
  'essentials',
  'kpis',
  'financials',
  'forecast',
  'costs',
] as const satisfies SectionName[];

/** Also the places that are kept free until a section's first answer. */
export const figureOrder: Record<(typeof figureSections)[number], readonly string[]> = {
  essentials: [
    'receivables_amount',
    'dso_days',
    'collected_amount',
    'overdue_amount',
    'critical_count',
    'approval_rate',
    'receivables_count',
    'pending_amount',
    'approved_amount',
    'overdue_count',
    'critical_amount',
    'edp_count',
    'proposed_amount',
    'pending_count',
    'overdue_share',
    'completion_rate',
    'payment_rate',
  ],
  kpis: [
    'first_pass_rate',
    'on_time_rate',
    'conformity_rate',
    'rework_rate',
    'dso_paid_days',
    'collection_days_mean',
    'conformity_days_mean',
    'conformity_days_p90',
    'fast_collection_share',
  ],
  financials: [
    'collected_last_month',
    'collection_growth',
    'run_rate_annual',
    'working_capital_cost',
    'concentration_hhi',
    'roi',
  ],
  forecast: [],
  costs: ['costs_total'],
};

/** Breakdowns that have a place of their own on the page. */
export const placedBreakdowns: ReadonlySet<string> = new Set([
  'monthly',
  'cash_forecast',
  'forecast_by_month',
  'ageing',
  'states',
  'top_clients',
  'managers',
  'critical',
  'overdue',
]);

/** `ids` in the order of `order`; the unnamed ones behind, as they came. */
export function inOrder(ids: readonly string[], order: readonly string[]): string[] {
  const present = new Set(ids);
  const named = order.filter((id) => present.has(id));
  const isNamed = new Set(named);
  return [...named, ...ids.filter((id) => !isNamed.has(id))];
}

/** "stage_days" as "Stage days": for names that no text file knows. */
export function humanName(id: string): string {
  const words = id.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
