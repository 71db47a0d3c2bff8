/** The doctor on real servers brought into each kind of trouble, and silent on healthy ones. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../engine/base/clock.ts';
import { aclRules } from '../../../engine/redis/acl.ts';
import { type DoctorRoom, openDoctorRoom } from '../../support/doctor-room.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { startRedisTls } from '../../support/redis-tls.ts';
import { startRewordingProxy } from '../../support/rewording-proxy.ts';
import { until } from '../../support/until.ts';

let cache: TestRedis;
let broker: TestRedis;
let room: DoctorRoom;
let toCache: Redis;
let toBroker: Redis;
let skewMs = 0;

/** The doctor's clock is what a server's is held against. */
const clock: Clock = { ...systemClock, now: () => systemClock.now() + skewMs };

beforeAll(async () => {
  const ofCache = ['--maxmemory', '256mb', '--maxmemory-policy', 'allkeys-lru'];
  [cache, broker] = await Promise.all([
    startRedis({ args: ofCache }),
    startRedis({ args: ['--appendonly', 'yes', '--enable-debug-command', 'yes'] }),
  ]);
  [toCache, toBroker] = [cache, broker].map(({ socketPath }) => {
    const client = new Redis(socketPath, { connectionName: 'shop' });
    client.on('error', () => undefined);
    return client;
  }) as [Redis, Redis];
  room = await openDoctorRoom({ cache: cache.url, broker: broker.url }, { clock });
});
afterAll(async () => {
  toCache.disconnect();
  toBroker.disconnect();
  await room.close();
  await Promise.all([cache.stop(), broker.stop()]);
});

const codes = async (check: string, subject: string) => (await room.found(check, subject)).map(({ code }) => code);
const untilFound = (check: string, subject: string, code: string) =>
  until(async () => (await codes(check, subject)).includes(code), 30_000, `${check} to say ${code} of ${subject}`);
const untilWell = (check: string, subject: string) =>
  until(async () => (await room.outcome(check, subject)) === 'well', 30_000, `${check} to be well on ${subject}`);

/** A further connection to look at, removed at the end. */
async function watching<Value>(
  profile: Parameters<DoctorRoom['connections']['save']>[0],
  work: (id: string) => Promise<Value>,
): Promise<Value> {
  const { id } = await room.connections.save(profile);
  try {
    await room.connections.of(id).settled(10_000);
    return await work(id);
  } finally {
    await room.connections.remove(id);
  }
}

test('nothing is found on a healthy cache and a healthy broker, and what cannot be judged is said', async () => {
  await until(() => room.redis.ops.health('cache').state === 'sampling', 20_000, 'the first look');
  await until(() => room.redis.ops.health('broker').state === 'sampling', 20_000, 'the first look');
  const report = await room.doctor.run();
  expect(report.findings).toEqual([]);
  const unknown = report.checked.filter(({ outcome }) => outcome === 'unknown');
  expect(unknown.map(({ checkId, subject }) => `${checkId} ${subject.id}`).toSorted()).toEqual([
    'redis-hit-rate cache',
    'redis-keys broker',
    'redis-keys cache',
  ]);
  for (const { reason } of unknown) expect(reason.length).toBeGreaterThan(10);
  expect(report.checked.filter(({ outcome }) => outcome === 'well').length).toBeGreaterThan(18);
});

test('a user without rights is told which are missing; the user that `vigia acl` makes is well', async () => {
  for (const [user, rules] of [
    ['poor', ['reset', 'on', '>pw', '~*', '&*', '-@all', '+@read', '+@connection', '+info', '+acl', '+command']],
    ['right', aclRules({ mode: 'observe', user: 'right', redis: '7' }).slice(1).toSpliced(2, 0, '>pw')],
  ] as const) {
    await toCache.call('ACL', 'SETUSER', user, ...rules);
  }
  const as = (username: string) => ({ name: username, url: cache.url, username, password: 'pw' });
  await watching({ ...as('poor'), environment: 'production' }, async (id) => {
    const [finding] = await room.found('redis-rights', id);
    expect(finding).toMatchObject({ code: 'rights_missing', severity: 'warning' });
    expect(finding?.evidence.find(({ name }) => name === 'missing')?.value).toContain('config|get');
  });
  await watching({ ...as('right'), environment: 'production' }, async (id) => {
    expect(await room.outcome('redis-rights', id)).toBe('well');
  });
  // The same user, once writes are unlocked, lacks what operating takes.
  await watching({ ...as('right'), environment: 'other' }, async (id) => {
    expect(await codes('redis-rights', id)).toEqual(['rights_missing']);
  });
});

test('a certificate that ends soon, and one that has ended, are told before and after', async () => {
  const tls = await startRedisTls({ daysValid: 5 });
  try {
    await watching({ name: 'tls', url: `${tls.url}?ssl_ca_certs=${tls.caFile}` }, async (id) => {
      expect(await room.found('redis-tls', id)).toMatchObject([{ code: 'certificate_expires', severity: 'warning' }]);
      skewMs = 6 * 24 * 60 * 60_000;
      expect(await room.found('redis-tls', id)).toMatchObject([{ code: 'certificate_expired', severity: 'critical' }]);
      skewMs = -60 * 24 * 60 * 60_000;
      expect(await room.outcome('redis-tls', id)).toBe('well');
    });
  } finally {
    skewMs = 0;
    await tls.stop();
  }
}, 60_000);

test('a clock that is off is measured, either way', async () => {
  skewMs = -5_000;
  const [ahead] = await room.found('redis-clock', 'cache');
  skewMs = 60_000;
  const [behind] = await room.found('redis-clock', 'cache');
  skewMs = 0;
  expect(ahead).toMatchObject({ code: 'clock_skew', severity: 'warning' });
  expect(ahead?.evidence[0]?.value).toBeGreaterThan(3_000);
  expect(behind).toMatchObject({ severity: 'critical' });
  expect(behind?.evidence[0]?.value).toBeLessThan(-50_000);
});

test('an old version, and memory in the swap, as a server says of itself', async () => {
  const proxy = await startRewordingProxy(cache.socketPath, (text) =>
    text
      .replaceAll(/redis_version:7/g, 'redis_version:5')
      .replaceAll(/used_memory:\d+/g, (all) => `used_memory:${'9'.repeat(all.length - 12)}`)
      .replaceAll(
        /(used_memory_rss:)(\d+)/g,
        (_all, name: string, number: string) => name + '1'.padEnd(number.length, '0'),
      ),
  );
  try {
    await toCache.set('filler', 'x'.repeat(110_000_000));
    await watching({ name: 'reworded', url: proxy.url }, async (id) => {
      expect(await codes('redis-version', id)).toEqual(['version_old']);
      expect(await codes('redis-memory', id)).toContain('swapping');
    });
  } finally {
    await toCache.flushall();
    await proxy.stop();
  }
}, 60_000);

test('a failed snapshot that stops writes is named, mended so that writes pass, and the fix undone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vigia-doctor-disk-'));
  const server = await startRedis({ folder, args: ['--save', '3600', '1'] });
  const client = new Redis(server.socketPath);
  try {
    await watching({ name: 'saving', url: server.url }, async (id) => {
      expect(await room.outcome('redis-persistence', id)).toBe('well');
      await client.set('a', '1');
      // Nothing can be written into a folder that is gone.
      await client.config('SET', 'rdbcompression', 'no');
      await rm(folder, { recursive: true });
      await client.call('BGSAVE');
      await untilFound('redis-persistence', id, 'save_failed_writes_refused');
      await expect(client.set('a', '2')).rejects.toThrow(/MISCONF/);
      const [finding] = await room.found('redis-persistence', id);
      const applied = await room.doctor.fix(finding?.findingId ?? '', finding?.fix?.commands ?? [], 'tester');
      expect(applied.state).toBe('mended');
      await client.set('a', '2');
      expect(await codes('redis-persistence', id)).toEqual(['save_failed']);
      await room.doctor.undo(applied.fixId, 'tester');
      await expect(client.set('a', '3')).rejects.toThrow(/MISCONF/);
    });
  } finally {
    client.disconnect();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);

test('jobs that nobody writes down are found, and an append-only file begun and ended', async () => {
  await toBroker.config('SET', 'appendonly', 'no');
  const [finding] = await room.found('redis-persistence', 'broker');
  expect(finding).toMatchObject({ code: 'jobs_not_kept' });
  const applied = await room.doctor.fix(finding?.findingId ?? '', finding?.fix?.commands ?? [], 'tester');
  expect(applied.state).toBe('mended');
  await room.doctor.undo(applied.fixId, 'tester');
  expect(await codes('redis-persistence', 'broker')).toEqual(['jobs_not_kept']);
  await toBroker.config('SET', 'appendonly', 'yes');
  await untilWell('redis-persistence', 'broker');
});

test('a slow command is told with who sent it, ours is not', async () => {
  await toBroker.call('DEBUG', 'SLEEP', '0.2');
  const [finding] = await room.found('redis-slow', 'broker');
  expect(finding).toMatchObject({ code: 'slow_command', severity: 'warning' });
  expect(finding?.evidence).toContainEqual(expect.objectContaining({ name: 'client', value: 'shop' }));
  await toBroker.config('SET', 'slowlog-log-slower-than', '0');
  await toBroker.keys('nothing:*');
  await toBroker.config('SET', 'slowlog-log-slower-than', '10000');
  expect(await codes('redis-slow', 'broker')).toContain('slow_keys');
  await toBroker.call('SLOWLOG', 'RESET');
  await untilWell('redis-slow', 'broker');
  await toBroker.config('SET', 'slowlog-log-slower-than', '-1');
  expect(await room.outcome('redis-slow', 'broker')).toMatch(/^unknown: .*switched off/);
  await toBroker.config('SET', 'slowlog-log-slower-than', '10000');
});

test('a full house of clients is found, its limit doubled, and put back', async () => {
  const crowd = Array.from({ length: 24 }, () => new Redis(cache.socketPath));
  try {
    await Promise.all(crowd.map((one) => one.ping()));
    const { clients } = await room.redis.ops.clients('cache');
    await toCache.config('SET', 'maxclients', String(Math.ceil(clients.length / 0.9)));
    const [finding] = await room.found('redis-clients', 'cache');
    expect(finding).toMatchObject({ code: 'clients_near_limit' });
    const applied = await room.doctor.fix(finding?.findingId ?? '', finding?.fix?.commands ?? [], 'tester');
    expect(applied.state).toBe('mended');
    for (const one of crowd) void one.blpop('nothing', 0).catch(() => undefined);
    await untilFound('redis-clients', 'cache', 'clients_blocked');
  } finally {
    for (const one of crowd) one.disconnect();
    await toCache.config('SET', 'maxclients', '10000');
  }
  await untilWell('redis-clients', 'cache');
}, 60_000);

test('a client that does not take its replies is found', async () => {
  await toCache.config('SET', 'client-output-buffer-limit', 'pubsub 0 0 0');
  const deaf = new Redis(cache.socketPath, { connectionName: 'deaf' });
  await deaf.subscribe('loud');
  // What it does not read stays with the server.
  (deaf as unknown as { stream: { pause(): void } }).stream.pause();
  try {
    const message = 'x'.repeat(1_000_000);
    for (let n = 0; n < 60; n += 1) await toCache.publish('loud', message);
    await untilFound('redis-clients', 'cache', 'output_buffers');
    const [finding] = await room.found('redis-clients', 'cache');
    expect(finding?.title).toMatch(/^deaf leaves/);
  } finally {
    deaf.disconnect();
  }
  await untilWell('redis-clients', 'cache');
}, 60_000);

test('a hit rate is judged by its window; where it is low, what the programs do tells why', async () => {
  const names = (prefix: string) => Array.from({ length: 100 }, (_each, n) => `${prefix}:${n}`);
  let round = 0;
  /** As programs use a cache, and what each of them does wrong. */
  const programs = {
    well: async (shop: Redis) => {
      await shop.mset(Object.fromEntries(names('article').map((name) => [name, '1'])));
      for (let n = 0; n < 10; n += 1) await shop.mget(names('article'));
    },
    hit_rate_low_never_written: async (shop: Redis) => void (await shop.mget(names('elsewhere'))),
    hit_rate_low_removed: async (shop: Redis) => {
      await shop.mget(names('article'));
      await shop.mset(Object.fromEntries(names('article').map((name) => [name, '1'])));
      await shop.unlink(names('article'));
    },
    hit_rate_low_expiring: async (shop: Redis) => {
      await shop.mget(names('article'));
      const stored = shop.pipeline();
      for (const name of names('article')) stored.set(name, '1', 'PX', 1);
      await stored.exec();
    },
    hit_rate_low_filling: async (shop: Redis) => {
      round += 1;
      await shop.mget(names(`report:${round}`));
      const stored = shop.pipeline();
      for (const name of names(`report:${round}`)) stored.set(name, '1');
      await stored.exec();
    },
  };
  const told = async (wanted: string, program: (shop: Redis) => Promise<unknown>) => {
    const server = await startRedis({ tcp: true, args: ['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'] });
    const shop = new Redis(server.socketPath);
    const profile = { name: wanted, url: `redis://127.0.0.1:${server.port}`, purposes: ['cache' as const] };
    try {
      await watching(profile, async (id) => {
        const isTold = async () => {
          await program(shop);
          return wanted === 'well'
            ? (await room.outcome('redis-hit-rate', id)) === 'well'
            : (await codes('redis-hit-rate', id)).includes(wanted);
        };
        await until(isTold, 60_000, wanted);
        const [finding] = await room.found('redis-hit-rate', id);
        if (wanted === 'well') return expect(finding).toBeUndefined();
        expect(finding?.evidence.find(({ name }) => name === 'hit_ratio')?.value).toBeLessThan(0.4);
        expect(finding?.severity).toBe(wanted === 'hit_rate_low_filling' ? 'info' : 'critical');
      });
    } finally {
      shop.disconnect();
      await server.stop();
    }
  };
  await Promise.all(Object.entries(programs).map(([wanted, program]) => told(wanted, program)));
}, 120_000);

test('the cache does not help: it forgets what is read again, is given room by the fix, and helps from then on', async () => {
  const small = await startRedis({ tcp: true, args: ['--maxmemory', '4mb', '--maxmemory-policy', 'allkeys-lru'] });
  const shop = new Redis(small.socketPath);
  /** As a program uses a cache: what is not there is computed and stored. */
  const readThrough = async () => {
    const names = Array.from({ length: 500 }, (_each, n) => `article:${n}`);
    const stored = await shop.mget(names);
    const missed = shop.pipeline();
    for (const [n, name] of names.entries()) if (stored[n] === null) missed.set(name, 'x'.repeat(10_000));
    await missed.exec();
  };
  const profile = { name: 'shop', url: `redis://127.0.0.1:${small.port}`, purposes: ['cache' as const] };
  try {
    await watching(profile, async (id) => {
      const evicting = async () => {
        await readThrough();
        return (await codes('redis-hit-rate', id)).includes('hit_rate_low_evicting');
      };
      await until(evicting, 60_000, 'the finding');
      const [finding] = await room.found('redis-hit-rate', id);
      expect(finding?.evidence.find(({ name }) => name === 'evicted_per_s')?.value).toBeGreaterThan(0);
      expect(finding?.fix?.commands.map(({ words }) => words.join(' '))).toEqual(['CONFIG SET maxmemory 8388608']);
      const applied = await room.doctor.fix(finding?.findingId ?? '', finding?.fix?.commands ?? [], 'tester');
      // The rate is of five minutes: what was missed before is still in it.
      expect(applied.state).toBe('settling');
      const helps = async () => {
        for (let round = 0; round < 10; round += 1) await readThrough();
        return (await room.outcome('redis-hit-rate', id)) === 'well';
      };
      await until(helps, 60_000, 'a cache that helps');
      expect(room.doctor.fixes()[0]).toMatchObject({ fixId: applied.fixId, state: 'mended' });
      await room.doctor.undo(applied.fixId, 'tester');
      expect(await shop.config('GET', 'maxmemory')).toEqual(['maxmemory', '4194304']);
    });
  } finally {
    shop.disconnect();
    await small.stop();
  }
}, 180_000);

test('big keys, a namespace that holds most, and keys for ever come from the newest analysis', async () => {
  await toCache.flushall();
  await toCache.set('report:2026', 'x'.repeat(90_000_000));
  const pipeline = toCache.pipeline();
  for (let n = 0; n < 2_000; n += 1) pipeline.set(`session:${n}`, 'x');
  await pipeline.exec();
  expect(await codes('redis-keys', 'cache')).toEqual(['keys_without_expiry']);
  room.redis.ops.analyse({
    connectionId: 'cache',
    db: 0,
    separator: ':',
    maxMeasuredKeys: 20_000,
    commandsPerS: 20_000,
  });
  await untilFound('redis-keys', 'cache', 'big_keys');
  expect((await codes('redis-keys', 'cache')).toSorted()).toEqual(['big_keys', 'hot_namespace', 'keys_without_expiry']);
  await toCache.flushall();
  await toCache.set('fine', 'x', 'EX', 100);
  room.redis.ops.analyse({
    connectionId: 'cache',
    db: 0,
    separator: ':',
    maxMeasuredKeys: 20_000,
    commandsPerS: 20_000,
  });
  await untilWell('redis-keys', 'cache');
}, 60_000);

test('a primary that is gone, a replica out of step, and writes that go to a replica', async () => {
  const primary = await startRedis({ tcp: true });
  const replica = await startRedis({ tcp: true, args: ['--replicaof', '127.0.0.1', String(primary.port)] });
  try {
    await watching({ name: 'primary', url: primary.url }, async (id) => {
      await untilWell('redis-replication', id);
      await watching({ name: 'replica', url: replica.url }, async (other) => {
        await untilFound('redis-replication', other, 'writes_to_replica');
        replica.freeze();
        await untilFound('redis-replication', id, 'replica_behind');
        replica.thaw();
        await untilWell('redis-replication', id);
        await primary.kill();
        await untilFound('redis-replication', other, 'primary_lost');
      });
    });
  } finally {
    await Promise.all([replica.stop(), primary.stop()]);
  }
}, 90_000);

test('slots that nobody serves are counted; a whole cluster is well', async () => {
  const cluster = await startRedisCluster({ args: ['--cluster-require-full-coverage', 'no'] });
  try {
    await watching({ name: 'cluster', url: cluster.url }, async (id) => {
      await untilWell('redis-replication', id);
      const node = new Redis(cluster.masters[0]?.port ?? 0);
      await node.call('CLUSTER', 'DELSLOTS', '0', '1', '2');
      await untilFound('redis-replication', id, 'slots_uncovered');
      await node.call('CLUSTER', 'ADDSLOTS', '0', '1', '2');
      node.disconnect();
      await untilWell('redis-replication', id);
    });
  } finally {
    await cluster.stop();
  }
}, 90_000);
