/** The Redis page on the engine's own Redis: what it shows is what the server says, and a client that is killed is cut off. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from '@playwright/test';
import { test } from '../../support/open-console.ts';

test('the figures, the commands and the configuration are those of the server', async ({ openPage }) => {
  const page = await openPage('/redis');
  await expect(page.getByTestId('redis-link')).toContainText('ready');
  await expect(page.getByTestId('redis-server')).toContainText(/(Redis|Valkey) \d+\.\d+/);
  await expect(page.getByTestId('figure-memory').locator('b')).toHaveText(/^\d[\d.,]* (kB|MB|GB)$/, {
    timeout: 20_000,
  });
  const socket = await plainClient(await socketPath(page));
  const used = Number(/used_memory:(\d+)/.exec(await say(socket, 'INFO memory'))?.[1]) / 1_048_576;
  const shown = Number((await page.getByTestId('figure-memory').locator('b').innerText()).replace(/[^\d.]/g, ''));
  // In megabytes; what the server uses moves while it is looked at.
  expect(Math.abs(shown - used)).toBeLessThan(used / 2);
  await expect(page.getByTestId('figure-own-load')).toContainText('within budget');
  await expect(page.getByTestId('lines-memory').locator('canvas')).toBeVisible({ timeout: 30_000 });
  await page.getByTestId('redis-tabs').getByRole('button', { name: 'Commands' }).click();
  await expect(page.getByTestId('redis-commands')).toContainText('INFO', { timeout: 30_000 });
  await page.getByTestId('redis-tabs').getByRole('button', { name: 'Configuration' }).click();
  const policy = /\n(\S+)\r\n$/.exec(await say(socket, 'CONFIG GET maxmemory-policy'))?.[1];
  await expect(page.getByTestId('config-table').getByRole('row', { name: /^maxmemory-policy/ })).toContainText(
    String(policy),
  );
  socket.destroy();
});

test('a slow command is found in the slow log with who sent it', async ({ openPage }) => {
  const page = await openPage('/redis?tab=slow');
  const socket = await plainClient(await socketPath(page));
  await say(socket, 'CLIENT SETNAME sluggish');
  await say(socket, `EVAL "local n = 0 for i = 1, 6000000 do n = n + i end return n" 0`);
  await page.getByRole('button', { name: 'Ask again' }).click();
  const row = page.getByTestId('slow-groups').getByRole('row', { name: /EVAL/ });
  await expect(row).toContainText('sluggish', { timeout: 20_000 });
  socket.destroy();
});

test('a client that is killed on the page is cut off, and the console’s own connections are spared', async ({
  openPage,
}) => {
  const page = await openPage('/redis?tab=clients');
  const socket = await plainClient(await socketPath(page));
  await say(socket, 'CLIENT SETNAME victim');
  const closed = once(socket, 'close');
  await page.getByTestId('clients-search').fill('victim');
  await expect(page.getByTestId('clients-count')).toContainText(/^1 of/);
  await openFirst(page);
  await page.getByTestId('client-kill').click();
  // The engine's own cache is operated by the engine; a person unlocks it for what a person does.
  if (await page.getByTestId('operate-unlock').isVisible()) await page.getByTestId('operate-unlock').click();
  await page.getByTestId('confirm').click();
  await closed;
  await expect(page.getByTestId('client-kill-dialog')).toBeHidden();
  await page.keyboard.press('Escape');
  await page.getByTestId('clients-search').fill('');
  await page.getByTestId('clients-kind').getByRole('button', { name: 'ours' }).click();
  await openFirst(page);
  await expect(page.getByTestId('client-kill')).toHaveAttribute('aria-disabled', 'true');
});

type ConsolePage = Parameters<Parameters<typeof test>[2]>[0]['page'];

async function openFirst(page: ConsolePage): Promise<void> {
  const table = page.getByTestId('clients-table');
  await table.locator('tr[data-index="0"]').waitFor({ timeout: 20_000 });
  await table.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.getByTestId('client-detail').waitFor();
}

async function socketPath(page: ConsolePage): Promise<string> {
  const link = page.getByTestId('redis-link');
  await expect(link).toContainText('unix://');
  return /unix:\/\/(\S+\.sock)/.exec(await link.innerText())?.[1] ?? '';
}

async function plainClient(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, 'connect');
  return socket;
}

/** One answer that fits into one packet. */
async function say(socket: Socket, words: string): Promise<string> {
  const answered = once(socket, 'data') as Promise<[Buffer]>;
  socket.write(`${words}\r\n`);
  const [answer] = await answered;
  return answer.toString();
}
