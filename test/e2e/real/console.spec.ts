/** The whole program, from the source to the screen. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { test } from '../../support/open-console.ts';

const pages = [
  { route: '/overview', heading: /overview/i, showsFigures: true },
  { route: '/kpis', heading: /kpi/i, showsFigures: true },
  { route: '/cache', heading: /cache/i, showsFigures: false },
  { route: '/alerts', heading: /alert/i, showsFigures: false },
];

for (const { route, heading, showsFigures } of pages) {
  test(`${route} opens on real figures and can be used with assistive technology`, async ({
    openPage,
    realConsole,
  }) => {
    const page = await openPage(route);
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    if (showsFigures) await expect(page.getByText('Demo data').first()).toBeVisible();
    // A colour on its way from one state to another is nobody's choice.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    // Electron's windows cannot open the extra tab that axe wants to finish in.
    const axe = new AxeBuilder({ page }).setLegacyMode(realConsole.address === null);
    const { violations } = await axe.analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  });
}
