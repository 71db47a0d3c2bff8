/** The pack of estados de pago: what is out there, how old, how risky, and when it will come in. */
import { EngineError } from '../../engine/base/errors.ts';
import type { ComputedSection, ComputeRequest, KpiPack } from '../../engine/kpi/pack.ts';
import type { SectionName } from '../../engine/model/dashboard.ts';
import type { SqlSource } from '../../engine/sources/source.ts';
import { nameOf } from './cells.ts';
import { changeRules, changeTags } from './changes.ts';
import { explainFilters, filterDefinitions, normalizeFilters } from './filters.ts';
import { gapsOf, standIn } from './gaps.ts';
import { breakdownNeeds, kpiDefinitions } from './kpis.ts';
import { lostOnes, Payload } from './payload.ts';
import { Profile } from './profile.ts';
import { formulaVersion, Queries } from './queries.ts';
import { charts } from './sections/charts.ts';
import { costs } from './sections/costs.ts';
import { essentials } from './sections/essentials.ts';
import { executive } from './sections/executive.ts';
import { financials } from './sections/financials.ts';
import { forecast } from './sections/forecast.ts';
import { lists } from './sections/lists.ts';
import { tagsOf } from './tags.ts';

export { generateDemo } from './demo.ts';
export { edpTables } from './tables.ts';

/** To be raised when a formula outside the SQL files changes. */
const ownVersion = 1;
const sqlFiles = [
  'clients',
  'collected',
  'conformities',
  'cost_rows',
  'costs',
  'critical',
  'dimensions',
  'edp_rows',
  'faults',
  'margins',
  'overdue',
  'profile',
  'promises',
  'providers',
  'recovery',
  'rework',
  'stages',
];

const compute: Readonly<Record<SectionName, (queries: Queries, payload: Payload) => Promise<void>>> = {
  essentials,
  kpis: executive,
  financials,
  charts,
  forecast,
  costs,
  lists,
};

const choiceLimit = 500;

export const edpPack: KpiPack = {
  id: 'edp',
  title: 'Estados de pago',
  get version() {
    return formulaVersion(sqlFiles, ownVersion);
  },
  mainTable: 'edp',
  filters: filterDefinitions,
  kpis: kpiDefinitions,
  sections: [
    { name: 'essentials', layer: 'dashboard' },
    { name: 'kpis', layer: 'kpis' },
    { name: 'financials', layer: 'financials' },
    { name: 'forecast', layer: 'financials' },
    { name: 'lists', layer: 'dashboard' },
    { name: 'costs', layer: 'financials' },
    { name: 'charts', layer: 'charts' },
  ],
  staticVariants: [
    {},
    { periodo_rapido: 30 },
    { periodo_rapido: 90 },
    { estado: ['enviado', 'revisión', 'pendiente', 'validado'] },
    { estado: 'validado' },
  ],
  tagsOf,
  normalizeFilters,
  explainFilters,
  changeTypes: Object.keys(changeRules),
  changeTags,
  computeSection,
  filterValues,
  checkSource,
};

async function computeSection(request: ComputeRequest): Promise<ComputedSection> {
  const { section, ...scope } = request;
  const queries = await Queries.of(scope);
  const payload = new Payload(section, queries);
  await compute[section](queries, payload);
  const { newestMs } = await Profile.of(queries);
  return { payload: payload.finish(), dataAsOfMs: newestMs };
}

async function filterValues(source: SqlSource, deadlineMs: number): Promise<Record<string, string[]>> {
  const gaps = await gapsOf(source, await source.signature(), deadlineMs);
  const values: Record<string, string[]> = {};
  for (const { id, column } of filterDefinitions) {
    if (column === null || gaps.columns.has(column)) continue;
    const name = column.slice(column.indexOf('.') + 1);
    const sql = `SELECT trim(${name}) AS choice FROM edp WHERE trim(${name}) <> ''
      GROUP BY trim(${name}) ORDER BY count(*) DESC, trim(${name}) LIMIT ${choiceLimit}`;
    const rows = await source.query(standIn(sql, gaps), {}, { deadlineMs });
    const found = rows.map((row) => nameOf(row['choice']));
    values[id] = id === 'estado' ? canonicalStates(found) : found;
  }
  return values;
}

/** However a state is written in the source, it is offered once, by its name. */
function canonicalStates(found: readonly string[]): string[] {
  return [...new Set(found.map((state) => String(normalizeFilters({ estado: state })['estado'] ?? state)))];
}

async function checkSource(source: SqlSource, deadlineMs: number): Promise<{ id: string; reason: string }[]> {
  const gaps = await gapsOf(source, await source.signature(), deadlineMs);
  if (gaps.tables.has('edp')) {
    throw new EngineError(
      'SOURCE_SCHEMA_MISMATCH',
      `${source.label} has no table "edp", without which there is no KPI`,
    );
  }
  const breakdowns = Object.entries(breakdownNeeds).map(([id, { needs }]) => ({ id, needs }));
  const wanted = [...kpiDefinitions, ...breakdowns];
  const lost = lostOnes(wanted, { gaps });
  if (lost.length === wanted.length) {
    const columns = [...gaps.columns].filter((column) => column.startsWith('edp.')).join(', ');
    throw new EngineError('SOURCE_SCHEMA_MISMATCH', `${source.label} lacks ${columns}, without which there is no KPI`);
  }
  return lost;
}
