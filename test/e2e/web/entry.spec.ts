/** Getting into the console with a browser. */
import { expect } from '@playwright/test';
import { test } from '../../support/open-console.ts';

test('the token leaves the address as soon as the page has it, and a reload still works', async ({
  openPage,
  realConsole,
}) => {
  const page = await openPage('/overview');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect.poll(() => page.url()).not.toContain(realConsole.token ?? '');
  await page.reload();
  await expect(page.getByText('Demo data').first()).toBeVisible();
});

test('a page without the token says so and shows no figures', async ({ browser, realConsole }) => {
  const page = await browser.newPage();
  await page.goto(`${realConsole.address}/`);
  await expect(page.getByText(/token|refused|not accepted/i).first()).toBeVisible();
  await page.close();
});
