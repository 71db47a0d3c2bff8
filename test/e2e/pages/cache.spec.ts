/** The Cache page in a real browser: figures, entries, reasons, every action with what it shows before and after, every state. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { engineGone, expect, test } from './console-test.ts';

/** A row by a part of its key. */
function rowOf(page: Page, key: string): ReturnType<Page['locator']> {
  return page.getByTestId('entries-table').locator('tr[data-index]').filter({ hasText: key }).first();
}

async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

test('layers show their window’s figures, and too few reads instead of a rate', async ({ open }) => {
  const page = await open('/cache');
  const row = (name: string) => page.getByTestId('cache-layers').getByRole('row', { name });
  await expect(row('Dashboard')).toContainText('1,060');
  await expect(row('Dashboard')).toContainText('97.4 %');
  await expect(row('Financials').locator('[data-state=unknown]')).toHaveText('too few reads');
  await page.getByTestId('cache-window').getByRole('button', { name: '1 h' }).click();
  await expect(row('Dashboard')).toContainText('12,720');
  expect(page.url()).toContain('window=3600000');
  await page.reload();
  await expect(row('Dashboard')).toContainText('12,720');
});

test('a layer shows every figure in all three windows, why reads missed, and its settings', async ({ open }) => {
  const page = await open('/cache');
  await page.getByTestId('layer-kpis').click();
  const drawer = page.getByTestId('layer-drawer');
  const figure = (name: string) => page.getByTestId('layer-figures').getByRole('row', { name });
  await expect(figure('Reads')).toContainText(/88.*440.*5,280/);
  await expect(figure('Saved by compression')).toContainText('MB');
  await expect(figure('Read, p99')).toContainText('2.4 ms');
  await expect(drawer).toContainText('Never computed for these filters.');
  await expect(drawer).toContainText('zstd · 1.0 kB');
  expect(await findings(page)).toEqual([]);
  await page.getByTestId('layer-entries').click();
  await expect(drawer).toHaveCount(0);
  await expect(page.getByTestId('filter-layer')).toContainText('KPIs');
});

test('the parts of the cache say how they are, with their evidence', async ({ open, engine }) => {
  engine.script.cache.isBroken = true;
  const page = await open('/cache');
  await expect(page.getByTestId('check-breaker')).toContainText('open');
  await expect(page.getByTestId('check-breaker')).toContainText('spared until a probe is answered');
  await expect(page.getByTestId('check-breaker').locator('[data-state=stale]')).toHaveCount(1);
  await expect(page.getByTestId('check-coherence')).toContainText('tracking');
  await expect(page.getByTestId('check-warming').locator('[data-state=failed]')).toHaveText('proof failed');
  await expect(page.getByTestId('cache-headline')).toContainText('1 of 8 warmed keys');
});

test('the hit rate is drawn with its gap, a layer can be hidden, and its numbers are a table', async ({ open }) => {
  const page = await open('/cache');
  const chart = page.getByTestId('hit-rate-chart');
  await expect(chart.locator('canvas')).toBeVisible();
  const charts = chart.getByRole('button', { name: 'Charts' });
  await expect(charts).toHaveAttribute('aria-pressed', 'true');
  await charts.click();
  await expect(charts).toHaveAttribute('aria-pressed', 'false');
  await chart.getByRole('button', { name: 'Table' }).click();
  await expect(chart.getByRole('row')).toHaveCount(61);
  await expect(chart).toContainText('not observed');
});

test('entries are searched, filtered and sorted in the address, and Back undoes it', async ({ open, engine }) => {
  const page = await open('/cache');
  const note = page.getByTestId('entries-note');
  await expect(note).toContainText('41 entries');
  await page.getByTestId('entries-search').fill('ñuble');
  await expect(note).toContainText('of 41 entries');
  await expect(rowOf(page, ':kpis')).toContainText('Client: Minera Ñuble');
  await page.getByTestId('filter-state').click();
  await page.getByRole('option', { name: /stale/ }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('filter-state')).toContainText('stale');
  await expect(page.getByTestId('filter-state')).toBeFocused();
  await page.getByRole('button', { name: 'Size' }).click();
  await expect(page.getByTestId('entries-table').getByRole('columnheader', { name: 'Size' })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  expect(engine.script.cache.asked.at(-1)).toMatchObject({
    search: 'ñuble',
    states: ['stale'],
    sort: 'size',
    descending: true,
  });
  await page.reload();
  await expect(page.getByTestId('entries-search')).toHaveValue('ñuble');
  await expect(page.getByTestId('filter-state')).toContainText('stale');
  await page.goBack();
  await expect(page.getByTestId('filter-state')).toContainText('all');
  await page.goBack();
  await expect(page.getByTestId('entries-search')).toHaveValue('');
  await expect(note).toContainText('41 entries');
});

test('filters that nothing matches are told from an empty cache, and can be cleared', async ({ open, engine }) => {
  const page = await open('/cache?q=nothing+like+it');
  await expect(page.getByTestId('entries-no-match')).toContainText('41 entries are hidden');
  await page.getByTestId('entries-no-match').getByRole('button', { name: 'Clear filters' }).click();
  await expect(page.getByTestId('entries-note')).toContainText('41 entries');
  engine.script.cache.rowCount = 0;
  engine.push.emit('cache.changed', { what: 'cleared', keys: [] });
  await expect(page.getByTestId('entries-empty')).toContainText('The cache is empty');
  await page.getByTestId('entries-empty').getByRole('button', { name: 'Warm now' }).click();
  await expect(page.getByTestId('cache-outcome')).toContainText('Warm-up requested as dashboard:9.');
});

test('100,000 entries are walked through by keyboard; only those in sight are drawn or fetched', async ({
  open,
  engine,
}) => {
  engine.script.cache.rowCount = 100_000;
  const page = await open('/cache?origin=own');
  const table = page.getByTestId('entries-table');
  await expect(table).toHaveAttribute('aria-rowcount', '88890');
  await table.focus();
  await page.keyboard.press('End');
  await expect(table.locator('tr[aria-rowindex="88890"]')).toContainText('vigia:');
  expect(await table.locator('tr[data-index]').count()).toBeLessThan(70);
  expect(engine.script.cache.asked.length).toBeLessThan(10);
  expect(engine.script.cache.asked.every(({ limit }) => limit <= 500)).toBe(true);
  await page.keyboard.press('PageUp');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('entry-drawer')).toContainText('vigia:');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('entry-drawer')).toHaveCount(0);
  await expect(table).toBeFocused();
  await page.keyboard.press('Home');
  await expect(table.locator('tr[aria-rowindex="2"]')).toContainText('vigia:');
});

test('a listing that the engine has forgotten is asked for anew, without an empty table between', async ({
  open,
  engine,
}) => {
  engine.script.cache.rowCount = 5_000;
  const page = await open('/cache');
  await expect(rowOf(page, 'charts:')).toBeVisible();
  engine.script.cache.forgetsListings = true;
  await page.getByTestId('entries-table').focus();
  await page.keyboard.press('End');
  engine.script.cache.forgetsListings = false;
  await expect(page.getByTestId('entries-table').locator('tr[aria-rowindex="5001"]')).toContainText('vigia:');
});

test('why an entry is stale is answered with the chain of causes, its reasons and its timeline', async ({
  open,
  engine,
}) => {
  engine.script.cache.isBroken = true;
  const page = await open('/cache?state=stale');
  await rowOf(page, ':kpis').click();
  const why = page.getByTestId('why');
  await expect(why).toContainText('Why is this stale?');
  await expect(why.getByRole('listitem')).toHaveText([
    'refresh waits 43 s in kpis',
    /no worker consumes/,
    /worker A wedged since 14:02/,
  ]);
  await expect(why).toContainText('Its TTL passed 43 s ago.');
  const timeline = page.getByTestId('timeline').getByRole('listitem');
  await expect(timeline).toHaveCount(3);
  await expect(timeline.nth(1)).toContainText('refresh failed');
  await expect(timeline.nth(1)).toContainText('worker A lost its lock');
  await expect(page.getByTestId('entry-facts')).toContainText('zstd');
  expect(await findings(page)).toEqual([]);
  // The address opens it again.
  await page.reload();
  await expect(page.getByTestId('entry-drawer')).toBeVisible();
  await page.goBack();
  await expect(page.getByTestId('entry-drawer')).toHaveCount(0);
});

test('the payload is a tree that opens, is searched and copied by keyboard', async ({ open, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open('/cache');
  await rowOf(page, ':kpis').click();
  const payload = page.getByTestId('payload');
  await expect(payload.getByRole('treeitem', { name: /section/ })).toContainText('"kpis"');
  await payload.getByTestId('json-search').fill('90+');
  await expect(payload.getByTestId('json-matches')).toHaveText('1 of 1');
  await expect(payload.locator('mark')).toHaveText('90+');
  await payload.getByRole('tree').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowLeft');
  await expect(payload.getByRole('treeitem')).toHaveCount(1);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('c');
  await expect(page.getByTestId('live-region')).toContainText('Copied.');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('"kpis"');
});

test('another program’s entry is shown with its stale copy and cannot be changed', async ({ open, engine }) => {
  const page = await open('/cache?origin=foreign');
  const row = rowOf(page, 'manager_dashboard:');
  await expect(row).toContainText('read-only');
  await expect(row).toContainText('stale copy');
  await expect(row.locator('.check')).toHaveCount(0);
  await row.click();
  await expect(page.getByTestId('companions')).toContainText(':stale');
  for (const id of ['entry-refresh', 'entry-invalidate']) {
    const button = page.getByTestId(id);
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    await expect(button).toHaveAttribute('title', /another program/);
    await button.click({ force: true });
  }
  expect(engine.script.cache.done).toEqual([]);
});

test('an entry is refreshed, and a refusal is said where one looks', async ({ open, engine }) => {
  const page = await open('/cache');
  await rowOf(page, ':kpis').click();
  await page.getByTestId('entry-refresh').click();
  await expect(page.getByTestId('entry-drawer')).toContainText('Refresh requested as dashboard:8.');
  await expect(page.getByTestId('live-region')).toContainText('dashboard:8');
  expect(engine.script.cache.done).toMatchObject([{ call: 'cache.refresh' }]);
  engine.script.cache.refusal = 'This connection is observed.';
  await page.getByTestId('entry-refresh').click();
  await expect(page.getByTestId('cache-outcome').locator('[data-state=failed]')).toHaveText('Not done');
  await expect(page.getByTestId('cache-outcome')).toContainText('This connection is observed.');
});

test('invalidating by tag shows first what will go, how many and how big', async ({ open, engine }) => {
  const page = await open('/cache');
  await expect(page.getByTestId('entries-note')).toContainText('41 entries');
  await page.getByTestId('invalidate-tags-button').click();
  const dialog = page.getByTestId('invalidate-dialog');
  await expect(dialog.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('invalidate-tags').click();
  await page.getByRole('option', { name: /client:Minera Ñuble/ }).click();
  // Escape closes the list and leaves the dialog.
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('reach-entries')).toHaveText('9');
  await expect(dialog.getByTestId('confirm')).toHaveText('Invalidate 9 entries');
  expect(await findings(page)).toEqual([]);
  await dialog.getByLabel(/expired/).check();
  await dialog.getByTestId('reason').fill('month end');
  await dialog.getByTestId('confirm').click();
  await expect(page.getByTestId('cache-outcome')).toContainText(/9 entries invalidated \(.* kB\) in 0.8 ms/);
  expect(engine.script.cache.done).toEqual([
    {
      call: 'cache.invalidate',
      input: { tags: ['client:Minera Ñuble'], keys: [], mode: 'expired', reason: 'month end' },
    },
  ]);
});

test('chosen entries are invalidated together; foreign ones cannot be chosen', async ({ open, engine }) => {
  const page = await open('/cache');
  const table = page.getByTestId('entries-table');
  await expect(rowOf(page, 'charts:')).toBeVisible();
  await table.focus();
  // Four foreign entries come first by key, then our own.
  for (let step = 0; step < 6; step += 1) await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByTestId('cache-entries')).toContainText('3 selected');
  await page.keyboard.press('Space');
  await expect(page.getByTestId('cache-entries')).toContainText('2 selected');
  await page.getByTestId('invalidate-selected').click();
  await expect(page.getByTestId('reach-entries')).toHaveText('2');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('cache-outcome')).toContainText('2 entries invalidated');
  await expect(page.getByTestId('invalidate-selected')).toHaveCount(0);
  expect(engine.script.cache.done).toMatchObject([{ input: { mode: 'stale', tags: [] } }]);
});

test('a layer is cleared only after its name was typed', async ({ open, engine }) => {
  const page = await open('/cache');
  await page.getByTestId('clear-kpis').click();
  const dialog = page.getByTestId('clear-dialog');
  await expect(dialog).toContainText('removed from Redis');
  await expect(page.getByTestId('reach-entries')).toHaveText('11');
  await page.getByTestId('confirm').click({ force: true });
  await page.getByTestId('confirm-typed').fill('kpi');
  await page.keyboard.press('Enter');
  expect(engine.script.cache.done).toEqual([]);
  await page.getByTestId('confirm-typed').fill('kpis');
  await expect(page.getByTestId('confirm')).not.toHaveAttribute('aria-disabled', 'true');
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('cache-outcome')).toContainText('KPIs cleared: 11 entries');
  expect(engine.script.cache.done).toMatchObject([{ call: 'cache.clear', input: { layer: 'kpis', confirm: 'kpis' } }]);
});

test('a layer’s settings are changed; what a variable fixes is shown with its name', async ({ open, engine }) => {
  const page = await open('/cache');
  await page.getByTestId('edit-kpis').click();
  const dialog = page.getByTestId('layer-dialog');
  await expect(dialog.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await dialog.getByTestId('layer-field-ttlMs').fill('soon');
  await expect(dialog.getByRole('alert')).toContainText('From 1 to 604800 seconds');
  await dialog.getByTestId('layer-field-ttlMs').fill('120');
  await dialog.getByTestId('layer-field-codecKind').selectOption('brotli');
  await dialog.getByTestId('layer-field-compressFromBytes').fill('');
  expect(await findings(page)).toEqual([]);
  await dialog.getByTestId('confirm').click();
  await expect(page.getByTestId('cache-outcome')).toContainText('KPIs changed, in every process');
  const changes = { ttlMs: 120_000, codecKind: 'brotli', compressFromBytes: null };
  expect(engine.script.cache.done).toEqual([{ call: 'cache.setLayer', input: { layer: 'kpis', changes } }]);
  await page.getByTestId('edit-kpis').click();
  await dialog.getByTestId('layer-reset').click();
  await expect(dialog).toHaveCount(0);
  expect(engine.script.cache.done[1]?.input).toEqual({ layer: 'kpis', changes: null });
  await page.getByTestId('edit-charts').click();
  await expect(dialog.getByTestId('layer-field-ttlMs')).toBeDisabled();
  await expect(dialog).toContainText('Fixed by REDIS_CACHE_TTL_CHARTS');
  await expect(dialog.getByTestId('layer-reset')).toHaveCount(0);
});

test('a refused clearing is said in the dialog, and nothing typed is lost', async ({ open, engine }) => {
  engine.script.cache.refusal = 'This connection is observed.';
  const page = await open('/cache');
  await page.getByTestId('clear-kpis').click();
  await page.getByTestId('confirm-typed').fill('kpis');
  await expect(page.getByTestId('reach-entries')).toHaveText('11');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('clear-dialog').getByRole('alert')).toContainText('This connection is observed.');
  await expect(page.getByTestId('confirm-typed')).toHaveValue('kpis');
});

test('a clean-up shows what it found, and then before and after', async ({ open }) => {
  const page = await open('/cache');
  await page.getByTestId('clean-up').click();
  await expect(page.getByTestId('clean-up-kinds').getByRole('row', { name: /old format/ })).toContainText('3');
  await page.getByTestId('confirm').click();
  const report = page.getByTestId('clean-up-report');
  await expect(report.getByRole('row', { name: /Before/ })).toContainText('41');
  await expect(report.getByRole('row', { name: /After/ })).toContainText('36');
  await page.getByTestId('clean-up-close').click();
  await page.getByTestId('clean-up').click();
  await expect(page.getByTestId('clean-up-dialog')).toContainText('Nothing to clean up.');
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
});

test('warming shows its proof, names the key that failed it, and starts on request', async ({ open, engine }) => {
  const page = await open('/cache');
  await page.getByTestId('open-warming').click();
  const proof = page.getByTestId('warm-proof');
  await expect(proof).toContainText('1 of 8 keys were no hit when read back');
  await expect(proof).toContainText('vigia:c:{9f31}:charts');
  await expect(proof).toContainText('computing it took longer than 30 s');
  await expect(page.getByTestId('learned')).toContainText('Client: Energía Maipo · Status: enviado, validado');
  await page.getByTestId('warm-now').click();
  await expect(page.getByTestId('warming-drawer')).toContainText('Warm-up requested as dashboard:9.');
  engine.script.cache.changeStatus = (status) => ({
    ...status,
    warming: {
      ...status.warming,
      state: 'running',
      task: { taskId: 'dashboard:9', state: 'STARTED', ratio: 0.5 },
    },
  });
  engine.push.emit('cache.changed', { what: 'warming', keys: [] });
  await expect(page.getByTestId('warming-drawer')).toContainText('50 %');
  expect(await findings(page)).toEqual([]);
});

test('while the first answer is on its way nothing is claimed', async ({ open, engine }) => {
  const answer = Promise.withResolvers<void>();
  engine.script.cache.hold = answer.promise;
  const page = await open('/cache');
  await expect(page.getByTestId('cache-entries')).toContainText('Reading the entries…');
  await expect(page.getByTestId('check-link').locator('[data-state=unknown]')).toHaveText('unknown');
  await expect(page.getByTestId('cache-layers')).toContainText('has not answered yet');
  answer.resolve();
  await expect(page.getByTestId('entries-note')).toContainText('41 entries');
});

test('a cache that cannot be asked says so, keeps what was seen, and is asked again', async ({ open, engine }) => {
  engine.script.cache.failure = 'Redis at unix:cache.sock does not answer.';
  const page = await open('/cache');
  await expect(page.getByTestId('cache-failed')).toContainText('does not answer');
  await expect(page.getByTestId('entries-failed')).toContainText('does not answer');
  engine.script.cache.failure = null;
  await page.getByTestId('entries-failed').getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('entries-note')).toContainText('41 entries');
  engine.script.cache.failure = 'Redis at unix:cache.sock does not answer.';
  engine.push.emit('cache.changed', { what: 'cleared', keys: [] });
  await expect(page.getByTestId('cache-entries').getByRole('alert')).toContainText('does not answer');
  await expect(rowOf(page, 'charts:')).toBeVisible();
});

test('offline the last known stays with its age, and nothing can be changed', async ({
  open,
  engine,
  expectedErrors,
}) => {
  expectedErrors.push(engineGone);
  const page = await open('/cache');
  await rowOf(page, ':kpis').click();
  await expect(page.getByTestId('why')).toBeVisible();
  await engine.stop();
  await expect(page.getByTestId('banner-offline')).toBeVisible();
  await expect(page.getByTestId('cache-seen')).toContainText(/seen/);
  await expect(rowOf(page, ':kpis').locator('[data-state=expired]')).toHaveText('was fresh');
  await expect(page.getByTestId('check-link').locator('[data-state=expired]')).toHaveText('ready');
  for (const id of ['clean-up', 'invalidate-tags-button', 'clear-kpis', 'entry-refresh', 'entry-invalidate'])
    await expect(page.getByTestId(id)).toHaveAttribute('aria-disabled', 'true');
  // Another page and back: it is still there.
  await page.keyboard.press('Escape');
  await page.getByTestId('nav-overview').click();
  await page.getByTestId('nav-cache').click();
  await expect(rowOf(page, ':kpis').locator('[data-state=expired]')).toHaveText('was fresh');
  await expect(page.getByTestId('entries-note')).toContainText('as last known');
  await engine.start();
  await expect(page.getByTestId('banner-offline')).toHaveCount(0);
  await expect(rowOf(page, ':kpis').locator('[data-state=fresh]')).toHaveText('fresh');
});

test('an entry turns stale on screen when its time runs out, and no row is made anew for its age', async ({
  open,
  engine,
  page,
}) => {
  await page.clock.install();
  await open('/cache');
  const row = rowOf(page, ':kpis');
  await expect(row).toContainText('fresh');
  await expect(row).toContainText('1 min ago');
  // From here on nothing is answered: what changes, changes by itself.
  engine.script.cache.hold = new Promise(() => undefined);
  engine.script.changeSystem = (info) => ({ ...info, nowMs: info.nowMs + 11 * 60_000 });
  await page.evaluate(() => {
    const body = document.querySelector('[data-testid=entries-table] tbody');
    const seen: string[] = [];
    Object.assign(window, { seenChanges: seen });
    new MutationObserver((changes) => {
      for (const { type } of changes) seen.push(type);
    }).observe(body ?? document.body, { subtree: true, childList: true, characterData: true });
  });
  await page.clock.fastForward('11:00');
  await expect(row).toContainText('12 min ago');
  await expect(row.locator('[data-state=stale]')).toHaveText('stale');
  const changes = await page.evaluate(() => (window as unknown as { seenChanges: string[] }).seenChanges);
  expect([...new Set(changes)]).toEqual(['characterData']);
});

test('the palette reaches the page’s actions, and the page speaks Spanish', async ({ open, engine }) => {
  const page = await open('/cache');
  await expect(page.getByTestId('entries-note')).toContainText('41 entries');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('foreign entries');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('entries-note')).toContainText('4 of 41');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('clear layer charts');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('clear-dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('español');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Caché');
  await expect(page.getByTestId('cache-layers')).toContainText('Tablero');
  await expect(page.getByTestId('cache-layers')).toContainText('97,4 %');
  expect(engine.script.cache.done).toEqual([]);
});
