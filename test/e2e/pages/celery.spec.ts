/** The Celery tasks page in a real browser: tasks live and past, queues and risks, runtimes, failures, events, every action. */
import { AxeBuilder } from '@axe-core/playwright';
import { eventsState } from '../../support/console-celery.ts';
import { engineGone, expect, test } from './console-test.ts';

const newest = '00100000-6b1f-4c1e-9d0a-3f2b8a7c5d10';
/** A task that failed: its number divided by 8 leaves 3. */
const failed = '00099995-6b1f-4c1e-9d0a-3f2b8a7c5d10';

test('100,000 tasks are read on while they are scrolled, and only those in sight are drawn', async ({
  open,
  engine,
}) => {
  const page = await open('/tasks');
  const table = page.getByTestId('tasks-table');
  await expect(table).toContainText('00100000');
  await expect(page.getByTestId('tasks-count')).toContainText('of 100,000 in the history');
  expect(await table.getByRole('row').count()).toBeLessThan(60);
  await table.focus();
  await page.keyboard.press('End');
  await expect.poll(() => engine.script.celery.pageCount).toBeGreaterThan(1);
  await expect(page.getByTestId('tasks-count')).toContainText('400 loaded');
});

test('what happens is followed at the top, and not while the list is held', async ({ open, engine }) => {
  const page = await open('/tasks');
  const table = page.getByTestId('tasks-table');
  await expect(table).toContainText('00100000');
  engine.script.celery.taskCount = 100_001;
  engine.push.emit('celery.changed', { brokerId: 'broker', what: ['tasks'] });
  await expect(table.getByRole('row').nth(1)).toContainText('00100001');
  await page.getByTestId('tasks-hold').click();
  engine.script.celery.taskCount = 100_002;
  engine.push.emit('celery.changed', { brokerId: 'broker', what: ['tasks'] });
  await page.getByTestId('tasks-hold').click();
  engine.push.emit('celery.changed', { brokerId: 'broker', what: ['tasks'] });
  await expect(table.getByRole('row').nth(1)).toContainText('00100002');
});

test('filters stand in the address and outlive a reload', async ({ open }) => {
  const page = await open('/tasks');
  await page.getByTestId('tasks-search').fill('mail.send');
  await page.getByTestId('tasks-only').getByRole('button', { name: 'in doubt' }).click();
  const rows = page.getByTestId('tasks-table').locator('tr[data-index]');
  await expect(rows.first()).toContainText('mail.send_receipt');
  await expect(rows.first()).toContainText('its worker is gone');
  await page.reload();
  await expect(rows.first()).toContainText('its worker is gone');
  expect(page.url()).toContain('only=doubtful');
  await page.getByTestId('tasks-search').fill('nothing like it');
  await expect(page.getByTestId('tasks-search-on')).toBeVisible();
  await page.goBack();
  await expect(page.getByTestId('tasks-only').locator('[aria-pressed=true]')).toHaveText('all');
});

test('one task is shown with its timeline, its failure and its tree; its arguments only on asking', async ({
  open,
  engine,
}) => {
  const page = await open(`/tasks?task=${failed}&of=broker`);
  const detail = page.getByTestId('task-detail');
  await expect(detail).toContainText("ConnectionError('no route to 10.0.0.245')");
  await expect(detail).toContainText('heard 5.00 s later');
  await expect(detail).toContainText('Chord: 3 of 5 parts done');
  await expect(detail.getByTestId('task-tree').getByRole('listitem')).toHaveCount(3);
  await expect(detail).toContainText('Group: 3 of 5 parts known');
  await expect(detail.getByTestId('task-group').getByRole('listitem')).toHaveCount(3);
  await expect(detail).not.toContainText('token');
  expect(engine.script.celery.revealed).toEqual([]);
  await page.getByTestId('task-reveal').click();
  await expect(page.getByTestId('task-revealed')).toContainText("{'token': '***'}");
  expect(engine.script.celery.revealed).toEqual([failed]);
  await expect(page.getByTestId('task-revoke')).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Escape');
  await expect(detail).toBeHidden();
});

test('a running task is asked for at the workers, and terminated only once the connection is unlocked', async ({
  open,
  engine,
}) => {
  const page = await open(`/tasks?task=${newest}&of=broker`);
  await page.getByTestId('task-where').click();
  await expect(page.getByTestId('task-detail')).toContainText('runs at celery@batch-7');
  await page.getByTestId('task-terminate').click();
  const dialog = page.getByTestId('celery-control');
  await expect(dialog).toContainText('Kills the pool process');
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('operate-unlock').click();
  await expect(dialog.getByTestId('operate-lock-now')).toBeVisible();
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('celery-answers')).toContainText('no answer: it may be done all the same');
  await page.getByTestId('answers-close').click();
  expect(engine.script.connections.unlocked).toEqual([{ connectionId: 'broker', forMs: 900_000 }]);
  expect(engine.script.celery.controls).toMatchObject([
    { nodes: [], action: { kind: 'revoke', taskIds: [newest], terminate: true } },
  ]);
});

test('a task is run again, and the new one is shown', async ({ open, engine }) => {
  const page = await open(`/tasks?task=${failed}&of=broker`);
  await page.getByTestId('task-again').click();
  await page.getByTestId('operate-unlock').click();
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('task-detail')).toContainText('00000002-6b1f');
  expect(engine.script.celery.again[0]).toMatchObject({ taskId: failed });
});

test('production is only unlocked once its name was typed', async ({ open, engine }) => {
  const [broker] = engine.script.connections.connections;
  if (broker) engine.script.connections.connections = [{ ...broker, environment: 'production' }];
  const page = await open('/tasks');
  await page.getByTestId('celery-enable-events').click();
  await expect(page.getByTestId('operate-unlock')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('operate-typed').fill('Broker');
  await page.getByTestId('operate-unlock').click();
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('celery-answers')).toContainText('celery@batch-8');
  expect(engine.script.celery.controls).toMatchObject([
    { nodes: ['celery@batch-8'], action: { kind: 'enable_events' } },
  ]);
});

test('workers that send no task events are named, as stock workers do', async ({ open }) => {
  const page = await open('/tasks');
  await expect(page.getByTestId('celery-silent')).toContainText('1 worker sends no task events');
  await expect(page.getByTestId('celery-silent')).toContainText('celery@batch-8');
  await page.getByTestId('celery-tabs').getByRole('button', { name: 'Events' }).click();
  const card = page.getByTestId('events-broker');
  await expect(card).toContainText('412 / s');
  await expect(page.getByTestId('event-losses')).toContainText('about 37 events lost');
  await expect(page.getByTestId('event-losses')).toContainText('the subscription was cut');
  await expect(card.getByRole('row').filter({ hasText: 'batch-8' })).toContainText('−61.00 s');
});

test('a history that is not on the disk says so, and how often its writer ended', async ({ open, engine }) => {
  const [broker] = engine.script.celery.eventsState;
  if (broker) {
    engine.script.celery.eventsState = [
      { ...broker, history: { ...broker.history, keptIn: 'memory', restartCount: 2 } },
    ];
  }
  const page = await open('/tasks?tab=events');
  const card = page.getByTestId('events-broker');
  await expect(card).toContainText('The history is in memory only');
  await expect(card).toContainText('its writer was started again 2 times');
});

test('a queue’s backlog is shown as its parts, with risks and what could not be checked', async ({ open }) => {
  const page = await open('/tasks');
  await page.getByTestId('celery-show-risks').click();
  const first = page.getByTestId('celery-queues').locator('tbody tr').first();
  await expect(first).toContainText('reports');
  await expect(first.locator('[data-state=failed]')).toHaveText('nobody');
  const second = page.getByTestId('celery-queues').locator('tbody tr').nth(1);
  await expect(second).toContainText('885');
  await expect(second).toContainText(
    'in the queue 812 · running 6 · held back 24 · awaiting their ETA 40 · with nobody 3',
  );
  await expect(page.getByTestId('risk-eta_past_visibility')).toContainText(
    '40 tasks of celery have an ETA up to 2 h away',
  );
  await expect(page.getByTestId('celery-risks')).toContainText('not checked: prefetch hoarding');
});

test('in Spanish what could not be checked, and why, is Spanish', async ({ open, page }) => {
  await page.addInitScript(() => localStorage.setItem('vigia.preferences', JSON.stringify({ language: 'es' })));
  await open('/tasks?tab=queues');
  await expect(page.getByTestId('celery-risks')).toContainText(
    'sin revisar: acaparamiento por prefetch no respondieron todos los workers',
  );
});

test('messages are read on, and what they carry is shown on asking', async ({ open, engine }) => {
  const page = await open('/tasks?tab=queues&open=celery&of=broker');
  const detail = page.getByTestId('celery-queue-detail');
  await expect(detail).toContainText('step 6: 100');
  await expect(detail.locator('.message-list li')).toHaveCount(25);
  await page.getByTestId('messages-more').click();
  await expect(detail.locator('.message-list li')).toHaveCount(50);
  await page.getByTestId('message-reveal').first().click();
  await expect(page.getByTestId('message-body')).toContainText('receipt');
  expect(engine.script.celery.revealed).toEqual(['tag-0']);
  await page.getByTestId('messages-part').getByRole('button', { name: 'with workers' }).click();
  await expect(detail.locator('.message-list li').first()).toContainText('delivered');
});

test('a queue is purged once its name was typed, and the purge can be stopped', async ({ open, engine }) => {
  const page = await open('/tasks?tab=queues&open=celery&of=broker');
  await page.getByTestId('queue-purge').click();
  await page.getByTestId('operate-unlock').click();
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('confirm-typed').fill('celery');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('celery-purge')).toBeHidden();
  await page.keyboard.press('Escape');
  engine.push.emit('celery.inspected', { brokerId: 'broker' });
  await expect(page.getByTestId('celery-purges')).toContainText('406 of 812 removed');
  await page.getByTestId('purge-cancel').click();
  await expect(page.getByTestId('celery-purges').locator('[data-state=stale]')).toHaveText('stopped');
});

test('a task is sent, and arguments that are no JSON are said before', async ({ open, engine }) => {
  const page = await open('/tasks?tab=queues&open=celery&of=broker');
  await page.getByTestId('queue-send').click();
  await page.getByTestId('operate-unlock').click();
  await page.getByTestId('send-task').fill('mail.send_receipt');
  await page.getByTestId('send-args').fill('{}');
  await expect(page.getByTestId('celery-send')).toContainText('args must be a JSON array');
  await page.getByTestId('send-args').fill('[42]');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('task-detail')).toContainText('00000001-6b1f');
  expect(engine.script.celery.sent).toMatchObject([{ queue: 'celery', task: 'mail.send_receipt', args: '[42]' }]);
});

test('runtimes and failures lead to their tasks', async ({ open }) => {
  const page = await open('/tasks?tab=names');
  const row = page.getByTestId('task-names').getByRole('row').filter({ hasText: 'reports.build' });
  await expect(row).toContainText('2 over their p95');
  await expect(row).toContainText('4.10 s');
  await page.getByTestId('name-reports.build').click();
  await expect(page.getByTestId('tasks-name')).toContainText('reports.build');
  await page.getByTestId('celery-tabs').getByRole('button', { name: 'Failures' }).click();
  await page.getByTestId('failure-no-route').click();
  await expect(page.getByTestId('tasks-failure-clear')).toBeVisible();
  await expect(page.getByTestId('tasks-table').locator('tr[data-index]').first()).toContainText('failure');
});

test('without Celery on the broker it says where it looks and how a worker would appear', async ({ open, engine }) => {
  Object.assign(engine.script.celery, {
    taskCount: 0,
    queues: [],
    risks: [],
    eventsState: [eventsState(Date.now(), [])],
  });
  const page = await open('/tasks');
  await expect(page.getByTestId('no-celery')).toContainText('No Celery was heard on this broker.');
  await expect(page.getByTestId('no-celery')).toContainText('redis://10.0.0.5:6379/0');
  engine.script.celery.eventsState = [];
  await page.reload();
  await expect(page.getByTestId('no-celery')).toContainText('No connection is watched for Celery.');
});

test('while it is read it says so, and what fails is told', async ({ open, engine }) => {
  const held = Promise.withResolvers<void>();
  engine.script.celery.hold = held.promise;
  const page = await open('/tasks');
  await expect(page.getByTestId('tasks-loading')).toBeVisible();
  engine.script.celery.failure = 'Redis at 10.0.0.5 cannot be reached';
  held.resolve();
  await expect(page.getByTestId('celery-failed')).toContainText('Redis at 10.0.0.5 cannot be reached');
  engine.script.celery.failure = null;
  await page.reload();
  await expect(page.getByTestId('tasks-table')).toContainText('00100000');
});

test('offline the last known tasks stay, none passes for current, and nothing can be pressed', async ({
  open,
  engine,
  expectedErrors,
}) => {
  expectedErrors.push(engineGone);
  const page = await open('/tasks');
  await expect(page.getByTestId('tasks-table')).toContainText('00100000');
  await engine.stop();
  await expect(page.getByTestId('banner-offline')).toBeVisible();
  await expect(page.getByTestId('tasks-table')).toContainText('00100000');
  await expect(page.getByTestId('page-tasks').locator('[data-state=fresh], [data-state=refreshing]')).toHaveCount(0);
  await expect(page.getByTestId('celery-enable-events')).toHaveAttribute('aria-disabled', 'true');
});

for (const route of [
  '?tab=queues',
  '?tab=names',
  '?tab=failures',
  '?tab=events',
  `?task=${failed}&of=broker`,
  '?tab=queues&open=celery&of=broker',
]) {
  test(`/tasks${route} has no accessibility finding`, async ({ open }) => {
    const page = await open(`/tasks${route}`);
    await page.waitForLoadState('networkidle');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
  });
}
