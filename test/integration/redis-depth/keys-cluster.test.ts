/** Keys of a real cluster: pages, the tree, every type, edits and deletes reach each shard, also while a master is replaced. */
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startRedisCluster, type TestCluster } from '../../support/redis-cluster.ts';
import { connectionId, openRedisRoom, type RedisRoom } from '../../support/redis-room.ts';
import { until } from '../../support/until.ts';

let cluster: TestCluster;
let room: RedisRoom;
let client: Cluster;

beforeAll(async () => {
  cluster = await startRedisCluster({ replicas: true });
  client = new Cluster(cluster.masters.map(({ port }) => ({ host: '127.0.0.1', port })));
  room = await openRedisRoom(cluster.url);
}, 60_000);
afterAll(async () => {
  client.disconnect();
  await room.close();
  await cluster.stop();
});
beforeEach(() => cluster.flush());

const open = (key: string, more: object = {}) => room.call('redis.key', { connectionId, key, ...more });
const edit = (key: string, change: object, more: object = {}) =>
  room.call('redis.key.set', { connectionId, key, edit: change as never, ...more });

async function fill(names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => client.set(name, `v of ${name}`)));
}

async function shardsOf(names: readonly string[]): Promise<number> {
  const slots = await Promise.all(names.map((name) => client.cluster('KEYSLOT', name)));
  return new Set(slots.map((slot) => Math.floor(slot / (16_384 / cluster.masters.length)))).size;
}

/** Every page; each is handed to `between` before the next is asked for. */
async function all(filter: object, between: (page: number) => Promise<void> = async () => undefined) {
  const found: string[] = [];
  let cursor: string | null = null;
  for (let page = 1; page === 1 || cursor !== null; page += 1) {
    const answer: Awaited<ReturnType<typeof room.call<'redis.keys'>>> = await room.call('redis.keys', {
      ...{ connectionId, db: null, filter, cursor, limit: 50 },
    });
    found.push(...answer.keys.map(({ key }) => key));
    cursor = answer.nextCursor;
    await between(page);
  }
  return found;
}

test('pages go through every shard, and a key is found where it is', async () => {
  const names = Array.from({ length: 300 }, (_each, n) => `key:${n}`);
  await fill(names);
  expect(await shardsOf(names)).toBe(3);
  expect((await all({ pattern: 'key:*' })).toSorted()).toEqual(names.toSorted());
  expect(await all({ pattern: 'key:7' })).toEqual(['key:7']);
  expect((await open('key:7')).value).toMatchObject({ shown: { text: 'v of key:7' } });
  await expect(room.call('redis.keys', { connectionId, db: 1 })).rejects.toMatchObject({
    code: 'REDIS_DATABASE_INVALID',
  });
});

test('the tree counts a namespace over all its shards, and opens it', async () => {
  const users = Array.from({ length: 60 }, (_each, n) => `user:${n % 2}:${n}`);
  await fill([...users, 'user:config', 'order:1']);
  expect(await shardsOf(users)).toBe(3);
  const tree = async (path: string) =>
    (await room.call('redis.keyTree', { connectionId, path })).nodes.map((node) => [node.path, node.keysSeen]);
  expect(await tree('')).toEqual([
    ['user:', 61],
    ['order:', 1],
  ]);
  expect(await tree('user:')).toEqual([
    ['user:0:', 30],
    ['user:1:', 30],
    ['user:config', 1],
  ]);
});

test('an element of every type is changed on its shard, unless somebody else was faster', async () => {
  const changes: [string, object][] = [
    ['text', { kind: 'string', value: 'new' }],
    ['hash', { kind: 'hash-set', field: 'f', value: '1' }],
    ['list', { kind: 'list-push', end: 'tail', values: ['a', 'z'] }],
    ['set', { kind: 'set-add', members: ['x', 'y'] }],
    ['zset', { kind: 'zset-set', member: 'm', score: 1.5 }],
    ['stream', { kind: 'stream-add', fields: [['a', '1']] }],
  ];
  await client.set('text', 'old', 'EX', 100);
  expect(await shardsOf(changes.map(([key]) => key))).toBe(3);
  for (const [key, change] of changes) {
    expect((await edit(key, change)).changed).toBeGreaterThan(0);
    expect(await open(key)).toMatchObject({ type: key === 'text' ? 'string' : key, writable: true });
  }
  expect([await client.get('text'), await client.hget('hash', 'f'), await client.zscore('zset', 'm')]).toEqual([
    ...['new', '1', '1.5'],
  ]);
  expect(await client.ttl('text')).toBeGreaterThan(0);
  const tooLate = { code: 'REDIS_KEY_CHANGED' };
  await expect(edit('text', { kind: 'string', value: 'x' }, { was: 'old' })).rejects.toMatchObject(tooLate);
  await expect(edit('hash', { kind: 'hash-set', field: 'f', value: 'x' }, { was: '0' })).rejects.toMatchObject(tooLate);
  await edit('hash', { kind: 'hash-set', field: 'f', value: '2' }, { was: '1' });
  expect(await client.hget('hash', 'f')).toBe('2');
});

test('keys of several shards are made, given an expiry, renamed within their slot, and deleted together', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  expect(await shardsOf(names)).toBe(3);
  for (const key of names) {
    await room.call('redis.key.add', { connectionId, key, edit: { kind: 'string', value: key }, ttlMs: 60_000 });
    await room.call('redis.key.ttl', { connectionId, key, ttlMs: 500_000 });
    expect(await client.pttl(key)).toBeGreaterThan(60_000);
  }
  await expect(
    room.call('redis.key.add', { connectionId, key: 'a', edit: { kind: 'string', value: 'x' } }),
  ).rejects.toMatchObject({ code: 'REDIS_KEY_EXISTS' });
  await room.call('redis.key.rename', { connectionId, key: 'a', to: '{a}:moved' });
  expect(await client.get('{a}:moved')).toBe('a');
  await expect(room.call('redis.key.rename', { connectionId, key: 'b', to: 'other' })).rejects.toMatchObject({
    code: 'CALL_INPUT_INVALID',
  });
  const keys = [...names, '{a}:moved'].map((key) => ({ key }));
  expect(await room.call('redis.key.delete', { connectionId, keys })).toEqual({ removed: 6 });
  expect(await all({})).toEqual([]);
});

test('nothing that was there all the time is left out when a master is replaced by its replica between two pages', async () => {
  const names = Array.from({ length: 600 }, (_each, n) => `kept:${n}`);
  await fill(names);
  // What a master has answered and its replica has not yet is lost with it; that is Redis's own way.
  await Promise.all(client.nodes('master').map((node) => node.call('WAIT', '1', '5000')));
  const found = await all({ pattern: 'kept:*' }, async (page) => {
    if (page > 1) return;
    await cluster.masters[2]?.kill();
    await until(() => room.link.view().state !== 'ready', 20_000, 'the loss to be seen');
    await until(() => room.link.view().state === 'ready', 30_000, 'the replica');
  });
  expect(new Set(found)).toEqual(new Set(names));
  expect((await open('kept:1')).value).toMatchObject({ shown: { text: 'v of kept:1' } });
  await cluster.masters[2]?.restart();
}, 90_000);
