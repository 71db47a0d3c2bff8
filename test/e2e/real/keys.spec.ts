/** The Keys page on the engine's own Redis: keys of every type and of any bytes are read as they are, changed and deleted there. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, type Page } from '@playwright/test';
import { test } from '../../support/open-console.ts';

test('what is written to the server is found, opened, given a TTL and deleted', async ({ openPage }) => {
  const page = await openPage('/redis');
  const socket = await plainClient(await socketPath(page));
  await say(socket, 'HSET e2e:hash name Ana');
  await say(socket, String.raw`SET "e2e:\xff\x00" "\xc0\xff\xee"`);
  await page.goto(page.url().replace(/#.*/, '#/keys?of=cache&q=e2e%3A'));
  const table = page.getByTestId('keys-table');
  await expect(table.getByRole('row')).toHaveCount(3);
  await expect(table).toContainText(String.raw`e2e:\xff\x00`);
  await open(page, /e2e:hash/);
  await expect(page.getByTestId('key-value')).toContainText('Ana');
  await page.getByTestId('element-edit').click();
  await page.getByTestId('edit-value').fill('Eva');
  // Somebody else is faster: what he wrote must stay.
  await say(socket, 'HSET e2e:hash name Ida');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-edit-dialog').getByRole('alert')).toContainText('somebody changed it meanwhile');
  expect(await say(socket, 'HGET e2e:hash name')).toContain('Ida');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('key-value')).toContainText('Ida');
  await page.getByTestId('element-edit').click();
  await page.getByTestId('edit-value').fill('Eva');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-value')).toContainText('Eva');
  expect(await say(socket, 'HGET e2e:hash name')).toContain('Eva');
  await page.getByTestId('key-ttl').click();
  await page.getByTestId('key-ttl-seconds').fill('1000');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-facts')).toContainText('16 min');
  expect(await say(socket, 'TTL e2e:hash')).toMatch(/^:(1000|9\d\d)\r\n$/);
  // The open key lies over the list.
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('key-detail')).toBeHidden();
  await open(page, /xff/);
  await expect(page.getByTestId('key-value')).toHaveText('c0 ff ee');
  await page.getByTestId('key-delete').click();
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('key-detail')).toBeHidden();
  expect(await say(socket, String.raw`EXISTS "e2e:\xff\x00"`)).toBe(':0\r\n');
  await page.goto(page.url().replace(/#.*/, '#/keys?of=cache&tab=tree'));
  const tree = page.getByTestId('tree-table');
  await tree.getByRole('row', { name: /^e2e/ }).click();
  await tree.getByRole('row', { name: /^hash/ }).click();
  await expect(page.getByTestId('key-value')).toContainText('Eva');
  await page.goto(page.url().replace(/#.*/, '#/keys?of=cache&tab=analysis'));
  await page.getByTestId('analysis-begin').click();
  await expect(page.getByTestId('analysis-facts')).toContainText('done');
  await expect(page.getByTestId('analysis-namespaces')).toContainText('e2e:*');
  await say(socket, 'DEL e2e:hash');
  socket.destroy();
});

async function open(page: Page, name: RegExp): Promise<void> {
  await page.getByTestId('keys-table').getByRole('row', { name }).click();
  await page.getByTestId('key-facts').waitFor();
}

async function socketPath(page: Page): Promise<string> {
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
