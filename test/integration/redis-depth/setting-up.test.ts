/** `vigia redis-conf` writes what redis-server takes and keeps to; `vigia redis` runs the embedded servers alone. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { runProgram } from '../../support/program.ts';
import { freePorts, launchRedis } from '../../support/redis-process.ts';

const root = join(import.meta.dirname, '../../..');
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'vigia-conf-'));
  cleanUps.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function vigia(...args: string[]) {
  const program = runProgram(process.execPath, ['src/cli/index.ts', ...args], process.env, root);
  cleanUps.push(() => program.destroy());
  return program;
}

const expected = {
  cache: { 'maxmemory-policy': 'allkeys-lru', appendonly: 'no', save: '' },
  broker: { 'maxmemory-policy': 'noeviction', appendonly: 'yes', save: '3600 1 300 100 60 10000' },
};

test.each(['cache', 'broker'] as const)(
  'the configuration of a %s starts, is bound, protected and evicts as it must',
  async (role) => {
    const home = folder();
    const file = join(home, 'redis.conf');
    const [port = 0] = await freePorts(1);
    const ended = await vigia(
      'redis-conf',
      '--role',
      role,
      '--memory',
      '2gb',
      '--port',
      String(port),
      '--out',
      file,
    ).ended();
    expect(ended).toMatchObject({ code: 0 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const conf = readFileSync(file, 'utf8');
    const password = /^requirepass (\S{32})$/m.exec(conf)?.[1] ?? '';
    expect(password).not.toBe('');
    const server = await launchRedis([file, '--dir', home], { host: '127.0.0.1', port });
    cleanUps.push(() => server.kill());
    const client = new Redis({ host: '127.0.0.1', port, password });
    cleanUps.push(() => client.disconnect());
    const shown = await client.config('GET', '*');
    const values = Object.fromEntries(
      Array.from({ length: shown.length / 2 }, (_, at) => [shown[2 * at], shown[2 * at + 1]]),
    );
    expect(values).toMatchObject({
      ...expected[role],
      bind: '127.0.0.1 -::1',
      'protected-mode': 'yes',
      maxmemory: String(2 * 1_024 ** 3),
    });
    const stranger = new Redis({ host: '127.0.0.1', port, lazyConnect: true, enableReadyCheck: false });
    stranger.on('error', () => undefined);
    await expect(stranger.get('a')).rejects.toThrow('NOAUTH');
    stranger.disconnect();
    // The file may be in use by now: it is not written over.
    const again = await vigia('redis-conf', '--role', role, '--memory', '1gb', '--out', file).ended();
    expect(again.code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe(conf);
  },
  30_000,
);

test.each([
  ['--role', 'queue', '--memory', '2gb'],
  ['--role', 'cache', '--memory', '2'],
  ['--role', 'cache', '--memory', '2gb', '--port', '0'],
])('%s %s %s %s is refused with exit code 2', async (...args) => {
  expect((await vigia('redis-conf', ...args).ended()).code).toBe(2);
});

test('vigia redis runs both servers until it is interrupted, and leaves none', async () => {
  const home = folder();
  const program = vigia('redis', '--data-dir', home);
  const [, cacheUrl = ''] = await program.says(/cache: +unix:\/\/(\S+)/);
  const [, brokerUrl = ''] = await program.says(/broker: +unix:\/\/(\S+)/);
  for (const path of [cacheUrl, brokerUrl]) {
    const client = new Redis(decodeURI(path));
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  }
  program.signal('SIGINT');
  expect((await program.ended()).code).toBe(0);
  expect([existsSync(decodeURI(cacheUrl)), existsSync(decodeURI(brokerUrl))]).toEqual([false, false]);
}, 30_000);
