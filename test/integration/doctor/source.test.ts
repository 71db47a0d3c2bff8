/** A source that is slow: the doctor shows the slowest queries with the plan of a real PostgreSQL, and an index that helps. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { sourceQueries } from '../../../engine/doctor/checks/source-queries.ts';
import { PostgresSource } from '../../../engine/sources/postgres-source.ts';
import { SlowQueries } from '../../../engine/sources/slow-queries.ts';
import { explained } from '../../../engine/wiring/slow-queries.ts';
import { loadReferencePostgres } from '../../support/edp-sources.ts';
import { FaultRoom } from '../../support/injected-faults.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

let server: PostgresServer;
let room: FaultRoom | null = null;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterEach(async () => {
  await room?.close();
  room = null;
});
afterAll(() => server.stop());

const sql = 'SELECT count(*) AS n FROM orders AS o WHERE o.country = $country AND o.day >= $day';
const parameters = { country: 'c7', day: '2026-11-01' };

test('the suggested index makes the plan use it; asking for the plan runs and writes nothing', async () => {
  const url = await server.createDatabase('orders');
  await server.execute(
    `CREATE TABLE orders AS SELECT n AS id, 'c' || n % 400 AS country, DATE '2026-01-01' + n % 330 AS day
      FROM generate_series(1, 200000) AS n; ANALYZE orders`,
    'orders',
  );
  const source = new PostgresSource({ url, clock: systemClock, logger: silentLogger, connectDeadlineMs: 10_000 });
  try {
    const slowQueries = new SlowQueries({ clock: systemClock });
    const desk = { slowQueries: () => explained(slowQueries, { get: async () => source }) };
    // The check asks nothing else of the console.
    const look = () => sourceQueries.run({ clock: systemClock, patients: [], desk: desk as never });
    expect(await look()).toEqual({ kind: 'well' });
    slowQueries.record({ sql, parameters, durationMs: 2_345 });
    const verdict = await look();
    const [finding] = verdict.kind === 'found' ? verdict.findings : [];
    expect(finding).toMatchObject({ code: 'slow_query_index', severity: 'warning' });
    const told = new Map(finding?.evidence.map(({ name, value }) => [name, value]));
    expect(told.get('query_worst_ms')).toBe(2_345);
    expect(told.get('query')).toBe(sql);
    expect(told.get('plan')).toMatch(/Seq Scan on orders .*country/);
    const index = String(told.get('index'));
    expect(index).toBe('CREATE INDEX CONCURRENTLY ON orders (country, day)');

    await server.execute(index, 'orders');
    const after = await source.explain(sql, parameters, { deadlineMs: 10_000 });
    expect(after.text).toContain('orders_country_day_idx');
    expect(after.text).not.toContain('Seq Scan');
    expect(after.indexes).toEqual([]);
    slowQueries.record({ sql, parameters, durationMs: 3 });
    expect(await look()).toEqual({ kind: 'well' });

    const sleeping = 'SELECT pg_sleep(3600) AS slept FROM orders';
    await expect(source.explain(sleeping, {}, { deadlineMs: 30_000 })).resolves.toMatchObject({ indexes: [] });
    await expect(source.explain('DELETE FROM orders', {}, { deadlineMs: 10_000 })).rejects.toMatchObject({
      code: 'SQL_WRITE_REFUSED',
    });
  } finally {
    await source.close();
  }
}, 120_000);

test('a KPI query that is slow in a worker process is named by the doctor, and no longer once it is quick again', async () => {
  const url = await loadReferencePostgres(server, 'edp');
  room = new FaultRoom();
  const { client, found } = await consoleOver(room, url);
  expect(await found()).toEqual([]);
  // A sleep that the planner works out once for each query.
  await server.execute(
    `ALTER TABLE edp RENAME TO edp_rows_kept;
     CREATE VIEW edp AS SELECT * FROM edp_rows_kept WHERE (SELECT pg_sleep(1.2)) IS NOT NULL`,
    'edp',
  );
  await room.demand();
  // The figures of the dashboard are computed by workers only; the console itself counts rows and lists filters.
  const told = (finding: Awaited<ReturnType<typeof found>>[number], name: string) =>
    String(finding.evidence.find((one) => one.name === name)?.value);
  await until(
    async () =>
      (await found()).some(
        (one) => /edp_rows AS \(/.test(told(one, 'query')) && /Scan on edp_rows_kept/.test(told(one, 'plan')),
      ),
    90_000,
    'the slow query with its plan',
  );
  for (const finding of await found()) {
    expect(finding).toMatchObject({ code: 'slow_query', subject: { kind: 'source' } });
    expect(finding.evidence.find(({ name }) => name === 'query_worst_ms')?.value).toBeGreaterThan(1_000);
  }
  await server.execute('CREATE OR REPLACE VIEW edp AS SELECT * FROM edp_rows_kept', 'edp');
  await until(
    async () => {
      await client.call('cache.invalidate', { tags: ['table:edp'], mode: 'stale', reason: 'edp_updated' });
      await client.call('dashboard.get', { waitMs: 2_000 });
      return (await found()).length === 0;
    },
    90_000,
    'nothing found',
  );
}, 240_000);

async function consoleOver(opened: FaultRoom, url: string) {
  await opened.open();
  await opened.serve({ VIGIA_SOURCE: url });
  await opened.settled();
  const { client } = opened;
  const found = async () =>
    (await client.call('doctor.run', {})).findings.filter(({ checkId }) => checkId === 'source-queries');
  return { client, found };
}
