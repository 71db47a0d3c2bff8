/** Nombres y fórmulas de los KPI en español; the Spanish counterpart of the English table, with the same ids. */
import type { KpiId, KpiText } from './kpis-en.ts';

export const kpisEs: Record<KpiId, KpiText> = {
  edp_count: { label: 'EDP', formula: 'Número de estados de pago dentro de los filtros.', unit: 'EDP' },
  proposed_amount: { label: 'Propuesto', formula: 'Σ monto propuesto.' },
  approved_amount: { label: 'Aprobado', formula: 'Σ monto aprobado.' },
  collected_amount: {
    label: 'Cobrado',
    formula: 'Σ monto aprobado de los EDP pagados, por fecha de pago si se pide un período.',
  },
  receivables_count: {
    label: 'EDP abiertos',
    formula: 'EDP enviados, en revisión, pendientes o validados y aún no pagados.',
    unit: 'EDP',
  },
  receivables_amount: {
    label: 'Por cobrar',
    formula: 'Σ monto de los EDP abiertos: el aprobado o, si falta, el propuesto.',
  },
  pending_count: {
    label: 'EDP pendientes',
    formula: 'EDP enviados, en revisión o pendientes: aún no validados.',
    unit: 'EDP',
  },
  pending_amount: { label: 'Monto pendiente', formula: 'Σ monto de los EDP enviados, en revisión o pendientes.' },
  dso_days: { label: 'DSO', formula: 'Σ(días × monto) ÷ Σ monto, de los EDP enviados y no rechazados.' },
  dso_paid_days: {
    label: 'DSO de pagados',
    formula: 'Σ(días × monto aprobado) ÷ Σ monto aprobado de los EDP pagados.',
  },
  collection_days_mean: {
    label: 'Días de cobro',
    formula: 'Media de fecha de pago − fecha de envío de los EDP pagados.',
  },
  approval_rate: {
    label: 'Aprobación',
    formula: 'Σ monto aprobado de validados y pagados ÷ Σ monto propuesto de todo lo resuelto.',
  },
  completion_rate: { label: 'Tasa de cierre', formula: 'EDP validados y pagados ÷ todos los EDP.' },
  payment_rate: { label: 'Tasa de pago', formula: 'EDP pagados ÷ todos los EDP.' },
  critical_count: { label: 'EDP críticos', formula: 'EDP abiertos con más de 60 días desde su envío.', unit: 'EDP' },
  critical_amount: { label: 'Monto crítico', formula: 'Σ monto de los EDP críticos.' },
  overdue_count: { label: 'EDP vencidos', formula: 'EDP abiertos cuya fecha prometida de pago ya pasó.', unit: 'EDP' },
  overdue_amount: { label: 'Monto vencido', formula: 'Σ monto de los EDP vencidos.' },
  overdue_share: { label: 'Vencido', formula: 'Monto vencido ÷ por cobrar.' },
  on_time_rate: {
    label: 'Pagado a tiempo',
    formula: 'Pagados hasta la fecha prometida ÷ pagados con fecha prometida.',
  },
  first_pass_rate: { label: 'A la primera', formula: 'Validados o pagados sin retrabajo ÷ todo lo resuelto.' },
  rework_rate: { label: 'Retrabajo', formula: 'EDP con al menos un ciclo de retrabajo ÷ todos los EDP.' },
  conformity_rate: { label: 'Conformidad', formula: 'EDP con conformidad enviada ÷ EDP enviados.' },
  conformity_days_mean: {
    label: 'Días a conform.',
    formula: 'Media de fecha de conformidad − fecha de envío.',
  },
  conformity_days_p90: {
    label: 'Conformidad p90',
    formula: 'Nueve de cada diez conformidades llegaron en estos días.',
  },
  fast_collection_share: {
    label: 'Pago en 30 días',
    formula: 'Σ monto aprobado pagado dentro de 30 días del envío ÷ Σ de todo lo pagado.',
  },
  working_capital_cost: {
    label: 'Costo de capital',
    formula: 'Σ(monto × días) de los EDP abiertos × tasa anual ÷ 365.',
  },
  collected_last_month: { label: 'Cobro mes pasado', formula: 'Cobrado en el último mes completo.' },
  collected_this_month: { label: 'Cobrado este mes', formula: 'Cobrado hasta ahora en el mes en curso.' },
  collection_growth: { label: 'Alza del cobro', formula: 'Último mes completo contra el anterior.' },
  run_rate_annual: { label: 'Ritmo anual', formula: 'Cobrado en los últimos tres meses completos × 4.' },
  goal_progress: { label: 'Avance de la meta', formula: 'Cobrado este mes ÷ la meta mensual.' },
  concentration_hhi: {
    label: 'Concentración',
    formula: 'Σ de los cuadrados de la proporción por cobrar de cada cliente; 100 % es un solo cliente.',
  },
  expected_next_7_days: {
    label: 'Vence en 7 días',
    formula: 'Prometido para los próximos 7 días + vencido × la parte de lo vencido que solía entrar.',
  },
  costs_total: { label: 'Costos', formula: 'Σ costo neto.' },
  roi: { label: 'ROI', formula: '(Cobrado − costos) ÷ costos.' },
  collected_in_period: {
    label: 'Cobro período',
    formula: 'Pagado dentro de las fechas pedidas, sin importar la emisión.',
  },
  concentration_top_share: { label: 'Mayor cliente', formula: 'Proporción del mayor cliente en lo por cobrar.' },
  overdue_recovery_rate: {
    label: 'Recup. semanal',
    formula: 'Vencido cobrado en una semana ÷ vencido a su inicio, en las últimas 4 semanas.',
  },
  rework_events: { label: 'Retrabajos', formula: 'Pedidos de retrabajo en el registro.', unit: 'pedidos' },
  opex_total: { label: 'Opex', formula: 'Σ costo neto de tipo opex.' },
  capex_total: { label: 'Capex', formula: 'Σ costo neto de tipo capex.' },
  overdue_invoice_count: {
    label: 'Facturas venc.',
    formula: 'Facturas de proveedores impagas después de su vencimiento.',
    unit: 'facturas',
  },
  overdue_invoice_amount: {
    label: 'Facturado vencido',
    formula: 'Σ monto neto de las facturas de proveedores impagas y vencidas.',
  },
  quality_score: {
    label: 'Calidad',
    formula:
      'Media ponderada de a la primera, aprobación y conformidad × 100; sus partes y pesos están más abajo y son ajustes.',
  },
  efficiency_score: {
    label: 'Eficiencia',
    formula:
      'Media ponderada de pagado a tiempo, cierre y DSO meta ÷ DSO, × 100; sus partes y pesos están más abajo y son ajustes.',
  },
};
