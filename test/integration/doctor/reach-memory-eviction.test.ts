/** The doctor on real servers that are silent, full, or forget what they must keep; its fixes, and undoing them. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { entriesOf } from '../../../engine/redis/reply.ts';
import { type DoctorRoom, openDoctorRoom } from '../../support/doctor-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let cache: TestRedis;
let broker: TestRedis;
let room: DoctorRoom;

beforeAll(async () => {
  [cache, broker] = await Promise.all([startRedis(), startRedis()]);
  room = await openDoctorRoom({ cache: cache.url, broker: broker.url });
});
afterAll(async () => {
  await room.close();
  await Promise.all([cache.stop(), broker.stop()]);
});
beforeEach(async () => {
  await healthy();
  await until(() => room.connections.of('cache').isReady, 20_000, 'the link to be up');
});

const on = async (server: TestRedis, work: (client: Redis) => Promise<unknown>): Promise<void> => {
  const client = new Redis(server.socketPath);
  try {
    await work(client);
  } finally {
    client.disconnect();
  }
};
const config = (server: TestRedis, name: string, value: string) => on(server, (one) => one.config('SET', name, value));
const configured = async (server: TestRedis, name: string): Promise<unknown> => {
  let value: unknown = null;
  await on(server, async (one) => {
    value = new Map(entriesOf(await one.config('GET', name))).get(name) ?? null;
  });
  return value;
};

async function healthy(): Promise<void> {
  await on(cache, (one) => one.flushall());
  await config(cache, 'maxmemory', '256mb');
  await config(cache, 'maxmemory-policy', 'allkeys-lru');
  await config(broker, 'maxmemory', '0');
  await config(broker, 'maxmemory-policy', 'noeviction');
}

test('a healthy cache and a healthy broker are well', async () => {
  for (const id of ['cache', 'broker']) {
    for (const check of ['redis-reach', 'redis-eviction', 'redis-memory']) {
      expect(`${check} ${id} ${await room.outcome(check, id)}`).toBe(`${check} ${id} well`);
    }
  }
});

test('a silent server is named, what hangs on it is unknown, and it is well again when it is back', async () => {
  await cache.kill();
  await until(() => !room.connections.of('cache').isReady, 20_000, 'the link to notice');
  const [finding] = await room.found('redis-reach', 'cache');
  expect(finding).toMatchObject({ code: 'unreachable', severity: 'critical', fix: null });
  expect(finding?.evidence[0]?.sinceMs).toBeGreaterThan(Date.now() - 60_000);
  expect(finding?.steps.length).toBeGreaterThan(1);
  expect(await room.outcome('redis-memory', 'cache')).toMatch(/^unknown: .*does not answer/);
  expect(await room.outcome('redis-memory', 'broker')).toBe('well');
  await cache.restart();
  await healthy();
  await until(() => room.connections.of('cache').isReady, 20_000, 'the link to be up');
  expect(await room.outcome('redis-reach', 'cache')).toBe('well');
}, 90_000);

test('a server that takes connections and never answers is silent too, within the time of a run', async () => {
  broker.freeze();
  try {
    const [finding] = await room.found('redis-reach', 'broker');
    expect(finding).toMatchObject({ code: 'unreachable', severity: 'critical' });
    expect(await room.outcome('redis-memory', 'cache')).toBe('well');
  } finally {
    broker.thaw();
  }
  await until(() => room.connections.of('broker').isReady, 20_000, 'the link to be up');
}, 90_000);

test('a wrong password and a name that nobody knows are told apart', async () => {
  await config(cache, 'requirepass', 'secret');
  const made = await Promise.all([
    room.connections.save({ name: 'locked out', url: cache.url }),
    room.connections.save({ name: 'nowhere', url: 'redis://no-such-host.invalid:6379' }),
  ]);
  try {
    const [locked, nowhere] = made;
    await until(async () => (await room.found('redis-reach', locked.id))[0]?.code === 'auth_failed', 30_000, 'refused');
    await until(async () => (await room.found('redis-reach', nowhere.id))[0]?.code === 'dns_failed', 30_000, 'no name');
  } finally {
    const client = new Redis(cache.socketPath, { password: 'secret' });
    await client.config('SET', 'requirepass', '');
    client.disconnect();
    for (const { id } of made) await room.connections.remove(id);
  }
}, 90_000);

test('a broker that may forget is found, mended by the commands that were shown, and the fix undone', async () => {
  await config(broker, 'maxmemory', '100mb');
  await config(broker, 'maxmemory-policy', 'allkeys-lru');
  const [finding] = await room.found('redis-eviction', 'broker');
  expect(finding).toMatchObject({ code: 'broker_evicts', severity: 'critical' });
  expect(finding?.evidence).toContainEqual({ name: 'policy', value: 'allkeys-lru', unit: 'text', sinceMs: null });
  const commands = finding?.fix?.commands ?? [];
  expect(commands.map(({ words }) => words.join(' '))).toEqual(['CONFIG SET maxmemory-policy noeviction']);
  const applied = await room.doctor.fix(finding?.findingId ?? '', commands, 'tester');
  expect(applied).toMatchObject({ state: 'mended', who: 'tester' });
  expect(await configured(broker, 'maxmemory-policy')).toBe('noeviction');
  expect(await room.outcome('redis-eviction', 'broker')).toBe('well');
  expect(await room.doctor.undo(applied.fixId, 'tester')).toMatchObject({ state: 'undone' });
  expect(await configured(broker, 'maxmemory-policy')).toBe('allkeys-lru');
  await expect(room.doctor.undo(applied.fixId, 'tester')).rejects.toMatchObject({ code: 'DOCTOR_FIX_NOT_FOUND' });
});

test('a fix is refused when it is not what was shown, when the trouble is over, and while the connection is observed', async () => {
  await config(broker, 'maxmemory-policy', 'volatile-lru');
  const [finding] = await room.found('redis-eviction', 'broker');
  expect(finding).toMatchObject({ code: 'broker_evicts', severity: 'warning' });
  const commands = finding?.fix?.commands ?? [];
  const fix = (sent: typeof commands) => room.doctor.fix(finding?.findingId ?? '', sent, 'tester');
  await expect(fix([{ shard: 'elsewhere', words: ['CONFIG', 'SET', 'x', 'y'] }])).rejects.toMatchObject({
    code: 'DOCTOR_FIX_CHANGED',
  });
  room.connections.lock('broker');
  await expect(fix(commands)).rejects.toMatchObject({ code: 'REDIS_READ_ONLY' });
  expect(await configured(broker, 'maxmemory-policy')).toBe('volatile-lru');
  room.connections.unlock('broker', 600_000);
  await config(broker, 'maxmemory-policy', 'noeviction');
  await expect(fix(commands)).rejects.toMatchObject({ code: 'DOCTOR_FINDING_GONE' });
});

test('a cache that refuses when it is full is a warning, unless jobs lie on the same server', async () => {
  await config(cache, 'maxmemory-policy', 'noeviction');
  const [finding] = await room.found('redis-eviction', 'cache');
  expect(finding).toMatchObject({ code: 'cache_refuses', severity: 'warning' });
  const shared = await room.connections.save({ name: 'jobs here too', url: cache.url, purposes: ['bullmq'] });
  await until(() => room.connections.of(shared.id).isReady, 20_000, 'the second link');
  expect(await room.found('redis-eviction', 'cache')).toEqual([]);
  await config(cache, 'maxmemory-policy', 'allkeys-lru');
  expect(await room.found('redis-eviction', shared.id)).toMatchObject([{ code: 'broker_evicts' }]);
  await room.connections.remove(shared.id);
});

test('a cache without a limit gets one, undone to none', async () => {
  await config(cache, 'maxmemory', '0');
  const [finding] = await room.found('redis-memory', 'cache');
  expect(finding).toMatchObject({ code: 'limit_missing' });
  const applied = await room.doctor.fix(finding?.findingId ?? '', finding?.fix?.commands ?? [], 'tester');
  expect(applied.state).toBe('mended');
  expect(Number(await configured(cache, 'maxmemory'))).toBeGreaterThan(0);
  await room.doctor.undo(applied.fixId, 'tester');
  expect(await configured(cache, 'maxmemory')).toBe('0');
});

test('memory running out: the full cache is named with its figures, its limit raised, and all is well', async () => {
  await config(cache, 'maxmemory', '8mb');
  await on(cache, async (client) => {
    for (let n = 0; n < 100; n += 1) await client.set(`value:${n}`, 'x'.repeat(100_000));
  });
  const [finding] = await room.found('redis-memory', 'cache');
  expect(finding).toMatchObject({ code: 'limit_near_evicting', severity: 'warning' });
  const used = finding?.evidence.find(({ name }) => name === 'used_ratio');
  expect(used?.value).toBeGreaterThanOrEqual(0.9);
  const applied = await room.doctor.fix(finding?.findingId ?? '', finding?.fix?.commands ?? [], 'tester');
  expect(applied.state).toBe('mended');
  expect(await room.outcome('redis-memory', 'cache')).toBe('well');
  expect(room.doctor.fixes()[0]).toMatchObject({ fixId: applied.fixId, state: 'mended' });
});

test('a full broker refuses writes, which is critical and counted', async () => {
  await config(broker, 'maxmemory', '4mb');
  await on(broker, async (client) => {
    for (let n = 0; n < 60; n += 1) await client.set(`job:${n}`, 'x'.repeat(100_000)).catch(() => undefined);
  });
  const [finding] = await room.found('redis-memory', 'broker');
  expect(finding).toMatchObject({ code: 'limit_near_refusing', severity: 'critical' });
  expect(finding?.evidence.find(({ name }) => name === 'refused_writes')?.value).toBeGreaterThan(0);
  await on(broker, (one) => one.flushall());
});

test('memory that was freed and not given back is found', async () => {
  await config(cache, 'maxmemory', '0');
  await config(cache, 'maxmemory', '4gb');
  await on(cache, async (client) => {
    const value = 'x'.repeat(1_000);
    for (let round = 0; round < 30; round += 1) {
      const pipeline = client.pipeline();
      for (let n = 0; n < 10_000; n += 1) pipeline.set(`k:${round}:${n}`, value);
      await pipeline.exec();
    }
    for (let round = 0; round < 30; round += 1) {
      const pipeline = client.pipeline();
      for (let n = 0; n < 10_000; n += 1) if (n % 3 !== 0) pipeline.del(`k:${round}:${n}`);
      await pipeline.exec();
    }
  });
  const codes = async () => (await room.found('redis-memory', 'cache')).map(({ code }) => code);
  await until(async () => (await codes()).includes('fragmented'), 30_000, 'the fragmentation to be reported');
}, 90_000);
