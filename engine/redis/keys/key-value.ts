/** Opens one key: what it is, and a window of its value; big values are never fetched whole. */
import { EngineError } from '../../base/errors.ts';
import type { KeyDetail, KeyName, KeyRow, KeyValue, StringFormat } from '../../model/redis-keys.ts';
import { parseEntryName } from '../key-names.ts';
import { asNumber, asText, entriesOf, listOf } from '../reply.ts';
import type { KeySpace } from './key-space.ts';
import { measureKeys } from './measure.ts';
import { bytesOf, shownOf, wholeCharacters } from './names.ts';

export type OpenEntry = (bytes: Buffer) => Promise<Extract<KeyValue, { kind: 'string' }>['entry']>;

export interface KeyQuery extends KeyName {
  readonly as: StringFormat;
  readonly cursor: string | null;
  readonly limit: number;
}

interface Window {
  readonly value: KeyValue;
  readonly nextCursor: string | null;
  readonly length: number | null;
}

interface Opening {
  readonly space: KeySpace;
  readonly key: Buffer;
  readonly row: KeyRow;
  readonly query: KeyQuery;
  readonly openEntry: OpenEntry;
}

/** Of a string at once. */
const windowBytes = 256 * 1_024;
/** Of a collection at once, by the mean of its elements. */
const pageBytes = 1_024 * 1_024;
/** Elements cannot be fetched in parts. */
const largestElementBytes = 4 * 1_024 * 1_024;
const largestEntryBytes = 4 * 1_024 * 1_024;
const largestJsonBytes = 1_024 * 1_024;

/** @throws EngineError REDIS_KEY_NOT_FOUND, CALL_INPUT_INVALID, REDIS_* */
export async function openKey(space: KeySpace, query: KeyQuery, openEntry: OpenEntry): Promise<KeyDetail> {
  const key = bytesOf(query);
  const address = space.shards()[0]?.address ?? space.link.address;
  const [row] = await measureKeys(space, { address, role: null, command: space.command }, [key]);
  if (row === undefined) throw new EngineError('REDIS_KEY_NOT_FOUND', `There is no key "${query.key.slice(0, 200)}"`);
  const encoding = await ask(space, 'OBJECT', 'ENCODING', key);
  const read = readers[row.type] ?? opaque;
  const window = await read({ space, key, row, query, openEntry });
  return {
    ...row,
    encoding: asText(encoding) || null,
    length: window.length,
    value: window.value,
    nextCursor: window.nextCursor,
    writable: space.link.isWritable,
  };
}

const readers: Readonly<Record<string, (opening: Opening) => Promise<Window>>> = {
  string: readString,
  hash: readHash,
  list: readList,
  set: readSet,
  zset: readSorted,
  stream: readStream,
  'ReJSON-RL': readJson,
};

async function opaque({ row }: Opening): Promise<Window> {
  return closed(`The type "${row.type}" belongs to a module that is not known here`, null);
}

function closed(reason: string, length: number | null): Window {
  return { value: { kind: 'opaque', reason }, nextCursor: null, length };
}

async function readString({ space, key, query, openEntry }: Opening): Promise<Window> {
  const length = asNumber(await ask(space, 'STRLEN', key));
  const offsetBytes = offsetOf(query.cursor);
  const fetched = await range(space, key, offsetBytes, windowBytes);
  // The next window begins where this one's last whole character ends.
  const bytes = wholeCharacters(fetched, query.as !== 'hex' && offsetBytes + fetched.length < length);
  const wantsEntry = query.as === 'entry' || (query.as === 'auto' && parseEntryName(query.key) !== null);
  const entry =
    wantsEntry && length <= largestEntryBytes
      ? await openEntry(await whole(space, key, offsetBytes === 0 ? fetched : Buffer.alloc(0), length))
      : null;
  const as = query.as === 'entry' ? 'auto' : query.as;
  const end = offsetBytes + bytes.length;
  return {
    value: { kind: 'string', offsetBytes, shown: shownOf(bytes, length - offsetBytes, as, windowBytes), entry },
    nextCursor: end < length && bytes.length > 0 ? String(end) : null,
    length,
  };
}

async function whole(space: KeySpace, key: Buffer, first: Buffer, length: number): Promise<Buffer> {
  const parts = [first];
  for (let at = first.length; at < length; at += windowBytes) parts.push(await range(space, key, at, windowBytes));
  return Buffer.concat(parts);
}

async function range(space: KeySpace, key: Buffer, from: number, count: number): Promise<Buffer> {
  const reply = await ask(space, 'GETRANGE', key, from, from + count - 1);
  return Buffer.isBuffer(reply) ? reply : Buffer.alloc(0);
}

async function readHash(opening: Opening): Promise<Window> {
  const { space, key, query } = opening;
  const length = asNumber(await ask(space, 'HLEN', key));
  const count = countOf(opening, length);
  if (count === null) return tooBig(length);
  const [next, flat] = listOf(await ask(space, 'HSCAN', key, scanCursor(query.cursor), 'COUNT', count));
  const fields = inPairs(listOf(flat)).map(([field, value]) => ({ field: shownOf(field), value: shownOf(value) }));
  return { value: { kind: 'hash', fields }, nextCursor: following(next), length };
}

async function readSet(opening: Opening): Promise<Window> {
  const { space, key, query } = opening;
  const length = asNumber(await ask(space, 'SCARD', key));
  const count = countOf(opening, length);
  if (count === null) return tooBig(length);
  const [next, members] = listOf(await ask(space, 'SSCAN', key, scanCursor(query.cursor), 'COUNT', count));
  const value = { kind: 'set' as const, members: buffers(listOf(members)).map((member) => shownOf(member)) };
  return { value, nextCursor: following(next), length };
}

async function readList(opening: Opening): Promise<Window> {
  const { space, key, query } = opening;
  const length = asNumber(await ask(space, 'LLEN', key));
  const count = countOf(opening, length);
  if (count === null) return tooBig(length);
  const from = offsetOf(query.cursor);
  const items = buffers(listOf(await ask(space, 'LRANGE', key, from, from + count - 1)));
  const end = from + items.length;
  return {
    value: { kind: 'list', items: items.map((value, at) => ({ index: from + at, value: shownOf(value) })) },
    nextCursor: end < length && items.length > 0 ? String(end) : null,
    length,
  };
}

async function readSorted(opening: Opening): Promise<Window> {
  const { space, key, query } = opening;
  const length = asNumber(await ask(space, 'ZCARD', key));
  const count = countOf(opening, length);
  if (count === null) return tooBig(length);
  const from = offsetOf(query.cursor);
  const reply = listOf(await ask(space, 'ZRANGE', key, from, from + count - 1, 'WITHSCORES'));
  // Pairs within the list under RESP3, a flat list under RESP2.
  const pairs = reply.every(Array.isArray) ? reply.map((pair) => listOf(pair)) : inPairs(reply);
  const members = pairs.map(([member, score]) => ({
    member: shownOf(Buffer.isBuffer(member) ? member : Buffer.from(asText(member))),
    score: scoreOf(score),
  }));
  const end = from + members.length;
  return {
    value: { kind: 'zset', members },
    nextCursor: end < length && members.length > 0 ? String(end) : null,
    length,
  };
}

function scoreOf(score: unknown): number | 'inf' | '-inf' {
  const text = typeof score === 'number' ? String(score) : asText(score);
  if (/^\+?inf/i.test(text)) return 'inf';
  if (/^-inf/i.test(text)) return '-inf';
  return Number(text);
}

async function readStream(opening: Opening): Promise<Window> {
  const { space, key, query } = opening;
  const length = asNumber(await ask(space, 'XLEN', key));
  const count = countOf(opening, length);
  if (count === null) return tooBig(length);
  const before = query.cursor === null ? '+' : `(${streamId(query.cursor)}`;
  const reply = listOf(await ask(space, 'XREVRANGE', key, before, '-', 'COUNT', count));
  const entries = reply.map((one) => {
    const [id, fields] = listOf(one);
    return {
      id: asText(id),
      fields: inPairs(listOf(fields)).map(([field, value]) => ({ field: shownOf(field), value: shownOf(value) })),
    };
  });
  const groups = query.cursor === null ? await groupsOf(space, key) : [];
  const last = entries.at(-1)?.id;
  const nextCursor = entries.length === count && last !== undefined ? last : null;
  return { value: { kind: 'stream', entries, groups }, nextCursor, length };
}

async function groupsOf(space: KeySpace, key: Buffer) {
  const groups = listOf(await ask(space, 'XINFO', 'GROUPS', key));
  return groups.map((group) => {
    const facts = new Map(entriesOf(group));
    const lag = facts.get('lag');
    return {
      name: asText(facts.get('name')),
      consumers: asNumber(facts.get('consumers')),
      pending: asNumber(facts.get('pending')),
      lastDeliveredId: asText(facts.get('last-delivered-id')),
      // Not told before Redis 7, or where entries were deleted in between.
      lag: lag === undefined || lag === null ? null : asNumber(lag),
    };
  });
}

async function readJson({ space, key, row }: Opening): Promise<Window> {
  if ((row.sizeBytes ?? 0) > largestJsonBytes) {
    return closed(`The document takes ${row.sizeBytes} bytes, more than is fetched at once`, null);
  }
  const reply = await ask(space, 'JSON.GET', key);
  const bytes = Buffer.isBuffer(reply) ? reply : Buffer.from(asText(reply));
  const shown = shownOf(bytes, bytes.length, 'json', largestJsonBytes);
  return { value: { kind: 'json', shown }, nextCursor: null, length: bytes.length };
}

/** How many elements of the mean size make a page; null where one alone is too big. */
function countOf({ row, query }: Opening, length: number): number | null {
  const mean = (row.sizeBytes ?? 0) / Math.max(1, length);
  if (mean > largestElementBytes) return null;
  return Math.max(1, Math.min(query.limit, Math.floor(pageBytes / Math.max(1, mean))));
}

function tooBig(length: number): Window {
  return closed('Its elements are too big to be fetched through the console', length);
}

async function ask(space: KeySpace, name: string, ...args: (string | number | Buffer)[]): Promise<unknown> {
  const command = ['OBJECT', 'XINFO'].includes(name) ? `${name}|${String(args[0])}` : name;
  space.count(space.shards()[0]?.address ?? '', command.toLowerCase());
  return space.command(name, (client) => client.callBuffer(name, ...args));
}

function offsetOf(cursor: string | null): number {
  if (cursor === null) return 0;
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new EngineError('CALL_INPUT_INVALID', 'The cursor is none of this value');
}

function scanCursor(cursor: string | null): string {
  if (cursor === null) return '0';
  if (/^\d{1,20}$/.test(cursor)) return cursor;
  throw new EngineError('CALL_INPUT_INVALID', 'The cursor is none of this value');
}

function streamId(cursor: string): string {
  if (/^\d{1,20}-\d{1,20}$/.test(cursor)) return cursor;
  throw new EngineError('CALL_INPUT_INVALID', 'The cursor is none of this stream');
}

function following(cursor: unknown): string | null {
  const text = asText(cursor);
  return text === '0' || text === '' ? null : text;
}

function inPairs(flat: readonly unknown[]): [Buffer, Buffer][] {
  const all = buffers(flat);
  return Array.from({ length: Math.floor(all.length / 2) }, (_, at) => [
    all[2 * at] ?? Buffer.alloc(0),
    all[2 * at + 1] ?? Buffer.alloc(0),
  ]);
}

function buffers(list: readonly unknown[]): Buffer[] {
  return list.map((one) => (Buffer.isBuffer(one) ? one : Buffer.from(asText(one))));
}
