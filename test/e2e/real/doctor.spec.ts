/** The Doctor page on the engine's own servers: what is broken for real is named with its figures, mended, well, and undone when asked. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, type Locator, type Page } from '@playwright/test';
import { Queue } from 'bullmq';
import { test } from '../../support/open-console.ts';

test('workers do not process: a queue that somebody paused is named, resumed by the fix that was shown, and paused again by its undo', async ({
  openPage,
  realConsole,
}) => {
  test.setTimeout(180_000);
  const page = await openPage('/kpis');
  await expect(page.getByTestId('kpi-edp_count').locator('[data-state=fresh]')).toBeVisible({ timeout: 60_000 });
  const broker = await plainClient(realConsole.brokerSocket());
  const [, prefix = ''] = /(\S+):dashboard:meta/.exec(await say(broker, 'KEYS *:dashboard:meta')) ?? [];
  broker.destroy();
  const queue = new Queue('dashboard', { prefix, connection: { path: realConsole.brokerSocket() } });
  await expect(page.getByTestId('refresh-now')).not.toHaveAttribute('aria-disabled', 'true', { timeout: 60_000 });
  await queue.pause();
  await page.getByTestId('refresh-now').click();
  await goTo(page, '/doctor');
  const finding = page.getByTestId('finding-work-done-queue_paused');
  await lookedUntil(page, finding);
  await expect(finding.locator('[data-state=failed]')).toHaveText('critical');
  await expect(finding).toContainText(/\d+ jobs? waits? in dashboard.*: the queue dashboard is paused/);
  await expect(finding.locator('.finding-evidence')).toContainText('the queue dashboard is paused');
  await finding.getByTestId('fix').click();
  await expect(page.getByTestId('fix-commands')).toContainText(
    /queueActions\.run .*"action":"resume".*"name":"dashboard"/,
  );
  await expect(page.getByTestId('fix-undo')).toContainText('"action":"pause"');
  await unlockIfAsked(page);
  expect(await queue.isPaused()).toBe(true);
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('doctor-fixes').locator('li').first()).toContainText('mended', { timeout: 60_000 });
  expect(await queue.isPaused()).toBe(false);
  await expect(finding).toBeHidden();
  await expect(page.getByTestId('doctor-well')).toContainText('Workers take jobs, and none waits for long');

  await page.getByTestId('undo').first().click();
  await expect(page.getByTestId('undo-commands')).toContainText('"action":"pause"');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('doctor-fixes').locator('li').first()).toContainText('undone', { timeout: 60_000 });
  expect(await queue.isPaused()).toBe(true);
  await queue.resume();
  await queue.close();
});

test('memory running out: the full cache is named with its figures, its limit raised, and all is well', async ({
  openPage,
}) => {
  test.setTimeout(120_000);
  const page = await openPage('/redis');
  const link = page.getByTestId('redis-link');
  await expect(link).toContainText('unix://');
  const cache = await plainClient(/unix:\/\/(\S+\.sock)/.exec(await link.innerText())?.[1] ?? '');
  const limit = async () => Number(/\n(\d+)\r\n$/.exec(await say(cache, 'CONFIG GET maxmemory'))?.[1]);
  const before = await limit();
  const used = Number(/used_memory:(\d+)/.exec(await say(cache, 'INFO memory'))?.[1]);
  const tight = Math.round(used * 1.04);
  await say(cache, `CONFIG SET maxmemory ${tight}`);
  await goTo(page, '/doctor');
  const finding = page.getByTestId('finding-redis-memory-limit_near_evicting');
  await lookedUntil(page, finding);
  await expect(finding).toContainText(/Redis \(cache\) has used 9\d(\.\d)? % of its memory limit/);
  await finding.getByTestId('fix').click();
  await expect(page.getByTestId('fix-commands')).toContainText(`CONFIG SET maxmemory ${2 * tight}`);
  await expect(page.getByTestId('fix-undo')).toContainText(`CONFIG SET maxmemory ${tight}`);
  await unlockIfAsked(page);
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('doctor-fixes').locator('li').first()).toContainText('mended', { timeout: 30_000 });
  expect(await limit()).toBe(2 * tight);
  await expect(finding).toBeHidden();
  await expect(page.getByTestId('undo').first()).toBeVisible();
  await say(cache, `CONFIG SET maxmemory ${before}`);
  cache.destroy();
});

/** What a console notices within its rounds is asked for until it is there. */
async function lookedUntil(page: Page, finding: Locator): Promise<void> {
  await expect(async () => {
    await page.getByTestId('doctor-run').click();
    await expect(finding).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 90_000 });
}

async function goTo(page: Page, route: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#${route}`);
}

/** The engine's own servers are operated by the engine; a person unlocks them for what a person does. */
async function unlockIfAsked(page: Page): Promise<void> {
  await expect(page.getByTestId('operate-lock').last()).toBeVisible();
  if (await page.getByTestId('operate-unlock').isVisible()) await page.getByTestId('operate-unlock').click();
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
