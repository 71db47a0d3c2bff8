/** Changes keys: one element, an expiry, a name, or the key's end. The link refuses all of it while it is only observed. */
import { EngineError } from '../../base/errors.ts';
import type { KeyEdit, KeyGuard, KeyName } from '../../model/redis-keys.ts';
import { asNumber, asText, listOf } from '../reply.ts';
import { RedisScript } from '../script.ts';
import type { KeySpace } from './key-space.ts';
import { bytesOf } from './names.ts';

type Part = string | number | Buffer;

/** Redis looks at every element for this one. */
const longestSearchedList = 50_000;
const deletesAtOnce = 50;

/**
 * Looks and writes in one step, so that nobody comes in between: is the key of this type, or new where it must be; is what
 * is replaced still what the user saw; then the edit, and for a new key its expiry.
 * ARGV: type, guard, what was there, expiry or 0, how many words the question has, its words, the edit's words; the key
 * stands after the first word of each. Redis removes elements of a list by value only, so "LTAKE index" is ours: it marks
 * the place with a word that no element has.
 */
const editScript = new RedisScript(`
local function run(from, to)
  local words = { ARGV[from], KEYS[1] }
  for at = from + 1, to do words[#words + 1] = ARGV[at] end
  return redis.call(unpack(words))
end
local kind = redis.call('TYPE', KEYS[1]).ok
local guard, asked = ARGV[2], tonumber(ARGV[5])
if guard == 'new' then
  if kind ~= 'none' then return { 'exists' } end
elseif kind ~= 'none' and kind ~= ARGV[1] then return { 'type', kind } end
if guard == 'absent' or guard == 'same' or guard == 'score' then
  local now = run(6, 5 + asked)
  if guard == 'absent' then if now then return { 'changed' } end
  elseif guard == 'same' then if now ~= ARGV[3] then return { 'changed' } end
  elseif not now or tonumber(now) ~= tonumber(ARGV[3]) then return { 'changed' } end
end
local reply
if ARGV[6 + asked] == 'LTAKE' then
  local mark = 'vigia:removed'
  while redis.call('LPOS', KEYS[1], mark) do mark = mark .. '.' end
  redis.call('LSET', KEYS[1], ARGV[7 + asked], mark)
  reply = redis.call('LREM', KEYS[1], 1, mark)
else reply = run(6 + asked, #ARGV) end
if tonumber(ARGV[4]) > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return { 'done', reply }
`);

/**
 * Elements that changed. @param was without it whatever is there is replaced
 * @throws EngineError REDIS_READ_ONLY, REDIS_KEY_CHANGED, REDIS_KEY_WRONG_TYPE, REDIS_KEY_TOO_BIG, CALL_INPUT_INVALID, REDIS_*
 */
export async function editKey(space: KeySpace, name: KeyName, edit: KeyEdit, was?: KeyGuard): Promise<number> {
  refuseObserved(space);
  const key = bytesOf(name);
  if (edit.kind.startsWith('list-') && edit.kind !== 'list-push') await refuseLong(space, name, key);
  return run(space, name, edit, guardOf(edit, was), 0);
}

/** Makes a key that nobody has yet. @throws EngineError REDIS_READ_ONLY, REDIS_KEY_EXISTS, REDIS_* */
export async function addKey(space: KeySpace, name: KeyName, edit: KeyEdit, ttlMs: number | null): Promise<number> {
  refuseObserved(space);
  return run(space, name, edit, { kind: 'new', was: '', question: [] }, ttlMs ?? 0);
}

/** @throws EngineError REDIS_READ_ONLY, REDIS_KEY_EXISTS, REDIS_KEY_NOT_FOUND, CALL_INPUT_INVALID, REDIS_* */
export async function renameKey(space: KeySpace, name: KeyName, to: string): Promise<void> {
  refuseObserved(space);
  let renamed: number;
  try {
    renamed = asNumber(await send(space, 'RENAMENX', bytesOf(name), to));
  } catch (error) {
    const words = error instanceof EngineError ? error.message : '';
    if (words.includes('no such key')) throw new EngineError('REDIS_KEY_NOT_FOUND', `There is no ${titleOf(name)}`);
    if (!words.includes('CROSSSLOT')) throw error;
    throw new EngineError(
      'CALL_INPUT_INVALID',
      'On a cluster both names must lie in one slot: begin them with the same {part in braces}',
    );
  }
  if (renamed !== 1) throw new EngineError('REDIS_KEY_EXISTS', `There is a key "${to.slice(0, 200)}" already`);
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

interface Guard {
  readonly kind: 'free' | 'new' | 'absent' | 'same' | 'score';
  readonly was: string;
  /** A command without its key. */
  readonly question: readonly Part[];
}

async function run(space: KeySpace, name: KeyName, edit: KeyEdit, guard: Guard, ttlMs: number): Promise<number> {
  const wanted = typeOf(edit);
  const words = wordsOf(edit);
  const args = [wanted, guard.kind, guard.was, ttlMs, guard.question.length, ...guard.question, ...words];
  space.count(space.shards()[0]?.address ?? '', 'evalsha');
  const [outcome, told] = listOf(
    await space.command(String(words[0]), (client) => editScript.run(client, [bytesOf(name)], args)),
  );
  switch (asText(outcome)) {
    case 'exists':
      throw new EngineError('REDIS_KEY_EXISTS', `There is a ${titleOf(name)} already`);
    case 'type':
      throw new EngineError('REDIS_KEY_WRONG_TYPE', `The ${titleOf(name)} is a ${asText(told)}, not a ${wanted}`);
    case 'changed':
      throw new EngineError('REDIS_KEY_CHANGED', `The ${titleOf(name)} is not what it was when it was looked at`);
    default:
      return ['SET', 'JSON.SET'].includes(String(words[0])) || ['list-set', 'stream-add'].includes(edit.kind)
        ? 1
        : asNumber(told);
  }
}

async function refuseLong(space: KeySpace, name: KeyName, key: Buffer): Promise<void> {
  // A key of another type is told by the edit itself.
  if (asText(await send(space, 'TYPE', key)) !== 'list') return;
  if (asNumber(await send(space, 'LLEN', key)) <= longestSearchedList) return;
  throw new EngineError(
    'REDIS_KEY_TOO_BIG',
    `The ${titleOf(name)} has more than ${longestSearchedList} elements: looking for one would hold the server`,
  );
}

/** Before anything is asked, so that the answer is the same whether the key is there or not. */
function refuseObserved({ link }: KeySpace): void {
  if (link.isWritable) return;
  throw new EngineError('REDIS_READ_ONLY', `Nothing was sent: the connection to ${link.address} is only observed`);
}

function titleOf({ key }: KeyName): string {
  return `key "${key.slice(0, 200)}"`;
}

function typeOf({ kind }: KeyEdit): string {
  const first = kind.split('-')[0] ?? '';
  return first === 'json' ? 'ReJSON-RL' : first;
}

function guardOf(edit: KeyEdit, was: KeyGuard | undefined): Guard {
  // Whose place was taken meanwhile would be removed instead.
  if (edit.kind === 'list-remove-at' && typeof was !== 'string') {
    throw new EngineError('CALL_INPUT_INVALID', 'An element is removed from its place only with what stood there');
  }
  if (was === undefined) return { kind: 'free', was: '', question: [] };
  const question = questionOf(edit);
  if (question === null) throw new EngineError('CALL_INPUT_INVALID', `An edit "${edit.kind}" replaces nothing`);
  if (was === null) return { kind: 'absent', was: '', question };
  return { kind: edit.kind === 'zset-set' ? 'score' : 'same', was, question };
}

/** What asks for that which an edit replaces, without the key; null where it replaces nothing, or several. */
function questionOf(edit: KeyEdit): Part[] | null {
  switch (edit.kind) {
    case 'string':
      return ['GET'];
    case 'hash-set':
      return ['HGET', edit.field];
    case 'hash-remove':
      return edit.fields.length === 1 ? ['HGET', ...edit.fields] : null;
    case 'list-set':
    case 'list-remove-at':
      return ['LINDEX', edit.index];
    case 'zset-set':
      return ['ZSCORE', edit.member];
    case 'json-set':
      return edit.path === '$' ? ['JSON.GET'] : ['JSON.GET', edit.path];
    case 'list-push':
    case 'list-remove':
    case 'set-add':
    case 'set-remove':
    case 'zset-remove':
    case 'stream-add':
    case 'stream-remove':
      return null;
  }
}

function wordsOf(edit: KeyEdit): Part[] {
  switch (edit.kind) {
    case 'string':
      return ['SET', edit.value, 'KEEPTTL'];
    case 'hash-set':
      return ['HSET', edit.field, edit.value];
    case 'hash-remove':
      return ['HDEL', ...edit.fields];
    case 'list-set':
      return ['LSET', edit.index, edit.value];
    case 'list-remove-at':
      return ['LTAKE', edit.index];
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
