/** The reference figures of the EDP pack, value by value, through the CSV source and through PostgreSQL. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../engine/base/clock.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { defaultKpiSettings } from '../../engine/config/settings.ts';
import type { Breakdown, Figure } from '../../engine/model/dashboard.ts';
import { openSource } from '../../engine/sources/open-source.ts';
import type { SqlSource } from '../../engine/sources/source.ts';
import { edpPack, edpTables } from '../../packs/edp/index.ts';
import { loadReferencePostgres, referenceFolder } from '../support/edp-sources.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

type Cell = string | number | null;
interface Case {
  filters: Record<string, string>;
  values: Record<string, number | null>;
  critical_top5: Record<string, Cell>[];
  [table: string]: unknown;
}

const expected = JSON.parse(readFileSync(join(referenceFolder, 'expected.json'), 'utf8')) as {
  as_of: string;
  costs_total: number;
  cases: Case[];
};
/** Tables of expected.json by the column that names their rows. */
const tables: Readonly<Record<string, string>> = {
  ageing: 'bucket',
  cash_forecast: 'bucket',
  top_clients: 'client',
  monthly: 'month',
  forecast_by_month: 'month',
  states: 'state',
  managers: 'manager',
};

/** As real tables have it: case, spaces, no accents, and accents in two characters. */
const misspell = `UPDATE edp SET estado = CASE estado
  WHEN 'revisión' THEN (ARRAY['revision', ' REVISIÓN', 'Revisio' || chr(769) || 'n'])[1 + id % 3]
  WHEN 'validado' THEN (ARRAY['Validado ', 'VALIDADO', chr(160) || 'validado'])[1 + id % 3]
  ELSE initcap(estado) END`;

let folder: string;
let server: PostgresServer;
const sources = new Map<string, SqlSource>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigia-edp-'));
  server = await startPostgres();
  const open = (source: string): Promise<SqlSource> =>
    openSource({
      source,
      demo: false,
      dataDir: folder,
      clock: systemClock,
      logger: silentLogger,
      tables: edpTables,
      createDemo: null,
    });
  sources.set('CSV', await open(referenceFolder));
  sources.set('PostgreSQL', await open(await loadReferencePostgres(server, 'edp')));
  const spelled = await loadReferencePostgres(server, 'spelled');
  await server.execute(misspell, 'spelled');
  sources.set('PostgreSQL, states spelled freely', await open(spelled));
});

afterAll(async () => {
  for (const source of sources.values()) await source.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function compute(kind: string, filters: Record<string, string>) {
  const source = sources.get(kind);
  if (!source) throw new Error(`no source ${kind}`);
  const figures: Record<string, Figure> = {};
  const breakdowns: Record<string, Breakdown> = {};
  for (const { name } of edpPack.sections) {
    const { payload } = await edpPack.computeSection({
      section: name,
      filters: edpPack.normalizeFilters(filters),
      asOf: expected.as_of,
      settings: defaultKpiSettings,
      source,
      deadlineMs: 20_000,
    });
    Object.assign(figures, payload.figures);
    Object.assign(breakdowns, payload.breakdowns);
    expect(payload.missing).toEqual([]);
  }
  return { figures, breakdowns };
}

function rowsOf(breakdown: Breakdown | undefined): Record<string, unknown>[] {
  return (breakdown?.rows ?? []).map((row) =>
    Object.fromEntries(breakdown?.columns.map(({ id }, index) => [id, row[index]]) ?? []),
  );
}

function expectSame(actual: unknown, wanted: unknown, where: string): void {
  if (typeof wanted !== 'number' || typeof actual !== 'number') {
    expect(actual, where).toBe(wanted);
    return;
  }
  expect(Math.abs(actual - wanted), `${where}: ${actual} instead of ${wanted}`).toBeLessThanOrEqual(
    1e-9 * Math.abs(wanted),
  );
}

describe.each(['CSV', 'PostgreSQL', 'PostgreSQL, states spelled freely'])('through %s', (kind) => {
  test.each(expected.cases.map((each) => [JSON.stringify(each.filters), each] as const))(
    'every figure and row for %s is the reference one',
    async (_name, wanted) => {
      const { figures, breakdowns } = await compute(kind, wanted.filters);
      for (const [id, value] of Object.entries(wanted.values)) expectSame(figures[id]?.value, value, id);
      for (const [id, key] of Object.entries(tables)) {
        const rows = rowsOf(breakdowns[id]);
        for (const row of wanted[id] as Record<string, Cell>[]) {
          const found = rows.find((each) => each[key] === row[key]);
          for (const [column, value] of Object.entries(row)) {
            expectSame(found?.[column], value, `${id} ${String(row[key])} ${column}`);
          }
        }
        // A bucket or row that the reference does not list holds nothing.
        const known = new Set((wanted[id] as Record<string, Cell>[]).map((row) => row[key]));
        const others = rows.filter((row) => !known.has(row[key] as Cell));
        expect(others.filter((row) => row['count'] !== 0)).toEqual([]);
      }
      const critical = rowsOf(breakdowns['critical']).slice(0, 5);
      expect(critical).toHaveLength(wanted.critical_top5.length);
      for (const [place, row] of wanted.critical_top5.entries()) {
        for (const [column, value] of Object.entries(row)) {
          expectSame(critical[place]?.[column], value, `critical ${place} ${column}`);
        }
      }
    },
  );

  test('the costs of all projects add up', async () => {
    const { figures } = await compute(kind, {});
    expectSame(figures['costs_total']?.value, expected.costs_total, 'costs_total');
  });
});

test('both sources give the same payload, figure by figure and row by row', async () => {
  for (const { filters } of expected.cases) {
    const [csv, postgres] = [await compute('CSV', filters), await compute('PostgreSQL', filters)];
    expect(rounded(postgres)).toEqual(rounded(csv));
  }
});

/** The last digits of a quotient may differ between two databases. */
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, each: unknown) => (typeof each === 'number' ? Number(each.toPrecision(11)) : each)),
  );
}
