/** The KPIs page in a real browser: values with their ages and states, filters in the address, refresh, export, palette. */
import { readFile } from 'node:fs/promises';
import { withFreshness } from '../../support/console-figures.ts';
import { taskOf } from '../../support/console-tasks.ts';
import { expect, test } from './console-test.ts';

test('shows value, unit, target, change, both ages and state on a tile', async ({ open }) => {
  const page = await open('/kpis');
  const tile = page.getByTestId('kpi-dso_days');
  await expect(tile.locator('.value')).toHaveText('61.8days');
  await expect(tile).toContainText('+4.3');
  await expect(tile).toContainText('target 45 days');
  await expect(tile).toContainText('fresh');
  await expect(tile).toContainText(/computed \d+ s ago/);
  await expect(tile).toContainText('data to 22 Nov 2026');
  await expect(page.getByTestId('demo-tag')).toHaveText('EDP · Demo data');
  await expect(page.getByTestId('as-of')).toContainText('as of 22 Nov 2026 fixed');
});

test('takes the token out of the address and keeps it for a reload', async ({ open }) => {
  const page = await open('/kpis?cliente=Energ%C3%ADa+Maipo');
  await expect(page.getByTestId('kpi-receivables_count').locator('.value')).toContainText('125');
  expect(page.url()).not.toContain('token');
  await page.reload();
  await expect(page.getByTestId('kpi-receivables_count')).toContainText('fresh');
});

test('keeps the places of tiles while it loads: nothing moves when values come', async ({ open, engine }) => {
  const answer = Promise.withResolvers<void>();
  engine.script.hold = answer.promise;
  const page = await open('/kpis');
  const boxes = () =>
    page.evaluate(() =>
      [
        ...document.querySelectorAll(
          '[data-testid=kpi-receivables_amount], [data-testid=kpi-critical_amount], [data-testid=kpi-first_pass_rate]',
        ),
      ].map((tile) => {
        const { top, left, width, height } = tile.getBoundingClientRect();
        return [top, left, width, height].map(Math.round);
      }),
    );
  await expect(page.getByTestId('kpi-receivables_amount')).toHaveAttribute('aria-busy', 'true');
  const before = await boxes();
  answer.resolve();
  await expect(page.getByTestId('kpi-receivables_amount')).toContainText('9,584');
  expect(await boxes()).toEqual(before);
});

test('says stale, refreshing, failed three times and last known on the tiles, and counts them in the head', async ({
  open,
  engine,
}) => {
  const refresh = { status: 'failed', times: 3, lastError: 'no such column', nextTryAtMs: null } as const;
  engine.script.changeView = (shown) =>
    withFreshness(shown, {
      essentials: { state: 'stale', reason: 'ttl-passed', computedAtMs: Date.now() - 12 * 60_000 },
      kpis: { state: 'stale', refresh: { status: 'running', taskId: 't', progress: 0.4, sinceMs: Date.now() } },
      financials: { state: 'stale', refresh },
      costs: { state: 'expired', reason: 'age-ceiling-passed', computedAtMs: Date.now() - 183_600_000 },
    });
  const page = await open('/kpis');
  await expect(page.getByTestId('kpi-dso_days').locator('[data-state=stale]')).toHaveText('stale');
  await expect(page.getByTestId('kpi-first_pass_rate').locator('[data-state=refreshing]')).toHaveText(
    'refreshing 40 %',
  );
  await expect(page.getByTestId('kpi-run_rate_annual').locator('[data-state=failed]')).toHaveText(
    'refresh failed 3 times',
  );
  await expect(page.getByTestId('kpi-costs_total').locator('[data-state=expired]')).toHaveText('last known');
  await expect(page.getByTestId('kpi-costs_total')).toContainText('15,574');
  await expect(page.getByTestId('oldest-age')).toHaveText('oldest 2 d 3 h');
  await expect(page.getByTestId('stale-count')).toHaveText('4 of 7 sections stale');
});

test('cuts no name on a tile whose state is long, and counts nothing as stale that was never computed', async ({
  open,
  engine,
  page: bare,
}) => {
  await bare.setViewportSize({ width: 1280, height: 800 });
  await bare.addInitScript(() => localStorage.setItem('vigia.preferences', JSON.stringify({ language: 'es' })));
  const refresh = { status: 'failed', times: 4, lastError: 'no such column', nextTryAtMs: null } as const;
  const missing = { state: 'missing', reason: 'never-computed', computedAtMs: null, refresh } as const;
  engine.script.changeView = (shown) =>
    withFreshness(shown, Object.fromEntries(shown.sections.map(({ name }) => [name, missing])));
  const page = await open('/kpis');
  const tile = page.getByTestId('kpi-receivables_amount');
  await expect(tile.locator('[data-state=failed]')).toHaveText('falló 4 veces al actualizar');
  const cut = await page
    .locator('.tile .label > :first-child')
    .evaluateAll((names) =>
      names.filter((name) => name.scrollWidth > name.clientWidth).map((name) => name.textContent),
    );
  expect(cut).toEqual([]);
  await expect(page.getByTestId('oldest-age')).toHaveText('aún no calculado');
  await expect(page.getByTestId('stale-count')).toHaveText('');
});

test('says no data with its reason, and names the column that a source lacks', async ({ open, engine }) => {
  engine.script.changeView = (shown) => ({
    ...shown,
    sections: shown.sections.map((section) =>
      section.name === 'kpis' && section.payload !== null
        ? {
            ...section,
            payload: {
              ...section.payload,
              figures: {
                ...section.payload.figures,
                on_time_rate: {
                  ...section.payload.figures['on_time_rate']!,
                  value: null,
                  noDataReason: 'nothing was paid',
                },
              },
              missing: [{ id: 'quality_score', reason: 'edp.ciclos_retrabajo' }],
            },
          }
        : section,
    ),
  });
  const page = await open('/kpis');
  await expect(page.getByTestId('kpi-on_time_rate')).toContainText('no data');
  await expect(page.getByTestId('kpi-on_time_rate')).toContainText('nothing was paid');
  await expect(page.getByTestId('kpi-quality_score')).toContainText('edp.ciclos_retrabajo');
});

test('filters by choosing, keeps the choice in the address, and Back takes it back', async ({ open, engine }) => {
  const page = await open('/kpis');
  await expect(page.getByTestId('kpi-receivables_count')).toContainText('460');
  await page.getByTestId('filter-cliente').click();
  await page.keyboard.type('energia');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('kpi-receivables_count')).toContainText('125');
  expect(decodeURIComponent(page.url())).toContain('cliente=Energía+Maipo');
  expect(engine.script.reads.at(-1)).toEqual({ cliente: 'Energía Maipo' });
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('filter-cliente')).toBeFocused();
  await page.goBack();
  await expect(page.getByTestId('kpi-receivables_count')).toContainText('460');
});

test('takes the filters along to another page and back', async ({ open }) => {
  const page = await open('/kpis?estado=validado');
  await expect(page.getByTestId('filter-estado')).toContainText('validado');
  await page.getByTestId('nav-alerts').click();
  await page.getByTestId('nav-kpis').click();
  await expect(page.getByTestId('filter-estado')).toContainText('validado');
  await page.getByTestId('clear-filters').click();
  await expect(page.getByTestId('filter-estado')).toContainText('all');
});

test('sets a quick period, and a range from the calendar instead of it', async ({ open, engine }) => {
  const page = await open('/kpis');
  await page.getByTestId('filter-period').click();
  await page.getByTestId('quick-90').click();
  await expect(page.getByTestId('filter-period')).toContainText('last 90 days');
  await page.getByLabel('From', { exact: true }).fill('2026-10-05');
  await page.getByLabel('To', { exact: true }).fill('2026-11-14');
  await page.getByLabel('To', { exact: true }).press('Enter');
  await expect(page.getByTestId('filter-period')).toContainText('5 Oct 2026 – 14 Nov 2026');
  expect(engine.script.reads.at(-1)).toEqual({ fecha_inicio: '2026-10-05', fecha_fin: '2026-11-14' });
});

test('reads again through the cache every 30 s with a countdown, and not while paused', async ({
  open,
  engine,
  page,
}) => {
  await page.clock.install();
  await open('/kpis');
  await expect(page.getByTestId('countdown')).toHaveText(/refresh in \d+ s/);
  const before = engine.script.reads.length;
  await page.clock.fastForward(31_000);
  await expect.poll(() => engine.script.reads.length).toBeGreaterThan(before);
  await page.getByTestId('pause').click();
  await expect(page.getByTestId('countdown')).toHaveText('refresh paused');
  const paused = engine.script.reads.length;
  await page.clock.fastForward(120_000);
  await expect(page.getByTestId('countdown')).toHaveText('refresh paused');
  expect(engine.script.reads.length).toBe(paused);
});

test('forces a refresh, shows its progress over the old values, then the new ones', async ({ open, engine }) => {
  const page = await open('/kpis');
  await expect(page.getByTestId('kpi-edp_count')).toContainText('1,000');
  await page.getByTestId('refresh-now').click();
  await expect(page.getByTestId('task-progress')).toBeVisible();
  engine.script.task = taskOf('PROGRESS', 3);
  engine.push.emit('task.changed', engine.script.task);
  await expect(page.getByTestId('task-progress')).toContainText('Charts · 3 of 7');
  await expect(page.getByTestId('kpi-edp_count')).toContainText('1,000');
  await expect(page.getByTestId('refresh-now')).toHaveAttribute('aria-disabled', 'true');
  engine.script.changeView = (shown) => ({
    ...shown,
    sections: shown.sections.map((section) => {
      const count = section.payload?.figures['edp_count'];
      if (section.payload === null || count === undefined) return section;
      const figures = { ...section.payload.figures, edp_count: { ...count, value: 1_001 } };
      return { ...section, payload: { ...section.payload, figures } };
    }),
  });
  engine.script.task = null;
  engine.push.emit('task.changed', taskOf('SUCCESS', 7));
  await expect(page.getByTestId('kpi-edp_count')).toContainText('1,001');
  await expect(page.getByTestId('live-region')).toHaveText('KPIs refreshed.');
});

test('keeps the values when a read fails and says what failed', async ({ open, engine }) => {
  const page = await open('/kpis');
  await expect(page.getByTestId('kpi-edp_count')).toContainText('1,000');
  engine.script.readFailure = 'no such column "monto"';
  engine.push.emit('dashboard.changed', { viewId: 'view {}', sections: ['kpis'] });
  await expect(page.getByTestId('banner-read-failed')).toContainText('no such column "monto"');
  await expect(page.getByTestId('kpi-edp_count')).toContainText('1,000');
});

test('exports what is shown, with ages', async ({ open }) => {
  const page = await open('/kpis');
  await expect(page.getByTestId('kpi-edp_count')).toContainText('1,000');
  await page.getByTestId('export').click();
  const download = page.waitForEvent('download');
  await page.getByTestId('export-csv').click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('vigia-edp-2026-11-22.csv');
  const text = await readFile(await file.path(), 'utf8');
  expect(text).toMatch(/essentials,edp_count,EDPs,1000,count,.*fresh,2026-11-22T/);
});

test('draws the charts, and gives their numbers as a table', async ({ open }) => {
  const page = await open('/kpis');
  const chart = page.getByTestId('chart-monthly');
  await expect(chart.locator('canvas')).toBeVisible();
  await expect(chart).toContainText('Nov incomplete');
  await chart.getByRole('button', { name: 'Table' }).click();
  await expect(chart.getByRole('row').last()).toContainText('Nov 26');
  await expect(page.getByTestId('bars-ageing').locator('li')).toHaveCount(7);
  await expect(page.getByTestId('list-critical')).toContainText('20 of 112');
});

test('sorts a list by its headings with the keyboard', async ({ open }) => {
  const page = await open('/kpis');
  const list = page.getByTestId('list-critical');
  const days = list.getByRole('columnheader', { name: 'Days' });
  await days.getByRole('button').press('Enter');
  await expect(days).toHaveAttribute('aria-sort', 'descending');
  await days.getByRole('button').press('Enter');
  await expect(days).toHaveAttribute('aria-sort', 'ascending');
  await expect(list.getByRole('row').nth(1)).toContainText('67');
});

test('finds pages, KPIs, filters and actions with Ctrl+K', async ({ open }) => {
  const page = await open('/overview');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('dso');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('kpi-dso_days')).toHaveClass(/is-target/);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('maipo');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('filter-cliente')).toContainText('Energía Maipo');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('light');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('speaks Spanish with Chilean numbers, and keeps the language over a reload', async ({ open }) => {
  const page = await open('/kpis');
  await page.getByRole('button', { name: 'Español' }).click();
  await expect(page.getByTestId('kpi-receivables_amount')).toContainText('9.584');
  await expect(page.getByTestId('kpi-dso_days')).toContainText('61,8');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('KPI');
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
});

test('lists what changed since this person last had each KPI on screen, and notes what is in sight', async ({
  open,
  engine,
}) => {
  const { store } = await engine.script.review.room();
  const seen = { computedAtMs: 1, dataAsOfMs: null };
  const figures = [
    { kpiId: 'dso_days', value: 50, ...seen },
    { kpiId: 'edp_count', value: 1_000, ...seen },
  ];
  store.notes.look('reviewer', '[]', figures, Date.now() - 2 * 86_400_000, 1);
  const page = await open('/kpis');
  await expect(page.getByTestId('since-look')).toContainText('1 change since you looked');
  await page.getByTestId('since-look').click();
  const list = page.getByRole('list', { name: 'What changed since you last had it on screen' });
  await expect(list).toContainText('50.0 days →');
  await expect(list).toContainText('seen 2 d ago');
  await expect(list).not.toContainText('EDPs');
  await expect.poll(() => engine.script.review.looked.flat()).toContain('dso_days');
  expect(engine.script.review.looked.flat()).not.toContain('concentration_hhi');
  await list.getByRole('link', { name: 'DSO' }).click();
  await expect(page.getByTestId('review-kpi')).toContainText('DSO');
});
