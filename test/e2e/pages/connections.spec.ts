/** The Connections page in a real browser: how links stand, trying before saving, secrets that stay inside, unlocking, files, removal. */
import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { engineGone, expect, test } from './console-test.ts';

const hourMs = 3_600_000;

test('every connection stands with its kind, its link and who set it', async ({ open }) => {
  const page = await open('/connections');
  const broker = page.getByTestId('connection-broker');
  await expect(broker).toContainText('Broker');
  await expect(broker).toContainText('redis://10.0.0.5:6379/0');
  await expect(broker).toContainText('ready');
  await expect(broker).toContainText('7.0.15');
  await expect(broker.getByTestId('connection-set-by')).toHaveText('set by CELERY_BROKER_URL');
  await expect(broker.getByTestId('connection-edit')).toHaveCount(0);
  await expect(broker.getByTestId('connection-remove')).toHaveCount(0);
  const orders = page.getByTestId('connection-orders');
  await expect(orders).toContainText('production');
  await expect(orders).toContainText('Cluster');
  await expect(orders).toContainText('password kept');
  await expect(page.getByTestId('connections-vault')).toContainText('0600');
});

test('a link that is away says why, since when, and when it is tried again; it heals without a reload', async ({
  open,
  engine,
}) => {
  const { connections } = engine.script;
  const before = connections.connections;
  connections.connections = before.map((each) =>
    each.id === 'orders'
      ? {
          ...each,
          link: {
            ...each.link,
            state: 'refused',
            sinceMs: Date.now() - 2 * hourMs,
            problem: 'REDIS_AUTH_FAILED: WRONGPASS invalid username-password pair',
            nextTryAtMs: Date.now() + hourMs,
          },
        }
      : each,
  );
  const page = await open('/connections');
  const link = page.getByTestId('connection-orders').getByTestId('connection-link');
  await expect(link).toContainText('refused');
  await expect(link).toContainText('2 h ago');
  await expect(link).toContainText('WRONGPASS');
  await expect(link).toContainText(/next try in \d+ s/);
  connections.connections = before;
  engine.push.emit('connections.changed', { connectionId: 'orders' });
  await expect(link).toContainText('ready');
  await expect(link).not.toContainText('next try');
});

test('a pasted address fills the fields; it is tried before it is kept, and its password is in no address', async ({
  open,
  engine,
}) => {
  const page = await open('/connections');
  await page.getByTestId('connection-add').click();
  await expect(page.getByTestId('connection-save')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('connection-name').fill('Reports');
  await page
    .getByTestId('connection-hosts')
    .fill('rediss://reports:s%20ecret@redis.example:6380/3?ssl_ca_certs=/etc/ca.pem&servername=inner');
  await expect(page.getByTestId('connection-hosts')).toHaveValue('redis.example:6380');
  await expect(page.getByTestId('connection-username')).toHaveValue('reports');
  await expect(page.getByTestId('connection-password')).toHaveValue('s ecret');
  await expect(page.getByTestId('connection-servername')).toHaveValue('inner');
  await expect(page.getByTestId('connection-url')).toHaveText(
    'rediss://redis.example:6380/3?ssl_ca_certs=%2Fetc%2Fca.pem&servername=inner',
  );
  await page.getByTestId('connection-test').click();
  const result = page.getByTestId('connection-test-result');
  await expect(result).toContainText('It works');
  const rights = page.getByTestId('connection-test-rights');
  await expect(rights.locator('[data-mode=observe]')).toContainText('To observe, ana lacks 1 right: SLOWLOG LEN');
  await expect(rights.locator('[data-mode=observe] code')).toHaveText('vigia acl --mode observe --user ana');
  await expect(rights.locator('[data-mode=operate]')).toContainText('lacks 3 rights: SLOWLOG LEN, SET, CONFIG SET');
  await expect(rights.locator('[data-mode=operate] code')).toHaveText('vigia acl --mode operate --user ana');
  await expect(result).toContainText('as reports');
  expect(engine.script.connections.saved).toEqual([]);
  await page.getByTestId('connection-save').click();
  await expect(page.getByTestId('connections-list')).toContainText('Reports');
  expect(engine.script.connections.saved).toEqual([
    {
      name: 'Reports',
      colour: 'grey',
      environment: 'other',
      url: 'rediss://redis.example:6380/3?ssl_ca_certs=%2Fetc%2Fca.pem&servername=inner',
      username: 'reports',
      sentinelUsername: null,
      purposes: ['keys'],
      password: 's ecret',
    },
  ]);
});

test('what fails is named step by step, and a change of the form takes the old verdict away', async ({
  open,
  engine,
}) => {
  engine.script.connections.test = {
    ok: false,
    product: null,
    version: null,
    latencyMs: null,
    rights: null,
    steps: [
      { step: 'reach', outcome: 'passed', detail: '10.0.0.9:6379 answers', tookMs: 1 },
      { step: 'auth', outcome: 'failed', detail: 'WRONGPASS. Check the user and the password.', tookMs: 4 },
      { step: 'rights', outcome: 'skipped', detail: 'an earlier step failed', tookMs: 0 },
    ],
  };
  const page = await open('/connections');
  await page.getByTestId('connection-add').click();
  await page.getByTestId('connection-name').fill('Wrong');
  await page.getByTestId('connection-hosts').fill('10.0.0.9');
  await page.getByTestId('connection-test').click();
  const result = page.getByTestId('connection-test-result');
  await expect(result).toContainText('It does not work');
  await expect(result.locator('[data-outcome="failed"]')).toContainText('WRONGPASS');
  await expect(result.locator('[data-outcome="skipped"]')).toContainText('left out');
  await page.getByTestId('connection-hosts').fill('10.0.0.10');
  await expect(result).toBeHidden();
});

test('each kind asks for what it needs and comes to its own address', async ({ open }) => {
  const page = await open('/connections');
  await page.getByTestId('connection-add').click();
  const kind = page.getByTestId('connection-kind');
  const url = page.getByTestId('connection-url');
  await kind.getByRole('button', { name: 'socket' }).click();
  await page.getByTestId('connection-path').fill('/run/redis.sock');
  await page.getByTestId('connection-db').fill('2');
  await expect(url).toHaveText('unix:///run/redis.sock?db=2');
  await kind.getByRole('button', { name: 'Sentinel' }).click();
  await page.getByTestId('connection-hosts').fill('10.0.0.1:26379, 10.0.0.2:26379');
  await page.getByTestId('connection-master').fill('orders');
  await expect(url).toHaveText('redis-sentinel://10.0.0.1:26379,10.0.0.2:26379/orders/2');
  await kind.getByRole('button', { name: 'Cluster' }).click();
  await expect(page.getByTestId('connection-db')).toHaveCount(0);
  await page.getByTestId('connection-tls').check();
  await page.getByTestId('connection-verify').uncheck();
  await expect(page.getByText('Anybody on the way')).toBeVisible();
  await expect(url).toHaveText('rediss-cluster://10.0.0.1:26379,10.0.0.2:26379?ssl_cert_reqs=none');
});

test('a change keeps the password that is kept, unless it is replaced or removed', async ({ open, engine }) => {
  const page = await open('/connections');
  const change = async (): Promise<void> =>
    page.getByTestId('connection-orders').getByTestId('connection-edit').click();
  await change();
  await expect(page.getByTestId('connection-password')).toHaveValue('');
  await expect(page.getByTestId('connection-url')).toHaveText('redis-cluster://10.1.0.1:7000,10.1.0.2:7000');
  await page.getByTestId('connection-name').fill('Orders EU');
  await page.getByTestId('connection-save').click();
  await expect(page.getByTestId('connection-orders')).toContainText('Orders EU');
  expect(engine.script.connections.saved.at(-1)).not.toHaveProperty('password');
  await change();
  await page.getByTestId('connection-forget').check();
  await page.getByTestId('connection-save').click();
  await expect(page.getByTestId('connection-orders')).toContainText('no password');
  expect(engine.script.connections.saved.at(-1)).toMatchObject({ id: 'orders', password: null });
});

test('a save that is refused keeps what was typed and says why', async ({ open, engine }) => {
  engine.script.connections.failure = 'There is a connection of this name already';
  const page = await open('/connections');
  await page.getByTestId('connection-add').click();
  await page.getByTestId('connection-name').fill('Orders');
  await page.getByTestId('connection-hosts').fill('10.0.0.9');
  await page.getByTestId('connection-save').click();
  await expect(page.getByRole('alert')).toContainText('There is a connection of this name already');
  await expect(page.getByTestId('connection-name')).toHaveValue('Orders');
});

test('production is unlocked by its typed name for a chosen time, and locked again', async ({ open, engine }) => {
  const page = await open('/connections');
  const orders = page.getByTestId('connection-orders');
  await orders.getByTestId('operate-open').click();
  const unlock = page.getByTestId('operate-unlock');
  await expect(unlock).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('operate-typed').fill('Orders');
  await page.getByRole('button', { name: '1 h' }).click();
  await unlock.click();
  await expect(orders.getByTestId('operate-lock')).toContainText('unlocked');
  expect(engine.script.connections.unlocked).toEqual([{ connectionId: 'orders', forMs: hourMs }]);
  await orders.getByTestId('operate-lock-now').click();
  await expect(orders.getByTestId('operate-lock')).toContainText('observed');
});

test('removing production wants its name typed', async ({ open }) => {
  const page = await open('/connections');
  await page.getByTestId('connection-orders').getByTestId('connection-remove').click();
  const dialog = page.getByTestId('connection-remove-dialog');
  await expect(dialog).toContainText('Nothing changes in Redis');
  await expect(dialog.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await dialog.getByRole('textbox').fill('Orders');
  await dialog.getByTestId('confirm').click();
  await expect(page.getByTestId('connection-orders')).toHaveCount(0);
  await expect(page.getByText('Only the console’s own connections')).toBeVisible();
});

test('profiles leave without passwords and come back; names that exist stay, another file is refused', async ({
  open,
}) => {
  const page = await open('/connections');
  const downloading = page.waitForEvent('download');
  await page.getByTestId('connections-export').click();
  const text = await readFile(await (await downloading).path(), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ format: 'vigia-connections', connections: [{ name: 'Orders' }] });
  expect(text).not.toContain('assword');
  const added = text.replace(
    '"connections": [',
    `"connections": [${JSON.stringify({ name: 'Carts', colour: 'teal', environment: 'staging', url: 'redis://10.0.0.8', username: null, sentinelUsername: null, purposes: [] })},`,
  );
  const file = page.getByTestId('connections-file');
  await file.setInputFiles({ name: 'them.json', mimeType: 'application/json', buffer: Buffer.from(added) });
  await expect(page.getByTestId('connections-told')).toContainText('1 added. Left as they were: Orders');
  await expect(page.getByTestId('connections-list')).toContainText('Carts');
  await file.setInputFiles({ name: 'bill.json', mimeType: 'application/json', buffer: Buffer.from('{"a":1}') });
  await expect(page.getByTestId('connections-told')).toContainText('bill.json is no export of connections');
});

test('without the engine the last known connections stay, and nothing can be changed', async ({
  open,
  engine,
  expectedErrors,
}) => {
  expectedErrors.push(engineGone);
  const page = await open('/connections');
  await expect(page.getByTestId('connection-orders')).toContainText('ready');
  await engine.stop();
  await expect(page.getByTestId('banner-offline')).toBeVisible();
  await expect(page.getByTestId('connection-orders')).toContainText('last known');
  await expect(page.getByTestId('connection-add')).toHaveAttribute('aria-disabled', 'true');
  await engine.start();
  await expect(page.getByTestId('connection-orders')).toContainText('ready', { timeout: 30_000 });
});

test('the open form has no accessibility finding, in Spanish too', async ({ open, page }) => {
  await page.addInitScript(() => {
    localStorage.setItem('vigia.preferences', JSON.stringify({ theme: 'light', language: 'es' }));
  });
  await open('/connections');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Conexiones');
  await page.getByTestId('connection-add').click();
  await page.getByTestId('connection-tls').check();
  await page.getByTestId('connection-name').fill('Uno');
  await page.getByTestId('connection-hosts').fill('10.0.0.9');
  await page.getByTestId('connection-test').click();
  const result = page.getByTestId('connection-test-result');
  await expect(result).toContainText('Funciona');
  await expect(result).toContainText('maestro');
  await expect(page.getByTestId('connection-test-rights')).toContainText('Para observar, a ana le falta 1 permiso');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
});
