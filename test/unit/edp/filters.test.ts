import { array, assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterSql, normalizeFilters, periodOf, precedingFilters, setSeparator } from '../../../packs/edp/filters.ts';

describe('equal meaning gives equal filters', () => {
  test.each([
    [{}, {}],
    [{ cliente: 'todos' }, {}],
    [{ cliente: '' }, {}],
    [{ cliente: '  ', estado: 'TODOS', periodo_rapido: '' }, {}],
    [{ cliente: [] }, {}],
    [{ cliente: ['A', 'todos'] }, {}],
    [{ cliente: ['A'] }, { cliente: 'A' }],
    [{ cliente: ['B', 'A', 'B'] }, { cliente: ['A', 'B'] }],
    [{ cliente: ' Energía Maipo ' }, { cliente: 'Energi\u0301a Maipo' }],
    [{ estado: 'Revision ' }, { estado: 'revisión' }],
    [{ estado: ['VALIDADO', 'pagado'] }, { estado: ['pagado', 'validado'] }],
    [{ periodo_rapido: '30' }, { periodo_rapido: 30 }],
    [{ periodo_rapido: '030' }, { periodo_rapido: 30 }],
    [{ fecha_inicio: '2026-01-01T00:00:00Z' }, { fecha_inicio: '2026-01-01' }],
  ])('%j and %j', (left, right) => {
    expect(normalizeFilters(left)).toEqual(normalizeFilters(right));
  });

  test('names come sorted, so that equal filters are equal texts', () => {
    const filters = normalizeFilters({ gestor: 'B', cliente: 'A' });
    expect(JSON.stringify(filters)).toBe('{"cliente":"A","gestor":"B"}');
  });

  test('what is canonical stays as it is', () => {
    assert(
      property(array(string({ maxLength: 20 }), { maxLength: 5 }), (values) => {
        const once = normalizeFilters({ cliente: values });
        expect(normalizeFilters(once)).toEqual(once);
        expect(normalizeFilters({ cliente: values.toReversed() })).toEqual(once);
      }),
    );
  });
});

describe('what makes no sense is named', () => {
  test.each([
    [{ fecha_inicio: '2026-13-01' }, 'fecha_inicio', '2026-13-01'],
    [{ fecha_fin: '2026-02-30' }, 'fecha_fin', '2026-02-30'],
    [{ fecha_fin: '30-01-2026' }, 'fecha_fin', '30-01-2026'],
    [{ fecha_inicio: 20260101 }, 'fecha_inicio', '20260101'],
    [{ fecha_inicio: '2026-02-01', fecha_fin: '2026-01-01' }, 'fecha_inicio', 'not after fecha_fin'],
    [{ periodo_rapido: 0 }, 'periodo_rapido', '1 to 3650'],
    [{ periodo_rapido: -7 }, 'periodo_rapido', '1 to 3650'],
    [{ periodo_rapido: '7.5' }, 'periodo_rapido', '7.5'],
    [{ periodo_rapido: 'week' }, 'periodo_rapido', 'week'],
    [{ periodo_rapido: 30, fecha_inicio: '2026-01-01' }, 'periodo_rapido', 'left out'],
    [{ fecha_inicio: ['2026-01-01', '2026-02-01'] }, 'fecha_inicio', 'a single value'],
    [{ cliente: true }, 'cliente', 'true'],
    [{ client: 'A' }, 'client', 'cliente'],
    [{ constructor: 'A' }, 'constructor', 'cliente'],
    [{ cliente: 'x'.repeat(201) }, 'cliente', '200'],
  ])('%j', (filters, name, words) => {
    expect(() => normalizeFilters(filters)).toThrow(
      expect.objectContaining({
        code: 'FILTER_INVALID',
        message: expect.stringMatching(new RegExp(`${name}[\\s\\S]*${words}`)),
        details: expect.objectContaining({ filter: name }),
      }),
    );
  });
});

describe('the range before', () => {
  test('is as long and ends the day before', () => {
    const filters = normalizeFilters({ fecha_inicio: '2026-01-01', fecha_fin: '2026-03-31', cliente: 'A' });
    const period = periodOf(filters, '2026-11-22');
    expect(period && precedingFilters(filters, period)).toEqual({
      cliente: 'A',
      fecha_inicio: '2025-10-03',
      fecha_fin: '2025-12-31',
    });
  });

  test('of the last days is counted back from the as-of date', () => {
    const filters = normalizeFilters({ periodo_rapido: 30 });
    const period = periodOf(filters, '2026-11-22');
    expect(period).toEqual({ from: '2026-10-23', until: '2026-11-22' });
    expect(period && precedingFilters(filters, period)).toEqual({
      fecha_inicio: '2026-09-22',
      fecha_fin: '2026-10-22',
    });
  });

  test('is unknown while one end is open', () => {
    expect(periodOf({ fecha_inicio: '2026-01-01' }, '2026-11-22')).toBeNull();
  });
});

describe('the SQL of filters', () => {
  test('holds parameters, never values', () => {
    const sql = filterSql(
      normalizeFilters({ cliente: "x' OR 1=1", estado: ['pagado', "y'"], fecha_inicio: '2026-01-01' }),
    );
    expect(sql).not.toMatch(/OR 1=1|y'|2026/);
    expect(sql).toContain('$cliente');
  });

  test('refuses a name that no filter has, whoever wrote it', () => {
    expect(() => filterSql({ 'cliente; DROP TABLE edp': 'x' })).toThrow(
      expect.objectContaining({ code: 'FILTER_INVALID' }),
    );
  });

  test('asks for known states by their codes', () => {
    expect(filterSql({ estado: `pagado${setSeparator}revisión` })).toBe(' AND e.code IN (1, 3)');
  });
});
