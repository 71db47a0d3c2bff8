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
  await expect(page.getByTestId('banner-refused')).toBeVisible();
  await expect(page.getByText('Demo data')).toHaveCount(0);
  await page.close();
});

test('whoever has the token signs in from such a page; a wrong one is told, and a new tab asks again', async ({
  browser,
  realConsole,
}) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${realConsole.address}/#/kpis`);
  const banner = page.getByTestId('banner-refused');
  await banner.getByLabel('Token').fill('not the token of anybody');
  await banner.getByLabel('Token').press('Enter');
  await expect(banner.getByText('This is not the token of this console')).toBeVisible();
  await banner.getByLabel('Token').fill(realConsole.token ?? '');
  await banner.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('Demo data').first()).toBeVisible();
  await expect(banner).toHaveCount(0);
  expect(page.url()).not.toContain(realConsole.token ?? '');
  await page.reload();
  await expect(page.getByText('Demo data').first()).toBeVisible();
  const other = await context.newPage();
  await other.goto(`${realConsole.address}/`);
  await expect(other.getByTestId('banner-refused')).toBeVisible();
  await context.close();
});
