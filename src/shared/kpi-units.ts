/** The unit of each KPI, for figures that come without it, such as the samples that alert rules look at. A test holds it to the packs. */
import type { Unit } from '../../engine/model/dashboard.ts';

const units: Readonly<Record<string, Unit>> = {
  edp_count: 'count',
  proposed_amount: 'CLP',
  approved_amount: 'CLP',
  collected_amount: 'CLP',
  receivables_count: 'count',
  receivables_amount: 'CLP',
  pending_count: 'count',
  pending_amount: 'CLP',
  dso_days: 'days',
  approval_rate: 'ratio',
  critical_count: 'count',
  critical_amount: 'CLP',
  overdue_count: 'count',
  overdue_amount: 'CLP',
  overdue_share: 'ratio',
  dso_paid_days: 'days',
  collection_days_mean: 'days',
  completion_rate: 'ratio',
  payment_rate: 'ratio',
  on_time_rate: 'ratio',
  first_pass_rate: 'ratio',
  rework_rate: 'ratio',
  conformity_rate: 'ratio',
  conformity_days_mean: 'days',
  conformity_days_p90: 'days',
  fast_collection_share: 'ratio',
  quality_score: 'score',
  efficiency_score: 'score',
  collected_last_month: 'CLP',
  collected_this_month: 'CLP',
  collected_in_period: 'CLP',
  collection_growth: 'ratio',
  run_rate_annual: 'CLP',
  goal_progress: 'ratio',
  working_capital_cost: 'CLP',
  concentration_hhi: 'ratio',
  concentration_top_share: 'ratio',
  rework_events: 'count',
  expected_next_7_days: 'CLP',
  overdue_recovery_rate: 'ratio',
  costs_total: 'CLP',
  roi: 'ratio',
  opex_total: 'CLP',
  capex_total: 'CLP',
  overdue_invoice_count: 'count',
  overdue_invoice_amount: 'CLP',
};

/** Of a signal such as `kpi.dso_days`; null for one that is no KPI. */
export function kpiUnit(signal: string | null): Unit | null {
  const id = signal?.startsWith('kpi.') === true ? signal.slice('kpi.'.length) : '';
  return Object.hasOwn(units, id) ? (units[id] ?? null) : null;
}
