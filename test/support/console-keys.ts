/** Made-up keys for tests of the Keys page: a thousand of every type, one whose name is no text. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallInput, CallOutput, Handlers } from '../../src/shared/contract.ts';

type Row = CallOutput<'redis.keys'>['keys'][number];
type Detail = CallOutput<'redis.key'>;
type Shown = Extract<Detail['value'], { kind: 'json' }>['shown'];

export interface KeysScript {
  rows: Row[];
  /** Of the server, many more than are listed. */
  keyCount: number;
  /** What is asked fails with this message. */
  failure: string | null;
  deleted: CallInput<'redis.key.delete'>[];
  ttls: CallInput<'redis.key.ttl'>[];
  opened: CallInput<'redis.key'>[];
}

export function keysScript(): KeysScript {
  const types = ['string', 'hash', 'list', 'set', 'zset', 'stream', 'ReJSON-RL'];
  const rows = Array.from({ length: 1_000 }, (_, index): Row => {
    const type = types[index % types.length] ?? 'string';
    const ttlMs = index % 3 === 0 ? null : 90_000 + index * 1_000;
    return { key: `user:${index}:${type}`, keyEncoding: 'text', type, ttlMs, sizeBytes: 96 + index, idleS: index };
  });
  const binary: Row = { key: '/wAB', keyEncoding: 'base64', type: 'string', ttlMs: null, sizeBytes: 64, idleS: 1 };
  return { rows: [binary, ...rows], keyCount: 1_000_000, failure: null, deleted: [], ttls: [], opened: [] };
}

const shown = (text: string, format: Shown['format'] = 'text'): Shown => ({
  format,
  text,
  wholeBytes: text.length,
  cut: false,
});

function valueOf({ type, key, keyEncoding }: Row, as: string): Detail['value'] {
  switch (type) {
    case 'hash':
      return { kind: 'hash', fields: [{ field: shown('name'), value: shown('Ana') }] };
    case 'list':
      return { kind: 'list', items: [{ index: 0, value: shown('first') }] };
    case 'set':
      return { kind: 'set', members: [shown('red'), shown('ff00', 'hex')] };
    case 'zset':
      return { kind: 'zset', members: [{ member: shown('best'), score: 'inf' }] };
    case 'stream':
      return {
        kind: 'stream',
        entries: [{ id: '1-0', fields: [{ field: shown('at'), value: shown('noon') }] }],
        groups: [{ name: 'readers', consumers: 2, pending: 5, lastDeliveredId: '1-0', lag: 7 }],
      };
    case 'ReJSON-RL':
      return { kind: 'json', shown: shown('{"colour":"blue"}', 'json') };
    default: {
      const isHex = as === 'hex' || keyEncoding === 'base64';
      return {
        kind: 'string',
        offsetBytes: 0,
        shown: isHex ? shown('c0ffee', 'hex') : shown(`of ${key}`),
        entry: null,
      };
    }
  }
}

export function keysHandlers(script: KeysScript): Partial<Handlers> {
  const asked = (): void => {
    if (script.failure !== null) throw new EngineError('REDIS_UNREACHABLE', script.failure);
  };
  return {
    async 'redis.keys'({ filter, cursor, limit }) {
      asked();
      const { pattern, type, expiry } = filter;
      const part = pattern.replaceAll('*', '');
      const matching = script.rows.filter(
        (row) =>
          row.key.includes(part) &&
          (type === undefined || row.type === type) &&
          (expiry === undefined || (expiry === 'none') === (row.ttlMs === null)),
      );
      const from = Number(cursor ?? 0);
      const end = from + limit;
      return {
        keys: matching.slice(from, end),
        nextCursor: end < matching.length ? String(end) : null,
        walked: { walkedKeys: 12_000, keyCount: script.keyCount, commands: 48, tookMs: 130 },
      };
    },
    async 'redis.key'(input) {
      asked();
      script.opened.push(input);
      const row = script.rows.find(({ key, keyEncoding }) => key === input.key && keyEncoding === input.keyEncoding);
      if (row === undefined) throw new EngineError('REDIS_KEY_NOT_FOUND', `There is no key "${input.key}"`);
      const value = valueOf(row, input.as);
      const nextCursor = row.type === 'list' && input.cursor === null ? '1' : null;
      return { ...row, encoding: 'listpack', length: 7, value, nextCursor, writable: true };
    },
    async 'redis.key.delete'(input) {
      asked();
      script.deleted.push(input);
      const before = script.rows.length;
      script.rows = script.rows.filter(({ key }) => !input.keys.some((each) => each.key === key));
      return { removed: before - script.rows.length };
    },
    async 'redis.key.ttl'(input) {
      asked();
      script.ttls.push(input);
      script.rows = script.rows.map((row) => (row.key === input.key ? { ...row, ttlMs: input.ttlMs } : row));
      return { changed: true };
    },
  };
}
