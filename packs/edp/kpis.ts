/** Every KPI of the pack: section, unit, formula in words, and the columns it rests on. Source: the EDP reference of the project. */
import type { KpiDefinition } from '../../engine/kpi/pack.ts';
import type { SectionName, Unit } from '../../engine/model/dashboard.ts';

type Better = KpiDefinition['better'];

const state = 'edp.estado';
const sent = 'edp.fecha_envio_cliente';
const promised = 'edp.fecha_estimada_pago';
const paid = 'edp.fecha_pago';
const proposed = 'edp.monto_propuesto';
const approved = 'edp.monto_aprobado';
const issued = 'edp.fecha_emision';
const cycles = 'edp.ciclos_retrabajo';
const conformity = 'edp.fecha_conformidad';
const amt = [approved, proposed];
const days = [state, sent, paid];
const cost = ['cost.importe_neto'];

const inSection =
  (section: SectionName) =>
  (id: string, unit: Unit, better: Better, formula: string, needs: readonly string[]): KpiDefinition => ({
    id,
    section,
    unit,
    better,
    formula,
    needs,
  });

const essential = inSection('essentials');
const executive = inSection('kpis');
const financial = inSection('financials');
const chart = inSection('charts');
const forecast = inSection('forecast');
const costs = inSection('costs');

export const kpiDefinitions: readonly KpiDefinition[] = [
  essential('edp_count', 'count', null, 'Number of EDPs', ['edp.id']),
  essential('proposed_amount', 'CLP', null, 'Σ monto_propuesto', [proposed]),
  essential('approved_amount', 'CLP', 'higher', 'Σ monto_aprobado', [approved]),
  essential('collected_amount', 'CLP', 'higher', 'Σ monto_aprobado of paid', [approved, state]),
  essential('receivables_count', 'count', 'lower', 'Open EDPs: enviado, revisión, pendiente, validado', [state]),
  essential(
    'receivables_amount',
    'CLP',
    'lower',
    'Σ amt of open; amt = monto_aprobado when > 0, else monto_propuesto',
    [state, ...amt],
  ),
  essential('pending_count', 'count', 'lower', 'EDPs in enviado, revisión, pendiente', [state]),
  essential('pending_amount', 'CLP', 'lower', 'Σ amt of enviado, revisión, pendiente', [state, ...amt]),
  essential('dso_days', 'days', 'lower', 'Σ(days × amt) / Σ amt where days is known and not rejected', [
    ...days,
    ...amt,
  ]),
  essential('approval_rate', 'ratio', 'higher', 'Σ monto_aprobado of closed / Σ monto_propuesto of decided', [
    state,
    ...amt,
  ]),
  essential('critical_count', 'count', 'lower', 'Open EDPs out for more than the critical days', days),
  essential('critical_amount', 'CLP', 'lower', 'Σ amt of critical', [...days, ...amt]),
  essential('overdue_count', 'count', 'lower', 'Open EDPs whose promised date has passed', [state, promised]),
  essential('overdue_amount', 'CLP', 'lower', 'Σ amt of overdue', [state, promised, ...amt]),
  essential('overdue_share', 'ratio', 'lower', 'overdue_amount / receivables_amount', [state, promised, ...amt]),

  executive('dso_paid_days', 'days', 'lower', 'Σ(days × monto_aprobado) / Σ monto_aprobado of paid', [
    ...days,
    approved,
  ]),
  executive('collection_days_mean', 'days', 'lower', 'Mean of fecha_pago − fecha_envio_cliente of paid', days),
  executive('completion_rate', 'ratio', 'higher', 'closed / all (counts)', [state]),
  executive('payment_rate', 'ratio', 'higher', 'paid / all (counts)', [state]),
  executive('on_time_rate', 'ratio', 'higher', 'Paid by the promised date / paid with a promised date', [
    state,
    paid,
    promised,
  ]),
  executive('first_pass_rate', 'ratio', 'higher', 'Closed with no rework / decided', [state, cycles]),
  executive('rework_rate', 'ratio', 'lower', 'EDPs with rework / all', [cycles]),
  executive('conformity_rate', 'ratio', 'higher', 'Conformity sent / sent', ['edp.conformidad_enviada', sent]),
  executive('conformity_days_mean', 'days', 'lower', 'Mean of fecha_conformidad − fecha_envio_cliente', [
    conformity,
    sent,
  ]),
  executive(
    'conformity_days_p90',
    'days',
    'lower',
    '90th percentile (continuous) of fecha_conformidad − fecha_envio_cliente',
    [conformity, sent],
  ),
  executive(
    'fast_collection_share',
    'ratio',
    'higher',
    'Σ monto_aprobado paid within the fast days of sending / Σ of paid',
    [...days, approved],
  ),
  executive(
    'quality_score',
    'score',
    'higher',
    'Weighted mean of first_pass_rate, approval_rate, conformity_rate, × 100',
    [state, cycles, ...amt, 'edp.conformidad_enviada', sent],
  ),
  executive(
    'efficiency_score',
    'score',
    'higher',
    'Weighted mean of on_time_rate, completion_rate, target DSO / DSO (at most 1), × 100',
    [...days, promised, ...amt],
  ),

  financial('collected_last_month', 'CLP', 'higher', 'Σ monto_aprobado paid in the last complete month', [
    approved,
    state,
    paid,
  ]),
  financial('collected_this_month', 'CLP', 'higher', 'Σ monto_aprobado paid in the month of the as-of date', [
    approved,
    state,
    paid,
  ]),
  financial(
    'collected_in_period',
    'CLP',
    'higher',
    'Σ monto_aprobado paid within the dates asked for, whenever issued',
    [approved, state, paid, issued],
  ),
  financial('collection_growth', 'ratio', 'higher', 'Last complete month against the one before', [
    approved,
    state,
    paid,
  ]),
  financial('run_rate_annual', 'CLP', 'higher', 'Collected in the last 3 complete months × 4', [approved, state, paid]),
  financial('goal_progress', 'ratio', 'higher', 'Collected this month / monthly goal', [approved, state, paid]),
  financial('working_capital_cost', 'CLP', 'lower', 'Σ(amt × days) of open × rate / 365', [...days, ...amt]),
  financial('concentration_hhi', 'ratio', 'lower', 'Σ share² of the clients in the open amount', [
    state,
    'edp.cliente',
    ...amt,
  ]),
  financial('concentration_top_share', 'ratio', 'lower', 'Share of the largest client in the open amount', [
    state,
    'edp.cliente',
    ...amt,
  ]),

  chart('rework_events', 'count', 'lower', 'Rework requests in the log', ['log.campo', 'log.edp_id', 'log.despues']),

  forecast(
    'expected_next_7_days',
    'CLP',
    null,
    'Open amt promised in the 7 days from the as-of date + overdue × the weekly share that was recovered in the past 4 weeks',
    [state, promised, paid, issued, ...amt],
  ),
  forecast(
    'overdue_recovery_rate',
    'ratio',
    'higher',
    'Overdue collected within a week / overdue at its beginning, past 4 weeks',
    [state, promised, paid, issued, ...amt],
  ),

  costs('costs_total', 'CLP', 'lower', 'Σ importe_neto, of the projects in view', cost),
  costs('roi', 'ratio', 'higher', '(collected − costs) / costs', [...cost, approved, state]),
  costs('opex_total', 'CLP', 'lower', 'Σ importe_neto of opex', [...cost, 'cost.tipo_costo']),
  costs('capex_total', 'CLP', null, 'Σ importe_neto of capex', [...cost, 'cost.tipo_costo']),
  costs('overdue_invoice_count', 'count', 'lower', 'Unpaid invoices past fecha_vencimiento', [
    'cost.fecha_pago',
    'cost.fecha_vencimiento',
  ]),
  costs('overdue_invoice_amount', 'CLP', 'lower', 'Σ importe_neto of unpaid invoices past fecha_vencimiento', [
    ...cost,
    'cost.fecha_pago',
    'cost.fecha_vencimiento',
  ]),
];

/** Breakdowns, and the columns without which each would mislead. */
export const breakdownNeeds: Readonly<Record<string, { section: SectionName; needs: readonly string[] }>> = {
  dso_by_client: { section: 'kpis', needs: [...days, 'edp.cliente', ...amt] },
  dso_by_manager: { section: 'kpis', needs: [...days, 'edp.gestor', ...amt] },
  dso_by_project_type: { section: 'kpis', needs: [...days, 'edp.tipo_proyecto', ...amt] },
  quality_score_parts: { section: 'kpis', needs: [state] },
  efficiency_score_parts: { section: 'kpis', needs: [state] },
  top_clients: { section: 'financials', needs: [state, 'edp.cliente', ...amt] },
  monthly: { section: 'charts', needs: [issued, proposed] },
  states: { section: 'charts', needs: [state] },
  ageing: { section: 'charts', needs: [...days, ...amt] },
  conformity_by_month: { section: 'charts', needs: [conformity, sent] },
  rework_by_month: { section: 'charts', needs: ['log.campo', 'log.fecha_hora', 'log.edp_id', 'log.despues'] },
  rework_by_manager: { section: 'charts', needs: ['edp.gestor', cycles] },
  rework_reasons: { section: 'charts', needs: ['log.campo', 'log.edp_id', 'log.despues'] },
  faults: { section: 'charts', needs: ['edp.tipo_falla'] },
  stage_days: { section: 'charts', needs: ['log.campo', 'log.fecha_hora', 'log.edp_id', 'log.despues', 'log.id'] },
  cash_forecast: { section: 'forecast', needs: [state, promised, ...amt] },
  forecast_by_month: { section: 'forecast', needs: [state, promised, ...amt] },
  expected_daily: { section: 'forecast', needs: [state, promised, paid, issued, ...amt] },
  opex_capex: { section: 'costs', needs: [...cost, 'cost.tipo_costo'] },
  cost_by_type: { section: 'costs', needs: [...cost, 'cost.detalle_costo'] },
  cost_by_status: { section: 'costs', needs: [...cost, 'cost.estado_costo'] },
  cost_by_month: { section: 'costs', needs: [...cost, 'cost.fecha_factura'] },
  cost_by_provider: { section: 'costs', needs: [...cost, 'cost.proveedor'] },
  managers: {
    section: 'costs',
    needs: [...cost, 'cost.project_id', 'edp.proyecto', 'edp.jefe_proyecto', approved, state],
  },
  margin_by_client: {
    section: 'costs',
    needs: [...cost, 'cost.project_id', 'edp.proyecto', 'edp.cliente', approved, state],
  },
  margin_by_project: { section: 'costs', needs: [...cost, 'cost.project_id', 'edp.proyecto', approved, state] },
  critical: { section: 'lists', needs: [...days, ...amt] },
  overdue: { section: 'lists', needs: [state, promised, ...amt] },
  client_risk: { section: 'lists', needs: [...days, 'edp.cliente', ...amt] },
};
