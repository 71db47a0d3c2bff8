/** The servers that other tests stand on are what they say. */
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { Cluster, Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { startRedisSentinels } from '../../support/redis-sentinel.ts';
import { startRedis } from '../../support/redis-server.ts';
import { startRedisTls } from '../../support/redis-tls.ts';
import { until } from '../../support/until.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function quiet<Client extends Redis | Cluster>(client: Client): Client {
  client.on('error', () => undefined);
  cleanUps.push(() => client.disconnect());
  return client;
}

describe('a test cluster', () => {
  test('has all slots on three masters, takes writes at once, and gives its processes back', async () => {
    const cluster = await startRedisCluster();
    cleanUps.push(() => cluster.stop());
    const client = quiet(new Cluster(cluster.masters.map(({ port }) => ({ host: '127.0.0.1', port }))));
    const keys = Array.from({ length: 30 }, (_, index) => `key:${index}`);
    await Promise.all(keys.map((key) => client.set(key, key)));
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys);
    const sizes = await Promise.all(client.nodes('master').map((node) => node.dbsize()));
    expect(sizes.length).toBe(3);
    expect(sizes.every((size) => size > 0)).toBe(true);
    expect(new Set(cluster.masters.map(({ nodeId }) => nodeId)).size).toBe(3);
    await cluster.flush();
    expect(await client.get('key:1')).toBeNull();
  });

  test('with replicas promotes one when its master dies', async () => {
    const cluster = await startRedisCluster({ replicas: true });
    cleanUps.push(() => cluster.stop());
    const [replica] = cluster.replicas;
    const client = quiet(new Redis({ port: replica?.port ?? 0, host: '127.0.0.1' }));
    await cluster.masters[0]?.kill();
    await until(async () => (await client.info('replication')).includes('role:master'), 15_000, 'the promotion');
  });
});

describe('test sentinels', () => {
  test.each([{ sentinelCount: 1 as const }, { sentinelCount: 3 as const, password: 's3cret' }])(
    'fail over in order and after a crash: %o',
    async (options) => {
      const sentinels = await startRedisSentinels(options);
      cleanUps.push(() => sentinels.stop());
      const [first, second] = sentinels.servers;
      expect(await sentinels.masterPort()).toBe(first.port);
      await sentinels.failover();
      expect(await sentinels.masterPort()).toBe(second.port);
      // The old master has come back as a replica before it can be promoted again.
      const client = quiet(
        new Redis({
          port: first.port,
          host: '127.0.0.1',
          ...('password' in options ? { password: options.password } : {}),
        }),
      );
      await until(async () => (await client.info('replication')).includes('master_link_status:up'), 15_000);
      await second.kill();
      await until(async () => (await sentinels.masterPort()) === first.port, 20_000, 'the failover after a crash');
    },
    60_000,
  );
});

describe('a test server with TLS', () => {
  test('is trusted with its authority only, and can insist on client certificates', async () => {
    const server = await startRedisTls({ clientCertificates: 'required' });
    cleanUps.push(() => server.stop());
    const open = (tls: object): Redis =>
      quiet(
        new Redis({ host: 'localhost', port: server.port, tls, retryStrategy: () => null, maxRetriesPerRequest: 0 }),
      );
    const { ca, clientCert: cert, clientKey: key } = server;
    expect(await open({ ca, cert, key }).ping()).toBe('PONG');
    await expect(open({ ca }).ping()).rejects.toThrow();
    await expect(open({ cert, key }).ping()).rejects.toThrow();
    expect(await readFile(server.caFile, 'utf8')).toBe(ca);
  });
});

describe('the fault proxy', () => {
  async function proxied(): Promise<{ proxy: FaultProxy; client: Redis }> {
    const redis = await startRedis();
    cleanUps.push(() => redis.stop());
    const proxy = await startFaultProxy({ path: redis.socketPath });
    cleanUps.push(() => proxy.stop());
    const client = quiet(new Redis(proxy.url, { retryStrategy: () => 20 }));
    await client.set('k', 'v'.repeat(1_000));
    return { proxy, client };
  }

  test('passes everything until it is told otherwise, and delays', async () => {
    const { proxy, client } = await proxied();
    expect((await client.get('k'))?.length).toBe(1_000);
    expect(proxy.connectionCount).toBe(1);
    proxy.delay(60);
    const startMs = performance.now();
    await client.ping();
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(115);
  });

  test('slows down to a rate', async () => {
    const { proxy, client } = await proxied();
    proxy.limitRate(10_000);
    const startMs = performance.now();
    await client.get('k');
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(95);
  });

  test('swallows everything, and sends it on when it heals', async () => {
    const { proxy, client } = await proxied();
    proxy.blackHole();
    let answered = false;
    const asked = client.get('k').then((value) => {
      answered = true;
      return value;
    });
    const before = proxy.receivedBytes;
    await until(() => proxy.receivedBytes > before, 1_000);
    const fresh: Socket = connect(proxy.port, '127.0.0.1');
    cleanUps.push(() => fresh.destroy());
    await new Promise((resolve) => fresh.once('connect', resolve));
    fresh.write('PING\r\n');
    expect(answered).toBe(false);
    await proxy.heal();
    expect((await asked)?.length).toBe(1_000);
    await new Promise((resolve) => fresh.once('data', resolve));
  });

  test('cuts what is open and refuses what is new, until it heals', async () => {
    const { proxy, client } = await proxied();
    const closed = new Promise((resolve) => client.once('close', resolve));
    proxy.cut();
    await closed;
    await until(async () => (await client.ping()) === 'PONG');
    await proxy.refuse();
    const stranger = connect(proxy.port, '127.0.0.1');
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => stranger.once('error', resolve));
    expect(error.code).toBe('ECONNREFUSED');
    await proxy.heal();
    expect(await client.ping()).toBe('PONG');
  });
});
