/** The filters of the pack: what each accepts, its one canonical form, and the SQL that it becomes. */
import { EngineError } from '../../engine/base/errors.ts';
import type { FilterDefinition, NormalizedFilters } from '../../engine/kpi/pack.ts';
import type { CacheFilter } from '../../engine/model/cache-entries.ts';
import type { Filters } from '../../engine/model/filters.ts';
import { states } from './tables.ts';

export const filterDefinitions: readonly FilterDefinition[] = [
  { id: 'fecha_inicio', kind: 'date', label: 'Issued from', column: null },
  { id: 'fecha_fin', kind: 'date', label: 'Issued until', column: null },
  { id: 'periodo_rapido', kind: 'days', label: 'Last days', column: null },
  { id: 'cliente', kind: 'choice', label: 'Client', column: 'edp.cliente' },
  { id: 'estado', kind: 'choice', label: 'Status', column: 'edp.estado' },
  { id: 'jefe_proyecto', kind: 'choice', label: 'Project manager', column: 'edp.jefe_proyecto' },
  { id: 'gestor', kind: 'choice', label: 'Manager', column: 'edp.gestor' },
  { id: 'tipo_proyecto', kind: 'choice', label: 'Project type', column: 'edp.tipo_proyecto' },
];

/** Stands between the values of a set in a canonical filter. A filter of one value is that value. */
export const setSeparator = '\u001f';

const longestQuickPeriod = 3650;
const setLimit = 200;
const textLimit = 200;

/**
 * `todos`, empty and absent mean the same; a set's order and repetitions mean nothing; `periodo_rapido` and the two
 * dates exclude each other, because they would say two things about one date.
 * @throws EngineError FILTER_INVALID
 */
export function normalizeFilters(filters: Filters): NormalizedFilters {
  const result: Record<string, string | number> = {};
  for (const id of Object.keys(filters).toSorted()) {
    const definition = filterDefinitions.find((each) => each.id === id);
    if (!definition) {
      throw invalid(id, filters[id], `one of ${filterDefinitions.map((each) => each.id).join(', ')} as its name`);
    }
    const value = normalizeOne(definition, filters[id]);
    if (value !== null) result[id] = value;
  }
  const { fecha_inicio: from, fecha_fin: until, periodo_rapido: days } = result;
  if (from !== undefined && until !== undefined && from > until) {
    throw invalid('fecha_inicio', from, `a date not after fecha_fin (${until})`);
  }
  if (days !== undefined && (from !== undefined || until !== undefined)) {
    throw invalid('periodo_rapido', days, 'left out when fecha_inicio or fecha_fin is given');
  }
  return result;
}

/** As a person reads them; the values of a set apart. A filter that this version does not know keeps its name. */
export function explainFilters(filters: NormalizedFilters): CacheFilter[] {
  const order = (id: string): number => filterDefinitions.findIndex((each) => each.id === id);
  return Object.entries(filters)
    .toSorted(([a], [b]) => order(a) - order(b))
    .map(([id, value]) => ({
      id,
      label: filterDefinitions.find((each) => each.id === id)?.label ?? id,
      values: String(value).split(setSeparator),
    }));
}

function normalizeOne({ id, kind }: FilterDefinition, value: Filters[string] | undefined): string | number | null {
  const texts = (Array.isArray(value) ? value : [value ?? '']).map(String).flatMap((each) => each.split(setSeparator));
  const given = texts.map((each) => each.normalize('NFC').trim()).filter((each) => each !== '');
  if (given.length === 0 || given.some(meansAll)) return null;
  if (typeof value === 'boolean') throw invalid(id, value, acceptedBy[kind]);
  if (kind === 'choice') return normalizeChoice(id, given);
  const [only = '', ...more] = given;
  if (more.length > 0) throw invalid(id, value, `a single value: ${acceptedBy[kind]}`);
  return kind === 'date' ? normalizeDate(id, only) : normalizeDays(id, only);
}

function meansAll(text: string): boolean {
  return /^(todos|todas|all)$/i.test(text);
}

const acceptedBy = {
  date: 'a date such as 2026-03-31',
  days: `a whole number of days from 1 to ${longestQuickPeriod}`,
  choice: 'a text or a list of texts',
};

function normalizeChoice(id: string, given: readonly string[]): string {
  const values = [...new Set(id === 'estado' ? given.map(canonicalState) : given)].toSorted();
  if (values.length > setLimit) throw invalid(id, `${values.length} values`, `at most ${setLimit} values`);
  const long = values.find((value) => value.length > textLimit);
  if (long !== undefined) throw invalid(id, long, `texts of at most ${textLimit} characters`);
  return values.join(setSeparator);
}

function canonicalState(text: string): string {
  return states.find((state) => fold(state) === fold(text)) ?? text.toLowerCase();
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

function normalizeDate(id: string, text: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/.exec(text);
  const day = match?.[1];
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
  // Date.parse takes 2026-02-30 for March; only a date that comes back unchanged exists.
  if (day === undefined || Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day) {
    throw invalid(id, text, acceptedBy.date);
  }
  return day;
}

function normalizeDays(id: string, text: string): number {
  const days = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(days >= 1 && days <= longestQuickPeriod)) throw invalid(id, text, acceptedBy.days);
  return days;
}

function invalid(id: string, value: unknown, accepted: string): EngineError {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return new EngineError('FILTER_INVALID', `Filter ${id} is "${shown?.slice(0, 100)}", but must be ${accepted}`, {
    details: { filter: id, value: shown?.slice(0, 100) ?? null, accepted },
  });
}

export interface Period {
  readonly from: string;
  readonly until: string;
}

/** The dates of issue that the filters ask for; null unless both ends are known. */
export function periodOf(filters: NormalizedFilters, asOf: string): Period | null {
  const { fecha_inicio: from, fecha_fin: until, periodo_rapido: days } = filters;
  if (typeof days === 'number') return { from: addDays(asOf, -days), until: asOf };
  return typeof from === 'string' && typeof until === 'string' ? { from, until } : null;
}

/** The filters of the range of equal length just before. */
export function precedingFilters(filters: NormalizedFilters, { from, until }: Period): NormalizedFilters {
  const days = (Date.parse(until) - Date.parse(from)) / 86_400_000 + 1;
  const { periodo_rapido: _quick, ...others } = filters;
  return { ...others, fecha_inicio: addDays(from, -days), fecha_fin: addDays(from, -1) };
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

/** Conditions on the alias `e` of edp_rows, to be put after `WHERE TRUE`. */
export function filterSql(filters: NormalizedFilters): string {
  return Object.entries(filters)
    .map(([id, value]) => ` AND ${condition(id, value)}`)
    .join('');
}

function condition(id: string, value: string | number): string {
  switch (id) {
    case 'fecha_inicio':
      return 'e.fecha_emision >= CAST($fecha_inicio AS DATE)';
    case 'fecha_fin':
      return 'e.fecha_emision <= CAST($fecha_fin AS DATE)';
    case 'periodo_rapido':
      return 'e.fecha_emision BETWEEN e.as_of - CAST($periodo_rapido AS INTEGER) AND e.as_of';
    case 'estado':
      return stateCondition(String(value).split(setSeparator));
    default:
      // Jobs carry filters as text; only a column that the table above names may reach the SQL.
      if (!filterDefinitions.some((each) => each.id === id && each.kind === 'choice')) {
        throw invalid(id, value, 'a filter of this pack');
      }
      return `trim(e.${id}) = ANY (string_to_array($${id}, chr(31)))`;
  }
}

function stateCondition(values: readonly string[]): string {
  const codes = values.map((value) => states.findIndex((state) => state === value) + 1);
  const known = codes.filter((code) => code > 0);
  const byCode = `e.code IN (${known.join(', ')})`;
  if (known.length === values.length) return byCode;
  const byName = 'trim(lower(e.estado)) = ANY (string_to_array($estado, chr(31)))';
  return known.length === 0 ? byName : `(${byCode} OR ${byName})`;
}
