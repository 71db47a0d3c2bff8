/** What each section depends on, so that a change of the data concerns what was computed from it and nothing else. */
import type { NormalizedFilters } from '../../engine/kpi/pack.ts';
import type { SectionName } from '../../engine/model/dashboard.ts';
import { filterDefinitions, setSeparator } from './filters.ts';

/** A test compares this with the tables that the queries really name. */
const tables: Readonly<Record<SectionName, readonly ('edp' | 'cost' | 'log')[]>> = {
  essentials: ['edp'],
  kpis: ['edp'],
  financials: ['edp'],
  forecast: ['edp'],
  lists: ['edp'],
  costs: ['edp', 'cost'],
  charts: ['edp', 'cost', 'log'],
};

/** A row keeps these for life; its state and dates move, so that a change could not be told by one value of them. */
const lasting = new Set(['cliente', 'gestor', 'jefe_proyecto', 'tipo_proyecto']);

export function tagsOf(section: SectionName, filters: NormalizedFilters): readonly string[] {
  const byFilter = filterDefinitions
    .filter(({ id }) => lasting.has(id))
    .flatMap(({ id }) => filterTags(id, filters[id]));
  return [...tables[section].map((table) => `table:${table}`), ...byFilter];
}

/** A long set depends on too many values to name them: then on any. */
const mostValues = 12;

function filterTags(id: string, value: string | number | undefined): string[] {
  const values = value === undefined ? [] : String(value).split(setSeparator);
  const nameable = values.length > 0 && values.length <= mostValues && values.every((one) => !/\p{Cc}/u.test(one));
  return !nameable ? [`${id}:*`] : values.map((one) => `${id}:${one}`);
}
