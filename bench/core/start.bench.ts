/** From the start of the built program to its first healthy answer, and from a browser's start to the first KPI. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { serveConsole } from '../../test/support/served-console.ts';
import { until } from '../../test/support/until.ts';
import { atMost, median, type Row, told } from '../row.ts';

const root = join(import.meta.dirname, '../..');
const runs = 5;

/** `npm start -- --headless` itself, set-up done before, on a data folder that has its demo data. */
export async function start(): Promise<Row[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigia-bench-'));
  const times: number[] = [];
  try {
    await startOnce(dataDir);
    for (let run = 0; run < runs; run += 1) times.push(await startOnce(dataDir));
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
  return [
    atMost(3_000, {
      area: 'core',
      name: 'npm start -- --headless to the first healthy answer',
      unit: 'ms',
      ours: median(times),
    }),
  ];
}

async function startOnce(dataDir: string): Promise<number> {
  const port = await freePort();
  const startMs = performance.now();
  const child = spawn('npm', ['start', '--', '--headless', '--port', String(port), '--data-dir', dataDir], {
    cwd: root,
    stdio: 'ignore',
    detached: true,
  });
  try {
    await until(() => isHealthy(port, dataDir), 60_000);
    return performance.now() - startMs;
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    await ended;
  }
}

async function isHealthy(port: number, dataDir: string): Promise<boolean> {
  try {
    const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`http://127.0.0.1:${port}/health/system`, { headers });
    const health = (await response.json()) as { status: string };
    return health.status === 'healthy';
  } catch {
    // Not there yet: that is what is being measured.
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** From the navigation to the first KPI on the screen; the browser runs already, the cache is warm. */
export async function firstKpi(): Promise<Row[]> {
  const served = await serveConsole();
  const browser = await chromium.launch({
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
  });
  const times: number[] = [];
  try {
    await served.client.call('dashboard.get', { waitMs: 60_000 });
    const page = await browser.newPage();
    await page.goto(served.page);
    await page.locator('.tile:not([aria-busy="true"]) .value').first().waitFor();
    for (let run = 0; run < runs * 2; run += 1) {
      const startMs = performance.now();
      await page.goto(`${served.address}/?run=${run}#/kpis`);
      await page.locator('.tile:not([aria-busy="true"]) .value').first().waitFor();
      times.push(performance.now() - startMs);
    }
  } finally {
    await browser.close();
    await served.stop();
  }
  return [
    atMost(700, { area: 'core', name: 'first KPI painted, warm cache', unit: 'ms', ours: median(times) }),
    told({ area: 'core', name: 'first KPI painted, slowest', unit: 'ms', ours: Math.max(...times) }),
  ];
}
