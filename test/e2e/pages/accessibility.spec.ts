/** Every page in both themes against axe, and by keyboard alone; narrow windows scroll in no direction but down. */
import { AxeBuilder } from '@axe-core/playwright';
import { withFreshness } from '../../support/console-figures.ts';
import { expect, test } from './console-test.ts';

// A third of all browser tests stands in this file.
test.describe.configure({ mode: 'parallel' });

const routes = [
  '/overview',
  '/kpis',
  '/cache',
  '/redis',
  '/keys',
  '/queues',
  '/tasks',
  '/workers',
  '/schedules',
  '/alerts',
  '/review',
  '/connections',
  '/storage',
  '/alerts?tab=history',
  '/alerts?tab=rules',
  '/alerts?tab=rules&edit=hit-rate',
  '/alerts?tab=silences',
  '/alerts?tab=channels',
  '/alerts?tab=channels&channel=mail',
  '/doctor',
] as const;

for (const theme of ['dark', 'light'] as const) {
  for (const route of routes) {
    test(`${route} has no accessibility finding in the ${theme} theme`, async ({ open, engine, page }) => {
      engine.script.isBroken = true;
      engine.script.changeView = (shown) =>
        withFreshness(shown, {
          kpis: { state: 'stale' },
          financials: { state: 'stale', refresh: { status: 'failed', times: 2, lastError: 'x', nextTryAtMs: null } },
          costs: { state: 'expired' },
        });
      await page.addInitScript((chosen) => {
        localStorage.setItem('vigia.preferences', JSON.stringify({ theme: chosen, language: 'en' }));
      }, theme);
      await open(route);
      await expect(page.getByTestId('nav-alerts')).toContainText('1');
      await page.waitForLoadState('networkidle');
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    });
  }
}

test('open panels and dialogs have no accessibility finding', async ({ open }) => {
  const page = await open('/kpis');
  const findings = async (): Promise<string[]> => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  };
  await page.getByTestId('filter-period').click();
  await expect(page.getByRole('table').first()).toBeVisible();
  expect(await findings()).toEqual([]);
  await page.getByTestId('filter-cliente').click();
  await expect(page.getByRole('option').first()).toBeVisible();
  expect(await findings()).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await findings()).toEqual([]);
});

test('the whole console can be walked through by keyboard, with the focus in sight', async ({ open }) => {
  const page = await open('/kpis');
  await expect(page.getByTestId('kpi-edp_count')).toContainText('1,000');
  await page.keyboard.press('Tab');
  await expect(page.getByText('Skip to the content')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
  expect(new URL(page.url()).hash).toBe('#/kpis');
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('pause')).toBeFocused();
  const outline = await page.getByTestId('pause').evaluate((button) => getComputedStyle(button).outlineStyle);
  expect(outline).toBe('solid');
});

for (const width of [900, 1280, 1920]) {
  for (const route of routes) {
    test(`${route} fits a window ${width} px wide`, async ({ open, page }) => {
      await page.setViewportSize({ width, height: 800 });
      await open(route);
      await page.waitForLoadState('networkidle');
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      // Less than none is the room that is kept for the scroll bar.
      expect(overflow).toBeLessThanOrEqual(0);
    });
  }
}
