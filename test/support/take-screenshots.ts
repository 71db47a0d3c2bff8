/** Takes the pictures in docs/screenshots of the real program on its demo data: `node test/support/take-screenshots.ts`, after `npm run build`. */
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { type ServedConsole, serveConsole } from './served-console.ts';
import { until } from './until.ts';

const folder = join(import.meta.dirname, '../../docs/screenshots');
const pages = [
  ...(['overview', 'kpis', 'cache', 'redis', 'keys', 'queues', 'workers', 'schedules'] as const),
  ...(['alerts', 'doctor', 'review', 'connections', 'storage'] as const),
];
const themes = ['dark', 'light'] as const;
/** Long enough for lines to be lines. */
const sampleCount = 12;

async function open(browser: Browser, served: ServedConsole, colorScheme: 'dark' | 'light'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
  const page = await context.newPage();
  await page.goto(`${served.address}/#token=${served.token}`);
  await page.getByTestId('page-overview').waitFor();
  return page;
}

async function waitForSamples(served: ServedConsole): Promise<void> {
  let samples = 0;
  const stop = served.client.on('health.sampled', () => {
    samples += 1;
    void served.client.call('dashboard.get', {});
    void served.client.call('dashboard.get', {});
  });
  await until(() => samples >= sampleCount, 120_000, 'samples');
  stop();
}

async function picture(page: Page, served: ServedConsole, name: (typeof pages)[number], theme: string): Promise<void> {
  await page.goto(`${served.address}/#/${name}`);
  await page.getByTestId(`page-${name}`).waitFor();
  await page.waitForLoadState('networkidle');
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  if (name === 'cache' || name === 'redis') await page.locator('canvas').first().waitFor();
  if (name === 'keys') await page.getByRole('row').nth(3).waitFor();
  if (name === 'doctor') await page.getByTestId('doctor-well').or(page.getByText('Redis answers')).first().waitFor();
  await page.screenshot({ path: join(folder, `${name}-${theme}.png`), animations: 'disabled' });
}

const served = await serveConsole();
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking'],
});
try {
  await served.client.call('dashboard.get', { waitMs: 60_000 });
  await waitForSamples(served);
  const opened: Page[] = [];
  for (const theme of themes) {
    const page = await open(browser, served, theme);
    for (const name of pages) await picture(page, served, name, theme);
    await page.goto(`${served.address}/#/kpis`);
    opened.push(page);
  }
  await served.stop();
  for (const [index, page] of opened.entries()) {
    await page.getByTestId('banner-offline').waitFor();
    await page.screenshot({ path: join(folder, `kpis-offline-${themes[index]}.png`), animations: 'disabled' });
  }
} finally {
  await browser.close();
  await served.stop();
}
