import { describe, expect, test } from 'vitest';
import { assertReadOnly, parameterNames, toPositional } from '../../../engine/sources/sql-text.ts';

describe('parameters', () => {
  test('become positions, the same name the same one', () => {
    expect(toPositional('SELECT $b, $a, $b::date')).toEqual({ text: 'SELECT $1, $2, $1::date', names: ['b', 'a'] });
  });

  test.each([
    ["a string: '$no' ", []],
    [`a name: "$no"`, []],
    ["an escaped string: E'it\\'s $no' || $yes", ['yes']],
    ["a doubled quote: 'it''s $no' || $yes", ['yes']],
    ['a dollar-quoted string: $$ $no $$ || $yes', ['yes']],
    ['a tagged one: $tag$ $no $$ $tag$ || $yes', ['yes']],
    ['a line comment: -- $no\n $yes', ['yes']],
    ['a nested comment: /* $no /* $no */ $no */ $yes', ['yes']],
    ['a comment without an end: /* $no', []],
  ])('are not looked for in %j', (sql, names) => {
    expect(parameterNames(sql)).toEqual(names);
  });
});

describe('reading only', () => {
  test.each([
    'SELECT 1',
    '  select 1 ; ',
    '-- why\nWITH a AS (SELECT 1) SELECT * FROM a',
    '(SELECT 1) UNION (SELECT 2)',
    'SELECT \'drop table; delete\' AS "update"',
    'SELECT created_at, updated_at FROM edp',
  ])('lets pass: %j', (sql) => {
    expect(() => assertReadOnly(sql)).not.toThrow();
  });

  test.each([
    'UPDATE edp SET id = 1',
    'SELECT 1; SELECT 2',
    'WITH a AS (INSERT INTO edp VALUES (1) RETURNING 1) SELECT * FROM a',
    "ATTACH 'x.db'",
    'PRAGMA database_list',
    'EXPLAIN ANALYZE DELETE FROM edp',
    'SELECT 1 -- ;\n; DROP TABLE edp',
    '/* SELECT */ DELETE FROM edp',
    '',
  ])('refuses: %j', (sql) => {
    expect(() => assertReadOnly(sql)).toThrow(expect.objectContaining({ code: 'SQL_WRITE_REFUSED' }));
  });
});
