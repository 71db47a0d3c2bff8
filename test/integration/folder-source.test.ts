/** Folders of CSV and Parquet as people really keep them: spelled freely, incomplete, wrong in a cell, replaced while open. */
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../engine/base/clock.ts';
import { EngineError } from '../../engine/base/errors.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { defaultKpiSettings } from '../../engine/config/settings.ts';
import type { SectionName, SectionPayload } from '../../engine/model/dashboard.ts';
import { openSource } from '../../engine/sources/open-source.ts';
import type { SqlSource } from '../../engine/sources/source.ts';
import { edpPack, edpTables } from '../../packs/edp/index.ts';
import { referenceFolder } from '../support/edp-sources.ts';
import { until } from '../support/until.ts';

let folder: string;
let data: string;
const opened: SqlSource[] = [];
const quick = { deadlineMs: 10_000 };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigia-folder-'));
  data = join(folder, 'edps');
  for (const name of ['edp.csv', 'cost.csv', 'log.csv']) await cp(join(referenceFolder, name), join(data, name));
});

afterEach(async () => {
  for (const source of opened.splice(0)) await source.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(path = data): Promise<SqlSource> {
  const source = await openSource({
    source: path,
    demo: false,
    dataDir: join(folder, 'data'),
    clock: systemClock,
    logger: silentLogger,
    tables: edpTables,
    createDemo: null,
  });
  opened.push(source);
  return source;
}

async function compute(source: SqlSource, section: SectionName, filters = {}): Promise<SectionPayload> {
  const { payload } = await edpPack.computeSection({
    section,
    filters: edpPack.normalizeFilters(filters),
    asOf: '2026-11-22',
    settings: defaultKpiSettings,
    source,
    deadlineMs: 10_000,
  });
  return payload;
}

async function change(name: string, edit: (text: string) => string): Promise<void> {
  const text = await readFile(join(data, name), 'utf8');
  await writeFile(join(data, `${name}.tmp`), edit(text));
  await rename(join(data, `${name}.tmp`), join(data, name));
}

async function errorOf(work: Promise<unknown>): Promise<EngineError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof EngineError)) throw new Error(`an EngineError was expected, but got ${String(error)}`);
  return error;
}

const dropColumn = (wanted: string) => (text: string) => {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const at = lines[0]?.indexOf(wanted) ?? -1;
  return lines.map((cells) => cells.filter((_cell, index) => index !== at).join(',')).join('\n');
};

describe('spelling', () => {
  test('states are told in whatever case, spacing and accents they come', async () => {
    const reference = await compute(await open(), 'essentials');
    await change('edp.csv', (text) =>
      text
        .replaceAll(',revisión,', ', REVISION ,')
        .replaceAll(',validado,', ',Validado\u00a0,')
        .replaceAll(',pagado,pagado', ',PAGADO,pagado')
        .replaceAll(',enviado,', ',  enviado,'),
    );
    const source = await open();
    const spelled = await compute(source, 'essentials');
    expect(spelled).toEqual(reference);
    const values = await edpPack.filterValues(source, 10_000);
    expect(values['estado']).toEqual(['pagado', 'validado', 'revisión', 'enviado', 'pendiente', 'rechazado']);
  });

  test('dates, numbers, booleans and header names are read as people write them', async () => {
    const reference = await compute(await open(), 'essentials');
    await change('edp.csv', (text) =>
      text
        .replace(/^id,n_edp,proyecto/, '\ufeffID, N_EDP ,Proyecto')
        .replaceAll(/,(\d{4})-(\d\d)-(\d\d),/g, (_all, year, month, day) => `,${day}-${month}-${year},`)
        .replaceAll(',true,', ',Sí,')
        .replaceAll(',false,', ',No,')
        .replaceAll('\n', '\r\n'),
    );
    expect(await compute(await open(), 'essentials')).toEqual(reference);
  });

  test('ids need not be numbers', async () => {
    const charts = await compute(await open(), 'charts');
    await change('edp.csv', (text) => text.replaceAll(/^(\d+),/gm, 'E-$1,'));
    await change('log.csv', (text) => text.replaceAll(/^(\d+,[^,]*,\d+),(\d+),/gm, '$1,E-$2,'));
    const source = await open();
    expect(await compute(source, 'charts')).toEqual(charts);
    expect((await compute(source, 'lists')).breakdowns['critical']?.rows[0]?.[0]).toBe('E-997');
  });

  test('a semicolon separates as well, and quoted cells may hold line breaks', async () => {
    const reference = await compute(await open(), 'essentials');
    await change('edp.csv', (text) =>
      text.replaceAll(',', ';').replaceAll('se solicita corrección', '"se solicita\ncorrección; ya"'),
    );
    expect(await compute(await open(), 'essentials')).toEqual(reference);
  });
});

describe('what is missing', () => {
  test('a missing column is named with the KPIs that it costs, and the rest is computed', async () => {
    const before = await compute(await open(), 'kpis');
    await change('edp.csv', dropColumn('fecha_conformidad'));
    const source = await open();
    const lost = await edpPack.checkSource(source, 10_000);
    expect(lost.map(({ id }) => id).toSorted()).toEqual([
      'conformity_by_month',
      'conformity_days_mean',
      'conformity_days_p90',
    ]);
    expect(lost[0]?.reason).toContain('edp.fecha_conformidad');
    const after = await compute(source, 'kpis');
    expect(after.missing.map(({ id }) => id)).toEqual(['conformity_days_mean', 'conformity_days_p90']);
    expect(after.figures['conformity_days_mean']).toMatchObject({
      value: null,
      noDataReason: expect.stringContaining('edp.fecha_conformidad'),
    });
    expect(after.figures['dso_paid_days']).toEqual(before.figures['dso_paid_days']);
  });

  test.each([
    [['n_edp', 'cliente', 'fecha_pago']],
    [['proyecto', 'gestor', 'monto_aprobado']],
    [['jefe_proyecto', 'tipo_proyecto', 'fecha_estimada_pago', 'conformidad_enviada']],
    [['fecha_emision', 'estado', 'updated_at']],
    [['fecha_envio_cliente', 'monto_propuesto', 'tipo_falla', 'ciclos_retrabajo']],
  ])('every section computes without %j, and says what it lacks', async (columns) => {
    await change('edp.csv', (text) => columns.reduce((left, column) => dropColumn(column)(left), text));
    const source = await open();
    for (const { name } of edpPack.sections) {
      const payload = await compute(source, name);
      for (const { id, reason } of payload.missing) {
        expect(payload.figures[id]?.value ?? null).toBeNull();
        expect(payload.breakdowns[id]).toBeUndefined();
        expect(columns.some((column) => reason.includes(`edp.${column}`))).toBe(true);
      }
    }
  });

  test('without costs and log the EDPs are still told', async () => {
    await rm(join(data, 'cost.csv'));
    await rm(join(data, 'log.csv'));
    const source = await open();
    const lost = (await edpPack.checkSource(source, 10_000)).map(({ id }) => id);
    expect(lost).toEqual(expect.arrayContaining(['costs_total', 'roi', 'managers', 'stage_days', 'rework_events']));
    for (const { name } of edpPack.sections) await compute(source, name);
    expect((await compute(source, 'costs')).figures['costs_total']?.value).toBeNull();
    expect((await compute(source, 'essentials')).figures['edp_count']?.value).toBe(1000);
  });

  test('a folder without EDPs says what it lacks', async () => {
    await rm(join(data, 'edp.csv'));
    const error = await errorOf(open());
    expect(error).toMatchObject({ code: 'SOURCE_NOT_FOUND', message: expect.stringContaining('edp.csv') });
  });

  test('a path that is not there says so', async () => {
    expect(await errorOf(open(join(folder, 'nowhere')))).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  test('a file of headers alone gives zeros and no data, never an error', async () => {
    await change('edp.csv', (text) => `${text.split('\n')[0] ?? ''}\n`);
    const source = await open();
    for (const { name } of edpPack.sections) {
      const { figures } = await compute(source, name);
      for (const { value, noDataReason } of Object.values(figures)) expect(value === null).toBe(noDataReason !== null);
    }
    expect((await compute(source, 'essentials')).figures['receivables_amount']?.value).toBe(0);
    expect((await compute(source, 'essentials')).figures['dso_days']?.value).toBeNull();
  });
});

describe('what is wrong', () => {
  test('a cell of the wrong type is named by file, line and column', async () => {
    await change('edp.csv', (text) => text.replace(',36100000,36100000,', ',thirty-six million,36100000,'));
    const error = await errorOf(open());
    expect(error.code).toBe('SOURCE_DATA_INVALID');
    expect(error.message).toBe('edp.csv, line 5, column "monto_propuesto": "thirty-six million" is not a number');
  });

  test('the line is the one in the file, line breaks inside cells counted', async () => {
    await change('edp.csv', (text) => {
      const lines = text.split('\n');
      lines[2] = lines[2]?.replace(',pagado,pagado,,', ',pagado,pagado,"two\nlines",') ?? '';
      lines[9] = lines[9]?.replace(/,\d{4}-\d\d-\d\d,/, ',2026-13-45,') ?? '';
      return lines.join('\n');
    });
    const error = await errorOf(open());
    expect(error.message).toBe(
      'edp.csv, line 11, column "fecha_emision": "2026-13-45" is not a date such as 2026-03-31',
    );
  });

  test('a line with too many cells is named', async () => {
    await change('cost.csv', (text) => text.replace('\n3,', '\nx,y,z,3,'));
    const error = await errorOf(open());
    expect(error).toMatchObject({ code: 'SOURCE_DATA_INVALID', message: expect.stringMatching(/cost\.csv.*line: 4/i) });
  });

  test('nothing of a failed import is left behind', async () => {
    await change('edp.csv', (text) => text.replace(',36100000,36100000,', ',x,36100000,'));
    await errorOf(open());
    expect(await readdir(join(folder, 'data', 'sources'))).toEqual([]);
  });
});

describe('while it is open', () => {
  test('the source moves on when a file is replaced, and the old generation goes', async () => {
    const source = await open();
    const before = await source.signature();
    await change('edp.csv', (text) => text.trim().split('\n').slice(0, 501).join('\n'));
    await until(async () => (await source.signature()) !== before, 5_000, 'the new generation');
    const [row] = await source.query('SELECT count(*) AS n FROM edp', {}, quick);
    expect(row).toEqual({ n: 500 });
    expect((await compute(source, 'essentials')).figures['edp_count']?.value).toBe(500);
    const files = await readdir(join(folder, 'data', 'sources'));
    expect(files.filter((name) => name.endsWith('.duckdb'))).toHaveLength(1);
  });

  test('a query under way ends on the generation that it began with', async () => {
    const source = await open();
    const slow = `SELECT count(*) AS n FROM edp AS a CROSS JOIN edp AS b CROSS JOIN (SELECT * FROM edp LIMIT 60) AS c
      WHERE a.monto_propuesto + b.monto_propuesto + c.monto_propuesto > 0`;
    const running = source.query(slow, {}, quick);
    const before = await source.signature();
    await change('edp.csv', (text) => text.trim().split('\n').slice(0, 501).join('\n'));
    await until(async () => (await source.signature()) !== before, 5_000, 'the new generation');
    expect(await running).toEqual([{ n: 1000 * 1000 * 60 }]);
  });

  test('a bad new file is told, and a good one after it is read', async () => {
    const source = await open();
    await change('edp.csv', (text) => text.replace(',36100000,36100000,', ',x,36100000,'));
    await until(
      () =>
        source.query('SELECT 1 AS one', {}, quick).then(
          () => false,
          (error: unknown) => error instanceof EngineError && error.code === 'SOURCE_DATA_INVALID',
        ),
      5_000,
      'the bad file to be noticed',
    );
    await change('edp.csv', (text) => text.replace(',x,36100000,', ',36100000,36100000,'));
    await until(
      () =>
        source.query('SELECT 1 AS one', {}, quick).then(
          () => true,
          () => false,
        ),
      5_000,
      'the good file',
    );
  });

  test('a folder that goes and comes back is told and read again', async () => {
    const source = await open();
    await rename(data, `${data}-away`);
    await until(
      () =>
        source.query('SELECT 1 AS one', {}, quick).then(
          () => false,
          (error: unknown) => error instanceof EngineError && error.code === 'SOURCE_UNREACHABLE',
        ),
      5_000,
      'the loss to be noticed',
    );
    await rename(`${data}-away`, data);
    await until(
      () =>
        source.query('SELECT 1 AS one', {}, quick).then(
          () => true,
          () => false,
        ),
      5_000,
      'the return',
    );
  });

  test('several that open it at once import it once', async () => {
    const sources = await Promise.all([open(), open(), open()]);
    const rows = await Promise.all(sources.map((source) => source.query('SELECT count(*) AS n FROM edp', {}, quick)));
    expect(rows).toEqual(sources.map(() => [{ n: 1000 }]));
    const files = await readdir(join(folder, 'data', 'sources'));
    expect(files.filter((name) => name !== 'spill')).toHaveLength(1);
  });

  test('a lock left by a process that died is broken', async () => {
    const source = await open();
    const [file = ''] = await readdir(join(folder, 'data', 'sources'));
    await source.close();
    await rm(join(folder, 'data', 'sources', file));
    // No process has this number: it is beyond the highest that Linux gives.
    await writeFile(join(folder, 'data', 'sources', `${file}.lock`), '4194999');
    const again = await open();
    await expect(again.query('SELECT count(*) AS n FROM edp', {}, quick)).resolves.toEqual([{ n: 1000 }]);
  });
});
