/** Filters in the address: the same meaning gives the same text, and comes back as it went. */
import { describe, expect, it } from 'vitest';
import { filterKey, filtersFromQuery, queryFromFilters, withFilter } from '../../../src/renderer/state/filters.ts';
import { parseRoute, routeHref } from '../../../src/renderer/state/route.ts';

describe('filters in the address', () => {
  it('come back as they went', () => {
    const filters = { cliente: ['Energía Maipo', 'Vial Bío Bío'], estado: 'revisión', fecha_inicio: '2026-01-01' };
    expect(filtersFromQuery(queryFromFilters(filters))).toEqual(filters);
  });

  it('leave out what restricts nothing', () => {
    expect(filtersFromQuery('cliente=todos&estado=&gestor=Ana')).toEqual({ gestor: 'Ana' });
  });

  it('have one key for every order of writing', () => {
    const one = filtersFromQuery('estado=b&cliente=x&estado=a');
    const other = filtersFromQuery('cliente=x&estado=a&estado=b&estado=a');
    expect(filterKey(one)).toBe(filterKey(other));
  });

  it('are changed without touching the others', () => {
    expect(withFilter({ cliente: 'x', estado: 'y' }, 'cliente', [])).toEqual({ estado: 'y' });
    expect(withFilter({ estado: 'y' }, 'cliente', ['a', 'b'])).toEqual({ estado: 'y', cliente: ['a', 'b'] });
  });
});

describe('routes', () => {
  it('name the page and keep its query', () => {
    expect(parseRoute('#/kpis?cliente=x')).toEqual({ page: 'kpis', query: 'cliente=x' });
    expect(routeHref('kpis', 'cliente=x')).toBe('#/kpis?cliente=x');
  });

  it('lead to the overview when the page does not exist', () => {
    expect(parseRoute('')).toEqual({ page: 'overview', query: '' });
    expect(parseRoute('#/nowhere').page).toBe('overview');
  });
});
