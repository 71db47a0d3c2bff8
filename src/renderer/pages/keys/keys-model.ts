/** What the Keys page asks and shows, as plain values: the filter in the address, names, cursors, words for numbers. */
import type { CallInput, CallOutput } from '../../../shared/contract.ts';
import type { Address } from '../../state/address.ts';

export type KeyRow = CallOutput<'redis.keys'>['keys'][number];
export type KeyDetail = CallOutput<'redis.key'>;
export type KeyValue = KeyDetail['value'];
export type KeyFilter = NonNullable<CallInput<'redis.keys'>['filter']>;
export interface KeyName {
  readonly key: string;
  readonly keyEncoding: 'text' | 'base64';
}

/** Module types are found by the pattern. */
export const types = ['string', 'hash', 'list', 'set', 'zset', 'stream'] as const;
export const expiries = ['any', 'some', 'none'] as const;
export const formats = ['auto', 'text', 'json', 'hex', 'entry'] as const;

/** A text without wildcards is what a name contains; one with them is taken as it is. */
export function patternOf(text: string): string {
  if (text === '') return '*';
  return /[*?[\]\\]/.test(text) ? text : `*${text}*`;
}

export function filterOf(address: Address): KeyFilter {
  const type = types.find((each) => each === address.text('type'));
  const expiry = expiries.find((each) => each === address.text('expiry'));
  return {
    pattern: patternOf(address.text('q')),
    ...(type === undefined ? {} : { type }),
    ...(expiry === undefined || expiry === 'any' ? {} : { expiry }),
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
