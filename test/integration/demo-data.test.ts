/** The generated demo data: the same for the same seed, consistent in itself, marked, written fast and whole. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../engine/base/clock.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { defaultKpiSettings } from '../../engine/config/settings.ts';
import type { Figure } from '../../engine/model/dashboard.ts';
import { demoFileOf, openSource } from '../../engine/sources/open-source.ts';
import type { SqlSource, SqlValue } from '../../engine/sources/source.ts';
import { edpPack, edpTables, generateDemo } from '../../packs/edp/index.ts';
import { until } from '../support/until.ts';

const today = '2026-11-22';
let folder: string;
let source: SqlSource;

function open(path: string | null, dataDir = folder): Promise<SqlSource> {
  return openSource({
    source: path,
    demo: true,
    dataDir,
    clock: systemClock,
    logger: silentLogger,
    tables: edpTables,
    createDemo: (file) => generateDemo({ file, rows: 2_000, seed: 3, today }),
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigia-demo-'));
  await generateDemo({ rows: 20_000, seed: 7, file: join(folder, 'a.duckdb'), today });
  source = await open(join(folder, 'a.duckdb'));
});
afterAll(async () => {
  await source.close();
  await rm(folder, { recursive: true, force: true });
});

async function one(sql: string, from = source): Promise<SqlValue> {
  const [row] = await from.query(sql, {}, { deadlineMs: 10_000 });
  return Object.values(row ?? {})[0] ?? null;
}

/** Everything in it, in one figure. */
const fingerprint = `SELECT CAST((SELECT sum(monto_propuesto * id + monto_aprobado) FROM edp) AS DOUBLE)
  + (SELECT CAST(sum(importe_neto) AS DOUBLE) FROM cost) + (SELECT CAST(sum(epoch(fecha_hora)) AS DOUBLE) FROM log) AS f`;

describe('a seed', () => {
  test('gives the same rows again, and another one others', async () => {
    const prints = new Map<string, SqlValue>();
    for (const [name, seed] of [
      ['b', 7],
      ['c', 8],
    ] as const) {
      await generateDemo({ rows: 20_000, seed, file: join(folder, `${name}.duckdb`), today });
      const other = await open(join(folder, `${name}.duckdb`));
      prints.set(name, await one(fingerprint, other));
      await other.close();
    }
    expect(prints.get('b')).toBe(await one(fingerprint));
    expect(prints.get('c')).not.toBe(await one(fingerprint));
  });
});

describe('the rows', () => {
  test('are as many as asked for, with costs and log', async () => {
    expect(await one('SELECT count(*) AS n FROM edp')).toBe(20_000);
    expect(await one('SELECT count(*) AS n FROM cost')).toBe(5_000);
    expect(await one('SELECT count(*) AS n FROM log')).toBeGreaterThan(50_000);
  });

  test('know every state, and most EDPs are paid', async () => {
    const { estado } = await edpPack.filterValues(source, 10_000);
    expect(estado?.toSorted()).toEqual(['enviado', 'pagado', 'pendiente', 'rechazado', 'revisión', 'validado']);
    expect(estado?.[0]).toBe('pagado');
  });

  test.each([
    ['paid before it was conformed', 'SELECT count(*) AS n FROM edp WHERE fecha_pago < fecha_conformidad'],
    ['conformed before it was sent', 'SELECT count(*) AS n FROM edp WHERE fecha_conformidad < fecha_envio_cliente'],
    ['sent before it was issued', 'SELECT count(*) AS n FROM edp WHERE fecha_envio_cliente < fecha_emision'],
    [
      'after today',
      `SELECT count(*) AS n FROM edp WHERE greatest(fecha_emision, fecha_pago, updated_at) > DATE '${today}'`,
    ],
    ['paid without a date', "SELECT count(*) AS n FROM edp WHERE (estado = 'pagado') <> (fecha_pago IS NOT NULL)"],
    ['drafted but sent', "SELECT count(*) AS n FROM edp WHERE (estado = 'pendiente') <> (fecha_envio_cliente IS NULL)"],
    ['approved above what was proposed', 'SELECT count(*) AS n FROM edp WHERE monto_aprobado > monto_propuesto'],
    ['a log entry after today', `SELECT count(*) AS n FROM log WHERE fecha_hora >= DATE '${today}' + 1`],
    ['a log entry of no EDP', 'SELECT count(*) AS n FROM log WHERE edp_id NOT IN (SELECT id FROM edp)'],
    ['a cost of no project', 'SELECT count(*) AS n FROM cost WHERE project_id IS NULL'],
    [
      'a log that ends in another state than the EDP',
      `SELECT count(*) AS n FROM edp JOIN (SELECT edp_id, arg_max(despues, fecha_hora) AS last FROM log WHERE campo = 'estado' GROUP BY 1)
       ON edp_id = id WHERE last <> estado`,
    ],
    [
      'a log that does not go on where it was',
      `SELECT count(*) AS n FROM (SELECT antes, lag(despues) OVER (PARTITION BY edp_id ORDER BY fecha_hora) AS before FROM log WHERE campo = 'estado')
       WHERE before <> antes`,
    ],
  ])('hold no contradiction: %s', async (_name, sql) => {
    expect(await one(sql)).toBe(0);
  });

  test('give every KPI a value that could be a business', async () => {
    const figures: Record<string, Figure> = {};
    for (const { name } of edpPack.sections) {
      const { payload } = await edpPack.computeSection({
        section: name,
        filters: {},
        asOf: today,
        settings: { ...defaultKpiSettings, monthlyGoal: 1e10 },
        source,
        deadlineMs: 10_000,
      });
      Object.assign(figures, payload.figures);
    }
    const lacking = Object.keys(figures).filter((id) => figures[id]?.value === null);
    expect(lacking).toEqual(['collected_in_period']);
    expect(figures['dso_days']?.value).toBeGreaterThan(30);
    expect(figures['dso_days']?.value).toBeLessThan(120);
    expect(figures['roi']?.value).toBeGreaterThan(0);
    expect(figures['concentration_top_share']?.value).toBeLessThan(0.5);
    expect(figures['first_pass_rate']?.value).toBeLessThan(1);
  });
});

describe('the file', () => {
  test('says that it is demo data, wherever it is opened from', async () => {
    expect(source.demo).toBe(true);
  });

  test('is made on the first run and kept afterwards', async () => {
    const dataDir = join(folder, 'fresh');
    const first = await open(null, dataDir);
    expect(await one('SELECT count(*) AS n FROM edp', first)).toBe(2_000);
    expect(first).toMatchObject({ demo: true, kind: 'duckdb', label: 'Demo data' });
    await first.close();
    const { mtimeMs } = await stat(demoFileOf(dataDir));
    const second = await open(null, dataDir);
    await second.close();
    expect((await stat(demoFileOf(dataDir))).mtimeMs).toBe(mtimeMs);
    expect(await readdir(join(dataDir, 'demo'))).toEqual(['demo.duckdb']);
  });

  test('may be made anew while it is read', async () => {
    const dataDir = join(folder, 'again');
    const reader = await open(null, dataDir);
    await generateDemo({ rows: 500, seed: 4, file: demoFileOf(dataDir), today });
    await until(async () => (await one('SELECT count(*) AS n FROM edp', reader)) === 500, 5_000, 'the new rows');
    await reader.close();
  });

  test('may be as small as one row', async () => {
    const file = join(folder, 'one.duckdb');
    await generateDemo({ rows: 1, seed: 1, file, today });
    const tiny = await open(file);
    expect(await one('SELECT count(*) AS n FROM edp', tiny)).toBe(1);
    await tiny.close();
  });
});
