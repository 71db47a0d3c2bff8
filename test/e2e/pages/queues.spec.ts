/** The Queues & jobs page in a real browser: queues and what is wrong with them, jobs, failures, and every kind of action. */
import { engineGone, expect, test } from './console-test.ts';

test('a queue with waiting jobs and no workers stands first and says so', async ({ open }) => {
  const page = await open('/queues');
  const first = page.getByTestId('queues-all').locator('tbody tr').first();
  await expect(first).toContainText('mail');
  await expect(first.locator('[data-state=failed]')).toHaveText('no workers');
  await expect(first).toContainText('18 jobs wait, no worker is connected');
  await expect(first).toContainText('growing: never at this rate');
  await expect(page.getByTestId('queues-sum')).toHaveText('1 queue needs a look');
  await expect(page.getByTestId('discovery-broker')).toContainText('41,000 of 100,000 keys');
});

test('a chosen queue shows its past and its figures, and Back leaves it', async ({ open }) => {
  const page = await open('/queues');
  await page.getByTestId('queue-mail').click();
  const card = page.getByTestId('queue-card');
  await expect(card.getByTestId('queue-chart-counts').locator('canvas')).toBeVisible();
  await expect(card).toContainText('80 ms · 1.8 s · 900 ms');
  await page.goBack();
  await expect(card).toBeHidden();
});

test('jobs are read on while they are scrolled, and searched through the address', async ({ open }) => {
  const page = await open('/queues');
  await expect(page.getByTestId('jobs')).toContainText('240 jobs');
  const table = page.getByTestId('jobs-table');
  await expect(table).toContainText('5000');
  // Only what is in sight is drawn.
  expect(await table.getByRole('row').count()).toBeLessThan(60);
  await page.getByTestId('jobs-search').fill('send-receipt');
  await expect(page.getByTestId('jobs')).toContainText('120 jobs');
  await page.reload();
  await expect(page.getByTestId('jobs')).toContainText('120 jobs');
  await page.getByTestId('state-completed').click();
  await expect(page.getByTestId('jobs')).toContainText('No job matches.');
});

test('a search inside the records says how far it came', async ({ open, engine }) => {
  engine.script.queues.searchedCount = 100;
  const page = await open('/queues');
  await expect(page.getByTestId('jobs-searched')).toHaveText('searched 100 of 241');
  await expect(page.getByTestId('jobs-search-on')).toBeVisible();
});

test('one job is shown with its data, every attempt, its log and its flow', async ({ open }) => {
  const page = await open('/queues');
  await page.getByTestId('jobs-table').getByText('5000', { exact: true }).click();
  const detail = page.getByTestId('job-detail');
  await expect(detail).toContainText('connect ECONNREFUSED 10.0.0.0:25');
  await expect(detail).toContainText('customer');
  await expect(detail.locator('details')).toHaveCount(2);
  await expect(detail).toContainText('opening the connection');
  await expect(detail.getByRole('button', { name: 'campaign' })).toBeVisible();
  await detail.getByRole('button', { name: 'campaign' }).click();
  await expect(page.getByTestId('job-missing')).toContainText('evicted 12 keys');
  await page.keyboard.press('Escape');
  await expect(detail).toBeHidden();
});

test('failures are grouped, and a group narrows the jobs to itself', async ({ open }) => {
  const page = await open('/queues');
  await page.getByTestId('group-template').click();
  await expect(page.getByTestId('jobs')).toContainText('120 jobs');
  await page.getByTestId('group-clear').click();
  await expect(page.getByTestId('jobs')).toContainText('240 jobs');
});

test('all that match are retried after the cost was shown, and the run can be stopped', async ({ open, engine }) => {
  const page = await open('/queues');
  await expect(page.getByTestId('bulk-retry')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('queue-mail').click();
  await page.getByTestId('bulk-retry').click();
  const dialog = page.getByTestId('action-dialog');
  await expect(dialog).toContainText('240');
  await expect(dialog).toContainText('They run again with all their side effects');
  await page.getByTestId('confirm').click();
  await expect(dialog).toBeHidden();
  engine.push.emit('queueActions.changed', { runId: 'run-0' });
  const run = page.getByTestId('run-retry');
  await expect(run).toContainText('120 of 240 seen');
  await run.getByTestId('run-cancel').click();
  engine.push.emit('queueActions.changed', { runId: 'run-0' });
  await expect(run.locator('[data-state=stale]')).toHaveText('stopped');
  expect(engine.script.queues.plans[0]?.request).toMatchObject({
    action: 'retry',
    target: { kind: 'matching', state: 'failed', queue: { name: 'mail' } },
  });
});

test('a queue is only obliterated once its name was typed', async ({ open, engine }) => {
  const page = await open('/queues');
  await page.getByTestId('queue-mail').click();
  await page.getByTestId('queue-obliterate').click();
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('confirm-typed').fill('mail');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('action-dialog')).toBeHidden();
  expect(engine.script.queues.runs[0]?.request).toMatchObject({ action: 'obliterate' });
});

test('a job of one’s own is added, and data that is no JSON is said before', async ({ open, engine }) => {
  const page = await open('/queues');
  await page.getByTestId('queue-kpis').click();
  await page.getByTestId('queue-add').click();
  await page.getByTestId('add-name').fill('refresh-kpis');
  await page.getByTestId('add-data').fill('{ no');
  await expect(page.getByRole('dialog')).toContainText('This is no JSON');
  await page.getByTestId('add-data').fill('{"a":1}');
  await page.getByTestId('add-next').click();
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('action-dialog')).toBeHidden();
  expect(engine.script.queues.runs[0]?.request).toMatchObject({ action: 'add', name: 'refresh-kpis', data: '{"a":1}' });
});

test('a queue behind an observed connection cannot be changed', async ({ open }) => {
  const page = await open('/queues');
  await page.getByTestId('queue-reports').click();
  await expect(page.getByTestId('queue-resume')).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByTestId('queue-resume')).toHaveAttribute('title', /only observed/);
});

test('offline the queues stay readable as last known, and nothing can be changed', async ({
  open,
  engine,
  expectedErrors,
}) => {
  expectedErrors.push(engineGone);
  const page = await open('/queues');
  await page.getByTestId('queue-mail').click();
  await expect(page.getByTestId('queue-chart-counts').locator('canvas')).toBeVisible();
  await engine.stop();
  await expect(page.getByTestId('banner-offline')).toBeVisible();
  await expect(page.getByTestId('queues-all').locator('[data-state=failed], [data-state=fresh]')).toHaveCount(0);
  await expect(page.getByTestId('queue-pause')).toHaveAttribute('aria-disabled', 'true');
});
