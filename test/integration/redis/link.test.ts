import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemRandom } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { sampleRedis } from '../../../engine/redis/info.ts';
import { RedisLink } from '../../../engine/redis/link.ts';
import { scanKeys } from '../../../engine/redis/scan.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

const links: RedisLink[] = [];
const servers: TestRedis[] = [];

function open(url: string, commandDeadlineMs = 1_000): RedisLink {
  const link = new RedisLink({
    role: 'cache',
    url,
    access: 'own',
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    commandDeadlineMs,
  });
  links.push(link);
  return link;
}

async function serve(extra: readonly string[] = []): Promise<TestRedis> {
  const server = await startRedis({ args: extra });
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const get = (link: RedisLink, key: string) => link.command(`GET ${key}`, (client) => client.get(key));

describe('a Redis link', () => {
  test('is ready soon, knows the version and names its connection', async () => {
    const link = open((await serve()).url);
    await link.whenReady(1_000);
    await until(() => link.view().version !== null, 1_000);
    expect(link.view()).toMatchObject({ role: 'cache', state: 'ready', embedded: false, problem: null });
    const clients = await link.command('CLIENT LIST', (client) => client.client('LIST'));
    expect(clients).toContain(`name=vigia:cache:${process.pid}`);
  });

  test('uses the database of its URL', async () => {
    const server = await serve();
    const [zero, two] = [open(server.url), open(`${server.url}?db=2`)];
    await Promise.all([zero.whenReady(1_000), two.whenReady(1_000)]);
    await two.command('SET', (client) => client.set('k', 'two'));
    expect([await get(zero, 'k'), await get(two, 'k')]).toEqual([null, 'two']);
  });

  test('says that a password was refused, and shows it nowhere', async () => {
    const server = await serve(['--requirepass', 'right']);
    const link = open(`unix://:wr0ng@localhost${server.socketPath}`);
    await until(() => link.view().state === 'refused', 2_000);
    expect(link.view().problem).toMatch(/^REDIS_AUTH_FAILED/);
    expect(JSON.stringify(link.view())).not.toContain('wr0ng');
    await expect(get(link, 'k')).rejects.toMatchObject({ code: 'REDIS_AUTH_FAILED' });
  });

  test('says when a password is missing', async () => {
    const link = open((await serve(['--requirepass', 'right'])).url);
    await until(() => link.view().problem !== null, 2_000);
    expect(link.view().problem).toMatch(/^REDIS_AUTH_FAILED/);
  });

  test('of an address where nobody listens is unreachable, and calls fail at once', async () => {
    const link = open('redis://127.0.0.1:1');
    await until(() => link.view().state === 'unreachable', 2_000);
    const startMs = performance.now();
    await expect(get(link, 'k')).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    expect(performance.now() - startMs).toBeLessThan(50);
    await expect(link.whenReady(50)).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
  });

  test('notices a killed server and comes back by itself', async () => {
    const server = await serve();
    const link = open(server.url);
    const states: string[] = [];
    link.onChange(({ state }) => states.at(-1) === state || states.push(state));
    await link.whenReady(1_000);
    await server.kill();
    await until(() => link.view().state === 'unreachable', 1_000);
    await expect(get(link, 'k')).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    await server.restart();
    await until(() => link.isReady, 2_000);
    expect(await get(link, 'k')).toBeNull();
    expect(states).toEqual(['ready', 'unreachable', 'ready']);
  });

  test('gives up on a server that takes bytes and never answers, and recovers when it does again', async () => {
    const server = await serve();
    const link = open(server.url, 200);
    await link.whenReady(1_000);
    server.freeze();
    const startMs = performance.now();
    await expect(get(link, 'k')).rejects.toMatchObject({ code: 'REDIS_TIMEOUT' });
    expect(performance.now() - startMs).toBeLessThan(400);
    await until(() => link.view().state === 'unreachable', 2_000);
    server.thaw();
    await until(() => link.isReady, 3_000);
    expect(await get(link, 'k')).toBeNull();
  });

  test("repeats Redis's own words when it refuses a command", async () => {
    const link = open((await serve()).url);
    await link.whenReady(1_000);
    await link.command('SET', (client) => client.set('text', 'x'));
    await expect(link.command('INCR', (client) => client.incr('text'))).rejects.toMatchObject({
      code: 'REDIS_COMMAND_FAILED',
      message: expect.stringContaining('not an integer'),
    });
  });

  test('closes its duplicates with itself', async () => {
    const server = await serve();
    const link = open(server.url);
    await link.whenReady(1_000);
    const duplicate = link.duplicate('bus', { maxRetriesPerRequest: null });
    await until(() => duplicate.status === 'ready', 1_000);
    await link.close();
    await until(() => duplicate.status === 'end', 1_000);
    expect(link.view().state).toBe('closed');
    await expect(get(link, 'k')).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
  });
});

describe('a server that accepts and says nothing', () => {
  let server: Server;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    server = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });

  test('makes the link unreachable instead of connecting for ever', async () => {
    const { port } = server.address() as { port: number };
    const link = open(`redis://127.0.0.1:${port}`, 200);
    await until(() => link.view().state === 'unreachable', 2_000);
    expect(link.view().problem).toMatch(/^REDIS_/);
    await link.close();
  });
});

describe('looking at a server', () => {
  test('samples its memory and the time of a ping', async () => {
    const link = open((await serve(['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'])).url);
    await link.whenReady(1_000);
    const { pingMs, facts } = await sampleRedis(link, systemClock);
    expect(pingMs).toBeGreaterThan(0);
    expect(facts.memory).toMatchObject({ limitBytes: 64 * 1024 * 1024, policy: 'allkeys-lru' });
    expect(facts.processId).toBe(servers[0]?.pid);
  });

  test('scans in steps, and stops where the budget ends', async () => {
    const link = open((await serve()).url);
    await link.whenReady(1_000);
    const names = Array.from({ length: 1_000 }, (_, index) => `k:${index}`);
    await link.command('MSET', (client) => client.mset(...names.flatMap((name) => [name, 'v'])));
    const found = new Set<string>();
    let complete = false;
    for await (const step of scanKeys(link, systemClock, { match: 'k:*', count: 100, pauseMs: 0 })) {
      for (const key of step.keys) found.add(key);
      complete = step.complete;
    }
    expect([found.size, complete]).toEqual([1_000, true]);
    const short = await Array.fromAsync(
      scanKeys(link, systemClock, { match: 'k:*', count: 10, pauseMs: 1, maxSteps: 3 }),
    );
    expect(short.map((step) => step.complete)).toEqual([false, false, false]);
  });
});
