/** What is asked of a real server when somebody looks: slow log, clients, configuration, ACL log, doctors. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionId, openRedisRoom, type RedisRoom } from '../../support/redis-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let room: RedisRoom;
let client: Redis;

beforeAll(async () => {
  redis = await startRedis({ tcp: true });
  client = new Redis(redis.socketPath, { connectionName: 'shop:worker:4711' });
  client.on('error', () => undefined);
  room = await openRedisRoom(redis.url, { mode: 'observe' });
});
afterAll(async () => {
  client.disconnect();
  await room.close();
  await redis.stop();
});

test('slow commands are grouped by shape and client, and ours are marked', async () => {
  await client.config('SET', 'slowlog-log-slower-than', '0');
  for (const id of [17, 18, 19]) await client.hgetall(`session:${id}`);
  await room.link.command('PING', (one) => one.ping());
  await client.config('SET', 'slowlog-log-slower-than', '5000');
  const { groups, entries, thresholdMs, maxLength } = await room.call('redis.slowlog', { connectionId });
  expect({ thresholdMs, maxLength }).toEqual({ thresholdMs: 5, maxLength: 128 });
  expect(groups.find(({ shape }) => shape === 'HGETALL session:*')).toMatchObject({
    count: 3,
    client: 'shop:worker:*',
    own: false,
  });
  expect(groups.find(({ shape }) => shape === 'PING')).toMatchObject({ own: true });
  expect(entries.length).toBeGreaterThanOrEqual(4);
});

test('a client is killed in operate only, and never one of ours', async () => {
  const { clients } = await room.call('redis.clients', { connectionId });
  const theirs = clients.find(({ name }) => name === 'shop:worker:4711');
  const ours = clients.find(({ own }) => own);
  expect(theirs).toMatchObject({ own: false, kind: 'normal', user: 'default' });
  const kill = (one: typeof theirs) =>
    room.call('redis.clients.kill', { connectionId, shard: one?.shard ?? '', clientId: one?.id ?? '0' });
  await expect(kill(theirs)).rejects.toMatchObject({ code: 'REDIS_READ_ONLY' });
  room.gate.unlock(60_000);
  await expect(kill(ours)).rejects.toMatchObject({ code: 'REDIS_CLIENT_OURS' });
  expect(await kill(theirs)).toEqual({ killed: true });
  await until(async () =>
    (await room.call('redis.clients', { connectionId })).clients.every(({ id }) => id !== theirs?.id),
  );
  expect(await kill(theirs)).toEqual({ killed: false });
  room.gate.lock();
});

test('parameters that somebody set are marked, and passwords are blanked', async () => {
  const one = async (name: string) =>
    (await room.call('redis.config', { connectionId })).parameters.find((parameter) => parameter.name === name);
  expect(await one('maxmemory-policy')).toMatchObject({ value: 'noeviction', isDefault: true });
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await client.config('SET', 'masterauth', 's3cret');
  expect(await one('maxmemory-policy')).toMatchObject({
    value: 'allkeys-lru',
    defaultValue: 'noeviction',
    isDefault: false,
  });
  expect((await one('masterauth'))?.value).toBe('***');
  await client.config('SET', 'masterauth', '');
});

test('refused commands are in the ACL log, and the doctors speak', async () => {
  await client.call(
    'ACL',
    'SETUSER',
    'reader',
    'on',
    '>pw',
    '~*',
    '+get',
    '+ping',
    '+hello',
    '+info',
    '+client|setname',
  );
  const reader = new Redis(redis.socketPath, { username: 'reader', password: 'pw', enableReadyCheck: false });
  reader.on('error', () => undefined);
  await expect(reader.set('a', '1')).rejects.toThrow('NOPERM');
  reader.disconnect();
  const { entries } = await room.call('redis.aclLog', { connectionId });
  expect(entries[0]).toMatchObject({ username: 'reader', object: 'set', reason: 'command' });
  expect(Math.abs((entries[0]?.lastAtMs ?? 0) - Date.now())).toBeLessThan(10_000);
  const { shards } = await room.call('redis.doctorWords', { connectionId });
  expect(shards[0]?.memory).toMatch(/memory|Sam/i);
  expect(shards[0]?.latency).toMatch(/latency|Dave/i);
});
