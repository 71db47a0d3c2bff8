/** The Keys page in a real browser: searched with its cost shown, read on, every type opened, changed only where it is operated. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './console-test.ts';

const cache = '/keys?of=cache';
const openKey = (id: string): string => `${cache}&key=${encodeURIComponent(id)}`;

test('keys stand with type, TTL, size and idle time, and what finding them cost', async ({ open }) => {
  const page = await open(cache);
  await expect(page.getByTestId('keys-cost')).toHaveText(
    '200 shown · scanned 12,000 of about 1,000,000 · 48 commands, 130 ms',
  );
  const row = page.getByTestId('keys-table').getByRole('row', { name: /user:1:hash/ });
  await expect(row).toContainText('hash');
  await expect(row).toContainText('1 min');
  await page.getByTestId('keys-read-on').click();
  await expect(page.getByTestId('keys-cost')).toContainText(
    '400 shown · scanned 24,000 of about 1,000,000 · 96 commands',
  );
});

test('search, type and expiry stand in the address and narrow the list to its end', async ({ open }) => {
  const page = await open(cache);
  await page.getByTestId('keys-search').fill('user:2');
  await page.getByTestId('keys-type').getByRole('button', { name: 'list' }).click();
  await page.getByTestId('keys-expiry').getByRole('button', { name: 'without expiry' }).click();
  await expect(page.getByTestId('keys-cost')).toContainText('scanned all 1,000,000');
  await expect(page.getByTestId('keys-read-on')).toHaveAttribute('aria-disabled', 'true');
  for (const part of [/q=user%3A2/, /type=list/, /expiry=none/]) await expect(page).toHaveURL(part);
  await page.reload();
  await expect(page.getByTestId('keys-search')).toHaveValue('user:2');
  await page.getByTestId('keys-search').fill('nobody');
  await expect(page.getByTestId('keys-empty')).toContainText('No key matches');
});

const values: readonly (readonly [string, readonly string[]])[] = [
  ['tuser:0:string', ['of user:0:string']],
  ['tuser:1:hash', ['name', 'Ana']],
  ['tuser:2:list', ['0', 'first']],
  ['tuser:3:set', ['red', 'ff 00']],
  ['tuser:4:zset', ['inf', 'best']],
  ['tuser:5:stream', ['1-0', 'at', 'noon']],
  ['tuser:6:ReJSON-RL', ['colour', 'blue']],
];
for (const [id, parts] of values) {
  test(`the value of ${id.slice(1)} is shown as what it is`, async ({ open }) => {
    const page = await open(openKey(id));
    for (const part of parts) await expect(page.getByTestId('key-value')).toContainText(part);
    await expect(page.getByTestId('key-facts')).toContainText('listpack');
  });
}

test('a name that is no text is opened by its bytes', async ({ open, engine }) => {
  const page = await open(cache);
  await expect(page.getByTestId('keys-table')).toContainText('base64');
  const table = page.getByTestId('keys-table');
  await table.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('key-value')).toHaveText('c0 ff ee');
  expect(engine.script.keys.opened.at(-1)).toMatchObject({ key: '/wAB', keyEncoding: 'base64' });
});

test('a string is shown in the form that is asked for', async ({ open }) => {
  const page = await open(openKey('tuser:0:string'));
  await page.getByTestId('key-format').getByRole('button', { name: 'hex' }).click();
  await expect(page.getByTestId('key-value')).toHaveText('c0 ff ee');
});

test('a long value is read in windows, there and back', async ({ open, engine }) => {
  const page = await open(openKey('tuser:2:list'));
  await page.getByTestId('value-on').click();
  await expect(page.getByTestId('value-on')).toHaveAttribute('aria-disabled', 'true');
  expect(engine.script.keys.opened.at(-1)).toMatchObject({ cursor: '1' });
  await page.getByTestId('value-back').click();
  await expect(page.getByTestId('value-back')).toHaveAttribute('aria-disabled', 'true');
});

test('a key is deleted after it is confirmed, and the list is read again', async ({ open, engine }) => {
  const page = await open(openKey('tuser:1:hash'));
  await page.getByTestId('key-delete').click();
  await expect(page.getByTestId('key-delete-dialog')).toContainText('user:1:hash');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-detail')).toBeHidden();
  expect(engine.script.keys.deleted).toEqual([
    { connectionId: 'cache', db: null, keys: [{ key: 'user:1:hash', keyEncoding: 'text' }] },
  ]);
  await expect(page.getByTestId('keys-table').getByRole('row', { name: /user:1:hash/ })).toHaveCount(0);
});

test('a TTL is changed and taken away', async ({ open, engine }) => {
  const page = await open(openKey('tuser:1:hash'));
  await page.getByTestId('key-ttl').click();
  await page.getByTestId('key-ttl-seconds').fill('never');
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('key-ttl-seconds').fill('120');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-facts')).toContainText('2 min');
  await page.getByTestId('key-ttl').click();
  await page.getByTestId('key-ttl-seconds').fill('');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-facts')).toContainText('none');
  expect(engine.script.keys.ttls.map(({ ttlMs }) => ttlMs)).toEqual([120_000, null]);
});

test('what is only observed cannot be changed until it is unlocked', async ({ open, engine }) => {
  const page = await open('/keys?of=broker&key=tuser:1:hash');
  await page.getByTestId('key-delete').click();
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('key-delete-dialog').getByTestId('operate-unlock').click();
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-detail')).toBeHidden();
  expect(engine.script.connections.unlocked).toHaveLength(1);
});

test('a key that has gone and a server that does not answer are told apart', async ({ open, engine }) => {
  const page = await open(openKey('tuser:gone'));
  await expect(page.getByTestId('key-detail')).toContainText('This key is gone');
  engine.script.keys.failure = 'No shard answers';
  await page.getByTestId('keys-again').click();
  await expect(page.getByTestId('keys-card').getByRole('alert')).toContainText('No shard answers');
});

test('an open key has no accessibility finding, in Spanish too', async ({ open, page }) => {
  await page.addInitScript(() => {
    localStorage.setItem('vigia.preferences', JSON.stringify({ theme: 'light', language: 'es' }));
  });
  await open(openKey('tuser:5:stream'));
  await expect(page.getByTestId('key-value')).toContainText('noon');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
});
