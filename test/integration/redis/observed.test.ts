/** What an observed connection lets through, held against what real servers say of their commands. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemRandom } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { RedisLink } from '../../../engine/redis/link.ts';
import { OperateGate } from '../../../engine/redis/operate-gate.ts';
import { isReadCommand, listedReadCommands } from '../../../engine/redis/read-commands.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function observe(url: string): { link: RedisLink; gate: OperateGate } {
  const clock = systemClock;
  const gate = new OperateGate({ title: 'the test', byDefault: 'observe', clock, onChange: () => undefined });
  const link = new RedisLink({
    role: 'seen',
    url,
    access: gate,
    clock,
    random: systemRandom,
    logger: silentLogger,
  });
  cleanUps.push(() => link.close());
  return { link, gate };
}

async function serve(): Promise<TestRedis> {
  const server = await startRedis();
  cleanUps.push(() => server.stop());
  return server;
}

const refused = { code: 'REDIS_READ_ONLY' };

describe('an observed link', () => {
  test('reads, and refuses each way to write until it is unlocked', async () => {
    const { link, gate } = observe((await serve()).url);
    await link.whenReady(2_000);
    const write = (): Promise<unknown> => link.command('SET', (client) => client.set('k', 'v'));
    await expect(write()).rejects.toMatchObject(refused);
    await expect(link.call('set', 'k', 'v')).rejects.toMatchObject(refused);
    await expect(link.shards()[0]?.command('SET', (client) => client.set('k', 'v'))).rejects.toMatchObject(refused);
    await expect(link.command('EVAL', (client) => client.eval('return 1', 0))).rejects.toMatchObject(refused);
    const piped = await link.command(
      'PIPELINE',
      async (client) => (await client.pipeline().get('k').set('k', 'v').dbsize().exec()) ?? [],
    );
    expect(piped.map(([error, value]) => [error?.message ?? null, value])).toEqual([
      [null, null],
      [expect.stringContaining('SET was not sent'), undefined],
      [null, 0],
    ]);
    const other = link.duplicate('other', { enableOfflineQueue: true });
    await expect(other.set('k', 'v')).rejects.toMatchObject(refused);
    const copy = other.duplicate();
    cleanUps.push(() => copy.disconnect());
    await expect(copy.set('k', 'v')).rejects.toMatchObject(refused);
    expect(await link.call('GET', 'k')).toBeNull();
    gate.unlock(60_000);
    expect(await write()).toBe('OK');
    gate.lock();
    await expect(link.call('DEL', 'k')).rejects.toMatchObject(refused);
    expect(await link.call('GET', 'k')).toBe('v');
  });

  test('of a cluster does so on every node', async () => {
    const cluster = await startRedisCluster();
    cleanUps.push(() => cluster.stop());
    const { link, gate } = observe(cluster.url);
    await link.whenReady(5_000);
    await expect(link.command('SET', (client) => client.set('k', 'v'))).rejects.toMatchObject(refused);
    await until(() => link.shards().length === 3, 5_000);
    for (const shard of link.shards()) {
      await expect(shard.command('FLUSHALL', (client) => client.flushall())).rejects.toMatchObject(refused);
      expect(await shard.command('DBSIZE', (client) => client.dbsize())).toBe(0);
    }
    await expect(
      link.command('PIPELINE', async (client) => (await client.pipeline().set('k', 'v').exec())?.[0]?.[0]),
    ).resolves.toMatchObject(refused);
    gate.unlock(60_000);
    expect(await link.command('SET', (client) => client.set('k', 'v'))).toBe('OK');
  });
});

const commandSchema = z.tuple([z.string(), z.number(), z.array(z.string())]).rest(z.unknown());

describe("the server's own table of commands", () => {
  const flags = new Map<string, readonly string[]>();
  beforeAll(async () => {
    const server = await startRedis();
    const { link } = observe(server.url);
    await link.whenReady(2_000);
    const table = z.array(commandSchema).parse(await link.call('COMMAND'));
    for (const [name, , of, ...rest] of table) {
      flags.set(name, of);
      const subcommands = z.array(commandSchema).safeParse(rest[6]);
      if (subcommands.success) for (const [inner, , innerOf] of subcommands.data) flags.set(inner, innerOf);
    }
    await server.stop();
  });

  test('has more than two hundred commands, and knows most of those that we let through', () => {
    expect(flags.size).toBeGreaterThan(200);
    const known = listedReadCommands().filter((name) => flags.has(name));
    expect(known.length).toBeGreaterThan(150);
  });

  test('marks none of them as a write, and marks every write as one that we refuse', () => {
    const writes = [...flags].filter(([, of]) => of.includes('write')).map(([name]) => name);
    expect(writes.length).toBeGreaterThan(90);
    expect(writes.filter((name) => listedReadCommands().includes(name))).toEqual([]);
    expect(writes.filter((name) => isReadCommand(...wordsOf(name)))).toEqual([]);
  });

  test('has nothing among the rest that we let through and that acts on others', () => {
    const acting = ['shutdown', 'replicaof', 'slaveof', 'failover', 'publish', 'spublish', 'debug', 'monitor', 'sync'];
    const subcommands = ['config|set', 'config|rewrite', 'client|kill', 'client|pause', 'acl|setuser', 'acl|deluser'];
    const more = ['script|flush', 'script|kill', 'function|load', 'cluster|reset', 'cluster|forget', 'module|load'];
    for (const name of [...acting, ...subcommands, ...more]) {
      expect([name, flags.has(name), isReadCommand(...wordsOf(name))]).toEqual([name, true, false]);
    }
  });
});

function wordsOf(name: string): [string, string[]] {
  const [command = '', ...words] = name.split('|');
  return [command, words];
}
