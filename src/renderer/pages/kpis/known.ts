/** The order in which KPIs and breakdowns stand on the page; what is not named here follows after, never left out. */
import type { SectionView } from '../../state/dashboard.ts';

export type SectionName = SectionView['name'];

/** The groups of tiles, in the order of the page; a group may hold the figures of several sections. */
export const figureGroups = [
  { title: 'essentials', sections: ['essentials'] },
  { title: 'kpis', sections: ['kpis', 'charts'] },
  { title: 'financials', sections: ['financials', 'forecast'] },
  { title: 'costs', sections: ['costs'] },
] as const satisfies { title: SectionName; sections: SectionName[] }[];

export type FigureGroupDefinition = (typeof figureGroups)[number];

/** Also the places that are kept free until a section's first answer. */
export const figureOrder: Record<SectionName, readonly string[]> = {
  essentials: [
    'receivables_amount',
    'dso_days',
    'collected_amount',
    'overdue_amount',
    'critical_amount',
    'approval_rate',
    'overdue_share',
    'approved_amount',
    'pending_amount',
    'critical_count',
    'receivables_count',
    'overdue_count',
    'pending_count',
    'edp_count',
    'proposed_amount',
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
    'completion_rate',
    'payment_rate',
    'quality_score',
    'efficiency_score',
  ],
  charts: ['rework_events'],
  financials: [
    'collected_last_month',
    'collected_this_month',
    'goal_progress',
    'collection_growth',
    'run_rate_annual',
    'working_capital_cost',
    'concentration_top_share',
    'concentration_hhi',
    'collected_in_period',
  ],
  forecast: ['expected_next_7_days', 'overdue_recovery_rate'],
  costs: ['costs_total', 'roi', 'opex_total', 'capex_total', 'overdue_invoice_amount', 'overdue_invoice_count'],
  lists: [],
};

/** Breakdowns without a place of their own, in the order of the page. */
export const breakdownOrder = [
  'client_risk',
  'expected_daily',
  'dso_by_client',
  'dso_by_manager',
  'dso_by_project_type',
  'stage_days',
  'conformity_by_month',
  'rework_by_month',
  'rework_by_manager',
  'rework_reasons',
  'faults',
  'quality_score_parts',
  'efficiency_score_parts',
  'margin_by_client',
  'margin_by_project',
  'opex_capex',
  'cost_by_type',
  'cost_by_status',
  'cost_by_month',
  'cost_by_provider',
] as const;

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
