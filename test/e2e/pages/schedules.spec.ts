/** The Schedules page in a real browser: the plan, the ledger, and every action on a schedule. */
import { engineGone, expect, test } from './console-test.ts';

test('shows each schedule with its next run, its last outcome, and the day ahead as a line', async ({ open }) => {
  const page = await open('/schedules');
  const all = page.getByTestId('schedules-all');
  await expect(all.getByRole('row', { name: /^KPIs/ })).toContainText('every 10 min');
  await expect(all.getByRole('row', { name: /^KPIs/ })).toContainText('in 4 min');
  await expect(
    all
      .getByRole('row', { name: /Clean up/ })
      .locator('[data-state=failed]')
      .first(),
  ).toHaveText('missed');
  await expect(all.getByRole('row', { name: /Morning report/ })).toContainText('America/Santiago');
  await expect(page.getByTestId('lane-kpis')).toContainText('144 runs');
  await expect(page.getByTestId('scheduler-role')).toHaveText('acting');
});

test('says when another console acts', async ({ open, engine }) => {
  const { self } = engine.script.schedules.scheduler;
  const acting = { ...self, schedulerId: 's2', host: 'console-2', pid: 77 };
  engine.script.schedules.scheduler = { role: 'standby', self, acting, others: [acting] };
  const page = await open('/schedules');
  await expect(page.getByTestId('scheduler-role')).toHaveText('standing by for console-2:77');
  await expect(page.getByTestId('scheduler-others')).toContainText('1 other console');
});

test('a schedule is run now, paused and resumed', async ({ open }) => {
  const page = await open('/schedules');
  const row = page.getByTestId('schedules-all').getByRole('row', { name: /^Charts/ });
  await page.getByTestId('run-charts').click();
  await expect(row.locator('[data-state=refreshing]')).toHaveText('running');
  await page.getByTestId('pause-charts').click();
  await expect(row).toContainText('paused');
  await expect(page.getByTestId('lane-charts')).toContainText('paused');
  await page.getByTestId('pause-charts').click();
  await expect(row).not.toContainText('paused');
});

test('a failed action is said on the page', async ({ open, engine }) => {
  engine.script.schedules.failure = 'The broker refused the job';
  const page = await open('/schedules');
  await page.getByTestId('run-kpis').click();
  await expect(page.getByTestId('schedules-all').getByRole('alert')).toContainText('The broker refused the job');
});

test('a schedule of one’s own is added with a cron pattern that is explained before it is saved', async ({ open }) => {
  const page = await open('/schedules');
  await page.getByTestId('schedule-add').click();
  await page.getByTestId('schedule-id').fill('friday');
  await page.getByTestId('schedule-title').fill('Friday close');
  await page.getByTestId('timing-cron').click();
  await page.getByTestId('schedule-pattern').fill('0 18');
  await expect(page.getByTestId('timing-meaning')).toContainText('is no cron pattern');
  await page.getByTestId('schedule-pattern').fill('0 18 * * 5');
  await expect(page.getByTestId('timing-meaning')).toContainText('Next:');
  await page.getByTestId('schedule-time-zone').selectOption('America/Santiago');
  await page.getByTestId('schedule-save').click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByTestId('schedules-all').getByRole('row', { name: /Friday close/ })).toContainText('own');
});

test('what was typed stays when saving fails, and an edited schedule goes back to its original', async ({
  open,
  engine,
}) => {
  const page = await open('/schedules');
  engine.script.schedules.failure = 'The store is locked';
  await page.getByTestId('edit-kpis').click();
  await page.getByTestId('schedule-every').fill('20');
  await page.getByTestId('schedule-save').click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('The store is locked');
  await expect(page.getByTestId('schedule-every')).toHaveValue('20');
  engine.script.schedules.failure = null;
  await page.getByTestId('schedule-save').click();
  const row = page.getByTestId('schedules-all').getByRole('row', { name: /^KPIs/ });
  await expect(row).toContainText('every 20 min');
  await expect(row).toContainText('edited');
  await page.getByTestId('edit-kpis').click();
  await page.getByTestId('schedule-way-back').click();
  await page.getByTestId('schedule-way-back').click();
  await expect(row).not.toContainText('edited');
});

test('the ledger is filtered by schedule, which Back undoes, and by outcome, and read on', async ({ open }) => {
  const page = await open('/schedules');
  const ledger = page.getByTestId('schedules-ledger');
  await expect(ledger.getByRole('row')).toHaveCount(51);
  await page.getByTestId('ledger-more').click();
  await expect(ledger.getByRole('row')).toHaveCount(101);
  await page.getByTestId('runs-clean-up').click();
  await expect(page.getByTestId('ledger-schedule')).toHaveValue('clean-up');
  await expect(ledger.getByRole('row')).toHaveCount(41);
  await page.goBack();
  await expect(page.getByTestId('ledger-schedule')).toHaveValue('');
  await page.getByTestId('ledger-outcome').selectOption('missed');
  await expect(ledger.locator('tbody [data-state=failed]').first()).toHaveText('missed × 3');
});

test('offline the plan stays readable as last known, and nothing can be changed', async ({
  open,
  engine,
  expectedErrors,
}) => {
  expectedErrors.push(engineGone);
  const page = await open('/schedules');
  await expect(page.getByTestId('schedules-all').getByRole('row')).toHaveCount(6);
  await engine.stop();
  await expect(page.getByTestId('banner-offline')).toBeVisible();
  await expect(page.getByTestId('schedules-all').locator('[data-state=fresh]')).toHaveCount(0);
  await expect(page.getByTestId('run-kpis')).toHaveAttribute('aria-disabled', 'true');
});
