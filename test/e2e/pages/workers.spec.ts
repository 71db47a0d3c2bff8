/** The Workers page in a real browser: verdicts with their evidence, one worker in full, the console's own processes. */
import { engineGone, expect, test } from './console-test.ts';

test('shows every worker, the worst first, with what its verdict rests on', async ({ open }) => {
  const page = await open('/workers');
  const rows = page.getByTestId('workers-all').getByRole('row');
  await expect(rows.nth(1)).toContainText('all 2 pool processes run tasks far over their p95');
  await expect(rows.nth(1)).toContainText('no task events');
  await expect(rows.nth(2)).toContainText('no job begun for 43 s while 18 wait in kpis');
  await expect(rows.nth(2).locator('[data-state=failed]')).toHaveText('wedged');
  await expect(page.getByTestId('workers-sum')).toHaveText('2 wedged');
  await expect(rows.filter({ hasText: 'this console' })).toContainText('kpis × 2');
  await expect(rows.filter({ hasText: 'BullMQ client' })).toContainText('nothing waits in bull:reports');
});

test('is searched and filtered through the address, which a reload keeps', async ({ open }) => {
  const page = await open('/workers');
  const rows = page.getByTestId('workers-all').locator('tbody tr');
  await page.getByTestId('worker-search').fill('batch');
  await expect(rows).toHaveCount(3);
  await page.getByTestId('worker-verdict').selectOption('gone');
  await expect(rows).toHaveCount(1);
  await page.reload();
  await expect(rows).toHaveCount(1);
  await expect(page.getByTestId('worker-search')).toHaveValue('batch');
  await page.getByTestId('worker-search').fill('nothing like it');
  await expect(page.getByTestId('workers-all')).toContainText('No worker matches.');
});

test('one worker is shown in full and replaced in order', async ({ open, engine }) => {
  const page = await open('/workers');
  await page.getByTestId('worker-w2').click();
  const detail = page.getByTestId('worker-detail');
  await expect(detail).toContainText('kpis:812');
  await expect(detail).toContainText('43 s');
  engine.script.workers.failure = 'The broker cannot be reached';
  await page.getByTestId('worker-recycle').click();
  await expect(detail.getByRole('alert')).toContainText('The broker cannot be reached');
  engine.script.workers.failure = null;
  await page.getByTestId('worker-recycle').click();
  engine.push.emit('workers.changed', { workerId: 'w2' });
  await expect(page.getByTestId('worker-recycle')).toHaveAttribute('aria-disabled', 'true');
  expect(engine.script.workers.recycled).toEqual(['w2']);
  await page.goBack();
  await expect(detail).toBeHidden();
});

test('the console’s own processes are scaled, and how the last ones ended is told', async ({ open }) => {
  const page = await open('/workers');
  const card = page.getByTestId('workers-supervisor');
  await expect(card).toContainText('refresh-kpis ran for over 120 s');
  await expect(page.getByTestId('process-count')).toHaveText('1 of 1 process');
  await page.getByTestId('workers-more').click();
  await expect(page.getByTestId('process-count')).toHaveText('1 of 2 processes');
  await page.getByTestId('workers-fewer').click();
  await page.getByTestId('workers-fewer').click();
  await expect(page.getByTestId('process-count')).toHaveText('1 of 0 processes');
  await expect(page.getByTestId('workers-fewer')).toHaveAttribute('aria-disabled', 'true');
});

test('offline no verdict passes for current', async ({ open, engine, expectedErrors }) => {
  expectedErrors.push(engineGone);
  const page = await open('/workers');
  await expect(page.getByTestId('workers-all').locator('tbody tr')).toHaveCount(5);
  await engine.stop();
  await expect(page.getByTestId('banner-offline')).toBeVisible();
  await expect(page.getByTestId('workers-all').locator('[data-state=fresh]')).toHaveCount(0);
  await expect(page.getByTestId('workers-more')).toHaveAttribute('aria-disabled', 'true');
});
