/** Keys of a real server: pages, the tree, every type in windows, edits in operate only. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeEntry } from '../../../engine/cache/codec.ts';
import { entryName } from '../../../engine/redis/key-names.ts';
import { connectionId, openRedisRoom, type RedisRoom } from '../../support/redis-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';

let redis: TestRedis;
let room: RedisRoom;
let client: Redis;

beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.socketPath);
  room = await openRedisRoom(redis.url);
});
afterAll(async () => {
  client.disconnect();
  await room.close();
  await redis.stop();
});
beforeEach(async () => void (await client.flushall()));

const open = (key: string, more: object = {}) => room.call('redis.key', { connectionId, key, ...more });

async function all(asked: RedisRoom, filter: object, db: number | null = null): Promise<string[]> {
  const found = new Set<string>();
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof asked.call<'redis.keys'>>> = await asked.call('redis.keys', {
      ...{ connectionId, db, filter, cursor, limit: 50 },
    });
    for (const { key } of page.keys) found.add(key);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return [...found].toSorted();
}

describe('pages', () => {
  test('together have every key, and filters keep what they say', async () => {
    const pipeline = client.pipeline();
    for (let n = 0; n < 1_200; n += 1) pipeline.set(`user:${n}`, 'x', 'PX', 100_000 + n);
    pipeline.set('forever', 'x');
    pipeline.rpush('queue', 'a');
    pipeline.set('big', 'x'.repeat(100_000));
    await pipeline.exec();
    expect(await all(room, {})).toHaveLength(1_203);
    expect(await all(room, { pattern: 'user:119?' })).toHaveLength(10);
    expect(await all(room, { type: 'list' })).toEqual(['queue']);
    expect(await all(room, { expiry: 'none' })).toEqual(['big', 'forever', 'queue']);
    expect(await all(room, { minSizeBytes: 50_000 })).toEqual(['big']);
    expect(await all(room, { minIdleS: 3_600 })).toEqual([]);
    expect(await all(room, { pattern: 'forever' })).toEqual(['forever']);
    expect(await all(room, { minTtlMs: 3_600_000 })).toEqual([]);
    expect(await all(room, { minTtlMs: 1_000, maxTtlMs: 3_600_000 })).toHaveLength(1_200);
  });

  test('names that are no text come and go as base64', async () => {
    const name = Buffer.from([0xff, 0x00, 0x41]);
    await client.set(name, 'x');
    const { keys } = await room.call('redis.keys', { connectionId });
    expect(keys[0]).toMatchObject({ key: name.toString('base64'), keyEncoding: 'base64' });
    const { value } = await open(name.toString('base64'), { keyEncoding: 'base64' });
    expect(value).toMatchObject({ kind: 'string', shown: { text: 'x' } });
  });

  test('another database is reached without disturbing the connection', async () => {
    await client.select(3);
    await client.set('there', '1');
    await client.select(0);
    expect(await all(room, {}, 3)).toEqual(['there']);
    expect(await all(room, {})).toEqual([]);
    await expect(open('there', { db: 3 })).resolves.toMatchObject({ type: 'string' });
  });

  test('the tree shows what lies right below a path', async () => {
    const pipeline = client.pipeline();
    for (let n = 0; n < 30; n += 1) pipeline.set(`user:${n % 3}:${n}`, 'x');
    pipeline.set('user:config', 'x');
    pipeline.set('odd[1]:a', 'x');
    await pipeline.exec();
    const top = await room.call('redis.keyTree', { connectionId });
    expect(top.nodes.map(({ path, keysSeen }) => [path, keysSeen])).toEqual([
      ['user:', 31],
      ['odd[1]:', 1],
    ]);
    const below = await room.call('redis.keyTree', { connectionId, path: 'user:' });
    expect(below.nodes).toMatchObject([
      { path: 'user:0:', kind: 'namespace', keysSeen: 10 },
      { path: 'user:1:', kind: 'namespace' },
      { path: 'user:2:', kind: 'namespace' },
      { path: 'user:config', kind: 'key' },
    ]);
    expect((await room.call('redis.keyTree', { connectionId, path: 'odd[1]:' })).nodes).toMatchObject([
      { path: 'odd[1]:a' },
    ]);
  });
});

test('the tree opens namespaces whose names are no text by their bytes', async () => {
  const raw = (text: string) => Buffer.from(text, 'latin1');
  await client.set(raw('user:\xff\x00:a'), '1');
  await client.set(raw('user:\xff\x00:b*'), '2');
  await client.set(raw('user:\xfe:c'), '3');
  const tree = async (path: { path: string; pathEncoding: 'text' | 'base64' }) =>
    (await room.call('redis.keyTree', { connectionId, ...path })).nodes;
  const top = await tree({ path: 'user:', pathEncoding: 'text' });
  expect(top).toMatchObject([
    { name: '\\xff\\x00', pathEncoding: 'base64', kind: 'namespace', keysSeen: 2 },
    { name: '\\xfe', pathEncoding: 'base64', kind: 'namespace', keysSeen: 1 },
  ]);
  const below = await tree(top[0] as (typeof top)[number]);
  expect(below.map(({ name, kind }) => [name, kind])).toEqual(
    expect.arrayContaining([
      ['a', 'key'],
      ['b*', 'key'],
    ]),
  );
  const leaf = below.find(({ name }) => name === 'b*');
  const opened = await open(leaf?.path ?? '', { keyEncoding: leaf?.pathEncoding });
  expect(opened.value).toMatchObject({ shown: { text: '2' } });
});

describe('values', () => {
  test('strings are text, JSON, or bytes', async () => {
    await client.set('text', 'año', 'PX', 60_000);
    await client.set('json', '{"a":[1,2]}');
    await client.set('bytes', Buffer.from([0, 1, 255]));
    expect(await open('text')).toMatchObject({
      value: { shown: { format: 'text', text: 'año', wholeBytes: 4 } },
      length: 4,
    });
    expect((await open('text')).ttlMs).toBeGreaterThan(0);
    expect(await open('json')).toMatchObject({ value: { shown: { format: 'json' } }, ttlMs: null });
    expect(await open('bytes')).toMatchObject({ value: { shown: { format: 'hex', text: '0001ff' } } });
    expect(await open('json', { as: 'hex' })).toMatchObject({ value: { shown: { format: 'hex' } } });
  });

  test('a big string comes in windows that add up to it', async () => {
    // Two bytes each after one: every window would end within a character.
    const text = `x${'é'.repeat(500_000)}`;
    await client.set('log', text);
    let [read, cursor, windows] = ['', null as string | null, 0];
    do {
      const { value, nextCursor } = await open('log', { cursor });
      if (value.kind !== 'string') throw new Error(value.kind);
      read += value.shown.text;
      cursor = nextCursor;
      windows += 1;
    } while (cursor !== null);
    expect(read === text).toBe(true);
    expect(windows).toBeGreaterThan(3);
  });

  test('a cache entry of ours is opened', async () => {
    const name = entryName('ab'.repeat(16), 'kpis', 'essentials');
    const head = {
      ...{ id: 'cd'.repeat(16), computedAtMs: 1_000, dataAsOfMs: 900, computeMs: 5, freshUntilMs: 2_000 },
      ...{ staleUntilMs: 3_000, tags: ['table:edp'], meaning: '{}', stamp: { epoch: '00'.repeat(8), seq: 0 } },
    };
    const { bytes } = await encodeEntry(
      head,
      { total: 7, words: 'again '.repeat(400) },
      { kind: 'zstd', fromBytes: 0 },
    );
    await client.set(name, bytes);
    const { value } = await open(name);
    expect(value).toMatchObject({
      entry: { value: { total: 7 }, codec: 'zstd', computedAtMs: 1_000, tags: ['table:edp'] },
    });
  });

  test('collections come in pages that add up to them', async () => {
    const pipeline = client.pipeline();
    for (let n = 0; n < 1_000; n += 1) {
      pipeline.hset('hash', `f${n}`, n);
      pipeline.rpush('list', `v${n}`);
      pipeline.sadd('set', `m${n}`);
      pipeline.zadd('zset', n, `z${n}`);
      pipeline.xadd('stream', `${n + 1}-0`, 'n', n);
    }
    pipeline.zadd('zset', '+inf', 'last');
    pipeline.xgroup('CREATE', 'stream', 'readers', '0');
    await pipeline.exec();
    const counts: Record<string, number> = {};
    for (const key of ['hash', 'list', 'set', 'zset', 'stream']) {
      const seen = new Set<string>();
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof open>> = await open(key, { cursor, limit: 100 });
        for (const text of elements(page.value)) seen.add(text);
        cursor = page.nextCursor;
      } while (cursor !== null);
      counts[key] = seen.size;
    }
    expect(counts).toEqual({ hash: 1_000, list: 1_000, set: 1_000, zset: 1_001, stream: 1_000 });
    expect(await open('stream')).toMatchObject({ value: { groups: [{ name: 'readers', pending: 0 }] }, length: 1_000 });
    const last = await open('zset', { cursor: '1000' });
    expect(last).toMatchObject({ value: { members: [{ member: { text: 'last' }, score: 'inf' }] }, nextCursor: null });
  });

  test('elements that are too big are not fetched', async () => {
    await client.hset('heavy', 'f', Buffer.alloc(6 * 1_024 * 1_024, 'x'));
    const before = await outputBytes();
    expect(await open('heavy')).toMatchObject({ value: { kind: 'opaque' }, length: 1 });
    expect((await outputBytes()) - before).toBeLessThan(1_000_000);
  });

  test('a key that is not there is said to be gone', async () => {
    await expect(open('nothing')).rejects.toMatchObject({ code: 'REDIS_KEY_NOT_FOUND' });
  });
});

describe('edits', () => {
  const edit = (key: string, change: never) => room.call('redis.key.set', { connectionId, key, edit: change });

  test('change one element of every type, and keep an expiry', async () => {
    await client.set('text', 'old', 'EX', 100);
    await client.rpush('list', 'a', 'b', 'a');
    const changes: [string, object][] = [
      ['text', { kind: 'string', value: 'new' }],
      ['hash', { kind: 'hash-set', field: 'f', value: '1' }],
      ['list', { kind: 'list-set', index: 1, value: 'B' }],
      ['list', { kind: 'list-remove', value: 'a' }],
      ['list', { kind: 'list-push', end: 'tail', values: ['z'] }],
      ['set', { kind: 'set-add', members: ['x', 'y'] }],
      ['set', { kind: 'set-remove', members: ['x'] }],
      ['zset', { kind: 'zset-set', member: 'm', score: 1.5 }],
      ['stream', { kind: 'stream-add', fields: [['a', '1']] }],
    ];
    for (const [key, change] of changes) expect((await edit(key, change as never)).changed).toBeGreaterThan(0);
    expect([await client.get('text'), await client.ttl('text')]).toEqual([
      'new',
      expect.toSatisfy((s: number) => s > 0),
    ]);
    expect(await client.hgetall('hash')).toEqual({ f: '1' });
    expect(await client.lrange('list', 0, -1)).toEqual(['B', 'a', 'z']);
    expect(await client.smembers('set')).toEqual(['y']);
    expect(await client.zscore('zset', 'm')).toBe('1.5');
    expect(await client.xlen('stream')).toBe(1);
    await expect(edit('hash', { kind: 'string', value: 'x' } as never)).rejects.toMatchObject({
      code: 'REDIS_KEY_WRONG_TYPE',
    });
  });

  test('never overwrite what somebody changed meanwhile', async () => {
    const changed = { code: 'REDIS_KEY_CHANGED' };
    const guarded = (key: string, change: object, was: string | null) =>
      room.call('redis.key.set', { connectionId, key, edit: change as never, was });
    await client.set('text', 'now', 'EX', 100);
    await client.hset('hash', 'f', 'now');
    await client.rpush('list', 'a', 'b', 'a', 'b');
    await client.zadd('zset', 0.1, 'm');
    await expect(guarded('text', { kind: 'string', value: 'x' }, 'before')).rejects.toMatchObject(changed);
    await expect(guarded('text', { kind: 'string', value: 'x' }, null)).rejects.toMatchObject(changed);
    await expect(guarded('hash', { kind: 'hash-set', field: 'f', value: 'x' }, 'before')).rejects.toMatchObject(
      changed,
    );
    await expect(guarded('hash', { kind: 'hash-set', field: 'f', value: 'x' }, null)).rejects.toMatchObject(changed);
    await expect(guarded('hash', { kind: 'hash-remove', fields: ['f'] }, 'before')).rejects.toMatchObject(changed);
    await expect(guarded('list', { kind: 'list-set', index: 1, value: 'x' }, 'a')).rejects.toMatchObject(changed);
    await expect(guarded('list', { kind: 'list-remove-at', index: 3 }, 'a')).rejects.toMatchObject(changed);
    await expect(guarded('zset', { kind: 'zset-set', member: 'm', score: 2 }, '0.2')).rejects.toMatchObject(changed);
    await expect(guarded('gone', { kind: 'string', value: 'x' }, 'before')).rejects.toMatchObject(changed);
    expect(await client.get('text')).toBe('now');
    expect(await client.hgetall('hash')).toEqual({ f: 'now' });
    expect(await client.lrange('list', 0, -1)).toEqual(['a', 'b', 'a', 'b']);
    expect(await client.exists('gone')).toBe(0);
    await guarded('text', { kind: 'string', value: 'after' }, 'now');
    await guarded('hash', { kind: 'hash-set', field: 'f', value: 'after' }, 'now');
    await guarded('hash', { kind: 'hash-set', field: 'g', value: 'new' }, null);
    await guarded('list', { kind: 'list-remove-at', index: 2 }, 'a');
    await guarded('list', { kind: 'list-set', index: -1, value: 'z' }, 'b');
    await guarded('zset', { kind: 'zset-set', member: 'm', score: 2 }, '0.1');
    expect([await client.get('text'), await client.pttl('text')]).toEqual([
      'after',
      expect.toSatisfy((ms: number) => ms > 0),
    ]);
    expect(await client.hgetall('hash')).toEqual({ f: 'after', g: 'new' });
    expect(await client.lrange('list', 0, -1)).toEqual(['a', 'b', 'z']);
    expect(await client.zscore('zset', 'm')).toBe('2');
    // Removing by place without saying what stood there would remove whatever moved there.
    await expect(
      room.call('redis.key.set', { connectionId, key: 'list', edit: { kind: 'list-remove-at', index: 0 } }),
    ).rejects.toMatchObject({ code: 'CALL_INPUT_INVALID' });
  });

  test('a key is made only where there is none, and renamed only to where there is none', async () => {
    const edit = { kind: 'list-push' as const, end: 'tail' as const, values: ['a', 'b'] };
    const made = { connectionId, key: 'made', edit };
    await room.call('redis.key.add', { ...made, ttlMs: 60_000 });
    expect(await client.lrange('made', 0, -1)).toEqual(['a', 'b']);
    expect(await client.pttl('made')).toBeGreaterThan(0);
    await expect(room.call('redis.key.add', made)).rejects.toMatchObject({ code: 'REDIS_KEY_EXISTS' });
    await client.set('other', 'x');
    const rename = (key: string, to: string) => room.call('redis.key.rename', { connectionId, key, to });
    await expect(rename('made', 'other')).rejects.toMatchObject({ code: 'REDIS_KEY_EXISTS' });
    await expect(rename('nobody', 'x')).rejects.toMatchObject({ code: 'REDIS_KEY_NOT_FOUND' });
    await rename('made', 'moved');
    expect([await client.exists('made'), await client.llen('moved'), await client.get('other')]).toEqual([0, 2, 'x']);
  });

  test('expiries are set and removed, keys are deleted', async () => {
    await client.mset('a', '1', 'b', '2');
    expect(await room.call('redis.key.ttl', { connectionId, key: 'a', ttlMs: 50_000 })).toEqual({ changed: true });
    expect(await client.pttl('a')).toBeGreaterThan(40_000);
    expect(await room.call('redis.key.ttl', { connectionId, key: 'a', ttlMs: null })).toEqual({ changed: true });
    expect(await client.pttl('a')).toBe(-1);
    expect(
      await room.call('redis.key.delete', { connectionId, keys: [{ key: 'a' }, { key: 'b' }, { key: 'c' }] }),
    ).toEqual({
      removed: 2,
    });
  });

  test('are all refused while the connection is observed, and nothing is sent', async () => {
    const watched = await openRedisRoom(redis.url, { mode: 'observe' });
    await client.set('a', '1');
    const refused = { code: 'REDIS_READ_ONLY' };
    const ref = { connectionId, key: 'a' };
    await expect(watched.call('redis.key.set', { ...ref, edit: { kind: 'string', value: '2' } })).rejects.toMatchObject(
      refused,
    );
    // Refused before the key is even looked at, or its type would be the answer.
    const wrong = { kind: 'hash-set' as const, field: 'f', value: '1' };
    await expect(watched.call('redis.key.set', { ...ref, edit: wrong })).rejects.toMatchObject(refused);
    await expect(watched.call('redis.key.ttl', { ...ref, ttlMs: 1 })).rejects.toMatchObject(refused);
    await expect(watched.call('redis.key.delete', { connectionId, keys: [{ key: 'a' }] })).rejects.toMatchObject(
      refused,
    );
    const edit = { kind: 'string' as const, value: '2' };
    await expect(watched.call('redis.key.add', { connectionId, key: 'b', edit })).rejects.toMatchObject(refused);
    await expect(watched.call('redis.key.rename', { ...ref, to: 'b' })).rejects.toMatchObject(refused);
    await expect(watched.call('redis.key.delete', { connectionId, db: 2, keys: [{ key: 'a' }] })).rejects.toMatchObject(
      refused,
    );
    expect(await client.get('a')).toBe('1');
    expect((await watched.call('redis.key', ref)).writable).toBe(false);
    await watched.close();
  });
});

function elements(value: Awaited<ReturnType<typeof open>>['value']): string[] {
  switch (value.kind) {
    case 'hash':
      return value.fields.map(({ field }) => field.text);
    case 'list':
      return value.items.map((item) => item.value.text);
    case 'set':
      return value.members.map(({ text }) => text);
    case 'zset':
      return value.members.map(({ member }) => member.text);
    case 'stream':
      return value.entries.map(({ id }) => id);
    case 'string':
    case 'json':
    case 'opaque':
      throw new Error(value.kind);
  }
}

async function outputBytes(): Promise<number> {
  return Number(/total_net_output_bytes:(\d+)/.exec(await client.info('stats'))?.[1]);
}
