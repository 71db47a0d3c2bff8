/** A console that loses its engine or a link behind it: nothing vanishes, nothing pretends to be live. */
import { engineGone, expect, test } from './console-test.ts';

test('keeps the last known values with their ages when the engine goes, and becomes live when it is back', async ({
  open,
  engine,
  expectedErrors,
}) => {
  expectedErrors.push(engineGone);
  const page = await open('/kpis');
  await expect(page.getByTestId('kpi-edp_count')).toContainText('fresh');
  await engine.stop();
  await expect(page.getByTestId('banner-offline')).toContainText('nothing here is live');
  await expect(page.getByTestId('kpi-edp_count').locator('[data-state=expired]')).toHaveText('last known');
  await expect(page.getByTestId('kpi-edp_count')).toContainText('1,000');
  await expect(page.getByTestId('kpi-edp_count')).toContainText(/computed .* ago/);
  await expect(page.getByTestId('refresh-now')).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByTestId('live-region')).toContainText('connection to the engine was lost');
  const before = engine.script.reads.length;
  await engine.start();
  await expect(page.getByTestId('banner-offline')).toHaveCount(0);
  await expect(page.getByTestId('kpi-edp_count')).toContainText('fresh');
  expect(engine.script.reads.length).toBeGreaterThan(before);
});

test('other pages can be opened while the engine is gone', async ({ open, engine, expectedErrors, page }) => {
  expectedErrors.push(engineGone);
  const ahead = page.waitForResponse(/DateRange.*js/);
  await open('/kpis');
  await ahead;
  await expect(page.getByTestId('kpi-edp_count')).toContainText('fresh');
  await page.waitForLoadState('networkidle');
  await engine.stop();
  await page.getByTestId('nav-overview').click();
  await expect(page.getByTestId('figure-hit_rate')).toContainText('97.4');
  await expect(page.getByTestId('figure-hit_rate').locator('[data-state=expired]')).toHaveText('last known');
  await page.getByTestId('nav-alerts').click();
  await expect(page.getByTestId('alerts-now')).toContainText('Redis memory > 90 %');
});

test('shows the last known dashboard before the first answer of a new run', async ({ open, engine }) => {
  const page = await open('/kpis');
  await expect(page.getByTestId('kpi-edp_count')).toContainText('1,000');
  const answer = Promise.withResolvers<void>();
  engine.script.hold = answer.promise;
  await page.reload();
  await expect(page.getByTestId('kpi-edp_count')).toContainText('1,000');
  answer.resolve();
});

test('names the link and the source that cannot be reached, since when and why', async ({ open, engine }) => {
  engine.script.changeSystem = (info) => ({
    ...info,
    source: { ...info.source, reachable: false, problem: 'the file is locked' },
    links: info.links.map((link) =>
      link.role === 'cache' ? { ...link, state: 'unreachable', problem: 'connect ECONNREFUSED' } : link,
    ),
  });
  const page = await open('/kpis');
  await expect(page.getByTestId('banner-link-cache')).toContainText('connect ECONNREFUSED');
  await expect(page.getByTestId('banner-source')).toContainText('the file is locked');
  await expect(page.getByTestId('connections')).toContainText('unreachable');
});

test('is as offline as without its engine when nothing behind the engine answers: one banner, no green, no writes', async ({
  open,
  engine,
}) => {
  engine.script.changeSystem = (info) => ({
    ...info,
    source: { ...info.source, reachable: false, problem: 'no route to host' },
    links: info.links.map((link) => ({ ...link, state: 'unreachable', problem: 'connect ECONNREFUSED' })),
  });
  engine.script.connections.connections = [];
  const page = await open('/kpis');
  await expect(page.getByTestId('banner-cut-off')).toContainText('nothing here is live');
  await expect(page.getByTestId('banner-cut-off')).toContainText(/Cache .* · Broker .* · Source /);
  await expect(page.getByTestId('cut-off-oldest')).toContainText(/computed .* ago/);
  await expect(page.getByTestId('banner-link-cache')).toHaveCount(0);
  await expect(page.getByTestId('kpi-edp_count').locator('[data-state=expired]')).toHaveText('last known');
  await expect(page.locator('[data-state=fresh]')).toHaveCount(0);
  await expect(page.getByTestId('refresh-now')).toHaveAttribute('aria-disabled', 'true');
  engine.script.changeSystem = (info) => info;
  engine.push.emit('link.changed', { role: 'cache', state: 'ready' });
  await expect(page.getByTestId('banner-cut-off')).toHaveCount(0);
  await expect(page.getByTestId('kpi-edp_count')).toContainText('fresh');
});

const pagesAndTabs = [
  ...['/overview', '/kpis', '/cache', '/redis', '/keys', '/queues', '/tasks', '/workers', '/schedules', '/doctor'],
  ...['/connections', '/storage', '/alerts', '/alerts?tab=rules', '/alerts?tab=silences', '/alerts?tab=channels'],
  ...['/alerts?tab=history', '/review'],
];
/** How a button begins that changes something; a file of one's own is opened and saved without anybody else. */
const writes =
  /^(refresh|clear|invalidate|warm|pause|resume|retry|remove|delete|add|save(?! as a file)|edit|import|run|stop|restart|unlock|operate|acknowledge|silence|switch|send|fix|undo|restore|back up|purge|rename|promote|lift|test|new)\b/i;

test('cut off, no page shows a green light or a button that changes anything', async ({ engine, page }) => {
  test.setTimeout(120_000);
  engine.script.connections.connections = [];
  const buttons = page.locator('main button:not([aria-disabled=true], :disabled, th button)');
  const open = async (route: string): Promise<string[]> => {
    await page.goto('about:blank');
    await page.goto(engine.pageAt(route));
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    const names = await buttons.evaluateAll((all) => all.map((each) => each.ariaLabel ?? each.textContent ?? ''));
    return names.filter((name) => writes.test(name.trim()));
  };
  const whileWhole: string[] = [];
  for (const route of pagesAndTabs) whileWhole.push(...(await open(route)));
  expect(whileWhole.length).toBeGreaterThan(20);
  engine.script.changeSystem = (info) => ({
    ...info,
    source: { ...info.source, reachable: false, problem: 'no route to host' },
    links: info.links.map((link) => ({ ...link, state: 'unreachable', problem: 'connect ECONNREFUSED' })),
  });
  for (const route of pagesAndTabs) {
    const found = await open(route);
    await expect(page.getByTestId('banner-cut-off')).toBeVisible();
    await expect(page.getByTestId('cut-off-oldest'), route).toContainText(/computed .* ago/);
    expect([route, found]).toEqual([route, []]);
    await expect(page.locator('[data-state=fresh], [data-state=refreshing]'), route).toHaveCount(0);
  }
});

test('shows the engine’s notices until they are dismissed', async ({ open, engine }) => {
  engine.script.changeSystem = (info) => ({
    ...info,
    notices: [{ id: 'n1', level: 'warning', message: 'The database was corrupt and has been set aside.', atMs: 0 }],
  });
  const page = await open('/overview');
  await page.getByTestId('notice-n1').getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByTestId('notice-n1')).toHaveCount(0);
});

test('says a notice in Spanish, and one of an earlier version in the words it was kept in', async ({
  open,
  engine,
  page,
}) => {
  const locked = { code: 'store_locked', values: {} } as const;
  engine.script.changeSystem = (info) => ({
    ...info,
    notices: [
      {
        ...{ id: 'n1', level: 'error', message: 'The local database v.db cannot be used (it is locked).', atMs: 0 },
        said: { code: 'notice_in_memory', values: { file: 'v.db', reason: locked } },
      },
      { id: 'n2', level: 'warning', message: 'Kept in English.', atMs: 0 },
    ],
  });
  await page.addInitScript(() => localStorage.setItem('vigia.preferences', JSON.stringify({ language: 'es' })));
  await open('/overview');
  await expect(page.getByTestId('notice-n1')).toContainText(
    'La base de datos local v.db no se puede usar (otro programa la tiene bloqueada). Vigía sigue en memoria',
  );
  await expect(page.getByTestId('notice-n2')).toContainText('Kept in English.');
});

test('says that it is not let in, rather than that nobody is there', async ({ engine, page }) => {
  await page.goto(`${engine.address}/#token=wrong`);
  await expect(page.getByTestId('banner-refused')).toContainText('does not accept this page');
});
