/** One Celery worker on the Workers page in a real browser: what it answers, what it sends, and everything told to it. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import type { CallInput } from '../../../src/shared/contract.ts';
import { expect, test } from './console-test.ts';

const route = '/workers?worker=broker%3Acelery%40batch-7';
const running = '00000001-6b1f-4c1e-9d0a-3f2b8a7c5d10';
const reserved = '00000003-6b1f-4c1e-9d0a-3f2b8a7c5d10';

test('a worker is shown in full: evidence, pool, load, signals, queues, tasks it holds, limits, settings', async ({
  open,
}) => {
  const page = await open('/workers');
  await page.getByTestId('worker-broker:celery@batch-7').click();
  const drawer = page.getByTestId('celery-worker');
  await expect(drawer.getByTestId('celery-evidence')).toContainText('answers ping in 4 ms');
  await expect(drawer.getByTestId('celery-heard')).toContainText('0.10 · 0.20 · 0.30');
  await expect(drawer.getByTestId('celery-heard')).toContainText('+0.01 s');
  await expect(drawer.getByTestId('celery-stats')).toContainText('2 (began with 4)');
  await expect(drawer.getByTestId('celery-stats')).toContainText('10.0.0.5:6379/0');
  await expect(drawer.getByTestId('signal-heartbeats')).toContainText('on');
  await expect(drawer.getByTestId('signal-gossip')).toContainText('not known');
  await expect(drawer.getByTestId('celery-worker-queues')).toContainText('reports (direct) → reports');
  await expect(drawer.getByTestId('celery-active')).toContainText('delivered before');
  await expect(drawer.getByTestId('celery-scheduled')).toContainText('due');
  await expect(drawer.getByTestId('celery-registered')).toContainText('60 s / 90 s');
  await expect(drawer.getByTestId('celery-revoked')).toContainText('00000009');
  await drawer.getByTestId('celery-conf').getByText('3 settings').click();
  await drawer.getByTestId('conf-search').fill('broker');
  await expect(drawer.getByTestId('celery-conf')).toContainText('********');
  await expect(drawer.getByTestId('celery-conf')).not.toContainText('timezone');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
});

test('in Spanish the verdict and its evidence are Spanish too', async ({ open, page }) => {
  await page.addInitScript(() => localStorage.setItem('vigia.preferences', JSON.stringify({ language: 'es' })));
  await open(route);
  const evidence = page.getByTestId('celery-evidence');
  await expect(evidence).toContainText('todos sus puestos están ocupados, nada empieza ni termina');
  await expect(evidence).toContainText(/respondió hace 4/);
  await expect(page.getByTestId('workers-all')).toContainText('todos sus puestos están ocupados');
});

test('throughput is told with its present and its peak, and not invented where nothing was heard', async ({
  open,
  engine,
}) => {
  const page = await open(route);
  await expect(page.getByTestId('celery-throughput')).toContainText('now 56 / min · at most 64 / min · last 10 min');
  engine.script.celeryWorker.counts = [];
  await page.reload();
  await expect(page.getByTestId('celery-throughput')).toContainText('have not shown any count');
});

interface Told {
  readonly name: string;
  /** Of the button. */
  readonly button: string;
  readonly entered?: Readonly<Record<string, string>>;
  readonly chosen?: Readonly<Record<string, string>>;
  readonly typed?: string;
  readonly action: CallInput<'celery.control'>['action'];
}

const told: readonly Told[] = [
  { name: 'a pool is grown', button: 'control-pool_grow', entered: { by: '2' }, action: { kind: 'pool_grow', by: 2 } },
  { name: 'a pool is shrunk', button: 'control-pool_shrink', action: { kind: 'pool_shrink', by: 1 } },
  {
    name: 'a rate limit is set',
    button: 'rate-mail.send_receipt',
    entered: { rate: '100/m' },
    action: { kind: 'rate_limit', task: 'mail.send_receipt', rate: '100/m' },
  },
  {
    name: 'a rate limit is taken away',
    button: 'rate-reports.build',
    entered: { rate: '' },
    action: { kind: 'rate_limit', task: 'reports.build', rate: null },
  },
  {
    name: 'time limits are set',
    button: 'limits-reports.build',
    entered: { soft: '30', hard: '' },
    action: { kind: 'time_limit', task: 'reports.build', softS: 30, hardS: null },
  },
  {
    name: 'it is told to take from another queue',
    button: 'control-add_consumer',
    entered: { queue: 'urgent' },
    action: { kind: 'add_consumer', queue: 'urgent', exchange: null, exchangeType: 'direct', routingKey: null },
  },
  {
    name: 'it is told to leave a queue',
    button: 'cancel-reports',
    action: { kind: 'cancel_consumer', queue: 'reports' },
  },
  { name: 'its task events are turned off', button: 'control-events', action: { kind: 'disable_events' } },
  {
    name: 'a running task is killed with the chosen signal',
    button: `terminate-${running}`,
    chosen: { signal: 'SIGKILL' },
    action: { kind: 'revoke', taskIds: [running], terminate: true, signal: 'SIGKILL' },
  },
  {
    name: 'a reserved task is revoked',
    button: `revoke-${reserved}`,
    action: { kind: 'revoke', taskIds: [reserved], terminate: false, signal: 'SIGTERM' },
  },
  {
    name: 'it is shut down once its name was typed',
    button: 'control-shutdown',
    typed: 'celery@batch-7',
    action: { kind: 'shutdown' },
  },
];

async function fill(page: Page, { entered = {}, chosen = {} }: Told): Promise<void> {
  for (const [name, text] of Object.entries(entered)) await page.getByTestId(`control-${name}`).fill(text);
  for (const [name, choice] of Object.entries(chosen)) await page.getByTestId(`control-${name}`).selectOption(choice);
}

for (const each of told) {
  test(`behind the lock of the connection ${each.name}`, async ({ open, engine }) => {
    const page = await open(route);
    await page.getByTestId(each.button).click();
    await expect(page.getByTestId('celery-control')).toContainText('celery@batch-7');
    await fill(page, each);
    await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
    await page.getByTestId('operate-unlock').click();
    if (each.typed !== undefined) {
      await expect(page.getByTestId('operate-lock-now').first()).toBeVisible();
      await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
      await page.getByTestId('confirm-typed').fill(each.typed);
    }
    await page.getByTestId('confirm').click();
    await expect(page.getByTestId('celery-answers')).toContainText('celery@batch-7');
    expect(engine.script.celery.controls).toEqual([
      { brokerId: 'broker', nodes: ['celery@batch-7'], action: each.action },
    ]);
  });
}

test('autoscale is only for a worker that began with it, within its bounds', async ({ open, engine }) => {
  const page = await open(route);
  await expect(page.getByTestId('control-autoscale')).toHaveAttribute('aria-disabled', 'true');
  const stats = engine.script.celeryWorker.answers.stats.value;
  if (stats) stats.pool.autoscale = { min: 1, max: 4, current: 2 };
  await page.reload();
  await expect(page.getByTestId('control-pool_grow')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('control-autoscale').click();
  await page.getByTestId('operate-unlock').click();
  await page.getByTestId('control-min').fill('8');
  await expect(page.getByTestId('celery-control')).toContainText('the first not above the second');
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('control-max').fill('10');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('celery-answers')).toBeVisible();
  expect(engine.script.celery.controls).toMatchObject([{ action: { kind: 'autoscale', min: 8, max: 10 } }]);
});

test('a pool is not shrunk to nothing, whatever is entered', async ({ open, engine }) => {
  const page = await open(route);
  await page.getByTestId('control-pool_shrink').click();
  await page.getByTestId('operate-unlock').click();
  for (const text of ['2', '0', 'x', '']) {
    await page.getByTestId('control-by').fill(text);
    await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  }
  expect(engine.script.celery.controls).toEqual([]);
});

test('an observed broker is said not to be asked, and can be unlocked there', async ({ open, engine }) => {
  const { answers, fleets } = engine.script.celeryWorker;
  const none = { value: null, askedAtMs: null, problem: null };
  engine.script.celeryWorker.answers = {
    ...answers,
    ...{ stats: none, active: none, reserved: none, scheduled: none, registered: none, queues: none },
    ...{ conf: none, revoked: none, isObserved: true, problem: 'SADD was not sent: Broker is only observed' },
  };
  engine.script.celeryWorker.fleets = fleets.map((fleet) => ({ ...fleet, isObserved: true, listeners: null }));
  const page = await open(route);
  await expect(page.getByTestId('celery-broker-broker')).toContainText('only observed');
  const banner = page.getByTestId('celery-worker-observed');
  await expect(banner).toContainText('is itself a write to Redis');
  await expect(page.getByTestId('celery-stats')).toContainText('has not answered this yet');
  await banner.getByTestId('operate-open').click();
  await page.getByTestId('operate-unlock').click();
  await expect(banner.getByTestId('operate-lock-now')).toBeVisible();
});

test('its broker tells who listens, who is deaf and what watching costs', async ({ open }) => {
  const page = await open('/workers');
  const line = page.getByTestId('celery-broker-broker');
  await expect(line).toContainText('1 of 2 listening answered');
  await expect(line).toContainText('1 beats but does not listen');
  await expect(line).toContainText('38 commands to Redis / min');
});
