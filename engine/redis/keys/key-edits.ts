/** Changes keys: one element, an expiry, or the key's end. The link refuses all of it while it is only observed. */
import { EngineError } from '../../base/errors.ts';
import type { KeyEdit, KeyName } from '../../model/redis-keys.ts';
import { asNumber, asText } from '../reply.ts';
import type { KeySpace } from './key-space.ts';
import { bytesOf } from './names.ts';

type Part = string | number | Buffer;

/** Redis looks at every element for this one. */
const longestSearchedList = 50_000;
const deletesAtOnce = 50;

/** Elements that changed. @throws EngineError REDIS_READ_ONLY, REDIS_KEY_WRONG_TYPE, REDIS_KEY_TOO_BIG, REDIS_* */
export async function editKey(space: KeySpace, name: KeyName, edit: KeyEdit): Promise<number> {
  refuseObserved(space);
  const key = bytesOf(name);
  const type = asText(await send(space, 'TYPE', key));
  const wanted = typeOf(edit);
  if (type !== 'none' && type !== wanted) {
    throw new EngineError('REDIS_KEY_WRONG_TYPE', `"${name.key.slice(0, 200)}" is a ${type}, not a ${wanted}`);
  }
  if (edit.kind === 'list-remove' && asNumber(await send(space, 'LLEN', key)) > longestSearchedList) {
    throw new EngineError(
      'REDIS_KEY_TOO_BIG',
      `"${name.key.slice(0, 200)}" has more than ${longestSearchedList} elements: looking for one would hold the server`,
    );
  }
  const [command, ...args] = wordsOf(edit);
  const reply = await send(space, command, key, ...args);
  return ['SET', 'LSET', 'JSON.SET'].includes(command) || edit.kind === 'stream-add' ? 1 : asNumber(reply);
}

/** False for a key that is not there, or had no expiry to remove. @throws EngineError REDIS_READ_ONLY, REDIS_* */
export async function setTtl(space: KeySpace, name: KeyName, ttlMs: number | null): Promise<boolean> {
  refuseObserved(space);
  const key = bytesOf(name);
  const reply = ttlMs === null ? await send(space, 'PERSIST', key) : await send(space, 'PEXPIRE', key, ttlMs);
  return asNumber(reply) === 1;
}

/** @throws EngineError REDIS_READ_ONLY, REDIS_* */
export async function deleteKeys(space: KeySpace, names: readonly KeyName[]): Promise<number> {
  refuseObserved(space);
  let removed = 0;
  for (let from = 0; from < names.length; from += deletesAtOnce) {
    const some = names.slice(from, from + deletesAtOnce);
    // One by one: on a cluster they lie in different slots.
    const replies = await Promise.all(some.map((name) => send(space, 'UNLINK', bytesOf(name))));
    removed += replies.reduce<number>((sum, reply) => sum + asNumber(reply), 0);
  }
  return removed;
}

/** Before anything is asked, so that the answer is the same whether the key is there or not. */
function refuseObserved({ link }: KeySpace): void {
  if (link.isWritable) return;
  throw new EngineError('REDIS_READ_ONLY', `Nothing was sent: the connection to ${link.address} is only observed`);
}

function typeOf({ kind }: KeyEdit): string {
  const first = kind.split('-')[0] ?? '';
  return first === 'json' ? 'ReJSON-RL' : first;
}

function wordsOf(edit: KeyEdit): [string, ...Part[]] {
  switch (edit.kind) {
    case 'string':
      return ['SET', edit.value, 'KEEPTTL'];
    case 'hash-set':
      return ['HSET', edit.field, edit.value];
    case 'hash-remove':
      return ['HDEL', ...edit.fields];
    case 'list-set':
      return ['LSET', edit.index, edit.value];
    case 'list-push':
      return [edit.end === 'head' ? 'LPUSH' : 'RPUSH', ...edit.values];
    case 'list-remove':
      return ['LREM', 1, edit.value];
    case 'set-add':
      return ['SADD', ...edit.members];
    case 'set-remove':
      return ['SREM', ...edit.members];
    case 'zset-set':
      return ['ZADD', 'CH', edit.score, edit.member];
    case 'zset-remove':
      return ['ZREM', ...edit.members];
    case 'stream-add':
      return ['XADD', '*', ...edit.fields.flat()];
    case 'stream-remove':
      return ['XDEL', ...edit.ids];
    case 'json-set':
      return ['JSON.SET', edit.path, edit.value];
  }
}

function send(space: KeySpace, name: string, ...args: Part[]): Promise<unknown> {
  space.count(space.shards()[0]?.address ?? '', name.toLowerCase());
  return space.command(name, (client) => client.callBuffer(name, ...args));
}
