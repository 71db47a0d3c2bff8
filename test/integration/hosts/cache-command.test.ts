/** `vigia cache …` as a user runs it, against the real program. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, runProgram } from '../../support/program.ts';
import { type ServedConsole, serveConsole } from '../../support/served-console.ts';
import { until } from '../../support/until.ts';

const root = new URL('../../../', import.meta.url).pathname;
let served: ServedConsole;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vigia-cache-command-'));
  served = await serveConsole({
    dataDir: join(folder, 'data'),
    env: { VIGIA_DEMO_ROWS: '400', VIGIA_AS_OF: '2026-11-22', VIGIA_WARMING: 'false' },
  });
  await served.client.call('dashboard.get', { filters: {}, waitMs: 25_000 });
  await until(async () => (await served.client.call('cache.entries', {})).matchCount >= 7, 10_000, 'the entries');
});
afterAll(async () => {
  await served.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function vigia(args: readonly string[], dataDir = served.dataDir): Promise<Ended> {
  const bare = Object.entries(process.env).filter(([name]) => !/^(VIGIA_|REDIS_|CELERY_|NODE_)/.test(name));
  const all = ['src/cli/index.ts', 'cache', ...args, '--data-dir', dataDir];
  return await runProgram(process.execPath, all, Object.fromEntries(bare), root).ended();
}

describe('vigia cache', () => {
  test('status prints the layers as an aligned table, and as JSON', async () => {
    const { code, output } = await vigia(['status']);
    expect(code).toBe(0);
    const lines = output.split('\n');
    const head = lines.findIndex((line) => line.startsWith('LAYER'));
    expect(lines[head]).toMatch(/^LAYER +TTL +FRESH +STALE +EXPIRED +BAD +SIZE +READS\/5M +HIT$/);
    const kpis = lines.find((line) => line.startsWith('kpis ')) ?? '';
    expect(kpis).toMatch(/^kpis +10m +1 +0 +0 +0 +[\d.]+ k?B/);
    // Figures end below the end of their titles.
    expect(kpis[(lines[head] ?? '').indexOf('FRESH') + 4]).toBe('1');
    const json = JSON.parse((await vigia(['status', '--json'])).output) as { layers: { layer: string }[] };
    expect(json.layers.map(({ layer }) => layer)).toEqual(['dashboard', 'kpis', 'charts', 'financials']);
  });

  test('invalidate says what it would reach, then reaches it', async () => {
    const preview = await vigia(['invalidate', '--tag', 'table:edp', '--preview']);
    expect(preview.output).toMatch(/^total +7 +/m);
    const done = await vigia(['invalidate', '--tag', 'table:edp', '--reason', 'import', '--json']);
    expect(JSON.parse(done.output)).toMatchObject({
      tags: ['table:edp'],
      mode: 'stale',
      entryCount: 7,
      reason: 'import',
    });
    const { rows } = await served.client.call('cache.entries', { states: ['stale'], tags: ['table:edp'] });
    expect(rows.length).toBeGreaterThan(0);
  });

  test('clear removes nothing until it is told to', async () => {
    const asked = await vigia(['clear', 'charts']);
    expect(asked).toMatchObject({ code: 0, output: expect.stringMatching(/total +1 .*Nothing was removed/s) });
    const done = await vigia(['clear', 'charts', '--yes']);
    expect(done.output).toMatch(/^cleared charts: 1 entries/);
  });

  test('warm waits for the proof and prints it', async () => {
    const { code, output } = await vigia(['warm', '--wait']);
    expect(output).toMatch(/proved +static +7\/7 .*\(no filters\)/);
    expect(output).toMatch(/35 of 35 keys read back as hits/);
    expect(code).toBe(0);
  });

  test('says what is wrong with its input and ends with 2', async () => {
    const none = await vigia(['invalidate']);
    expect(none).toMatchObject({ code: 2, output: expect.stringMatching(/at least one tag or key/) });
    expect((await vigia(['clear', 'attic', '--yes'])).code).toBe(2);
    expect((await vigia(['clear'])).code).toBe(2);
  });

  test('says that no console runs, how to start one, and ends with 4', async () => {
    const empty = join(folder, 'empty');
    const never = await vigia(['status'], empty);
    expect(never).toMatchObject({ code: 4, output: expect.stringMatching(/No console .*`vigia serve`/s) });
    expect(existsSync(join(empty, 'vigia.lock'))).toBe(false);
    // One that crashed leaves its address behind.
    const crashed = mkdtempSync(join(folder, 'crashed-'));
    writeFileSync(join(crashed, 'address'), 'http://127.0.0.1:9\n');
    writeFileSync(join(crashed, 'token'), 'a token of sixteen characters\n');
    const dead = await vigia(['status'], crashed);
    expect(dead).toMatchObject({ code: 4, output: expect.stringMatching(/127\.0\.0\.1:9.*does not answer/) });
  });
});

test('the address of the console is in the data folder while it runs', async () => {
  const other = await serveConsole({ dataDir: join(folder, 'other'), env: { VIGIA_DEMO_ROWS: '100' } });
  expect(existsSync(join(folder, 'other', 'address'))).toBe(true);
  await other.stop();
  expect(existsSync(join(folder, 'other', 'address'))).toBe(false);
});
