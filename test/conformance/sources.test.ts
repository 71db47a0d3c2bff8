/** The source port, held to the same words on every implementation: DuckDB file, CSV and Parquet folders, PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../engine/base/clock.ts';
import { EngineError } from '../../engine/base/errors.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { openSource } from '../../engine/sources/open-source.ts';
import type { SqlSource } from '../../engine/sources/source.ts';
import { edpTables } from '../../packs/edp/index.ts';
import {
  loadReferencePostgres,
  referenceFolder,
  writeReferenceDuckDb,
  writeReferenceParquet,
} from '../support/edp-sources.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const kinds = ['DuckDB file', 'CSV folder', 'Parquet folder', 'PostgreSQL'] as const;
const quick = { deadlineMs: 10_000 };
/** Far more rows than any database counts within the deadlines used here, the same text for both. */
const endless = `SELECT count(*) AS n FROM edp AS a CROSS JOIN edp AS b CROSS JOIN edp AS c CROSS JOIN edp AS d
  WHERE a.monto_propuesto + b.monto_propuesto + c.monto_propuesto + d.monto_propuesto < 0`;

let folder: string;
let server: PostgresServer;
const addresses = new Map<string, string>();
const sources = new Map<string, SqlSource>();

function open(source: string): Promise<SqlSource> {
  return openSource({
    source,
    demo: false,
    dataDir: join(folder, 'data'),
    clock: systemClock,
    logger: silentLogger,
    tables: edpTables,
    createDemo: null,
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigia-sources-'));
  server = await startPostgres();
  await writeReferenceDuckDb(join(folder, 'edp.duckdb'));
  await writeReferenceParquet(join(folder, 'parquet'));
  addresses.set('DuckDB file', join(folder, 'edp.duckdb'));
  addresses.set('CSV folder', referenceFolder);
  addresses.set('Parquet folder', join(folder, 'parquet'));
  addresses.set('PostgreSQL', await loadReferencePostgres(server, 'edp'));
  for (const [kind, address] of addresses) sources.set(kind, await open(address));
});

afterAll(async () => {
  for (const source of sources.values()) await source.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function errorOf(work: Promise<unknown>): Promise<EngineError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof EngineError)) throw new Error(`an EngineError was expected, but got ${String(error)}`);
  return error;
}

describe.each(kinds)('%s', (kind) => {
  const source = (): SqlSource => {
    const opened = sources.get(kind);
    if (!opened) throw new Error(`${kind} is not open`);
    return opened;
  };

  test('answers rows with numbers, ISO dates, booleans and nulls', async () => {
    const [row] = await source().query(
      `SELECT CAST(count(*) AS BIGINT) AS n, sum(monto_propuesto) AS total, min(fecha_emision) AS first,
         CAST('2026-01-02 03:04:05' AS TIMESTAMP) AS at, 1 = 1 AS yes, CAST(NULL AS VARCHAR) AS nothing FROM edp`,
      {},
      quick,
    );
    expect(row).toEqual({
      n: 1000,
      total: 21_216_769_000,
      first: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      at: '2026-01-02T03:04:05.000Z',
      yes: true,
      nothing: null,
    });
  });

  test('keeps the order of rows and the names of columns', async () => {
    const rows = await source().query(
      'SELECT cliente AS client, count(*) AS n FROM edp GROUP BY cliente ORDER BY 2 DESC, 1 LIMIT 2',
      {},
      quick,
    );
    expect(rows).toEqual([
      { client: 'Energía Maipo', n: 203 },
      { client: 'Forestal Magallanes', n: 86 },
    ]);
  });

  test('binds named parameters, each as often as it is named, and never splices them in', async () => {
    const sql = `SELECT count(*) AS n FROM edp WHERE (cliente = $client OR gestor = $client) AND fecha_emision >= CAST($from AS DATE)
      AND monto_propuesto > $least -- $comment is none`;
    const from = { from: '2026-01-01', least: 0 };
    const [found] = await source().query(sql, { client: 'Energía Maipo', ...from }, quick);
    const [none] = await source().query(sql, { client: "x' OR '1' = '1", ...from }, quick);
    expect(found?.['n']).toBeGreaterThan(100);
    expect(none?.['n']).toBe(0);
  });

  test('leaves a dollar sign inside quotes, casts and comments alone', async () => {
    const [row] = await source().query(
      `SELECT '$a ''$b' AS text, CAST($c AS VARCHAR) AS "$d", '5'::INTEGER AS five /* $e /* $f */ $g */`,
      { c: 'value' },
      quick,
    );
    expect(row).toEqual({ text: "$a '$b", $d: 'value', five: 5 });
  });

  test('binds null and booleans', async () => {
    const [row] = await source().query(
      'SELECT CAST($nothing AS VARCHAR) IS NULL AS empty, count(*) AS n FROM edp WHERE conformidad_enviada = $yes',
      { nothing: null, yes: true },
      quick,
    );
    expect(row).toEqual({ empty: true, n: 769 });
  });

  test('says which parameter has no value', async () => {
    const error = await errorOf(source().query('SELECT $wanted AS x', {}, quick));
    expect(error).toMatchObject({ code: 'SQL_QUERY_FAILED', message: expect.stringContaining('$wanted') });
  });

  test.each([
    'DELETE FROM edp',
    'INSERT INTO edp (id) VALUES (1)',
    'DROP TABLE edp',
    'SELECT 1; DROP TABLE edp',
    'WITH gone AS (DELETE FROM edp RETURNING *) SELECT * FROM gone',
    'SELECT * INTO copy FROM edp',
    "/* harmless */ COPY (SELECT 1) TO '/tmp/never'",
    '',
  ])('refuses to write: %s', async (sql) => {
    expect(await errorOf(source().query(sql, {}, quick))).toMatchObject({ code: 'SQL_WRITE_REFUSED' });
    const [row] = await source().query('SELECT count(*) AS n FROM edp', {}, quick);
    expect(row?.['n']).toBe(1000);
  });

  test('takes words of writing inside texts for texts', async () => {
    const [row] = await source().query(`SELECT 'delete; drop' AS "update" -- insert`, {}, quick);
    expect(row).toEqual({ update: 'delete; drop' });
  });

  test('names what is wrong with a query', async () => {
    const error = await errorOf(source().query('SELECT no_such_column FROM edp', {}, quick));
    expect(error).toMatchObject({ code: 'SQL_QUERY_FAILED', message: expect.stringContaining('no_such_column') });
  });

  test('stops a query at its deadline and goes on', async () => {
    const startMs = performance.now();
    const error = await errorOf(source().query(endless, {}, { deadlineMs: 200 }));
    expect(error.code).toBe('SQL_TIMEOUT');
    expect(performance.now() - startMs).toBeLessThan(3_000);
    await expect(source().query('SELECT 1 AS one', {}, quick)).resolves.toEqual([{ one: 1 }]);
  });

  test('stops a query when its caller gives up', async () => {
    const controller = new AbortController();
    const running = errorOf(source().query(endless, {}, { ...quick, signal: controller.signal }));
    setTimeout(() => controller.abort(), 50);
    expect((await running).code).toBe('SQL_CANCELLED');
  });

  test('does not begin for a caller that has given up already', async () => {
    const error = await errorOf(source().query('SELECT 1', {}, { ...quick, signal: AbortSignal.abort() }));
    expect(error.code).toBe('SQL_CANCELLED');
  });

  test('serves more queries at once than it has connections, some of them cancelled while they wait', async () => {
    const controller = new AbortController();
    const blockers = Array.from({ length: 4 }, () => errorOf(source().query(endless, {}, { deadlineMs: 400 })));
    const abandoned = errorOf(source().query('SELECT 0', {}, { ...quick, signal: controller.signal }));
    const waiting = Array.from({ length: 6 }, (_query, index) =>
      source().query('SELECT CAST($index AS INTEGER) AS it', { index }, quick),
    );
    controller.abort();
    expect((await abandoned).code).toBe('SQL_CANCELLED');
    expect((await Promise.all(waiting)).map(([row]) => row?.['it'])).toEqual([0, 1, 2, 3, 4, 5]);
    expect((await Promise.all(blockers)).map(({ code }) => code)).toEqual(Array(4).fill('SQL_TIMEOUT'));
  });

  test('describes its tables and columns', async () => {
    const tables = await source().describe(quick);
    expect(tables.map(({ table }) => table)).toEqual(expect.arrayContaining(['edp', 'cost', 'log']));
    const names = edpTables.find(({ table }) => table === 'edp')?.columns.map(({ name }) => name) ?? [];
    expect(tables.find(({ table }) => table === 'edp')?.columns).toEqual(expect.arrayContaining(names));
  });

  test('keeps its signature while the data stays the same', async () => {
    const before = await source().signature();
    await source().query('SELECT count(*) AS n FROM edp', {}, quick);
    expect(before).not.toBeNull();
    expect(await source().signature()).toBe(before);
  });

  test('tells what it is without credentials, and that it is no demo', () => {
    expect(source().demo).toBe(false);
    expect(source().label).not.toMatch(/no-secret/);
    expect(source().kind).toBe({ 'DuckDB file': 'duckdb', PostgreSQL: 'postgres' }[kind as string] ?? 'files');
  });

  test('can be open twice at once, and refuses queries once it is closed', async () => {
    const second = await open(addresses.get(kind) ?? '');
    await expect(second.query('SELECT 1 AS one', {}, quick)).resolves.toEqual([{ one: 1 }]);
    await second.close();
    await second.close();
    expect((await errorOf(second.query('SELECT 1 AS one', {}, quick))).code).toBe('SOURCE_UNREACHABLE');
    await expect(source().query('SELECT 1 AS one', {}, quick)).resolves.toEqual([{ one: 1 }]);
  });
});

describe('PostgreSQL alone', () => {
  test('reports new data by its signature', async () => {
    const url = await server.createDatabase('changing');
    await server.execute('CREATE TABLE edp (id integer)', 'changing');
    const source = await open(url);
    const before = await source.signature();
    await server.execute('INSERT INTO edp VALUES (1)', 'changing');
    expect(await source.signature()).not.toBe(before);
    await source.close();
  });

  test('leaves no query running at the server after a cancellation', async () => {
    const source = await open(await server.createDatabase('cancelled'));
    const controller = new AbortController();
    const running = errorOf(source.query('SELECT pg_sleep(30) AS x', {}, { ...quick, signal: controller.signal }));
    const sleeping = `SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()`;
    const count = async (): Promise<unknown> => (await source.query(sleeping, {}, quick))[0]?.['n'];
    await until(async () => (await count()) === 1, 5_000, 'the query to run');
    controller.abort();
    expect((await running).code).toBe('SQL_CANCELLED');
    await until(async () => (await count()) === 0, 5_000, 'the query to end');
    await source.close();
  });

  test('refuses to write even inside a function', async () => {
    const url = await server.createDatabase('tricky');
    await server.execute(
      `CREATE TABLE edp (id integer); CREATE FUNCTION sneak() RETURNS integer LANGUAGE sql AS 'INSERT INTO edp VALUES (1) RETURNING id'`,
      'tricky',
    );
    const source = await open(url);
    expect(await errorOf(source.query('SELECT sneak() AS id', {}, quick))).toMatchObject({ code: 'SQL_WRITE_REFUSED' });
    await source.close();
  });

  test.each([
    ['a wrong password', (url: string) => url.replace('no-secret', 'wrong-secret'), 'SOURCE_AUTH_FAILED'],
    ['a database that is not there', (url: string) => url.replace('/postgres', '/nowhere'), 'SOURCE_NOT_FOUND'],
    ['a port where nobody listens', (url: string) => url.replace(/:\d+\//, ':1/'), 'SOURCE_UNREACHABLE'],
    [
      'a host that does not exist',
      (url: string) => url.replace('127.0.0.1', 'no-such-host.invalid'),
      'SOURCE_UNREACHABLE',
    ],
  ])('says so: %s', async (_name, change, code) => {
    const error = await errorOf(open(change(server.url())));
    expect(error.code).toBe(code);
    expect(error.message).not.toMatch(/secret/);
  });

  test('comes back by itself after the server was restarted', async () => {
    const own = await startPostgres();
    const source = await open(own.url());
    await own.kill();
    expect((await errorOf(source.query('SELECT 1 AS one', {}, quick))).code).toBe('SOURCE_UNREACHABLE');
    await own.restart();
    await expect(source.query('SELECT 1 AS one', {}, quick)).resolves.toEqual([{ one: 1 }]);
    await source.close();
    await own.stop();
  });
});
