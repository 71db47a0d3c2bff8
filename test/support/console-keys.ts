/** Made-up keys for tests of the Keys page: a thousand of every type, one whose name is no text; and analyses of them. */
import { EngineError } from '../../engine/base/errors.ts';
import { analysisSummarySchema } from '../../engine/model/redis-keys.ts';
import type { CallInput, CallOutput, Handlers } from '../../src/shared/contract.ts';

type Row = CallOutput<'redis.keys'>['keys'][number];
type Detail = CallOutput<'redis.key'>;
type Analysis = CallOutput<'redis.analysis'>;
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
  listed: CallInput<'redis.keys'>[];
  edits: CallInput<'redis.key.set'>[];
  added: CallInput<'redis.key.add'>[];
  renamed: CallInput<'redis.key.rename'>[];
  /** Newest first. */
  analyses: Analysis[];
  analysed: CallInput<'redis.analyse'>[];
  /** The next edit finds the value changed by somebody else. */
  isChanged: boolean;
  /** What is asked waits for this. */
  hold: Promise<void> | null;
}

export function keysScript(): KeysScript {
  const types = ['string', 'hash', 'list', 'set', 'zset', 'stream', 'ReJSON-RL'];
  const rows = Array.from({ length: 1_000 }, (_, index): Row => {
    const type = types[index % types.length] ?? 'string';
    const ttlMs = index % 3 === 0 ? null : 90_000 + index * 1_000;
    return { key: `user:${index}:${type}`, keyEncoding: 'text', type, ttlMs, sizeBytes: 96 + index, idleS: index };
  });
  const binary: Row = { key: '/wAB', keyEncoding: 'base64', type: 'string', ttlMs: null, sizeBytes: 64, idleS: 1 };
  return {
    rows: [binary, ...rows],
    ...{ keyCount: 1_000_000, failure: null, isChanged: false, hold: null },
    ...{ deleted: [], ttls: [], opened: [], listed: [], edits: [], added: [], renamed: [], analysed: [] },
    analyses: [analysis('a2', 0), analysis('a1', 1)],
  };
}

/** @param daysAgo the older, the smaller: so that there is a trend */
export function analysis(analysisId: string, daysAgo: number, change: Partial<Analysis> = {}): Analysis {
  const startedAtMs = Date.UTC(2026, 9, 20 - daysAgo, 9, 30);
  const names = ['user:*', 'session:*', 'cart:*:lines:*', 'report:2026:*', '(no namespace)', '(other)'];
  const key = (index: number, ttlMs: number | null) => ({
    key: `user:${index}:string`,
    keyEncoding: 'text' as const,
    type: 'string',
    ttlMs,
    sizeBytes: 4_000_000 / (index + 1),
  });
  return {
    ...{ analysisId, connectionId: 'cache', db: 0, separator: ':', state: 'done', problem: null },
    ...{ startedAtMs, endedAtMs: startedAtMs + 53_000, keyCount: 1_000_000 - 40_000 * daysAgo },
    ...{ walkedKeys: 1_000_000 - 40_000 * daysAgo, measuredKeys: 20_000, exact: false, commands: 80_000 },
    ...{ commandsPerS: 1_500, totalBytes: 412_000_000 - 9_000_000 * daysAgo, noExpiryCount: 310_000 },
    previousId: daysAgo === 0 ? 'a1' : null,
    namespaces: names.map((namespace, index) => ({
      namespace,
      keyCount: Math.round(600_000 / (index + 1)),
      bytes: Math.round(250_000_000 / (index + 1)),
      measuredKeys: Math.round(12_000 / (index + 1)),
      noExpiryShare: index / 6,
      types: index === 1 ? { string: 6_000 } : { string: 4_000, hash: 900 },
      trend: daysAgo === 0 ? { keyCount: 40_000 - index * 20_000, bytes: 9_000_000 - index * 4_000_000 } : null,
    })),
    biggestKeys: Array.from({ length: 50 }, (_, index) => key(index, index % 2 === 0 ? null : 3_600_000)),
    keysWithoutExpiry: Array.from({ length: 25 }, (_, index) => key(index * 2, null)),
    ttlHistogram: [60_000, 600_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000, 2_592_000_000, null].map(
      (upToMs, index) => ({ upToMs, keyCount: 12_000 * (index + 1) }),
    ),
    types: [
      { type: 'string', keyCount: 800_000, bytes: 300_000_000 },
      { type: 'hash', keyCount: 150_000, bytes: 100_000_000 },
      { type: 'ReJSON-RL', keyCount: 50_000, bytes: 12_000_000 },
    ],
    ...change,
  };
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

function passes({ key, type, ttlMs, sizeBytes, idleS }: Row, filter: CallInput<'redis.keys'>['filter']): boolean {
  const { pattern = '*', type: wanted, expiry, maxTtlMs, minTtlMs, minSizeBytes = 0, minIdleS = 0 } = filter ?? {};
  return (
    key.includes(pattern.replaceAll('*', '')) &&
    (wanted === undefined || type === wanted) &&
    (expiry === undefined || (expiry === 'none') === (ttlMs === null)) &&
    (maxTtlMs === undefined || (ttlMs !== null && ttlMs <= maxTtlMs)) &&
    (minTtlMs === undefined || (ttlMs !== null && ttlMs >= minTtlMs)) &&
    (sizeBytes ?? 0) >= minSizeBytes &&
    (idleS ?? 0) >= minIdleS
  );
}

const walked = (script: KeysScript) => ({
  walkedKeys: 12_000,
  keyCount: script.keyCount,
  commands: 48,
  tookMs: 130,
});

type Node = CallOutput<'redis.keyTree'>['nodes'][number];

/** `user:` with the made-up keys below, and one namespace whose name is no text. */
function nodesOf(script: KeysScript, path: string): Node[] {
  const space = (name: string, whole: string, keysSeen: number, pathEncoding: Node['pathEncoding'] = 'text'): Node => ({
    ...{ name, path: whole, pathEncoding, kind: 'namespace', keysSeen },
  });
  if (path === '') {
    return [
      space('user', 'user:', 9_000),
      space('\\xff\\x00', '/wA6', 40, 'base64'),
      { name: 'config', path: 'config', pathEncoding: 'text', kind: 'key', keysSeen: 1 },
    ];
  }
  if (path === '/wA6') return [{ name: 'A', path: '/wAB', pathEncoding: 'base64', kind: 'key', keysSeen: 1 }];
  const keys = script.rows.filter(({ key }) => key.startsWith(path)).slice(0, 100);
  return keys.map(({ key }) => ({
    ...{ name: key.slice(path.length), path: key, pathEncoding: 'text', kind: 'key', keysSeen: 1 },
  }));
}

function analysisHandlers(script: KeysScript): Partial<Handlers> {
  const summary = (analysis: Analysis) => analysisSummarySchema.parse(analysis);
  const found = (analysisId: string): Analysis => {
    const one = script.analyses.find((each) => each.analysisId === analysisId);
    if (one === undefined) throw new EngineError('REDIS_ANALYSIS_NOT_FOUND', `There is no analysis "${analysisId}"`);
    return one;
  };
  return {
    'redis.analyses': async ({ connectionId }) => ({
      analyses: script.analyses.filter((each) => each.connectionId === connectionId).map(summary),
      sizeBytes: 91_000,
    }),
    'redis.analysis': async ({ analysisId }) => found(analysisId),
    async 'redis.analyse'(input) {
      script.analysed.push(input);
      const begun = analysis('a3', 0, {
        ...{ connectionId: input.connectionId, db: input.db ?? 0, state: 'running', endedAtMs: null },
        ...{ startedAtMs: Date.UTC(2026, 9, 21), walkedKeys: 250_000, measuredKeys: 5_000, commands: 20_000 },
      });
      script.analyses = [begun, ...script.analyses];
      return summary(begun);
    },
    async 'redis.analyse.cancel'({ analysisId }) {
      const ended = { ...found(analysisId), state: 'cancelled' as const };
      script.analyses = script.analyses.map((each) => (each.analysisId === analysisId ? ended : each));
      return summary(ended);
    },
  };
}

export function keysHandlers(script: KeysScript): Partial<Handlers> {
  const asked = async (): Promise<void> => {
    await script.hold;
    if (script.failure !== null) throw new EngineError('REDIS_UNREACHABLE', script.failure);
  };
  return {
    ...analysisHandlers(script),
    async 'redis.keys'(input) {
      await asked();
      script.listed.push(input);
      const { filter, cursor, limit } = input;
      const matching = script.rows.filter((row) => passes(row, filter));
      const from = Number(cursor ?? 0);
      const end = from + limit;
      return {
        keys: matching.slice(from, end),
        nextCursor: end < matching.length ? String(end) : null,
        walked: walked(script),
      };
    },
    async 'redis.keyTree'({ path, cursor }) {
      await asked();
      const isLong = path === '' && cursor !== '3';
      const nextCursor = isLong ? String(Number(cursor ?? 0) + 1) : null;
      return { nodes: nodesOf(script, path), truncated: false, nextCursor, walked: walked(script) };
    },
    async 'redis.key'(input) {
      await asked();
      script.opened.push(input);
      const row = script.rows.find(({ key, keyEncoding }) => key === input.key && keyEncoding === input.keyEncoding);
      if (row === undefined) throw new EngineError('REDIS_KEY_NOT_FOUND', `There is no key "${input.key}"`);
      const value = valueOf(row, input.as);
      const nextCursor = row.type === 'list' && input.cursor === null ? '1' : null;
      return { ...row, encoding: 'listpack', length: 7, value, nextCursor, writable: true };
    },
    async 'redis.key.set'(input) {
      await asked();
      if (script.isChanged) throw new EngineError('REDIS_KEY_CHANGED', `The key "${input.key}" is not what it was`);
      script.edits.push(input);
      return { changed: 1 };
    },
    async 'redis.key.add'(input) {
      await asked();
      if (script.rows.some(({ key }) => key === input.key)) {
        throw new EngineError('REDIS_KEY_EXISTS', `There is a key "${input.key}" already`);
      }
      script.added.push(input);
      script.rows = [
        { key: input.key, keyEncoding: 'text', type: 'string', ttlMs: input.ttlMs, sizeBytes: 64, idleS: 0 },
        ...script.rows,
      ];
      return { changed: 1 };
    },
    async 'redis.key.rename'(input) {
      await asked();
      script.renamed.push(input);
      script.rows = script.rows.map((row) => (row.key === input.key ? { ...row, key: input.to } : row));
      return { done: true };
    },
    async 'redis.key.delete'(input) {
      await asked();
      script.deleted.push(input);
      const before = script.rows.length;
      script.rows = script.rows.filter(({ key }) => !input.keys.some((each) => each.key === key));
      return { removed: before - script.rows.length };
    },
    async 'redis.key.ttl'(input) {
      await asked();
      script.ttls.push(input);
      script.rows = script.rows.map((row) => (row.key === input.key ? { ...row, ttlMs: input.ttlMs } : row));
      return { changed: true };
    },
  };
}
