/** Filters as they stand in the address: repeated parameters make a set; a value that restricts nothing is left out. */
import type { CallInput } from '../../shared/contract.ts';

export type Filters = NonNullable<CallInput<'dashboard.get'>['filters']>;

export function filtersFromQuery(query: string): Filters {
  const params = new URLSearchParams(query);
  const filters: Filters = {};
  for (const name of new Set(params.keys())) {
    const values = [...new Set(params.getAll(name).filter((value) => value !== '' && value !== 'todos'))].sort();
    const [first] = values;
    if (first === undefined) continue;
    filters[name] = values.length === 1 ? first : values;
  }
  return filters;
}

export function queryFromFilters(filters: Filters): string {
  const params = new URLSearchParams();
  for (const name of Object.keys(filters).sort()) {
    for (const value of valuesOf(filters, name)) params.append(name, value);
  }
  return params.toString();
}

/** The chosen values of one filter as texts; none means no restriction. */
export function valuesOf(filters: Filters, name: string): string[] {
  const value = filters[name];
  if (value === undefined || value === '' || value === 'todos') return [];
  return Array.isArray(value) ? value : [String(value)];
}

export function withFilter(filters: Filters, name: string, values: readonly string[]): Filters {
  const { [name]: _replaced, ...others } = filters;
  const [first] = values;
  if (first === undefined) return others;
  return { ...others, [name]: values.length === 1 ? first : [...values] };
}

/** One key for every way of writing the same filters. */
export function filterKey(filters: Filters): string {
  return queryFromFilters(filters);
}
