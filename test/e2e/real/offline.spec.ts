/** The whole program opened with Redis, source and all gone: last known values, a note on one, and what is true when they are back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { runProgram } from '../../support/program.ts';
import { type ReviewedConsole, reviewedConsole } from '../../support/reviewed-console.ts';

const root = join(import.meta.dirname, '../../..');

interface AgeWords {
  readonly computed: RegExp;
  readonly data: RegExp;
  readonly word: string;
}

/** Whatever the page shows: no tile without its two ages, none that is said to be anything but last known. */
async function everyTileHasBothAges(page: Page, { computed, data, word }: AgeWords): Promise<void> {
  const tiles = page.locator('.tile');
  await expect(tiles.filter({ hasText: word })).toHaveCount(await tiles.count());
  const texts = await tiles.allTextContents();
  expect(texts.length).toBeGreaterThan(30);
  expect(texts.filter((text) => !computed.test(text) || !data.test(text))).toEqual([]);
  await expect(page.locator('[data-state=fresh], [data-state=refreshing]')).toHaveCount(0);
}

test('opens on the last known KPIs with everything gone, keeps a note, and compares when it is back', async ({
  page,
}) => {
  test.setTimeout(300_000);
  const reviewed: ReviewedConsole = await reviewedConsole();
  await reviewed.takeAway();
  const kept = Object.entries(process.env).filter(([name]) => !/^(VIGIA_|REDIS_|CELERY_|NODE_OPTIONS)/.test(name));
  const env = { ...Object.fromEntries(kept), ...reviewed.env };
  const program = runProgram(
    process.execPath,
    [join(root, 'out/main/web.js'), '--data-dir', reviewed.dataDir],
    env,
    root,
  );
  try {
    const [, address = ''] = await program.says(/ready at (http:\S+)/, 60_000);
    const token = readFileSync(join(reviewed.dataDir, 'token'), 'utf8').trim();
    await page.goto(`${address}/#/kpis?token=${token}`);
    const tile = page.getByTestId('kpi-edp_count');
    await expect(tile).toContainText('1,000');
    const banner = page.getByTestId('banner-cut-off');
    await expect(banner).toContainText('nothing here is live');
    await expect(banner).toContainText(/Cache since .* · Broker since .* · Source since /);
    await expect(page.getByTestId('cut-off-oldest')).toContainText(/computed .* ago, its data reaches to/);
    await expect(tile.locator('[data-state=expired]')).toHaveText('last known');
    await expect(tile).toContainText(/computed .* ago/);
    await expect(tile).toContainText(/data to/);
    await expect(page.locator('[data-state=fresh]')).toHaveCount(0);
    await expect(page.locator('[data-state=refreshing]')).toHaveCount(0);
    await expect(page.getByTestId('refresh-now')).toHaveAttribute('aria-disabled', 'true');
    await expect(page.getByTestId('oldest-age')).toContainText('oldest');

    await everyTileHasBothAges(page, {
      computed: /computed (.* ago|just now)/,
      data: /data to \d/,
      word: 'last known',
    });
    await page.getByRole('button', { name: 'Español' }).click();
    await everyTileHasBothAges(page, {
      computed: /calculado (hace |recién)/,
      data: /datos al \d/,
      word: 'último conocido',
    });
    await expect(page.getByTestId('banner-cut-off')).toContainText(/Caché .* · Broker .* · Origen /);
    await expect(page.getByTestId('cut-off-oldest')).toContainText(/se calculó .*, sus datos llegan hasta \d/);
    await page.getByRole('button', { name: 'English' }).click();

    await page.goto(`${address}/#/review?kpi=edp_count`);
    await page.getByTestId('note-words').fill('Is this all of them?');
    await page.getByTestId('note-add').click();
    await expect(page.getByTestId('review-kpi')).toContainText(
      'written while unreachable: Redis cache, Redis broker, Source',
    );
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('review-notes')).toContainText('not computed since');

    await reviewed.giveBack();
    await expect(banner).toHaveCount(0, { timeout: 60_000 });
    // A job that began before its worker saw the source again is tried anew after a minute and its jitter.
    await expect(page.getByTestId('review-notes')).toContainText('changed', { timeout: 120_000 });
    await expect(page.getByTestId('review-notes')).toContainText('999');
    await expect(page.getByTestId('banner-back')).toContainText('You left 1 note while it was not.');
    await page.getByTestId('back-notes').click();
    await expect(page.getByTestId('review-notes')).toBeInViewport();
  } finally {
    program.signal('SIGINT');
    await program.ended(30_000);
    await reviewed.remove();
  }
});
