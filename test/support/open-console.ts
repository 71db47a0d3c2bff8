/** A page of the real console on a real engine: in Chromium over the web host, or in Electron's own window. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, test as base, type Page } from '@playwright/test';
import { runProgram } from './program.ts';

const root = join(import.meta.dirname, '../..');
/** Enough for every KPI to have a value, few enough to be there at once. */
const settings = { VIGIA_DEMO_ROWS: '2000', VIGIA_AS_OF: '2026-03-31' };

export interface RealConsole {
  /** The socket of its private broker. */
  readonly brokerSocket: () => string;
  /** Null in Electron. */
  readonly address: string | null;
  readonly token: string | null;
  /** A page at a route such as `/kpis`. */
  open(route: string): Promise<Page>;
  close(): Promise<void>;
}

interface Fixtures {
  /** Problems that the pages wrote to their consoles: a test that leaves any fails. */
  readonly pageProblems: string[];
  readonly openPage: (route: string) => Promise<Page>;
}

export const test = base.extend<Fixtures, { realConsole: RealConsole }>({
  realConsole: [
    async ({ browser }, use, { project }) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'vigia-e2e-'));
      const started =
        project.name === 'electron'
          ? await startElectron(dataDir)
          : await startWeb(dataDir, async () => (await browser.newContext()).newPage());
      await use(started);
      await started.close();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures wanted from this pattern
  pageProblems: async ({}, use) => {
    const problems: string[] = [];
    await use(problems);
    base.expect(problems).toEqual([]);
  },
  openPage: async ({ realConsole, pageProblems }, use) => {
    const pages: Page[] = [];
    await use(async (route) => {
      const page = await realConsole.open(route);
      pages.push(page);
      page.on('console', (message) => {
        if (message.type() === 'error') pageProblems.push(message.text());
      });
      page.on('pageerror', (error) => pageProblems.push(error.message));
      return page;
    });
    if (realConsole.address !== null) for (const page of pages) await page.context().close();
  },
});

async function startWeb(dataDir: string, newPage: () => Promise<Page>): Promise<RealConsole> {
  const env = { ...bareEnvironment(), ...settings };
  const program = runProgram(process.execPath, [join(root, 'out/main/web.js'), '--data-dir', dataDir], env, root);
  const [, address = ''] = await program.says(/ready at (http:\S+)/, 30_000);
  const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
  return {
    brokerSocket: () => brokerSocketOf(dataDir),
    address,
    token,
    async open(route) {
      const page = await newPage();
      await page.goto(`${address}/#${route}?token=${token}`);
      return page;
    },
    async close() {
      program.signal('SIGINT');
      await program.ended();
    },
  };
}

async function startElectron(dataDir: string): Promise<RealConsole> {
  const executablePath: unknown = createRequire(import.meta.url)('electron');
  const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root, '--data-dir', dataDir];
  const app = await _electron.launch({
    executablePath: String(executablePath),
    args,
    env: { ...bareEnvironment(), ...settings },
  });
  return {
    brokerSocket: () => brokerSocketOf(dataDir),
    address: null,
    token: null,
    async open(route) {
      const page = await app.firstWindow();
      await page.evaluate((hash) => {
        window.location.hash = hash;
      }, `#${route}`);
      return page;
    },
    close: () => app.close(),
  };
}

function brokerSocketOf(dataDir: string): string {
  const record: unknown = JSON.parse(readFileSync(join(dataDir, 'redis', 'broker.pid'), 'utf8'));
  const { socketPath } = record as { socketPath: string };
  return socketPath;
}

function bareEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(VIGIA_|REDIS_|CELERY_|NODE_OPTIONS)/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']));
}
