/** What the Keys page asks and shows, as plain values: the filter in the address, names, databases. */
import type { CallInput, CallOutput } from '../../../shared/contract.ts';
import type { Address } from '../../state/address.ts';
import type { Connection } from '../../state/operate.ts';

/** The head of the page, tabs, the card's head, filters and what stands under its table. */
export const besideTablePx = 316;

export type KeyRow = CallOutput<'redis.keys'>['keys'][number];
export type KeyDetail = CallOutput<'redis.key'>;
export type KeyValue = KeyDetail['value'];
export type KeyFilter = NonNullable<CallInput<'redis.keys'>['filter']>;
export type TreeNode = CallOutput<'redis.keyTree'>['nodes'][number];
export type Analysis = CallOutput<'redis.analysis'>;
export type AnalysisSummary = CallOutput<'redis.analyses'>['analyses'][number];
export interface KeyName {
  readonly key: string;
  readonly keyEncoding: 'text' | 'base64';
}

/** Which keys: of a connection's own database, or of another one behind it. */
export interface Space {
  readonly connectionId: string;
  /** Null: the connection's own. */
  readonly db: number | null;
}

export const tabs = ['keys', 'tree', 'analysis'] as const;
export type Tab = (typeof tabs)[number];

/** Types of other modules are found by the pattern. */
export const types = ['string', 'hash', 'list', 'set', 'zset', 'stream', 'ReJSON-RL'] as const;
export const formats = ['auto', 'text', 'json', 'hex', 'entry'] as const;

const secondMs = 1_000;
const hourS = 3_600;
const dayS = 24 * hourS;

/** As they stand in the address, with what they ask for. */
export const ttlChoices = {
  none: { expiry: 'none' },
  some: { expiry: 'some' },
  'under-1m': { maxTtlMs: 60 * secondMs },
  'under-10m': { maxTtlMs: 600 * secondMs },
  'under-1h': { maxTtlMs: hourS * secondMs },
  'under-1d': { maxTtlMs: dayS * secondMs },
  'over-1h': { minTtlMs: hourS * secondMs },
  'over-1d': { minTtlMs: dayS * secondMs },
  'over-7d': { minTtlMs: 7 * dayS * secondMs },
} as const satisfies Record<string, KeyFilter>;
export type TtlChoice = keyof typeof ttlChoices;

export const sizeChoices = { '1k': 1_024, '10k': 10_240, '100k': 102_400, '1m': 1_048_576, '10m': 10_485_760 } as const;
export type SizeChoice = keyof typeof sizeChoices;

export const idleChoices = { '10m': 600, '1h': hourS, '1d': dayS, '7d': 7 * dayS, '30d': 30 * dayS } as const;
export type IdleChoice = keyof typeof idleChoices;

/** The parameters of the address that narrow the list. */
export const noFilter = { q: null, type: null, ttl: null, size: null, idle: null } as const;

/** One of the choices, or null. */
export function chosenOf<Choice extends string>(
  choices: Readonly<Record<Choice, unknown>>,
  text: string,
): Choice | null {
  return Object.hasOwn(choices, text) ? (text as Choice) : null;
}

/** A text without wildcards is what a name contains; one with them is taken as it is. */
export function patternOf(text: string): string {
  if (text === '') return '*';
  return /[*?[\]\\]/.test(text) ? text : `*${text}*`;
}

export function filterOf(address: Address): KeyFilter {
  const type = types.find((each) => each === address.text('type'));
  const ttl = chosenOf(ttlChoices, address.text('ttl'));
  const size = chosenOf(sizeChoices, address.text('size'));
  const idle = chosenOf(idleChoices, address.text('idle'));
  return {
    pattern: patternOf(address.text('q')),
    ...(type === undefined ? {} : { type }),
    ...(ttl === null ? {} : ttlChoices[ttl]),
    ...(size === null ? {} : { minSizeBytes: sizeChoices[size] }),
    ...(idle === null ? {} : { minIdleS: idleChoices[idle] }),
  };
}

/** The name as it stands in the address of the page. */
export function keyId({ key, keyEncoding }: KeyName): string {
  return `${keyEncoding === 'base64' ? 'b' : 't'}${key}`;
}

export function keyOfId(id: string): KeyName | null {
  if (id === '') return null;
  return { key: id.slice(1), keyEncoding: id.startsWith('b') ? 'base64' : 'text' };
}

/** For reading: bytes that are no text as `\xff`. */
export function readableName({ key, keyEncoding }: KeyName): string {
  if (keyEncoding === 'text') return key;
  return Array.from(atob(key), (sign) => {
    const byte = sign.charCodeAt(0);
    return byte >= 32 && byte < 127 ? sign : `\\x${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}

/** The database that a connection's address names, as its label has it. */
export function ownDatabase({ topology, link }: Pick<Connection, 'topology' | 'link'>): number {
  const found = {
    standalone: /:\/\/[^/]+\/(\d+)$/,
    sentinel: /:\/\/[^/]+\/[^/]+\/(\d+)$/,
    socket: /\?db=(\d+)$/,
    cluster: null,
  }[topology]?.exec(link.address);
  return Number(found?.[1] ?? 0);
}

/** From the address of the page; null: the connection's own. */
export function databaseOf(address: Address): number | null {
  const text = address.text('db');
  return /^\d{1,4}$/.test(text) && Number(text) <= 1_023 ? Number(text) : null;
}
