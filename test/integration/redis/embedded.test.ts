import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemRandom } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { RedisRole } from '../../../engine/model/health.ts';
import { EmbeddedServer } from '../../../engine/redis/embedded.ts';
import { RedisLink } from '../../../engine/redis/link.ts';
import { isAlive } from '../../../engine/redis/orphan.ts';
import { until } from '../../support/until.ts';

const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
let dataDir: string;
const started: { stop(): Promise<void> }[] = [];
const links: RedisLink[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'vigia-embedded-'));
});
afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
  await Promise.all(started.splice(0).map((server) => server.stop()));
  rmSync(dataDir, { recursive: true, force: true });
});

function make(role: RedisRole, binary?: string, folder = dataDir): EmbeddedServer {
  const server = new EmbeddedServer({
    role,
    dataDir: folder,
    maxMemoryBytes: 256 * 1024 * 1024,
    ...parts,
    ...(binary === undefined ? {} : { binary }),
  });
  started.push(server);
  return server;
}

async function linkTo(server: EmbeddedServer, role: RedisRole): Promise<RedisLink> {
  const link = new RedisLink({ role, url: server.url, embedded: true, access: 'own', ...parts });
  links.push(link);
  await link.whenReady(2_000);
  return link;
}

const configOf = async (link: RedisLink, name: string): Promise<unknown> =>
  (await link.command('CONFIG GET', (client) => client.config('GET', name)))[1];
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('the private servers', () => {
  test('are up in under a second, each with the policy of its role and no port', async () => {
    const startMs = performance.now();
    const [cache, broker] = [make('cache'), make('broker')];
    await Promise.all([cache.start(), broker.start()]);
    expect(performance.now() - startMs).toBeLessThan(1_000);
    const [cacheLink, brokerLink] = [await linkTo(cache, 'cache'), await linkTo(broker, 'broker')];
    expect(await configOf(cacheLink, 'maxmemory')).toBe(String(256 * 1024 * 1024));
    expect(await configOf(cacheLink, 'maxmemory-policy')).toBe('allkeys-lru');
    expect(await configOf(cacheLink, 'appendonly')).toBe('no');
    expect(await configOf(cacheLink, 'save')).toBe('');
    expect(await configOf(brokerLink, 'maxmemory-policy')).toBe('noeviction');
    expect(await configOf(brokerLink, 'appendonly')).toBe('yes');
    expect(await configOf(brokerLink, 'appendfsync')).toBe('everysec');
    expect([await configOf(cacheLink, 'port'), await configOf(brokerLink, 'port')]).toEqual(['0', '0']);
  });

  test('let nobody else in', async () => {
    const server = make('broker');
    await server.start();
    expect(modeOf(join(dataDir, 'redis'))).toBe('700');
    expect(modeOf(join(dataDir, 'redis', 'broker'))).toBe('700');
    expect(modeOf(server.socketPath)).toBe('600');
    expect(modeOf(join(dataDir, 'redis', 'broker.pid'))).toBe('600');
    expect(modeOf(join(dataDir, 'redis', 'broker.log'))).toBe('600');
  });

  test('stop by their own process id within two seconds and leave no files behind', async () => {
    const server = make('cache');
    await server.start();
    const pid = server.pid ?? 0;
    const startMs = performance.now();
    await server.stop();
    expect(performance.now() - startMs).toBeLessThan(2_000);
    expect(isAlive(pid)).toBe(false);
    expect(() => statSync(server.socketPath)).toThrow();
  });

  test('stop within two seconds even when they hang', async () => {
    const server = make('cache');
    await server.start();
    process.kill(server.pid ?? 0, 'SIGSTOP');
    const startMs = performance.now();
    await server.stop();
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  test('are started again when they die, and the broker still has its data', async () => {
    const server = make('broker');
    await server.start();
    const link = await linkTo(server, 'broker');
    await link.command('SET', (client) => client.set('job', '1'));
    await link.command('WAITAOF', async (client) => client.config('SET', 'appendfsync', 'always'));
    await link.command('SET', (client) => client.set('job', '2'));
    const pid = server.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await until(() => server.pid !== null && server.pid !== pid && link.isReady, 5_000, 'a new server');
    expect(server.restartCount).toBeGreaterThan(0);
    await link.whenReady(2_000);
    expect(await link.command('GET', (client) => client.get('job'))).toBe('2');
  });

  /** A console of its own that starts a server, and ends without stopping it when it is told anything. */
  async function otherConsole(): Promise<{ console: ChildProcess; serverPid: number }> {
    const script = `
      import { EmbeddedServer } from ${JSON.stringify(new URL('../../../engine/redis/embedded.ts', import.meta.url).href)};
      import { systemClock } from ${JSON.stringify(new URL('../../../engine/base/clock.ts', import.meta.url).href)};
      import { silentLogger } from ${JSON.stringify(new URL('../../../engine/base/logger.ts', import.meta.url).href)};
      const server = new EmbeddedServer({ role: 'cache', dataDir: ${JSON.stringify(dataDir)}, maxMemoryBytes: 1e8,
        clock: systemClock, random: Math.random, logger: silentLogger });
      await server.start();
      process.stdout.write(String(server.pid));
      process.stdin.once('data', (asked) => {
        if (String(asked).includes('stop')) void server.stop();
        setTimeout(() => process.exit(0), 100);
      });`;
    const console = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      cwd: new URL('../../..', import.meta.url).pathname,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    console.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await until(() => output !== '', 10_000, 'the console started its server');
    return { console, serverPid: Number(output) };
  }

  test('of a killed console are ended before new ones start', async () => {
    const { console, serverPid } = await otherConsole();
    const gone = new Promise((resolve) => console.once('exit', resolve));
    console.kill('SIGKILL');
    await gone;
    expect(isAlive(serverPid)).toBe(true);
    const server = make('cache');
    await server.start();
    expect(isAlive(serverPid)).toBe(false);
    expect(server.pid).not.toBe(serverPid);
  });

  test('end with a console that ends without stopping them, and with one that has no time left for it', async () => {
    const forgetful = await otherConsole();
    forgetful.console.stdin?.write('leave');
    await until(() => !isAlive(forgetful.serverPid), 5_000, 'the server to end');
    const hurried = await otherConsole();
    // It does not hear SIGTERM, and its console is gone before the grace is over.
    process.kill(hurried.serverPid, 'SIGSTOP');
    hurried.console.stdin?.write('stop');
    await until(() => !isAlive(hurried.serverPid), 5_000, 'the hung server to end');
  });

  test('never end a process that only happens to have the recorded id', async () => {
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      mkdirSync(join(dataDir, 'redis'), { recursive: true });
      const socketPath = join(dataDir, 'redis', 'cache.sock');
      writeFileSync(join(dataDir, 'redis', 'cache.pid'), JSON.stringify({ pid: stranger.pid, socketPath }));
      await make('cache').start();
      expect(isAlive(stranger.pid ?? 0)).toBe(true);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  test('work in a data folder whose path is too long for a socket', async () => {
    const deep = join(dataDir, 'a-rather-long-folder-name'.repeat(4), 'and-another-one');
    const server = make('cache', undefined, deep);
    await server.start();
    expect(Buffer.byteLength(server.socketPath)).toBeLessThan(104);
    expect(modeOf(join(server.socketPath, '..'))).toBe('700');
    expect((await linkTo(server, 'cache')).isReady).toBe(true);
    await server.stop();
    rmSync(join(server.socketPath, '..'), { recursive: true });
  });

  test('are missed by name when the program is not there', async () => {
    await expect(make('cache', '/nowhere/redis-server').start()).rejects.toMatchObject({
      code: 'REDIS_SERVER_MISSING',
      message: expect.stringContaining('/nowhere/redis-server'),
    });
  });

  test('that cannot start say why', async () => {
    const refusing = join(dataDir, 'refusing-server');
    writeFileSync(refusing, '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    const startMs = performance.now();
    await expect(make('cache', refusing).start()).rejects.toMatchObject({ code: 'REDIS_START_FAILED' });
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  test('write their log into the data folder', async () => {
    await make('cache').start();
    await until(() => readFileSync(join(dataDir, 'redis', 'cache.log'), 'utf8').includes('ready to accept'), 2_000);
  });
});
