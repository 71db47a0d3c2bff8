import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const root = new URL('../../..', import.meta.url).pathname;
const vigia = (...args: string[]): Promise<{ stdout: string }> =>
  run(process.execPath, ['src/cli/index.ts', 'acl', ...args], { cwd: root });

test('vigia acl prints a line for redis-cli, and refuses what it does not know', async () => {
  const { stdout } = await vigia('--mode', 'observe', '--user', 'eye');
  expect(stdout).toMatch(/^ACL SETUSER eye reset on >PASSWORD %R~\* &\* -@all \+@read .*-keys\n$/);
  expect((await vigia('--mode', 'operate')).stdout).toMatch(/\+@write .*-flushall/);
  await expect(vigia('--mode', 'look')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('"look"') });
  await expect(vigia('--redis', '5')).rejects.toMatchObject({ code: 2 });
});
