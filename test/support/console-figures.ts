/** Made-up answers of every call that the console shows, typed by the contract; only for tests of the console. */
import { readFileSync } from 'node:fs';
import type { CallOutput } from '../../src/shared/contract.ts';

export type View = CallOutput<'dashboard.get'>;
export type Section = View['sections'][number];
type Payload = NonNullable<Section['payload']>;
type Figure = Payload['figures'][string];
type Breakdown = Payload['breakdowns'][string];

/** Values of the checked-in data set, so that the screens show what the pack computes. */
interface Expected {
  readonly as_of: string;
  readonly cases: readonly {
    readonly filters: Record<string, string>;
    readonly values: Record<string, number | null>;
    readonly ageing: readonly Record<string, string | number | null>[];
    readonly cash_forecast: readonly Record<string, string | number | null>[];
    readonly top_clients: readonly Record<string, string | number | null>[];
    readonly monthly: readonly Record<string, string | number | null>[];
    readonly forecast_by_month: readonly Record<string, string | number | null>[];
    readonly states: readonly Record<string, string | number | null>[];
    readonly managers: readonly Record<string, string | number | null>[];
  }[];
}

const file = new URL('../data/edp-1000/expected.json', import.meta.url);
const expected = JSON.parse(readFileSync(file, 'utf8')) as Expected;

export type ExpectedCase = Expected['cases'][number];

export function expectedFor(filters: Record<string, unknown>): ExpectedCase {
  const found = expected.cases.find((each) => JSON.stringify(each.filters) === JSON.stringify(filters));
  const [first] = expected.cases;
  if (!first) throw new Error(`${file.pathname} has no cases`);
  return found ?? first;
}

const targets: Record<string, { target: number; better: 'higher' | 'lower' }> = {
  dso_days: { target: 45, better: 'lower' },
  approval_rate: { target: 0.95, better: 'higher' },
  overdue_share: { target: 0.15, better: 'lower' },
  first_pass_rate: { target: 0.9, better: 'higher' },
  on_time_rate: { target: 0.8, better: 'higher' },
  conformity_rate: { target: 0.9, better: 'higher' },
  rework_rate: { target: 0.1, better: 'lower' },
};

const sectionOf: Record<string, Section['name']> = {
  first_pass_rate: 'kpis',
  completion_rate: 'kpis',
  payment_rate: 'kpis',
  on_time_rate: 'kpis',
  conformity_rate: 'kpis',
  conformity_days_mean: 'kpis',
  conformity_days_p90: 'kpis',
  rework_rate: 'kpis',
  dso_paid_days: 'kpis',
  collection_days_mean: 'kpis',
  fast_collection_share: 'kpis',
  collected_last_month: 'financials',
  collection_growth: 'financials',
  run_rate_annual: 'financials',
  working_capital_cost: 'financials',
  concentration_hhi: 'financials',
};

const trended: ReadonlySet<string> = new Set([
  'collected_amount',
  'approved_amount',
  'dso_days',
  'receivables_amount',
  'collected_last_month',
]);

function unitOf(id: string): Figure['unit'] {
  if (id.endsWith('_count')) return 'count';
  if (/_days(_|$)/.test(id)) return 'days';
  if (/(_rate|_share|_growth|_hhi)$/.test(id)) return 'ratio';
  return 'CLP';
}

function figure(id: string, value: number | null): Figure {
  const { target = null, better = null } = targets[id] ?? {};
  const hasPrevious = value !== null && (id.endsWith('_amount') || target !== null);
  return {
    value,
    unit: unitOf(id),
    noDataReason: value === null ? 'no paid EDP within the filters' : null,
    target,
    better,
    previous: hasPrevious && value !== null ? value * 0.93 : null,
    previousLabel: hasPrevious ? '30 days before' : null,
    trend:
      trended.has(id) && value !== null
        ? [6, 7, 6.5, null, 7.4, 8, 7.7, 8.3, 9, 8.6, 9.4, 10].map((part) =>
            part === null ? null : (value * part) / 10,
          )
        : [],
  };
}

type ColumnKind = Breakdown['columns'][number]['kind'];

function table(
  kinds: Record<string, ColumnKind>,
  rows: readonly Record<string, string | number | null>[],
  totalRowCount = rows.length,
): Breakdown {
  const columns = Object.entries(kinds).map(([id, kind]) => ({ id, kind }));
  return { columns, rows: rows.map((row) => columns.map(({ id }) => row[id] ?? null)), totalRowCount };
}

function criticalRows(count: number): Record<string, string | number | null>[] {
  const clients = ['Energía Maipo', 'Minera Ñuble', 'Sanitaria Ñuble', 'Vial Bío Bío', 'Portuaria Maule'];
  const managers = ['Carlos Hernández', 'Valentina Soto', 'Matías Martínez'];
  const states = ['validado', 'revisión', 'enviado'];
  return Array.from({ length: count }, (_, index) => ({
    id: String(index + 97),
    edp: String(1_097 + index * 13),
    project: `OT${String(12 + index * 7).padStart(6, '0')}`,
    client: clients[index % clients.length] ?? '',
    project_manager: managers[index % managers.length] ?? '',
    state: states[index % states.length] ?? '',
    days: 67 + ((index * 17) % 60),
    amount: Math.round(332_467_000 / (index + 1)),
    promised: index % 4 === 3 ? null : `2026-${String(8 + (index % 3)).padStart(2, '0')}-1${index % 9}`,
  }));
}

const listKinds: Record<string, ColumnKind> = {
  id: 'text',
  edp: 'text',
  project: 'text',
  client: 'text',
  project_manager: 'text',
  state: 'text',
  days: 'days',
  amount: 'CLP',
  promised: 'date',
};

function breakdownsOf(name: Section['name'], from: ExpectedCase): Payload['breakdowns'] {
  const amounts = { count: 'count', amount: 'CLP' } as const;
  switch (name) {
    case 'charts':
      return {
        monthly: table({ month: 'month', emitted: 'CLP', approved: 'CLP', collected: 'CLP' }, from.monthly),
        states: table({ state: 'text', ...amounts }, from.states),
        ageing: table({ bucket: 'text', ...amounts }, from.ageing),
        top_clients: table({ client: 'text', open_amount: 'CLP', share: 'ratio' }, from.top_clients, 19),
        managers: table(
          { manager: 'text', income: 'CLP', cost: 'CLP', margin: 'ratio', projects: 'count' },
          from.managers,
        ),
      };
    case 'forecast':
      return {
        cash_forecast: table({ bucket: 'text', ...amounts }, from.cash_forecast),
        forecast_by_month: table({ month: 'month', ...amounts }, from.forecast_by_month),
      };
    case 'lists':
      return { critical: table(listKinds, criticalRows(20), 112), overdue: table(listKinds, criticalRows(12), 123) };
    case 'costs':
      return {
        cost_types: table({ type: 'text', amount: 'CLP' }, [
          { type: 'opex', amount: 11_200_000_000 },
          { type: 'capex', amount: 4_374_212_200 },
        ]),
      };
    case 'essentials':
    case 'kpis':
    case 'financials':
      return {};
  }
}

const sectionNames = ['essentials', 'kpis', 'financials', 'charts', 'forecast', 'costs', 'lists'] as const;
const minuteMs = 60_000;

export function section(name: Section['name'], nowMs: number, from: ExpectedCase): Section {
  const ids = Object.keys(from.values).filter((id) => (sectionOf[id] ?? 'essentials') === name);
  const figures = Object.fromEntries(ids.map((id) => [id, figure(id, from.values[id] ?? null)]));
  const costs = name === 'costs' ? { costs_total: figure('costs_total', 15_574_212_200) } : {};
  return {
    name,
    freshness: {
      state: 'fresh',
      source: 'redis',
      reason: 'within-ttl',
      reasonDetail: null,
      layer: 'kpis',
      dataAsOfMs: Date.UTC(2026, 10, 22),
      computedAtMs: nowMs - 40_000,
      freshUntilMs: nowMs + 10 * minuteMs,
      staleUntilMs: nowMs + 60 * minuteMs,
      sizeBytes: 3_200,
      computeMs: 38,
      refresh: { status: 'idle' },
    },
    payload: { section: name, figures: { ...figures, ...costs }, breakdowns: breakdownsOf(name, from), missing: [] },
  };
}

export function view(nowMs: number, filters: View['filters']): View {
  const from = expectedFor(filters);
  return {
    viewId: `view ${JSON.stringify(filters)}`,
    pack: 'edp',
    filters,
    asOf: expected.as_of,
    asOfFixed: true,
    source: { kind: 'duckdb', label: 'demo.duckdb', demo: true, rowCount: 50_000, reachable: true, problem: null },
    sections: sectionNames.map((name) => section(name, nowMs, from)),
    oldestComputedAtMs: nowMs - 40_000,
    oldestDataAsOfMs: Date.UTC(2026, 10, 22),
    staleSectionCount: 0,
    taskId: null,
  };
}

/** The view with some sections' freshness changed. */
export function withFreshness(
  shown: View,
  change: Partial<Record<Section['name'], Partial<Section['freshness']>>>,
): View {
  const sections = shown.sections.map((each) => ({ ...each, freshness: { ...each.freshness, ...change[each.name] } }));
  return { ...shown, sections, staleSectionCount: sections.filter((each) => each.freshness.state !== 'fresh').length };
}

/** The view of a cache that holds nothing yet. */
export function emptyView(shown: View): View {
  const sections = shown.sections.map((each) => ({
    ...each,
    payload: null,
    freshness: {
      ...each.freshness,
      state: 'missing' as const,
      reason: 'never-computed' as const,
      reasonDetail: null,
      source: 'none' as const,
      computedAtMs: null,
      dataAsOfMs: null,
      freshUntilMs: null,
    },
  }));
  return { ...shown, sections, oldestComputedAtMs: null, oldestDataAsOfMs: null, staleSectionCount: sections.length };
}

export const filterOptions: CallOutput<'dashboard.filters'> = {
  options: [
    { id: 'fecha_inicio', kind: 'date', label: 'From', values: [] },
    { id: 'fecha_fin', kind: 'date', label: 'To', values: [] },
    { id: 'periodo_rapido', kind: 'days', label: 'Last days', values: [] },
    {
      id: 'cliente',
      kind: 'choice',
      label: 'Client',
      values: [
        'Energía Maipo',
        'Sanitaria Ñuble',
        'Vial Bío Bío',
        'Minera Ñuble',
        'Forestal Magallanes',
        'Portuaria Maule',
      ],
    },
    {
      id: 'estado',
      kind: 'choice',
      label: 'Status',
      values: ['pagado', 'validado', 'revisión', 'enviado', 'pendiente', 'rechazado'],
    },
    {
      id: 'jefe_proyecto',
      kind: 'choice',
      label: 'Project manager',
      values: ['Carlos Hernández', 'Valentina Soto', 'Matías Martínez'],
    },
    { id: 'gestor', kind: 'choice', label: 'Manager', values: ['Camila Contreras', 'Felipe Hernández'] },
    { id: 'tipo_proyecto', kind: 'choice', label: 'Project type', values: ['construcción', 'ingeniería'] },
  ],
};
