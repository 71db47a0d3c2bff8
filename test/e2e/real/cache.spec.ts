/** The Cache page over the whole program: what the KPIs page had computed is listed, explained, invalidated and computed again. */
import { expect, type Page } from '@playwright/test';
import { test } from '../../support/open-console.ts';

/** The index learns of new entries within seconds; the machine may be busy. */
const patienceMs = 30_000;

async function openEntry(page: Page, section: string): Promise<void> {
  await page.getByTestId('entries-search').fill(section);
  const row = page
    .getByTestId('entries-table')
    .locator('tr[data-index]')
    .filter({ hasText: `:${section}` })
    .first();
  await expect(row).toBeVisible({ timeout: patienceMs });
  await row.click();
}

test('entries of the KPIs are listed with their state, explained, and hold what was computed', async ({ openPage }) => {
  const page = await openPage('/kpis');
  await expect(page.getByTestId('kpi-edp_count')).toContainText('fresh', { timeout: patienceMs });
  await page.getByTestId('nav-cache').click();
  await expect(page.getByTestId('check-link')).toContainText('ready');
  await openEntry(page, 'essentials');
  const facts = page.getByTestId('entry-facts');
  await expect(facts).toContainText(/Key explained\s*yes/);
  await expect(facts).toContainText(/Checksum\s*right/);
  await page.getByTestId('payload').getByTestId('json-search').fill('edp_count');
  await expect(page.getByTestId('payload').locator('mark').first()).toHaveText('edp_count');
  await expect(page.getByTestId('timeline')).toContainText('stored');
});

test('an invalidated entry is stale with its reason, and fresh again after a refresh', async ({ openPage }) => {
  const page = await openPage('/kpis');
  await expect(page.getByTestId('kpi-edp_count')).toContainText('fresh', { timeout: patienceMs });
  await page.getByTestId('nav-cache').click();
  await openEntry(page, 'financials');
  await page.getByTestId('entry-invalidate').click();
  await expect(page.getByTestId('reach-entries')).toHaveText('1');
  await page.getByTestId('reason').fill('the whole program');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('cache-outcome')).toContainText('1 entry invalidated');
  await expect(page.getByTestId('timeline')).toContainText('invalidated');
  const state = page.getByTestId('entry-drawer').locator('header [data-state]');
  await expect(state).not.toHaveText('fresh');
  await expect(page.getByTestId('why')).toContainText(/invalidated/i);
  await page.getByTestId('entry-refresh').click();
  await expect(state).toHaveText('fresh', { timeout: patienceMs });
});

test('warming ends with a proof that names no failed key, and a layer is cleared', async ({ openPage }) => {
  const page = await openPage('/cache');
  await page.getByTestId('open-warming').click();
  await page.getByTestId('warm-now').click();
  await expect(page.getByTestId('warm-proof')).toContainText(/(\d+) of \1 keys read back as hits/, { timeout: 50_000 });
  await page.keyboard.press('Escape');
  await page.getByTestId('clear-charts').click();
  await page.getByTestId('confirm-typed').fill('charts');
  await expect(page.getByTestId('confirm')).not.toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('cache-outcome')).toContainText('Charts cleared');
});
