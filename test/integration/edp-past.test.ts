/** What the EDP pack says of the past, against a plain count over the reference rows; and what it refuses to say. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../engine/base/clock.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { defaultKpiSettings, type KpiSettings } from '../../engine/config/settings.ts';
import type { SectionName, SectionPayload } from '../../engine/model/dashboard.ts';
import type { Filters } from '../../engine/model/filters.ts';
import { openSource } from '../../engine/sources/open-source.ts';
import type { Row, SqlSource } from '../../engine/sources/source.ts';
import { edpPack, edpTables } from '../../packs/edp/index.ts';
import { referenceFolder } from '../support/edp-sources.ts';

const asOf = '2026-11-22';
const [header = '', ...lines] = readFileSync(join(referenceFolder, 'edp.csv'), 'utf8').trim().split(/\r?\n/);
const names = header.split(',');
const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index] ?? '', cell])));
type Edp = (typeof rows)[number];
const amt = (row: Edp): number => Number(row['monto_aprobado']) || Number(row['monto_propuesto']);
const sum = (those: readonly Edp[], of: (row: Edp) => number): number =>
  those.reduce((total, row) => total + of(row), 0);
/** Issued by that day, not paid by it, and not rejected. */
const openOn = (day: string) => (row: Edp) =>
  (row['fecha_emision'] ?? '') <= day &&
  row['estado'] !== 'rechazado' &&
  (row['estado'] !== 'pagado' || (row['fecha_pago'] ?? '') > day);

let folder: string;
let source: SqlSource;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigia-past-'));
  source = await openSource({
    source: referenceFolder,
    demo: false,
    dataDir: folder,
    clock: systemClock,
    logger: silentLogger,
    tables: edpTables,
    createDemo: null,
  });
});
afterAll(async () => {
  await source.close();
  await rm(folder, { recursive: true, force: true });
});

async function compute(
  section: SectionName,
  filters: Filters = {},
  settings: Partial<KpiSettings> = {},
  from = source,
) {
  const { payload } = await edpPack.computeSection({
    section,
    filters: edpPack.normalizeFilters(filters),
    asOf,
    settings: { ...defaultKpiSettings, ...settings },
    source: from,
    deadlineMs: 10_000,
  });
  return payload;
}

describe('without a period', () => {
  test('what stands is compared with what stood 30 days before', async () => {
    const { figures } = await compute('essentials');
    const then = rows.filter(openOn('2026-10-23'));
    expect(figures['receivables_count']).toMatchObject({ previous: then.length, previousLabel: '30 days before' });
    expect(figures['receivables_amount']?.previous).toBe(sum(then, amt));
    const late = then.filter((row) => row['fecha_estimada_pago'] && row['fecha_estimada_pago'] < '2026-10-23');
    expect(figures['overdue_amount']?.previous).toBe(sum(late, amt));
    const days = (row: Edp): number =>
      (Date.parse('2026-10-23') - Date.parse(row['fecha_envio_cliente'] ?? '')) / 86_400_000;
    expect(figures['critical_count']?.previous).toBe(then.filter((row) => days(row) > 60).length);
  });

  test('what never stood still has no previous value and says nothing of one', async () => {
    const { figures } = await compute('essentials');
    expect(figures['edp_count']).toMatchObject({ previous: null, previousLabel: null });
    expect(figures['approval_rate']).toMatchObject({ previous: null, previousLabel: null });
  });

  test('the trend of receivables is what was open at the end of each month, and now', async () => {
    const { figures } = await compute('essentials');
    const trend = figures['receivables_amount']?.trend ?? [];
    expect(trend).toHaveLength(12);
    expect(trend.at(-1)).toBe(figures['receivables_amount']?.value);
    expect(trend.at(-2)).toBe(sum(rows.filter(openOn('2026-10-31')), amt));
    expect(trend[0]).toBe(sum(rows.filter(openOn('2025-12-31')), amt));
  });

  test('the trend of collections is month by month, complete months only', async () => {
    const { figures } = await compute('financials');
    const inMonth = (month: string) => rows.filter((row) => row['fecha_pago']?.startsWith(month));
    expect(figures['collected_last_month']?.trend.at(-1)).toBe(
      sum(inMonth('2026-10'), (row) => Number(row['monto_aprobado'])),
    );
    expect(figures['collected_last_month']).toMatchObject({
      previous: sum(inMonth('2026-09'), (row) => Number(row['monto_aprobado'])),
      previousLabel: '2026-09',
    });
  });
});

describe('with a period', () => {
  const quarter = { fecha_inicio: '2026-01-01', fecha_fin: '2026-03-31' };

  test('a figure is compared with the range of equal length before', async () => {
    const { figures } = await compute('essentials', quarter);
    const before = rows.filter(({ fecha_emision: day = '' }) => day >= '2025-10-03' && day <= '2025-12-31');
    expect(figures['edp_count']).toMatchObject({
      previous: before.length,
      previousLabel: 'Issued in the range of equal length before',
    });
    expect(figures['proposed_amount']?.previous).toBe(sum(before, (row) => Number(row['monto_propuesto'])));
  });

  test('what was collected in it is told apart from what was issued in it', async () => {
    const { figures } = await compute('financials', { ...quarter, jefe_proyecto: 'Matías Martínez' });
    expect(figures['collected_in_period']?.value).toBe(89_159_000);
  });

  test('the last days count from the as-of date', async () => {
    const { figures } = await compute('essentials', { periodo_rapido: 30 });
    const recent = rows.filter(({ fecha_emision: day = '' }) => day >= '2026-10-23' && day <= asOf);
    expect(figures['edp_count']?.value).toBe(recent.length);
  });
});

describe('filters', () => {
  test('a set selects what any of its values selects', async () => {
    const { figures } = await compute('essentials', {
      cliente: ['Vial Elqui', 'Energía Maipo'],
      estado: ['pagado', 'VALIDADO '],
    });
    const those = rows.filter(
      ({ cliente = '', estado = '' }) =>
        ['Vial Elqui', 'Energía Maipo'].includes(cliente) && ['pagado', 'validado'].includes(estado),
    );
    expect(figures['edp_count']?.value).toBe(those.length);
  });

  test('costs are those of the projects in view', async () => {
    const all = await compute('costs');
    const some = await compute('costs', { cliente: 'Energía Maipo' });
    const income = some.breakdowns['margin_by_client']?.rows[0];
    expect(some.breakdowns['margin_by_client']?.rows).toHaveLength(1);
    expect(some.figures['costs_total']?.value).toBe(income?.[2]);
    expect(some.figures['costs_total']?.value).toBeLessThan(all.figures['costs_total']?.value ?? 0);
  });
});

describe('settings', () => {
  test('change what is critical, fast and dear', async () => {
    const settings = { criticalDays: 90, capitalRate: 0.24, fastCollectionDays: 60 };
    const usual = await compute('financials');
    const dear = await compute('financials', {}, settings);
    expect(dear.figures['working_capital_cost']?.value).toBeCloseTo(
      2 * (usual.figures['working_capital_cost']?.value ?? 0),
      3,
    );
    const over90 = (await compute('charts')).breakdowns['ageing']?.rows.find(([bucket]) => bucket === '90+');
    expect((await compute('essentials', {}, settings)).figures['critical_count']?.value).toBe(over90?.[1]);
    expect((await compute('lists', {}, settings)).breakdowns['critical']?.totalRowCount).toBe(over90?.[1]);
  });

  test('a goal is measured against, and without one there is no target', async () => {
    expect((await compute('financials')).figures['goal_progress']).toMatchObject({ value: null, target: null });
    const { figures } = await compute('financials', {}, { monthlyGoal: 2_000_000_000 });
    expect(figures['goal_progress']?.value).toBeCloseTo(1_443_371_000 / 2_000_000_000, 12);
    expect(figures['goal_progress']?.target).toBe(1);
  });

  test('a score is the weighted mean of the parts that it shows', async () => {
    const scoreWeights = { 'quality.first_pass_rate': 1, 'quality.approval_rate': 3, 'quality.conformity_rate': 0 };
    for (const weights of [{}, { scoreWeights }]) {
      const { figures, breakdowns } = await compute('kpis', {}, weights);
      const parts = breakdowns['quality_score_parts']?.rows ?? [];
      expect(parts.reduce((total, [, weight]) => total + Number(weight), 0)).toBeCloseTo(1, 12);
      const mean = parts.reduce((total, [, weight, value]) => total + Number(weight) * Number(value), 0);
      expect(figures['quality_score']?.value).toBeCloseTo(100 * mean, 9);
    }
  });
});

describe('sections computed together', () => {
  /** The same source, its queries counted. */
  function counted(): { source: SqlSource; texts: string[] } {
    const texts: string[] = [];
    const query: SqlSource['query'] = (sql, parameters, options): Promise<Row[]> => {
      texts.push(sql);
      return source.query(sql, parameters, options);
    };
    const { kind, label, demo } = source;
    const own: SqlSource = {
      kind,
      label,
      demo,
      query,
      describe: (options) => source.describe(options),
      signature: () => source.signature(),
      close: () => Promise.resolve(),
    };
    return { source: own, texts };
  }

  test('share what they have in common, whether one after the other or at once', async () => {
    const { source: own, texts } = counted();
    const atOnce = await Promise.all(edpPack.sections.map(({ name }) => compute(name, {}, {}, own)));
    expect(texts.filter((sql) => sql.includes('AS stood'))).toHaveLength(1);
    expect(new Set(texts).size).toBe(texts.length);
    const later: SectionPayload[] = [];
    for (const { name } of edpPack.sections) later.push(await compute(name, {}, {}, counted().source));
    expect(atOnce).toEqual(later);
  });

  test('one that gives up does not take the others with it', async () => {
    const { source: own } = counted();
    const controller = new AbortController();
    const request = { filters: {}, asOf, settings: defaultKpiSettings, source: own, deadlineMs: 10_000 };
    const first = edpPack.computeSection({ ...request, section: 'essentials', signal: controller.signal });
    const second = edpPack.computeSection({ ...request, section: 'kpis' });
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: 'SQL_CANCELLED' });
    expect((await second).payload.figures['payment_rate']?.value).toBe(0.516);
  });
});
