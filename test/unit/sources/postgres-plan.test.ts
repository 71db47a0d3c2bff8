/** Which columns of a plan's condition an index can answer, and when one is worth it. */
import { expect, test } from 'vitest';
import { conditionsOf, indexFor, readPlan, type TableFacts } from '../../../engine/sources/postgres-plan.ts';

const facts: TableFacts = {
  name: 'orders',
  rowCount: 200_000,
  columns: new Map([
    ['country', 'country'],
    ['day', 'day'],
    ['Kind', '"Kind"'],
  ]),
  indexes: [],
};
const scan = { schema: 'public', table: 'orders', rowsLeft: 300, equalTo: ['country'], within: ['day'] };

test('columns that must be equal or within bounds are read from the condition, whatever is quoted in it', () => {
  const filter = `(((o.country)::text = 'a (AND) b'::text) AND (o.day >= '2026-01-01'::date) AND (o."Kind" = ANY ('{1,2}'::integer[])))`;
  expect(conditionsOf(filter)).toEqual({ equalTo: ['country', 'Kind'], within: ['day'] });
  expect(conditionsOf('(orders.id = 7)')).toEqual({ equalTo: ['id'], within: [] });
});

test('what an index on a column cannot answer is left out: OR, functions, other columns, other casts, inequality', () => {
  for (const filter of [
    `((o.country = 'a'::text) OR (o.day = '2026-01-01'::date))`,
    `(lower((o.country)::text) = 'a'::text)`,
    '(o.sent = o.received)',
    `((o.made)::date = '2026-01-01'::date)`,
    `(o.country <> 'a'::text)`,
    '(o.country IS NOT NULL)',
  ])
    expect(conditionsOf(filter), filter).toEqual({ equalTo: [], within: [] });
});

test('an index is suggested for few rows of a big table, equal columns first, names as SQL wants them', () => {
  expect(indexFor(scan, facts)).toBe('CREATE INDEX CONCURRENTLY ON orders (country, day)');
  expect(indexFor({ ...scan, equalTo: ['Kind'], within: [] }, facts)).toBe(
    'CREATE INDEX CONCURRENTLY ON orders ("Kind")',
  );
  expect(indexFor({ ...scan, rowsLeft: 50_000 }, facts)).toBeNull();
  expect(indexFor(scan, { ...facts, rowCount: 5_000, columns: facts.columns })).toBeNull();
  expect(indexFor({ ...scan, equalTo: [], within: ['gone'] }, facts)).toBeNull();
});

test('an index that is there already is not suggested again, one that begins with another column is none', () => {
  expect(indexFor(scan, { ...facts, indexes: [['day', 'country', 'Kind']] })).toBeNull();
  expect(indexFor(scan, { ...facts, indexes: [['Kind', 'country', 'day']] })).not.toBeNull();
});

test('rows of a scan that workers share are those of all of them', () => {
  const node = { 'Total Cost': 10, 'Plan Rows': 100 };
  const table = { 'Relation Name': 'orders', Schema: 'public', Filter: '(orders.country = 7)' };
  const leaf = { ...node, ...table, 'Node Type': 'Seq Scan', 'Parallel Aware': true };
  const plan = [{ Plan: { ...node, 'Node Type': 'Gather', 'Workers Planned': 2, Plans: [leaf] } }];
  const { text, scans } = readPlan(plan);
  expect(scans).toEqual([{ schema: 'public', table: 'orders', rowsLeft: 240, equalTo: ['country'], within: [] }]);
  expect(text).toBe(
    'Gather (cost 10, rows 100)\n  Parallel Seq Scan on orders (cost 10, rows 100): (orders.country = 7)',
  );
});
