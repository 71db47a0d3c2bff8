/** `vigia export` and `vigia open` as a user runs them, against the real program. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDataDir, type openReviewFile } from '../../../engine/index.ts';
import { type Ended, runProgram } from '../../support/program.ts';
import { type ServedConsole, serveConsole } from '../../support/served-console.ts';
import { until } from '../../support/until.ts';

const root = new URL('../../../', import.meta.url).pathname;
let served: ServedConsole;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vigia-review-command-'));
  served = await serveConsole({
    dataDir: join(folder, 'data'),
    env: {
      VIGIA_DEMO_ROWS: '400',
      VIGIA_AS_OF: '2026-11-22',
      VIGIA_WARMING: 'false',
      VIGIA_WEBHOOK_SECRET: 'hook-secret-of-a-test',
    },
  });
  await served.client.call('dashboard.get', { filters: {}, waitMs: 25_000 });
  await until(async () => {
    const { sections } = await served.client.call('review.moment', { atMs: Date.now() + 1_000 });
    return sections.every(({ payload }) => payload !== null);
  }, 20_000);
  await served.client.call('review.notes.add', { kind: 'question', words: 'Is this all?', kpiId: 'edp_count' });
});
afterAll(async () => {
  await served.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function vigia(...args: readonly string[]): Promise<Ended> {
  const bare = Object.entries(process.env).filter(([name]) => !/^(VIGIA_|REDIS_|CELERY_|NODE_)/.test(name));
  return await runProgram(process.execPath, ['src/cli/index.ts', ...args], Object.fromEntries(bare), root).ended();
}

describe('vigia export and vigia open', () => {
  test('save what the console shows, and print it with its ages, its seal and its notes', async () => {
    const file = join(folder, 'now.vigia');
    const saved = await vigia('export', '--out', file, '--data-dir', served.dataDir);
    expect(saved).toMatchObject({ code: 0, output: expect.stringMatching(/now\.vigia: .* sealed by [0-9a-f]{4}-/) });
    const { code, output } = await vigia('open', file);
    expect(code).toBe(0);
    expect(output).toMatch(/^KPI +VALUE +UNIT +SECTION +STATE +AGE +DATA TO$/m);
    expect(output).toMatch(/^edp_count +400 +count +essentials +fresh +\d+s /m);
    expect(output).toMatch(/question on edp_count \(400 count\) by .*: Is this all\?/);
  });

  test('refuse a file that was changed, with the reason', async () => {
    const file = join(folder, 'changed.vigia');
    await vigia('export', '--out', file, '--data-dir', served.dataDir);
    const bytes = readFileSync(file);
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const { code, output } = await vigia('open', file);
    expect(code).toBe(1);
    expect(output).toContain('changed after it was sealed');
  });

  test('make a support bundle that names neither the data folder nor a secret', async () => {
    const file = join(folder, 'support.vigia');
    await vigia('export', '--support', '--out', file, '--data-dir', served.dataDir);
    const { code, output } = await vigia('open', file, '--json');
    expect(code).toBe(0);
    expect(output).toContain('"kind": "support"');
    expect(output).not.toContain(folder);
    expect(output).not.toContain('hook-secret-of-a-test');
    expect(output).not.toContain(served.token);
  });

  test('say what is wrong with a time or a filter', async () => {
    const at = await vigia('export', '--at', 'yesterday', '--data-dir', served.dataDir);
    expect(at).toMatchObject({ code: 2, output: expect.stringContaining('--at "yesterday" is no time') });
    const filter = await vigia('export', '--filter', 'cliente', '--data-dir', served.dataDir);
    expect(filter.output).toContain('write one like cliente=Andes');
  });
});

describe('with no console on the folder', () => {
  beforeAll(() => served.stop());

  test('the last known values are saved from the local database, with their ages and notes', async () => {
    const file = join(folder, 'rest.vigia');
    const saved = await vigia('export', '--out', file, '--data-dir', served.dataDir);
    expect(saved).toMatchObject({ code: 0, output: expect.stringMatching(/rest\.vigia: .* sealed by [0-9a-f]{4}-/) });
    const { output } = await vigia('open', file);
    expect(output).toContain('from a folder at rest');
    expect(output).toMatch(/^edp_count +400 +count +essentials +\w+ +\d+s /m);
    expect(output).toMatch(/question on edp_count \(400 count\) by .*: Is this all\?/);
  });

  test('a support bundle leaves out the log, which may name what the settings of then would have hidden', async () => {
    const file = join(folder, 'support-at-rest.vigia');
    expect((await vigia('export', '--support', '--out', file, '--data-dir', served.dataDir)).code).toBe(0);
    const { content } = JSON.parse((await vigia('open', file, '--json')).output) as ReturnType<typeof openReviewFile>;
    expect(content.support).toMatchObject({ log: [], runs: expect.any(Array) });
    expect(content.frames.length).toBeGreaterThan(10);
    expect(JSON.stringify(content)).not.toContain(folder);
  });

  test('a folder without values is refused and stays as it is; one that another program holds is named', async () => {
    const empty = join(folder, 'empty');
    const refused = await vigia('export', '--data-dir', empty);
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('keeps no values of KPIs') });
    expect(existsSync(join(empty, 'vigia.db'))).toBe(false);
    const held = openDataDir(served.dataDir);
    try {
      const { code, output } = await vigia('export', '--data-dir', served.dataDir);
      expect(code).not.toBe(0);
      expect(output).toMatch(/is in use|another/i);
    } finally {
      held.release();
    }
  });
});
