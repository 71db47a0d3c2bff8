/** The channels of alerts in a real browser: health, editing with secrets that never come back, test sends, deliveries. */
import { expect, test } from './console-test.ts';

test('each channel says how it is, what waits and when it is tried again', async ({ open }) => {
  const page = await open('/alerts?tab=channels');
  const mail = page.getByTestId('channels').getByRole('row', { name: /On call/ });
  await expect(mail.locator('[data-state=failed]')).toHaveText('failing');
  await expect(mail).toContainText('ECONNREFUSED smtp.example.com:587');
  await expect(mail).toContainText('a@example.com, b@example.com');
  await expect(mail).toContainText(/3.*the oldest of 12 min ago.*tried again in 1 min/);
  const desktop = page.getByTestId('channels').getByRole('row', { name: /Desktop/ });
  await expect(desktop.locator('[data-state=fresh]')).toHaveText('well');
});

test('a webhook is set up with problems at their fields, tried before it is saved, and saved', async ({
  open,
  engine,
}) => {
  const page = await open('/alerts?tab=channels');
  await page.getByTestId('channel-add').click();
  await page.getByTestId('channel-kind').getByRole('button', { name: 'Webhook' }).click();
  await page.getByTestId('channel-save').click();
  await expect(page.getByTestId('channel-name-error')).toHaveText('Give it a name');
  await expect(page.getByTestId('channel-url-error')).toBeVisible();
  await page.getByTestId('channel-name').fill('Pager');
  await page.getByTestId('channel-url').fill('http://127.0.0.1:9/hook');
  await page.getByTestId('channel-secret').fill('signed with this');
  await page.getByTestId('channel-repeatMs').fill('10 s');
  await expect(page.getByTestId('channel-repeatMs-error')).toHaveText('At least 1 min, or empty');
  await page.getByTestId('channel-repeatMs').fill('30 min');
  await expect(page.getByTestId('channel-preview')).toContainText('Firing: Workers available < 2');
  engine.script.channels.testProblem = 'ECONNREFUSED 127.0.0.1:9';
  await page.getByTestId('channel-test').click();
  await expect(page.getByTestId('channel-test-result')).toContainText(
    'Not taken, after 42 ms: ECONNREFUSED 127.0.0.1:9',
  );
  engine.script.channels.testProblem = null;
  await page.getByTestId('channel-test').click();
  await expect(page.getByTestId('channel-test-result')).toContainText('Taken in 42 ms');
  await page.getByTestId('channel-save').click();
  await expect(page.getByTestId('channels').getByRole('row', { name: /Pager/ })).toContainText(
    'http://127.0.0.1:9/hook',
  );
  expect(engine.script.channels.saved.at(-1)).toMatchObject({
    name: 'Pager',
    settings: { kind: 'webhook', url: 'http://127.0.0.1:9/hook' },
    secret: 'signed with this',
    repeatMs: 1_800_000,
  });
});

test('a kept secret is never shown, stays when nothing is typed, and can be taken away', async ({ open, engine }) => {
  const page = await open('/alerts?tab=channels');
  await page.getByTestId('channel-mail').click();
  await expect(page.getByTestId('channel-secret')).toHaveValue('');
  await expect(page.getByTestId('channel-form')).toContainText('One is kept, and never shown.');
  await page.getByTestId('channel-to').fill('not an address');
  await expect(page.getByTestId('channel-to-error')).toBeVisible();
  await page.getByTestId('channel-to').fill('c@example.com');
  await page.getByTestId('channel-save').click();
  await expect(page.getByTestId('channel-form')).toHaveCount(0);
  expect(engine.script.channels.saved[0]).not.toHaveProperty('secret');
  expect(engine.script.channels.saved[0]?.settings).toMatchObject({ to: ['c@example.com'], username: 'vigia' });
  await page.getByTestId('channel-mail').click();
  await page.getByTestId('channel-secret-remove').click();
  await page.getByTestId('channel-save').click();
  await expect(page.getByTestId('channel-form')).toHaveCount(0);
  expect(engine.script.channels.saved[1]?.secret).toBeNull();
});

test('a template is previewed as it is typed, and what it cannot say is said', async ({ open }) => {
  const page = await open('/alerts?tab=channels&channel=mail');
  await page.getByTestId('channel-templateTitle').fill('Ring ring');
  await expect(page.getByTestId('channel-preview')).toContainText('Ring ring');
  await page.getByTestId('channel-templateTitle').fill('{{nothing}}');
  await expect(page.getByTestId('channel-preview')).toContainText('{{nothing}} stands for nothing here');
  await page.getByTestId('channel-templateTitle').fill('');
  await page.getByTestId('channel-preview-part').getByRole('button', { name: 'HTML' }).click();
  await expect(page.frameLocator('iframe').locator('b')).toHaveText('firing');
});

test('what the engine refuses is said in the dialog; a channel is removed after a second look', async ({
  open,
  engine,
}) => {
  const page = await open('/alerts?tab=channels&channel=mail');
  engine.script.channels.refusal =
    'The channel cannot be used: a password is not sent in clear; choose tls or starttls';
  await page.getByTestId('channel-save').click();
  await expect(page.getByTestId('channel-refused')).toContainText('not sent in clear');
  await page.getByTestId('channel-remove').click();
  expect(engine.script.channels.channels).toHaveLength(2);
  await page.getByTestId('channel-remove').click();
  await expect(page.getByTestId('channel-form')).toHaveCount(0);
  await expect(page.getByTestId('channel-mail')).toHaveCount(0);
});

test('every attempt is in the log, by channel, read on to the oldest', async ({ open }) => {
  const page = await open('/alerts?tab=channels');
  const log = page.getByTestId('deliveries');
  await expect(log.getByRole('row').nth(1)).toContainText('failed');
  await expect(log.getByRole('row').nth(1)).toContainText('ECONNREFUSED');
  await expect(log.getByRole('row')).toHaveCount(101);
  await page.getByTestId('deliveries-more').click();
  await expect(log.getByRole('row')).toHaveCount(141);
  await expect(page.getByTestId('deliveries-more')).toHaveCount(0);
  await page.getByTestId('deliveries-channel').selectOption('desktop');
  await expect(log.getByRole('row')).toHaveCount(71);
});

test('nobody being told is said', async ({ open, engine }) => {
  engine.script.channels.channels = [];
  engine.script.channels.deliveries = [];
  const page = await open('/alerts?tab=channels');
  await expect(page.getByTestId('channels')).toContainText('No channel is set up: nobody is told.');
  await expect(page.getByTestId('deliveries')).toContainText('Nothing has been sent yet.');
});
