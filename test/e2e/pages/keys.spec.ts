/** The Keys page in a real browser: list, tree and analysis; every type opened, and changed only where it is operated. */
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
  await page.getByTestId('keys-ttl').click();
  await page.getByRole('option', { name: 'without expiry' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('keys-cost')).toContainText('scanned all 1,000,000');
  await expect(page.getByTestId('keys-read-on')).toHaveAttribute('aria-disabled', 'true');
  for (const part of [/q=user%3A2/, /type=list/, /ttl=none/]) await expect(page).toHaveURL(part);
  await page.reload();
  await expect(page.getByTestId('keys-search')).toHaveValue('user:2');
  await page.getByTestId('keys-search').fill('nobody');
  await expect(page.getByTestId('keys-empty')).toContainText('No key matches');
  await page.getByTestId('keys-clear-filters').click();
  await expect(page.getByTestId('keys-cost')).toContainText('200 shown');
});

test('TTL, size and idle time are asked as what they say', async ({ open, engine }) => {
  const page = await open(`${cache}&ttl=under-10m&size=1k&idle=10m`);
  await expect(page.getByTestId('keys-size')).toContainText('at least 1.0 kB');
  await expect(page.getByTestId('keys-idle')).toContainText('at least 10 min');
  await expect(page.getByTestId('keys-ttl')).toContainText('under 10 min');
  const asked = () => engine.script.keys.listed.at(-1)?.filter;
  expect(asked()).toEqual({ pattern: '*', maxTtlMs: 600_000, minSizeBytes: 1_024, minIdleS: 600 });
  await page.getByTestId('keys-ttl').click();
  await page.getByRole('option', { name: 'over 1 d' }).click();
  await expect.poll(asked).toEqual({ pattern: '*', minTtlMs: 86_400_000, minSizeBytes: 1_024, minIdleS: 600 });
});

test('no row of the list is cut, and the whole card stands in the window', async ({ open }) => {
  const page = await open(cache);
  const box = page.locator('.virtual-table');
  await expect(page.getByRole('row', { name: /user:1:hash/ })).toBeVisible();
  const cut = await box.evaluate((element) => {
    const bottom = element.getBoundingClientRect().bottom;
    return [...element.querySelectorAll('tr[data-index]')].filter((row) => {
      const { top, bottom: end } = row.getBoundingClientRect();
      return top < bottom - 2 && end > bottom + 2;
    }).length;
  });
  expect(cut).toBe(0);
  const card = await page.getByTestId('keys-card').boundingBox();
  expect((card?.y ?? 0) + (card?.height ?? 0)).toBeLessThanOrEqual(900);
});

test('the name of the connection stands once in the head of the page', async ({ open }) => {
  const page = await open(cache);
  await expect(page.locator('header.top').getByText('Cache', { exact: true })).toHaveCount(1);
});

test('another database is chosen by its key count, and asked from then on', async ({ open, engine }) => {
  const page = await open(cache);
  await expect(page.getByTestId('keys-database')).toContainText('0 48,211 keys');
  await page.getByTestId('keys-database').click();
  await page.getByRole('option', { name: /2 12 keys/ }).click();
  await expect(page).toHaveURL(/db=2/);
  await expect.poll(() => engine.script.keys.listed.at(-1)?.db).toBe(2);
  await page.getByTestId('keys-database').click();
  await page.getByRole('option', { name: /48,211 keys/ }).click();
  await expect(page).not.toHaveURL(/db=/);
});

test('while a part of a cluster is away it is said that its keys are missing', async ({ open, engine }) => {
  const page = await open(cache);
  await expect(page.getByRole('row', { name: /user:1:hash/ })).toBeVisible();
  await expect(page.getByTestId('keys-partly-away')).toBeHidden();
  const { connections } = engine.script.connections;
  const link = {
    state: 'degraded',
    problem: '1 of 3 shards are away: 10.0.0.7:7001',
    sinceMs: Date.now() - 60_000,
  } as const;
  engine.script.connections.connections = connections.map((each) =>
    each.id === 'cache' ? { ...each, link: { ...each.link, ...link } } : each,
  );
  engine.push.emit('connections.changed', { connectionId: 'cache' });
  const banner = page.getByTestId('keys-partly-away');
  await expect(banner).toContainText(/A part is away.*10\.0\.0\.7:7001.*keys are missing/s);
  await page.getByTestId('keys-tabs').getByRole('button', { name: 'Tree' }).click();
  await expect(banner).toBeVisible();
  engine.script.connections.connections = connections;
  engine.push.emit('connections.changed', { connectionId: 'cache' });
  await expect(banner).toBeHidden();
});

test('what can no longer be reached keeps its rows, and says since when and how old they are', async ({
  open,
  engine,
}) => {
  const page = await open(cache);
  await expect(page.getByRole('row', { name: /user:1:hash/ })).toBeVisible();
  const { connections } = engine.script.connections;
  engine.script.connections.connections = connections.map((each) =>
    each.id === 'cache'
      ? {
          ...each,
          link: { ...each.link, state: 'unreachable', problem: 'nobody answers', sinceMs: Date.now() - 60_000 },
        }
      : each,
  );
  engine.script.keys.failure = 'No shard answers';
  engine.push.emit('connections.changed', { connectionId: 'cache' });
  await expect(page.getByTestId('keys-away')).toContainText(
    /Cannot be reached.*nobody answers.*What is listed was read/s,
  );
  await expect(page.getByRole('row', { name: /user:1:hash/ })).toBeVisible();
  await page.reload();
  // Kept from the last time it was read.
  await expect(page.getByRole('row', { name: /user:1:hash/ })).toBeVisible();
  await expect(page.getByTestId('keys-away')).toContainText('What is listed was read');
  engine.script.keys.failure = null;
  engine.script.connections.connections = connections;
  engine.push.emit('connections.changed', { connectionId: 'cache' });
  await expect(page.getByTestId('keys-away')).toHaveCount(0);
  await expect(page.getByTestId('keys-card').getByRole('alert')).toHaveCount(0);
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
  await expect(page.getByTestId('keys-table')).toContainText(String.raw`bytes \xff\x00\x01`);
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

test('a string is edited with a guard against what somebody else wrote meanwhile', async ({ open, engine }) => {
  const page = await open(openKey('tuser:0:string'));
  await page.getByTestId('key-edit').click();
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('edit-value').fill('after');
  engine.script.keys.isChanged = true;
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-edit-dialog').getByRole('alert')).toContainText('somebody changed it meanwhile');
  engine.script.keys.isChanged = false;
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-edit-dialog')).toBeHidden();
  expect(engine.script.keys.edits).toMatchObject([
    { key: 'user:0:string', edit: { kind: 'string', value: 'after' }, was: 'of user:0:string' },
  ]);
});

test('bytes that are no text are not offered for editing', async ({ open }) => {
  const page = await open(openKey('b/wAB'));
  await expect(page.getByTestId('key-value')).toHaveText('c0 ff ee');
  await expect(page.getByTestId('key-edit')).toHaveAttribute('aria-disabled', 'true');
  await page.goto(page.url().replace(/key=[^&]*/, `key=${encodeURIComponent('tuser:3:set')}`));
  await expect(page.getByTestId('element-remove').nth(1)).toHaveAttribute('aria-disabled', 'true');
});

const elementEdits = [
  {
    id: 'tuser:1:hash',
    act: 'element-edit',
    fill: { value: 'Eva' },
    sent: { edit: { kind: 'hash-set', field: 'name', value: 'Eva' }, was: 'Ana' },
  },
  {
    id: 'tuser:1:hash',
    act: 'element-remove',
    fill: {},
    sent: { edit: { kind: 'hash-remove', fields: ['name'] }, was: 'Ana' },
  },
  {
    id: 'tuser:1:hash',
    act: 'key-add-element',
    fill: { name: 'age', value: '7' },
    sent: { edit: { kind: 'hash-set', field: 'age', value: '7' }, was: null },
  },
  {
    id: 'tuser:2:list',
    act: 'element-edit',
    fill: { value: 'last' },
    sent: { edit: { kind: 'list-set', index: 0, value: 'last' }, was: 'first' },
  },
  {
    id: 'tuser:2:list',
    act: 'element-remove',
    fill: {},
    sent: { edit: { kind: 'list-remove-at', index: 0 }, was: 'first' },
  },
  {
    id: 'tuser:3:set',
    act: 'key-add-element',
    fill: { value: 'blue' },
    sent: { edit: { kind: 'set-add', members: ['blue'] } },
  },
  { id: 'tuser:3:set', act: 'element-remove', fill: {}, sent: { edit: { kind: 'set-remove', members: ['red'] } } },
  {
    id: 'tuser:4:zset',
    act: 'element-edit',
    fill: { value: '2.5' },
    sent: { edit: { kind: 'zset-set', member: 'best', score: 2.5 }, was: 'inf' },
  },
  {
    id: 'tuser:5:stream',
    act: 'key-add-element',
    fill: { name: 'at', value: 'dusk' },
    sent: { edit: { kind: 'stream-add', fields: [['at', 'dusk']] } },
  },
  { id: 'tuser:5:stream', act: 'element-remove', fill: {}, sent: { edit: { kind: 'stream-remove', ids: ['1-0'] } } },
  {
    id: 'tuser:6:ReJSON-RL',
    act: 'key-edit',
    fill: { value: '{"colour":"red"}' },
    sent: { edit: { kind: 'json-set', value: '{"colour":"red"}' }, was: '{"colour":"blue"}' },
  },
] as const;
for (const { id, act, fill, sent } of elementEdits) {
  test(`an element is changed: ${sent.edit.kind} by ${act}`, async ({ open, engine }) => {
    const page = await open(openKey(id));
    await page.getByTestId(act).first().click();
    for (const [part, text] of Object.entries(fill)) await page.getByTestId(`edit-${part}`).fill(text);
    await page.getByTestId('confirm').click();
    await expect(page.getByTestId('key-edit-dialog')).toBeHidden();
    expect(engine.script.keys.edits).toMatchObject([{ connectionId: 'cache', key: id.slice(1), ...sent }]);
  });
}

test('a key is renamed and stays open under its new name', async ({ open, engine }) => {
  const page = await open(openKey('tuser:1:hash'));
  await page.getByTestId('key-rename').click();
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('key-new-name').fill('user:moved');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-detail').getByRole('heading')).toHaveText('user:moved');
  await expect(page).toHaveURL(/key=tuser%3Amoved/);
  expect(engine.script.keys.renamed).toMatchObject([{ key: 'user:1:hash', to: 'user:moved' }]);
});

test('a key is added, never over another one', async ({ open, engine }) => {
  const page = await open(cache);
  await page.getByTestId('keys-add').click();
  await page.getByTestId('add-key').fill('user:1:hash');
  await page.getByTestId('add-type').selectOption('list');
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('add-value').fill('a\nb');
  await page.getByTestId('add-ttl').fill('60');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('keys-add-dialog').getByRole('alert')).toContainText('already');
  await page.getByTestId('add-key').fill('new:list');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-detail').getByRole('heading')).toHaveText('new:list');
  expect(engine.script.keys.added).toMatchObject([
    { key: 'new:list', edit: { kind: 'list-push', end: 'tail', values: ['a', 'b'] }, ttlMs: 60_000 },
  ]);
});

test('all that match are read to the end, chosen, and deleted in parts after their number was typed', async ({
  open,
  engine,
}) => {
  const page = await open(`${cache}&ttl=none`);
  await page.getByTestId('keys-read-all').click();
  await expect(page.getByTestId('keys-cost')).toContainText('335 shown · scanned all');
  await page.getByTestId('keys-choose-all').click();
  await expect(page.getByTestId('keys-chosen')).toHaveText('335 chosen');
  await page.getByTestId('keys-delete-chosen').click();
  await expect(page.getByTestId('keys-delete-dialog')).toContainText('and 327 more');
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('confirm-typed').fill('335');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('keys-delete-dialog')).toBeHidden();
  expect(engine.script.keys.deleted.map(({ keys }) => keys.length)).toEqual([200, 135]);
  await expect(page.getByTestId('live-region')).toContainText('335 keys of 335 were deleted');
  await expect(page.getByTestId('keys-empty')).toBeVisible();
});

test('the tree opens level by level, by bytes where a name is no text', async ({ open, engine }) => {
  const page = await open(`${cache}&tab=tree`);
  const table = page.getByTestId('tree-table');
  await expect(table.getByRole('row', { name: /user/ })).toContainText('≥ 27,000');
  await table.getByRole('row', { name: /read on/ }).click();
  await expect(page.getByTestId('tree-cost')).toContainText('scanned all');
  await expect(table.getByRole('row', { name: /user/ })).toContainText('36,000');
  await table.getByRole('row', { name: /xff/ }).click();
  await table.getByRole('row', { name: /^A / }).click();
  await expect(page.getByTestId('key-value')).toHaveText('c0 ff ee');
  expect(engine.script.keys.opened.at(-1)).toMatchObject({ key: '/wAB', keyEncoding: 'base64' });
});

test('an analysis is begun within a budget, watched, and cancelled', async ({ open, engine }) => {
  const page = await open(`${cache}&tab=analysis`);
  await expect(page.getByTestId('analysis-estimate')).toContainText('About 48,211 keys now');
  await page.getByTestId('analysis-measure').selectOption('5000');
  await page.getByTestId('analysis-pace').selectOption('500');
  await page.getByTestId('analysis-begin').click();
  await expect(page.getByTestId('analysis-running')).toBeHidden();
  engine.push.emit('redis.analysed', { connectionId: 'cache', analysisId: 'a3' });
  await expect(page.getByTestId('analysis-running')).toContainText('250,000 of 1,000,000 keys');
  await expect(page.getByTestId('analysis-begin')).toHaveAttribute('aria-disabled', 'true');
  expect(engine.script.keys.analysed).toMatchObject([
    { connectionId: 'cache', db: 0, separator: ':', maxMeasuredKeys: 5_000, commandsPerS: 500 },
  ]);
  await page.getByTestId('analysis-cancel').click();
  engine.push.emit('redis.analysed', { connectionId: 'cache', analysisId: 'a3' });
  await expect(page.getByTestId('analysis-facts')).toContainText('cancelled');
});

test('an analysis tells namespaces with their trend, big keys and lifetimes; earlier ones are chosen again', async ({
  open,
}) => {
  const page = await open(`${cache}&tab=analysis`);
  const user = page.getByTestId('analysis-namespaces').getByRole('row', { name: /user:/ });
  for (const part of ['238.4 MB', '600,000', '+8.6 MB', '+40,000']) await expect(user).toContainText(part);
  await expect(page.getByTestId('analysis-facts')).toContainText('≈ 392.9 MB');
  await expect(page.getByTestId('analysis-ttl')).toContainText('up to 1 min');
  await expect(page.getByTestId('analysis-trend')).toContainText('2 that came to their end');
  await page.getByTestId('analysis-choice').click();
  await page.getByRole('option', { name: /19 Oct/ }).click();
  await expect(page).toHaveURL(/analysis=a1/);
  await expect(page.getByTestId('analysis-namespaces')).not.toContainText('+8.6 MB');
  await page.getByTestId('analysis-biggest').getByRole('button', { name: 'user:0:string' }).click();
  await expect(page.getByTestId('key-value')).toContainText('of user:0:string');
  await page.keyboard.press('Escape');
  await page.getByTestId('analysis-namespaces').getByRole('button', { name: 'session:*' }).click();
  await expect(page.getByTestId('keys-search')).toHaveValue('session:*');
});

test('a database that was never analysed says so', async ({ open, engine }) => {
  engine.script.keys.analyses = [];
  const page = await open(`${cache}&tab=analysis`);
  await expect(page.getByTestId('analysis-none')).toContainText('were not analysed yet');
});

for (const tab of ['tree', 'analysis']) {
  test(`the ${tab} has no accessibility finding`, async ({ open, page }) => {
    await open(`${cache}&tab=${tab}`);
    await expect(page.getByTestId(tab === 'tree' ? 'tree-table' : 'analysis-namespaces')).toContainText('user');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
  });
}

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
