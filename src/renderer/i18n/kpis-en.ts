/** English names and formulas of the KPIs; the formula is what the engine computes, in words. */

export interface KpiText {
  readonly label: string;
  readonly formula: string;
  /** After a plain count; absent for money, days and ratios, whose unit is known. */
  readonly unit?: string;
}

export const kpisEn = {
  edp_count: { label: 'EDPs', formula: 'Number of payment statements within the filters.', unit: 'EDPs' },
  proposed_amount: { label: 'Proposed', formula: 'Σ proposed amount.' },
  approved_amount: { label: 'Approved', formula: 'Σ approved amount.' },
  collected_amount: {
    label: 'Collected',
    formula: 'Σ approved amount of paid EDPs, by payment date when a period is asked.',
  },
  receivables_count: {
    label: 'Open EDPs',
    formula: 'EDPs sent, in review, pending or approved and not yet paid.',
    unit: 'EDPs',
  },
  receivables_amount: {
    label: 'Receivables',
    formula: 'Σ amount of open EDPs: approved amount, else the proposed one.',
  },
  pending_count: { label: 'Pending EDPs', formula: 'EDPs sent, in review or pending: not yet approved.', unit: 'EDPs' },
  pending_amount: { label: 'Pending amount', formula: 'Σ amount of EDPs sent, in review or pending.' },
  dso_days: { label: 'DSO', formula: 'Σ(days × amount) ÷ Σ amount, over EDPs that were sent and not rejected.' },
  dso_paid_days: { label: 'DSO of paid EDPs', formula: 'Σ(days × approved amount) ÷ Σ approved amount of paid EDPs.' },
  collection_days_mean: { label: 'Collection time', formula: 'Mean of payment date − sending date of paid EDPs.' },
  approval_rate: {
    label: 'Approval rate',
    formula: 'Σ approved amount of approved and paid ÷ Σ proposed amount of everything decided.',
  },
  completion_rate: { label: 'Completion rate', formula: 'Approved and paid EDPs ÷ all EDPs.' },
  payment_rate: { label: 'Payment rate', formula: 'Paid EDPs ÷ all EDPs.' },
  critical_count: {
    label: 'Critical EDPs',
    formula: 'Open EDPs older than 60 days since they were sent.',
    unit: 'EDPs',
  },
  critical_amount: { label: 'Critical amount', formula: 'Σ amount of critical EDPs.' },
  overdue_count: { label: 'Overdue EDPs', formula: 'Open EDPs whose promised payment date has passed.', unit: 'EDPs' },
  overdue_amount: { label: 'Overdue amount', formula: 'Σ amount of overdue EDPs.' },
  overdue_share: { label: 'Overdue share', formula: 'Overdue amount ÷ receivables.' },
  on_time_rate: { label: 'Paid on time', formula: 'Paid by the promised date ÷ paid with a promised date.' },
  first_pass_rate: { label: 'First pass', formula: 'Approved or paid without rework ÷ everything decided.' },
  rework_rate: { label: 'Rework rate', formula: 'EDPs with at least one rework cycle ÷ all EDPs.' },
  conformity_rate: { label: 'Conformity rate', formula: 'EDPs with conformity sent ÷ EDPs sent.' },
  conformity_days_mean: { label: 'Conformity time', formula: 'Mean of conformity date − sending date.' },
  conformity_days_p90: {
    label: 'Conformity p90',
    formula: 'Nine of ten conformities came within this many days.',
  },
  fast_collection_share: {
    label: 'Paid in 30 days',
    formula: 'Σ approved amount paid within 30 days of sending ÷ Σ of everything paid.',
  },
  working_capital_cost: {
    label: 'Capital cost',
    formula: 'Σ(amount × days) of open EDPs × yearly rate ÷ 365.',
  },
  collected_last_month: { label: 'Collected last month', formula: 'Collected in the last complete month.' },
  collected_this_month: { label: 'Collected this month', formula: 'Collected so far in the current month.' },
  collection_growth: { label: 'Collection growth', formula: 'Last complete month against the one before.' },
  run_rate_annual: { label: 'Annual run rate', formula: 'Collected in the last three complete months × 4.' },
  goal_progress: { label: 'Goal progress', formula: 'Collected this month ÷ the monthly target.' },
  concentration_hhi: {
    label: 'Concentration',
    formula: 'Σ of the squared shares of receivables by client; 100 % is a single client.',
  },
  expected_next_7_days: {
    label: 'Due in 7 days',
    formula: 'Promised in the next 7 days + overdue × the share of overdue that used to come in.',
  },
  costs_total: { label: 'Costs', formula: 'Σ net cost.' },
  roi: { label: 'ROI', formula: '(Collected − costs) ÷ costs.' },
  collected_in_period: {
    label: 'Period collected',
    formula: 'Paid within the dates asked for, whenever issued.',
  },
  concentration_top_share: { label: 'Largest client', formula: 'Share of the largest client in the receivables.' },
  overdue_recovery_rate: {
    label: 'Weekly recovery',
    formula: 'Overdue collected within a week ÷ overdue at its beginning, over the past 4 weeks.',
  },
  rework_events: { label: 'Rework requests', formula: 'Requests for rework in the log.', unit: 'requests' },
  opex_total: { label: 'Opex', formula: 'Σ net cost of type opex.' },
  capex_total: { label: 'Capex', formula: 'Σ net cost of type capex.' },
  overdue_invoice_count: {
    label: 'Overdue invoices',
    formula: 'Unpaid supplier invoices past their due date.',
    unit: 'invoices',
  },
  overdue_invoice_amount: {
    label: 'Overdue invoiced',
    formula: 'Σ net amount of unpaid supplier invoices past their due date.',
  },
  quality_score: {
    label: 'Quality score',
    formula:
      'Weighted mean of first pass, approval and conformity rates × 100; its parts and weights are listed below and are settings.',
  },
  efficiency_score: {
    label: 'Efficiency score',
    formula:
      'Weighted mean of paid on time, completion, and target DSO ÷ DSO, × 100; its parts and weights are listed below and are settings.',
  },
} as const satisfies Record<string, KpiText>;

export type KpiId = keyof typeof kpisEn;
