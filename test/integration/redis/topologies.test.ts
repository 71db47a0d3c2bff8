/** The link on everything it can be pointed at, against real servers. */
import { lookup } from 'node:dns/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemRandom } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { sampleRedis } from '../../../engine/redis/info.ts';
import { RedisLink } from '../../../engine/redis/link.ts';
import { scanKeys } from '../../../engine/redis/scan.ts';
import { slotOf } from '../../../engine/redis/slot.ts';
import { RedisSubscriber } from '../../../engine/redis/subscriber.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { startRedisSentinels } from '../../support/redis-sentinel.ts';
import { startRedis } from '../../support/redis-server.ts';
import { startRedisTls } from '../../support/redis-tls.ts';
import { until } from '../../support/until.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function open(url: string, commandDeadlineMs = 1_000): RedisLink {
  const link = new RedisLink({
    ...{ role: 'cache', url, access: 'own', commandDeadlineMs },
    ...{ clock: systemClock, random: systemRandom, logger: silentLogger },
  });
  cleanUps.push(() => link.close());
  return link;
}

async function kept<Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  cleanUps.push(() => server.stop());
  return server;
}

const setGet = (link: RedisLink, key = 'k'): Promise<string | null> =>
  link.command('SET and GET', async (client) => {
    await client.set(key, 'v');
    return client.get(key);
  });

const problemOf = async (link: RedisLink, state: string): Promise<string> => {
  await until(() => link.view().state === state, 5_000, `${state}, not ${JSON.stringify(link.view())}`);
  return link.view().problem ?? '';
};

describe('a link over TCP', () => {
  test('speaks as an ACL user, and says which right is missing', async () => {
    const server = await kept(
      startRedis({
        tcp: true,
        args: ['--user', 'ana', 'on', '>s3cret', '~k', '+@all', '-flushall', '--user', 'default', 'off'],
      }),
    );
    const link = open(`redis://ana:s3cret@127.0.0.1:${server.port}`);
    await link.whenReady(2_000);
    expect(await setGet(link)).toBe('v');
    await expect(link.call('FLUSHALL')).rejects.toMatchObject({ code: 'REDIS_ACL_DENIED' });
    await expect(link.call('GET', 'other')).rejects.toMatchObject({ code: 'REDIS_ACL_DENIED' });
  });

  test.each([
    ['a wrong password', 'ana:wr0ng@'],
    ['an unknown user', 'bob:s3cret@'],
    ['no password', ''],
  ])('is refused with %s, naming the address and no secret', async (_what, credentials) => {
    const server = await kept(
      startRedis({ tcp: true, args: ['--user', 'ana', 'on', '>s3cret', '~*', '+@all', '--user', 'default', 'off'] }),
    );
    const link = open(`redis://${credentials}127.0.0.1:${server.port}`);
    const problem = await problemOf(link, 'refused');
    expect(problem).toMatch(/^REDIS_AUTH_FAILED/);
    expect(problem).toContain(`redis://127.0.0.1:${server.port}`);
    expect(problem).not.toMatch(/wr0ng|s3cret/);
    await expect(link.call('PING')).rejects.toMatchObject({ code: 'REDIS_AUTH_FAILED' });
  });

  test('of an unknown host says so', async () => {
    await expect(lookup('no-such-host.invalid')).rejects.toThrow();
    const link = open('redis://no-such-host.invalid:6379');
    expect(await problemOf(link, 'unreachable')).toMatch(/^REDIS_DNS_FAILED.*no-such-host\.invalid/);
    await expect(link.call('PING')).rejects.toMatchObject({ code: 'REDIS_DNS_FAILED' });
  });
});

describe('a link through a faulty network', () => {
  test('ends every call by its deadline while the server is a black hole, says so, and recovers', async () => {
    const server = await kept(startRedis());
    const proxy = await kept(startFaultProxy({ path: server.socketPath }));
    const link = open(proxy.url, 200);
    await link.whenReady(2_000);
    proxy.blackHole();
    const startMs = performance.now();
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => link.call('PING')));
    expect(performance.now() - startMs).toBeLessThan(1_000);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    await until(() => link.view().state === 'unreachable', 3_000);
    await expect(link.call('PING')).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    await proxy.heal();
    await until(() => link.isReady, 5_000);
    expect(await setGet(link)).toBe('v');
  });

  test('comes back by itself after it was cut and refused', async () => {
    const server = await kept(startRedis());
    const proxy = await kept(startFaultProxy({ path: server.socketPath }));
    const link = open(proxy.url);
    await link.whenReady(2_000);
    proxy.cut();
    await until(() => link.view().state === 'unreachable', 2_000);
    await until(() => link.isReady, 2_000);
    await proxy.refuse();
    expect(await problemOf(link, 'unreachable')).toMatch(/^REDIS_UNREACHABLE/);
    await until(() => link.view().problem?.includes('ECONNREFUSED') === true, 2_000);
    await proxy.heal();
    await until(() => link.isReady, 3_000);
  });
});

describe('a link over TLS', () => {
  test('with the CA and a client certificate is ready, also by another name than its host', async () => {
    const server = await kept(startRedisTls({ clientCertificates: 'required' }));
    const files = `ssl_ca_certs=${server.caFile}&ssl_certfile=${server.clientCertFile}&ssl_keyfile=${server.clientKeyFile}`;
    const links = [
      open(`${server.url}?${files}`),
      open(`rediss://127.0.0.1:${server.port}?${files}&servername=redis.test`),
    ];
    for (const link of links) {
      await link.whenReady(3_000);
      expect(await setGet(link)).toBe('v');
    }
  });

  test.each([
    ['an authority nobody vouches for', (url: string) => url],
    [
      'a name that is not in the certificate',
      (url: string, ca: string) => `${url}?ssl_ca_certs=${ca}&servername=other.test`,
    ],
  ])('refuses %s, and says so', async (_what, urlOf) => {
    const server = await kept(startRedisTls());
    const link = open(urlOf(server.url, server.caFile));
    expect(await problemOf(link, 'refused')).toMatch(/^REDIS_TLS_FAILED.*rediss:\/\/localhost/);
    await expect(link.call('PING')).rejects.toMatchObject({ code: 'REDIS_TLS_FAILED' });
  });

  test('is refused without the client certificate that the server wants', async () => {
    const server = await kept(startRedisTls({ clientCertificates: 'required' }));
    const link = open(`${server.url}?ssl_ca_certs=${server.caFile}`);
    expect(await problemOf(link, 'refused')).toMatch(/^REDIS_TLS_FAILED/);
  });

  test('to a server that speaks none is refused', async () => {
    const server = await kept(startRedis({ tcp: true }));
    expect(await problemOf(open(`rediss://127.0.0.1:${server.port}`), 'refused')).toMatch(/^REDIS_TLS_FAILED/);
  });

  test('takes no file that cannot be read', () => {
    expect(() => open('rediss://localhost?ssl_ca_certs=/no/such/ca.pem')).toThrow(
      expect.objectContaining({ code: 'REDIS_URL_INVALID', message: expect.stringContaining('/no/such/ca.pem') }),
    );
  });
});

describe('a link through sentinels', () => {
  test('follows a failover and a crash of the master, live', async () => {
    const sentinels = await kept(startRedisSentinels({ password: 's3cret' }));
    const link = open(sentinels.url.replace('://', '://:s3cret@'));
    await link.whenReady(5_000);
    expect(await setGet(link, 'first')).toBe('v');
    // A master that goes before its replica has a write takes it along.
    expect(await link.call('WAIT', 1, 10_000)).toBe(1);
    const portNow = async (): Promise<number> =>
      Number(/tcp_port:(\d+)/.exec(await link.command('INFO', (client) => client.info('server')).catch(() => ''))?.[1]);
    expect(await portNow()).toBe(sentinels.servers[0].port);
    await sentinels.failover();
    await until(async () => (await portNow()) === sentinels.servers[1].port, 15_000, 'the link at the new master');
    await until(async () => (await setGet(link, 'second').catch(() => null)) === 'v', 5_000);
    expect(await link.command('GET', (client) => client.get('first'))).toBe('v');
  }, 60_000);

  test('passes over one that is frozen', async () => {
    const sentinels = await kept(startRedisSentinels({ sentinelCount: 2 }));
    sentinels.sentinels[0]?.freeze();
    const link = open(sentinels.url, 400);
    await link.whenReady(5_000);
    expect(await setGet(link)).toBe('v');
  });

  test('that are all away is unreachable, and calls fail at once', async () => {
    const link = open('redis-sentinel://127.0.0.1:1,127.0.0.1:2/mymaster');
    expect(await problemOf(link, 'unreachable')).toMatch(/^REDIS_UNREACHABLE.*127\.0\.0\.1:1,127\.0\.0\.1:2/);
    const startMs = performance.now();
    await expect(link.call('PING')).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    expect(performance.now() - startMs).toBeLessThan(100);
  });
});

describe('a link to a cluster', () => {
  test('reaches every shard: commands, scans, figures, slots; and knows when a part is away', async () => {
    const cluster = await kept(startRedisCluster({ args: ['--cluster-require-full-coverage', 'no'] }));
    const link = open(cluster.url, 500);
    await link.whenReady(5_000);
    const keys = Array.from({ length: 300 }, (_, index) => `k:${index}`);
    await link.command('SET', (client) => Promise.all(keys.map((key) => client.set(key, 'v'))), 5_000);
    expect(
      link
        .shards()
        .map(({ address }) => address)
        .toSorted(),
    ).toEqual(cluster.masters.map(({ port }) => `127.0.0.1:${port}`).toSorted());
    const found = new Set<string>();
    let complete = false;
    for await (const step of scanKeys(link, systemClock, { match: 'k:*', count: 50, pauseMs: 0 })) {
      for (const key of step.keys) found.add(key);
      complete = step.complete;
    }
    expect([found.size, complete]).toEqual([300, true]);
    expect((await sampleRedis(link, systemClock)).facts.keyCount).toBe(300);
    for (const key of ['k:1', 'a{b}c', '{}x', 'ñandú', '{user:1}:x']) {
      expect([key, slotOf(key)]).toEqual([key, await link.call('CLUSTER', 'KEYSLOT', key)]);
    }
    await cluster.masters[0]?.kill();
    expect(await problemOf(link, 'degraded')).toContain(`127.0.0.1:${cluster.masters[0]?.port}`);
    expect(link.isReady).toBe(true);
    const outcomes = await Promise.allSettled(
      keys.slice(0, 60).map((key) => link.command('GET', (client) => client.get(key))),
    );
    const answered = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(answered).toBeGreaterThan(20);
    expect(answered).toBeLessThan(60);
    await cluster.masters[0]?.restart();
    await until(() => link.view().state === 'ready', 15_000);
    await Promise.all(cluster.masters.map((master) => master.kill()));
    await until(() => link.view().state === 'unreachable', 10_000);
    await Promise.all(cluster.masters.map((master) => master.restart()));
    await until(() => link.view().state === 'ready', 15_000);
  }, 60_000);

  test('hears messages and changes of keys of every shard, also after a failover', async () => {
    const cluster = await kept(startRedisCluster({ replicas: true }));
    const link = open(cluster.url);
    await link.whenReady(5_000);
    const messages: string[] = [];
    const changed = new Set<string>();
    const subscriber = new RedisSubscriber({
      ...{ link, channel: 'news', trackedPrefix: 'k:', clock: systemClock, logger: silentLogger },
      onMessage: (message) => messages.push(message),
      onChanged: (keys) => keys?.forEach((key) => changed.add(key)),
      onListening: () => undefined,
    });
    cleanUps.push(() => subscriber.close());
    await until(() => subscriber.listening, 5_000);
    const keys = Array.from({ length: 30 }, (_, index) => `k:${index}`);
    const touchAll = (): Promise<unknown> =>
      link.command('SET', (client) => Promise.all([...keys, 'other'].map((key) => client.set(key, 'v'))));
    await touchAll();
    await until(() => changed.size === keys.length, 2_000, 'every key of every shard');
    expect(changed.has('other')).toBe(false);
    await link.command('PUBLISH', (client) => client.publish('news', 'one'));
    await until(() => messages.length > 0, 2_000);
    await cluster.masters[0]?.kill();
    await until(() => !subscriber.listening, 5_000);
    await until(() => subscriber.listening, 20_000, 'listening to the promoted replica');
    changed.clear();
    await until(async () => {
      await touchAll().catch(() => undefined);
      return changed.size === keys.length;
    }, 10_000);
    await link.command('PUBLISH', (client) => client.publish('news', 'two'));
    await until(() => messages.length > 1, 2_000);
    expect(messages).toEqual(['one', 'two']);
  }, 60_000);

  test('with a frozen shard ends its calls by their deadline, and goes on with the others', async () => {
    const cluster = await kept(
      startRedisCluster({ args: ['--cluster-require-full-coverage', 'no', '--cluster-node-timeout', '60000'] }),
    );
    const link = open(cluster.url, 300);
    await link.whenReady(5_000);
    const keys = Array.from({ length: 30 }, (_, index) => `k:${index}`);
    await link.command('SET', (client) => Promise.all(keys.map((key) => client.set(key, 'v'))), 5_000);
    cluster.masters[1]?.freeze();
    const startMs = performance.now();
    const outcomes = await Promise.allSettled(keys.map((key) => link.command('GET', (client) => client.get(key))));
    expect(performance.now() - startMs).toBeLessThan(1_500);
    const answered = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect([answered > 5, answered < 30]).toEqual([true, true]);
    expect(await problemOf(link, 'degraded')).toContain(`127.0.0.1:${cluster.masters[1]?.port}`);
    cluster.masters[1]?.thaw();
    await until(() => link.view().state === 'ready', 15_000);
    expect(await link.command('GET', (client) => Promise.all(keys.map((key) => client.get(key))), 5_000)).toEqual(
      keys.map(() => 'v'),
    );
  }, 40_000);

  test('with a wrong password is refused', async () => {
    const cluster = await kept(startRedisCluster({ args: ['--requirepass', 'right', '--masterauth', 'right'] }));
    expect(await problemOf(open(cluster.url.replace('://', '://:wr0ng@')), 'refused')).toMatch(/^REDIS_AUTH_FAILED/);
    const link = open(cluster.url.replace('://', '://:right@'));
    await link.whenReady(5_000);
    expect(await setGet(link)).toBe('v');
  });

  test('of which no node answers is unreachable', async () => {
    const link = open('redis-cluster://127.0.0.1:1,127.0.0.1:2');
    expect(await problemOf(link, 'unreachable')).toMatch(/^REDIS_UNREACHABLE.*redis-cluster/);
  });
});
