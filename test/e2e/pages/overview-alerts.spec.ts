/** The Overview and Alerts pages in a real browser: the broken link, figures, causes, acknowledging. */
import { engineGone, expect, test } from './console-test.ts';

test('the overview shows which link of the chain is broken, and what it costs', async ({ open, engine }) => {
  engine.script.isBroken = true;
  const page = await open('/overview');
  await expect(page.getByTestId('headline')).toHaveText('KPI workers have not been consuming for 6 min');
  await expect(page.getByTestId('node-workers')).toHaveClass(/bad/);
  await expect(page.getByTestId('node-source')).not.toHaveClass(/bad/);
  await expect(page.getByTestId('figure-workers').locator('[data-state=failed]')).toHaveText('firing 6 min');
  await expect(page.getByTestId('figure-hit_rate')).toContainText('alert under 80 %');
  await expect(page.getByTestId('figure-redis_memory')).toContainText('gap 4 min');
  await expect(page.getByTestId('stale').getByRole('row').nth(1)).toContainText('refresh waits 43 s');
});

test('every link, figure and event of the overview leads to the page that has it in depth', async ({ open }) => {
  const page = await open('/overview');
  await expect(page.getByTestId('open-node-workers')).toHaveAttribute('href', '#/workers');
  await expect(page.getByTestId('open-node-kpis')).toHaveAttribute('href', '#/kpis');
  await expect(page.getByTestId('figure-hit_rate').getByRole('link')).toHaveAttribute('href', '#/cache');
  await expect(page.getByTestId('event-worker_wedged').getByRole('link')).toHaveAttribute(
    'href',
    '#/workers?worker=w1',
  );
  await expect(page.getByTestId('event-link_lost').getByRole('link')).toHaveAttribute('href', '#/redis?of=cache');
});

test('a figure of the overview says what it is and when it alerts', async ({ open }) => {
  const page = await open('/overview');
  await page.getByTestId('figure-hit_rate').getByRole('button', { name: 'Cache hit rate' }).focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  const tip = page.getByTestId('figure-hit_rate').getByRole('tooltip');
  await expect(tip).toBeVisible();
  await expect(tip).toContainText('out of all reads');
  await expect(tip).toContainText('stays under 80 %');
});

test('the worst figure is the headline, and causes are told, in the language of the page', async ({ open, engine }) => {
  engine.script.isBroken = true;
  engine.script.headlineFigure = 'workers';
  const page = await open('/overview');
  await expect(page.getByTestId('headline')).toHaveText('Workers available: 0, under 2 for 6 min');
  await page.getByRole('button', { name: 'Español' }).click();
  await expect(page.getByTestId('headline')).toHaveText('Workers disponibles: 0, bajo 2 desde hace 6 min');
  await expect(page.getByTestId('stale').getByRole('row').nth(1)).toContainText(
    'la actualización espera desde hace 43 s',
  );
});

test('offline, nothing of the overview is said as if it were true now', async ({ open, engine, expectedErrors }) => {
  expectedErrors.push(engineGone);
  const page = await open('/overview');
  await expect(page.getByTestId('headline')).toHaveText('Everything is well.');
  await engine.stop();
  await expect(page.getByTestId('headline')).toHaveText(/^On .*: Everything is well\.$/);
  await expect(page.getByTestId('stale')).toContainText('was fresh when it was last seen');
  await expect(page.getByTestId('alert-strip')).toContainText('No alert fired when it was last seen.');
  await expect(page.locator('.top')).not.toContainText('live');
});

test('the overview follows the engine without being asked', async ({ open, engine }) => {
  const page = await open('/overview');
  await expect(page.getByTestId('stale')).toContainText('Every value is fresh.');
  engine.script.isBroken = true;
  engine.push.emit('health.sampled', { atMs: Date.now() });
  await expect(page.getByTestId('node-workers')).toHaveClass(/bad/);
});

test('what happened is told newest first, filtered, with the way to its subject and the probable cause', async ({
  open,
  engine,
}) => {
  engine.script.isBroken = true;
  const page = await open('/overview');
  const card = page.getByTestId('happened');
  await expect(card.getByTestId('probable-causes')).toContainText('w1 wedged: 18 jobs in kpis');
  await expect(card.getByRole('listitem').nth(1)).toContainText('cache.clear');
  await expect(card.getByTestId('event-invalidated')).toContainText('×412');
  await card.getByRole('button', { name: 'Trouble' }).click();
  await expect(card.locator('.events li')).toHaveCount(3);
  await expect(page).toHaveURL(/happened=trouble/);
  await card.getByTestId('event-worker_wedged').getByRole('link', { name: 'w1' }).click();
  await expect(page.getByTestId('page-workers')).toBeVisible();
});

test('what happened is told in Spanish; what an earlier version kept in English stays readable', async ({
  open,
  engine,
  page,
}) => {
  engine.script.isBroken = true;
  await page.addInitScript(() => localStorage.setItem('vigia.preferences', JSON.stringify({ language: 'es' })));
  const card = (await open('/overview')).getByTestId('happened');
  await expect(card.getByTestId('event-command_done')).toContainText('por ana');
  await expect(card.getByTestId('event-link_ready')).toContainText('tras 15 s inaccesible');
  await expect(card.getByTestId('event-alert_firing')).toContainText(
    'Menos de 2 puestos de trabajo reciben tareas: 0 en promedio durante 1 min (12 observaciones), bajo 2',
  );
  await expect(card.getByTestId('event-worker_wedged')).toContainText('18 jobs in kpis');
});

test('an alert is acknowledged with a note, from the overview on', async ({ open, engine }) => {
  engine.script.isBroken = true;
  const page = await open('/overview');
  await page.getByTestId('strip-workers').getByRole('link', { name: 'Acknowledge' }).click();
  await page.getByTestId('acknowledge-note').fill('restarting w1');
  await page.getByTestId('acknowledge-confirm').click();
  await expect(page.getByTestId('alert-workers')).toContainText('acknowledged by console');
  await expect(page.getByTestId('alert-workers')).toContainText('restarting w1');
  expect(engine.script.acknowledged).toEqual([{ ruleId: 'workers', note: 'restarting w1' }]);
});
