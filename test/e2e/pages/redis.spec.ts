/** The Redis page in a real browser: health now and past, commands, slow log, clients, configuration, the server's words; every state of it. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { engineGone, expect, test } from './console-test.ts';

const cache = '/redis?of=cache';

test('every signal stands with its figure, its parts and its past', async ({ open }) => {
  const page = await open(cache);
  const card = (id: string) => page.getByTestId(`figure-${id}`);
  await expect(card('memory')).toContainText('163.0 MB');
  await expect(card('memory')).toContainText('of 256.0 MB · 64 %');
  await expect(card('memory')).toContainText('within its limit');
  for (const part of ['240.0 MB', '188.0 MB', '1.15', 'allkeys-lru']) await expect(card('memory')).toContainText(part);
  await expect(card('hit-rate')).toContainText('94.3 %');
  await expect(card('hit-rate')).toContainText('180,000 reads');
  await expect(card('ops')).toContainText('GET 300 / s');
  await expect(card('latency')).toContainText('0.21 ms');
  await expect(card('latency')).toContainText('0.19 ms · 1.84 ms');
  await expect(card('latency')).toContainText('112.0 ms');
  await expect(card('clients')).toContainText('3 since start');
  await expect(card('network')).toContainText('1.2 MB/s');
  await expect(card('persistence')).toContainText('14 min ago · ok');
  await expect(card('replication')).toContainText('master');
  await expect(card('cpu')).toContainText('6.2 %');
  await expect(card('keys')).toContainText('48,223');
  await expect(card('keys')).toContainText('mean TTL 12 min');
  await expect(card('memory').getByRole('img')).toBeVisible();
  await expect(page.getByTestId('redis-databases')).toContainText('db2');
});

test('no limit is a state, and too few reads are no rate', async ({ open, engine }) => {
  engine.script.redis.change = (health) => {
    const { total } = health;
    if (total === null || total.figures === null || total.figures.memory === null) return health;
    const memory = { ...total.figures.memory, limit: { kind: 'none' as const, systemBytes: 16_000_000_000 } };
    const windows = total.windows.map((window) => ({ ...window, hits: { reads: 12, ratio: null, minimumReads: 100 } }));
    return { ...health, total: { ...total, windows, figures: { ...total.figures, memory } } };
  };
  engine.script.redis.changePoint = (point) => ({ ...point, limitBytes: null, hits: 1, misses: 0 });
  const page = await open(cache);
  await expect(page.getByTestId('figure-memory')).toContainText('Of the machine14.9 GB');
  await expect(page.getByTestId('chart-memory')).toContainText('no limit');
  await expect(page.getByTestId('figure-hit-rate')).toContainText('not enough reads yet');
  await expect(page.getByTestId('figure-hit-rate')).toContainText('12 of 100');
  await expect(page.getByTestId('chart-hit-rate')).toContainText('not enough reads yet');
});

test('our own load stands against its budget and among all commands', async ({ open, engine }) => {
  const page = await open(cache);
  const card = page.getByTestId('figure-own-load');
  await expect(card).toContainText('commands a minute, of 60');
  await expect(card).toContainText('within budget');
  // 43 of 412.6 × 60 commands.
  await expect(card).toContainText('0.2 %');
  await expect(card).toContainText('vigia:cache:');
  engine.script.redis.change = (health) => ({ ...health, own: { ...health.own, commandsLastMinute: 61 } });
  engine.push.emit('redis.sampled', { connectionId: 'cache', atMs: Date.now() });
  await expect(card).toContainText('over budget');
});

test('the window of the charts stands in the address, and each window asks for its own time', async ({
  open,
  engine,
}) => {
  const page = await open(cache);
  await expect(page.getByTestId('redis-step')).toContainText('one point is 10 s');
  await page.getByTestId('redis-window').getByRole('button', { name: '1 day' }).click();
  await expect(page.getByTestId('redis-step')).toContainText('one point is 1 min');
  expect(page.url()).toContain('window=1d');
  await page.reload();
  await expect(page.getByTestId('redis-step')).toContainText('one point is 1 min');
  await page.getByTestId('redis-window').getByRole('button', { name: '1 year' }).click();
  await expect(page.getByTestId('redis-step')).toContainText('one point is 6 h');
  const last = engine.script.redis.histories.at(-1);
  expect(((last?.toMs ?? 0) - (last?.fromMs ?? 0)) / 86_400_000).toBe(365);
  await page.goBack();
  await expect(page.getByTestId('redis-step')).toContainText('one point is 1 min');
});

test('what nobody looked at is a gap, the limit a line, and the chart can be read as a table', async ({ open }) => {
  const page = await open(cache);
  const memory = page.getByTestId('chart-memory');
  await expect(memory).toContainText('limit 256.0 MB');
  await memory.getByRole('button', { name: 'Table' }).click();
  const rows = memory.getByRole('row');
  await expect(rows.nth(1)).toContainText('MB');
  await expect(memory).toContainText('not observed');
  await expect(page.getByTestId('chart-commands').getByRole('button', { name: 'EVALSHA' })).toBeVisible();
});

test('a limit far above the memory is named instead of drawn', async ({ open, engine }) => {
  engine.script.redis.changePoint = (point) => ({ ...point, limitBytes: 8 * 1_073_741_824 });
  const page = await open(cache);
  await expect(page.getByTestId('chart-memory')).toContainText('limit 8.0 GB, above the chart');
});

test('the line under the pointer is read out with its time', async ({ open }) => {
  const page = await open(cache);
  const box = page.getByTestId('chart-ops').locator('canvas');
  await box.waitFor();
  const read = await box.evaluate(async (canvas: HTMLCanvasElement) => {
    const pixels = (): string => canvas.toDataURL();
    const before = pixels();
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const at = { clientX: left + width / 3, clientY: top + height / 2, bubbles: true };
    canvas.dispatchEvent(new MouseEvent('mousemove', at));
    for (let turn = 0; turn < 200 && pixels() === before; turn += 1) await new Promise(requestAnimationFrame);
    return pixels() !== before;
  });
  expect(read).toBe(true);
});

test('a server that is away keeps its last figures, marked with their age, and says since when', async ({
  open,
  engine,
}) => {
  const { script } = engine;
  script.connections.connections = script.connections.connections.map((each) =>
    each.id === 'cache'
      ? {
          ...each,
          link: { ...each.link, state: 'unreachable', sinceMs: Date.now() - 180_000, problem: 'connect ECONNREFUSED' },
        }
      : each,
  );
  script.redis.change = (health) => ({
    ...health,
    state: 'away',
    problem: 'connect ECONNREFUSED',
    total: health.total === null ? null : { ...health.total, atMs: health.nowMs - 190_000 },
  });
  const page = await open(cache);
  await expect(page.getByTestId('redis-link')).toContainText('unreachable');
  await expect(page.getByTestId('redis-away')).toContainText('connect ECONNREFUSED · This began 3 min ago');
  await expect(page.getByTestId('redis-away')).toContainText('of the last look, 3 min ago');
  await expect(page.getByTestId('figure-memory')).toContainText('163.0 MB');
  await expect(page.getByTestId('figure-memory')).toContainText('last known');
});

test('a connection that was never looked at says so, and one that is refused says what refused it', async ({
  open,
  engine,
}) => {
  engine.script.redis.change = (health) => ({ ...health, state: 'waiting', total: null, shards: [] });
  const page = await open(cache);
  await expect(page.getByTestId('redis-waiting')).toContainText('Not looked at yet');
  engine.script.connections.connections = engine.script.connections.connections.map((each) =>
    each.id === 'cache' ? { ...each, link: { ...each.link, state: 'refused', problem: 'WRONGPASS' } } : each,
  );
  engine.push.emit('connections.changed', { connectionId: 'cache' });
  await expect(page.getByTestId('redis-away')).toContainText('Refused');
  await expect(page.getByTestId('redis-away')).toContainText('WRONGPASS');
});

test('while the engine is away the last figures stay, marked, until it returns', async ({
  open,
  engine,
  expectedErrors,
}) => {
  expectedErrors.push(engineGone);
  const page = await open(cache);
  await expect(page.getByTestId('figure-memory')).toContainText('163.0 MB');
  await engine.stop();
  await expect(page.getByTestId('figure-memory')).toContainText('last known');
  await expect(page.getByTestId('redis-link')).toContainText('last known');
  await engine.start();
  await expect(page.getByTestId('figure-memory')).toContainText('within its limit');
});

test('connections are chosen by name; production cannot be overlooked; each has its own lock', async ({ open }) => {
  const page = await open(cache);
  await page.getByTestId('connection-picker').click();
  await expect(page.getByRole('option', { name: /Orders/ })).toContainText('production');
  await page.getByRole('option', { name: /Orders/ }).click();
  await expect(page.getByTestId('connection-picker')).toContainText('production');
  await expect(page.getByTestId('page-redis')).toHaveAttribute('data-environment', 'production');
  await expect(page.getByTestId('operate-lock')).toContainText('observed');
  await expect(page.getByTestId('redis-server')).toContainText('Cluster · 3 shards');
  expect(page.url()).toContain('of=orders');
  await page.goBack();
  await expect(page.getByTestId('connection-picker')).toContainText('Cache');
});

test('the Overview leads from the cache and the broker to their Redis', async ({ open }) => {
  const page = await open('/overview');
  await page.getByTestId('open-node-broker').click();
  await expect(page.getByTestId('page-redis')).toBeVisible();
  await expect(page.getByTestId('connection-picker')).toContainText('Broker');
});

test('an address with a connection that is not there says so and leads on', async ({ open }) => {
  const page = await open('/redis?of=gone');
  await expect(page.getByTestId('redis-no-connection')).toContainText('No connection “gone”');
  await page.getByRole('button', { name: 'Show another connection' }).click();
  await expect(page.getByTestId('redis-figures')).toBeVisible();
});

test('a cluster is shown whole and shard by shard, and a shard that is silent is named', async ({ open, engine }) => {
  engine.script.redis.change = (health) => ({
    ...health,
    state: 'partly',
    shards: health.shards.map((shard, at) => (at === 1 ? { ...shard, problem: 'timed out after 2 s' } : shard)),
  });
  const page = await open('/redis?of=orders');
  await expect(page.getByTestId('redis-partly')).toContainText('1 of 3 shards does not answer');
  await expect(page.getByTestId('redis-partly')).toContainText('10.1.0.2:7000: timed out after 2 s');
  const shards = page.getByTestId('redis-shards');
  await expect(shards.getByRole('row', { name: /10\.1\.0\.2/ })).toContainText('silent');
  await shards.getByRole('button', { name: '10.1.0.2:7000' }).click();
  await expect(page.getByTestId('redis-shard')).toContainText('10.1.0.2:7000');
  await expect(page.getByTestId('figure-memory')).toContainText('last known');
  await expect.poll(() => engine.script.redis.histories.at(-1)?.shard).toBe('10.1.0.2:7000');
});

test('a replica shows whom it follows, a master how far each replica is behind', async ({ open, engine }) => {
  engine.script.redis.change = (health) => {
    const { total } = health;
    if (total === null || total.figures === null) return health;
    const replication = {
      role: 'master' as const,
      masterLinkUp: null,
      masterSilentS: null,
      replicas: [{ address: '10.0.0.9:6379', state: 'online', lagBytes: 2_097_152, lagS: 14 }],
    };
    return { ...health, total: { ...total, figures: { ...total.figures, replication } } };
  };
  const page = await open(cache);
  await expect(page.getByTestId('figure-replication')).toContainText('lagging');
  await expect(page.getByTestId('redis-replicas')).toContainText('10.0.0.9:6379');
  await expect(page.getByTestId('redis-replicas')).toContainText('2.0 MB');
});

test('commands stand by the time they take, with how long they take and what the monitor saw', async ({ open }) => {
  const page = await open(`${cache}&tab=commands`);
  const rows = page.getByTestId('redis-commands').locator('tbody tr');
  await expect(rows.first()).toContainText('EVALSHA');
  await expect(rows.first()).toContainText('52.0 %');
  await expect(page.getByTestId('redis-commands')).toContainText('CONFIG GET');
  await expect(page.getByTestId('redis-histogram')).toContainText('123,800 commands');
  await expect(page.getByTestId('redis-histogram')).toContainText('≤ 16 µs');
  await expect(page.getByTestId('redis-latency-events')).toContainText('340.0 ms');
});

test('the slow log is grouped by shape and client, with ours marked and left out on asking', async ({ open }) => {
  const page = await open(`${cache}&tab=slow`);
  const groups = page.getByTestId('slow-groups');
  await expect(page.getByTestId('redis-slow')).toContainText('slower than 10.0 ms; the server keeps 128');
  await expect(groups.locator('tbody tr').first()).toContainText('KEYS report:*');
  await expect(groups.getByRole('row', { name: /SCAN/ })).toContainText('ours');
  await page.getByTestId('slow-whose').getByRole('button', { name: 'without ours' }).click();
  await expect(groups.locator('tbody tr')).toHaveCount(2);
  await groups.getByRole('button', { name: 'HGETALL session:*' }).click();
  await expect(page.getByTestId('redis-slow-entries').locator('tbody tr')).toHaveCount(2);
  await expect(page.getByTestId('redis-slow-entries')).toContainText('HGETALL session:9114');
  await page.goBack();
  await page.goBack();
  await expect(groups.locator('tbody tr')).toHaveCount(3);
});

test('a slow log that is empty, switched off or not to be read is told apart', async ({ open, engine }) => {
  const { redis } = engine.script;
  const full = redis.slow;
  redis.slow = { ...full, groups: [], entries: [] };
  const page = await open(`${cache}&tab=slow`);
  await expect(page.getByTestId('redis-slow')).toContainText('Nothing was slow');
  redis.slow = { ...full, groups: [], entries: [], thresholdMs: -1 };
  await page.getByRole('button', { name: 'Ask again' }).click();
  await expect(page.getByTestId('redis-slow').locator('.empty')).toContainText('switched off');
  redis.failure = 'The user may not run SLOWLOG';
  await page.getByRole('button', { name: 'Ask again' }).click();
  await expect(page.getByTestId('redis-slow').getByRole('alert')).toContainText('The user may not run SLOWLOG');
});

test('what the server did not answer is told as that, in every part that asks it', async ({ open, engine }) => {
  engine.script.redis.failure = 'Redis did not answer within 2 s';
  const page = await open(cache);
  for (const tab of ['Slow log', 'Clients', 'Configuration', 'Refusals & doctors']) {
    await page.getByTestId('redis-tabs').getByRole('button', { name: tab }).click();
    await expect(
      page.getByRole('heading', { level: 2, name: tab === 'Refusals & doctors' ? 'Refusals' : tab }),
    ).toBeVisible();
    await expect(page.getByRole('alert').first()).toContainText('Redis did not answer within 2 s');
    await expect(page.getByText('The server gave no answer to show').first()).toBeVisible();
  }
});

test('10,000 clients are searched and sorted, and only those in sight are drawn', async ({ open }) => {
  const page = await open(`${cache}&tab=clients`);
  const table = page.getByTestId('clients-table');
  await expect(page.getByTestId('clients-count')).toContainText('10,000 of 10,000');
  await expect(table.locator('tr[data-index]').first()).toContainText('49.0 MB');
  expect(await table.getByRole('row').count()).toBeLessThan(60);
  await page.getByTestId('clients-search').fill('web-8');
  await expect(page.getByTestId('clients-count')).toContainText('250 of 10,000');
  await page.getByTestId('clients-kind').getByRole('button', { name: 'blocked' }).click();
  await expect(table.locator('tr[data-index]').first()).toContainText('brpop');
  await table.getByRole('button', { name: 'Connected' }).click();
  expect(page.url()).toContain('sort=-age');
  await page.reload();
  await expect(page.getByTestId('clients-search')).toHaveValue('web-8');
  await expect(table.getByRole('columnheader', { name: 'Connected' })).toHaveAttribute('aria-sort', 'descending');
});

test('a client is killed after a question, and ours cannot be', async ({ open, engine }) => {
  const page = await open(`${cache}&tab=clients`);
  await firstClient(page);
  await page.getByTestId('client-kill').click();
  const dialog = page.getByTestId('client-kill-dialog');
  await expect(dialog).toContainText('10.0.0.17:40017');
  await page.getByTestId('confirm').click();
  await expect(dialog).toBeHidden();
  expect(engine.script.redis.killed).toEqual([{ connectionId: 'cache', shard: 'cache', clientId: '1017' }]);
  await expect(page.getByTestId('client-detail')).toContainText('This client has gone');
  await page.keyboard.press('Escape');
  await page.getByTestId('clients-kind').getByRole('button', { name: 'ours' }).click();
  await firstClient(page);
  await expect(page.getByTestId('client-kill')).toHaveAttribute('aria-disabled', 'true');
});

test('on a connection that is only observed nobody is killed before it is unlocked', async ({ open, engine }) => {
  const page = await open('/redis?of=broker&tab=clients');
  await firstClient(page);
  await page.getByTestId('client-kill').click();
  const confirm = page.getByTestId('confirm');
  await expect(confirm).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('client-kill-dialog').getByTestId('operate-unlock').click();
  await expect(confirm).not.toHaveAttribute('aria-disabled', 'true');
  expect(engine.script.redis.killed).toEqual([]);
  await confirm.click();
  await expect.poll(() => engine.script.redis.killed.length).toBe(1);
  expect(engine.script.connections.unlocked).toEqual([{ connectionId: 'broker', forMs: 900_000 }]);
});

async function firstClient(page: Page): Promise<void> {
  const table = page.getByTestId('clients-table');
  await table.locator('tr[data-index="0"]').waitFor();
  await table.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.getByTestId('client-detail').waitFor();
}

test('the configuration marks what somebody set, and shows it alone', async ({ open }) => {
  const page = await open(`${cache}&tab=config`);
  const config = page.getByTestId('redis-config');
  await expect(config).toContainText('11 parameters, 4 changed against the defaults of Redis 7.0');
  const memory = config.getByRole('row', { name: /^maxmemory 268435456/ });
  await expect(memory).toContainText('256.0 MB');
  await expect(memory).toContainText('changed');
  await expect(config.getByRole('row', { name: /^requirepass/ })).toContainText('***');
  await page.getByTestId('config-changed').getByRole('button', { name: 'changed' }).click();
  await expect(config.locator('tbody tr')).toHaveCount(4);
  await page.getByTestId('config-search').fill('policy');
  await expect(config.locator('tbody tr')).toHaveCount(1);
  expect(page.url()).toContain('changed=changed');
});

test('shards whose configuration is not alike are named', async ({ open, engine }) => {
  const { config } = engine.script.redis;
  engine.script.redis.config = {
    ...config,
    parameters: config.parameters.map((parameter) =>
      parameter.name === 'hz' ? { ...parameter, differsOn: [{ shard: '10.1.0.3:7000', value: '50' }] } : parameter,
    ),
  };
  const page = await open('/redis?of=orders&tab=config');
  await page.getByTestId('config-changed').getByRole('button', { name: 'not alike' }).click();
  await expect(page.getByTestId('redis-config').locator('tbody tr')).toHaveCount(1);
  await expect(page.getByTestId('redis-config')).toContainText('10.1.0.3:7000: 50');
});

test('refusals and the words of its doctors are shown, and asked for again only when somebody wants', async ({
  open,
  engine,
}) => {
  const page = await open(`${cache}&tab=words`);
  await expect(page.getByTestId('redis-doctors')).toContainText('Peak memory: In the past');
  await expect(page.getByTestId('redis-doctors')).toContainText('latency spikes');
  await expect(page.getByTestId('redis-acl')).toContainText('flushall');
  await expect(page.getByTestId('redis-acl')).toContainText('sign-in');
  expect(engine.script.redis.wordsAsked).toBe(1);
  await page.getByTestId('ask-doctors').click();
  await expect.poll(() => engine.script.redis.wordsAsked).toBe(2);
});

for (const tab of ['commands', 'slow', 'clients', 'config', 'words']) {
  test(`the part ${tab} has no accessibility finding, in Spanish and light too`, async ({ open, page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.addInitScript(() => {
      localStorage.setItem('vigia.preferences', JSON.stringify({ theme: 'light', language: 'es' }));
    });
    await open(`/redis?of=orders&tab=${tab}`);
    await page.waitForLoadState('networkidle');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
  });
}

test('the detail of a client and its question have no accessibility finding', async ({ open, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open('/redis?of=broker&tab=clients');
  await firstClient(page);
  await page.getByTestId('client-kill').click();
  await expect(page.getByTestId('client-kill-dialog')).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
});
