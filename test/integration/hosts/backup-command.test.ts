/** `vigia backup` and `vigia restore` as a user runs them: on a console that runs, on a folder at rest, and over its restart. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, runProgram } from '../../support/program.ts';
import { serveConsole } from '../../support/served-console.ts';

const root = new URL('../../../', import.meta.url).pathname;
let folder: string;
let dataDir: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigia-backup-command-'));
  dataDir = join(folder, 'data');
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

async function vigia(...args: readonly string[]): Promise<Ended> {
  const bare = Object.entries(process.env).filter(([name]) => !/^(VIGIA_|REDIS_|CELERY_|NODE_)/.test(name));
  const all = ['src/cli/index.ts', ...args, '--data-dir', dataDir];
  return await runProgram(process.execPath, all, Object.fromEntries(bare), root).ended();
}

test('what a console held is backed up while it runs, and is there again after a restore', async () => {
  const env = { VIGIA_DEMO_ROWS: '400', VIGIA_WARMING: 'false' };
  const first = await serveConsole({ dataDir, env });
  const silence = await first.client.call('alerts.silences.add', {
    matchers: [{ label: 'rule', operator: 'is', value: 'workers' }],
    forMs: 3_600_000,
    reason: 'kept in the backup',
  });
  const out = join(folder, 'out.db');
  const made = await vigia('backup', '--out', out);
  expect(made).toMatchObject({ code: 0, output: expect.stringContaining(`backed up to ${out}`) });
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(dataDir, 'backups'))).toHaveLength(1);
  expect(await vigia('backup', '--out', out)).toMatchObject({
    code: 2,
    output: expect.stringContaining('there already'),
  });
  await first.client.call('alerts.silences.lift', { silenceId: silence.id });

  const asked = await vigia('restore', out);
  expect(asked).toMatchObject({ code: 0, output: expect.stringContaining('Nothing was changed') });
  expect((await first.client.call('storage.get', {})).staged).toBeNull();
  const staged = await vigia('restore', out, '--yes');
  expect(staged).toMatchObject({ code: 0, output: expect.stringContaining('at the next start') });
  expect((await first.client.call('storage.get', {})).staged).not.toBeNull();
  await first.stop();

  const second = await serveConsole({ dataDir, env });
  const { notices } = await second.client.call('system.info', {});
  expect(notices.map(({ message }) => message).join()).toContain('was restored from a backup');
  const { silences } = await second.client.call('alerts.silences.list', {});
  expect(silences.find(({ id }) => id === silence.id)).toEqual(silence);
  const { setAside, staged: left } = await second.client.call('storage.get', {});
  expect(left).toBeNull();
  expect(setAside.map(({ why }) => why)).toEqual(['before-restore']);
  await second.stop();

  const atRest = await vigia('backup');
  expect(atRest).toMatchObject({ code: 0, output: expect.stringContaining(join(dataDir, 'backups')) });
});

test('what is no backup is refused with the reason', async () => {
  const file = join(folder, 'letter.txt');
  writeFileSync(file, 'Dear all,');
  const refused = await vigia('restore', file, '--yes');
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('is not a SQLite database') });
});
