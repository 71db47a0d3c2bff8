/** What can be changed in a value that is on show: which edit, what of it is asked, and what it must not overwrite. */
import type { CallInput } from '../../../shared/contract.ts';
import type { KeyDetail, KeyValue } from './keys-model.ts';

export type Edit = CallInput<'redis.key.set'>['edit'];
type Shown = Extract<KeyValue, { kind: 'json' }>['shown'];

/** An edit that a person asked for, before the new texts are filled in. */
export type Wish =
  | { readonly kind: 'string' | 'json-set'; readonly was: string }
  | { readonly kind: 'hash-set'; readonly field: string | null; readonly was: string | null }
  | { readonly kind: 'hash-remove'; readonly field: string; readonly was: string }
  | { readonly kind: 'list-set' | 'list-remove-at'; readonly index: number; readonly was: string }
  | { readonly kind: 'list-push' | 'set-add' | 'stream-add' }
  | { readonly kind: 'set-remove' | 'zset-remove'; readonly member: string }
  | { readonly kind: 'zset-set'; readonly member: string | null; readonly was: string | null }
  | { readonly kind: 'stream-remove'; readonly id: string };

/** The texts of the form: the name of the element where it is new, and its value. */
export interface Texts {
  readonly name: string;
  readonly value: string;
}

/** All of it is here, as text: what is written back is then what was meant. */
export function isWhole({ format, cut, text }: Shown): boolean {
  return format !== 'hex' && !cut && !text.includes('\ufffd');
}

/** The wish to change the whole value; null where it is not all here or no text. */
export function wholeWish({ value, nextCursor }: KeyDetail): Wish | null {
  if (value.kind === 'json') return isWhole(value.shown) ? { kind: 'json-set', was: value.shown.text } : null;
  if (value.kind !== 'string' || value.offsetBytes > 0 || nextCursor !== null) return null;
  return isWhole(value.shown) ? { kind: 'string', was: value.shown.text } : null;
}

/** The wish to add an element; null for what has none. */
export function addWish({ value }: KeyDetail): Wish | null {
  switch (value.kind) {
    case 'hash':
      return { kind: 'hash-set', field: null, was: null };
    case 'list':
      return { kind: 'list-push' };
    case 'set':
      return { kind: 'set-add' };
    case 'zset':
      return { kind: 'zset-set', member: null, was: null };
    case 'stream':
      return { kind: 'stream-add' };
    case 'string':
    case 'json':
    case 'opaque':
      return null;
  }
}

export function isRemoval({ kind }: Wish): boolean {
  return kind.includes('remove');
}

/** What the form begins with. */
export function firstTexts(wish: Wish): Texts {
  switch (wish.kind) {
    case 'string':
    case 'json-set':
    case 'list-set':
      return { name: '', value: wish.was };
    case 'hash-set':
      return { name: wish.field ?? '', value: wish.was ?? '' };
    case 'zset-set':
      return { name: wish.member ?? '', value: wish.was ?? '' };
    case 'hash-remove':
    case 'list-push':
    case 'list-remove-at':
    case 'set-add':
    case 'set-remove':
    case 'stream-add':
    case 'stream-remove':
    case 'zset-remove':
      return { name: '', value: '' };
  }
}

/** What is sent; null while something is missing or wrong. */
export function editOf(wish: Wish, { name, value }: Texts): { edit: Edit; was?: string | null } | null {
  switch (wish.kind) {
    case 'string':
      return { edit: { kind: 'string', value }, was: wish.was };
    case 'json-set':
      return isJson(value) ? { edit: { kind: 'json-set', path: '$', value }, was: wish.was } : null;
    case 'hash-set':
      return name === '' ? null : { edit: { kind: 'hash-set', field: name, value }, was: wish.was };
    case 'hash-remove':
      return { edit: { kind: 'hash-remove', fields: [wish.field] }, was: wish.was };
    case 'list-set':
      return { edit: { kind: 'list-set', index: wish.index, value }, was: wish.was };
    case 'list-remove-at':
      return { edit: { kind: 'list-remove-at', index: wish.index }, was: wish.was };
    case 'list-push':
      return { edit: { kind: 'list-push', end: 'tail', values: [value] } };
    case 'set-add':
      return { edit: { kind: 'set-add', members: [value] } };
    case 'set-remove':
      return { edit: { kind: 'set-remove', members: [wish.member] } };
    case 'zset-set':
      return name === '' || value.trim() === '' || !Number.isFinite(Number(value))
        ? null
        : { edit: { kind: 'zset-set', member: name, score: Number(value) }, was: wish.was };
    case 'zset-remove':
      return { edit: { kind: 'zset-remove', members: [wish.member] } };
    case 'stream-add':
      return name === '' ? null : { edit: { kind: 'stream-add', fields: [[name, value]] } };
    case 'stream-remove':
      return { edit: { kind: 'stream-remove', ids: [wish.id] } };
  }
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
