/** Browser tests: real Chromium against the built web host with a real engine; the same specs in Electron where its binary is. */
import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const hasElectron = existsSync('node_modules/electron/path.txt');
const listElectron = process.env['VIGIA_LIST_ELECTRON'] === '1';

/** Debian's Chromium, without its habit of calling home. */
const chromium = {
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-dev-shm-usage',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
};

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // As many as the machine this is made for has cores.
  workers: 2,
  forbidOnly: Boolean(process.env['CI']),
  reporter: 'list',
  use: {
    launchOptions: chromium,
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'America/Santiago',
  },
  projects: [
    { name: 'web', testMatch: '**/*.spec.ts' },
    // Only what drives the whole program can run in its window; pages over a scripted engine need the web host.
    ...(hasElectron || listElectron ? [{ name: 'electron', testMatch: 'real/**/*.spec.ts' }] : []),
  ],
});
