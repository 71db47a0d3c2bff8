/** Names of keys between Redis, where they are bytes, and JSON, where they are text. */
import { isUtf8 } from 'node:buffer';
import type { KeyName, Shown } from '../../model/redis-keys.ts';

/** A name that is no UTF-8 goes as base64. */
export function nameOf(bytes: Buffer): KeyName {
  return isUtf8(bytes)
    ? { key: bytes.toString(), keyEncoding: 'text' }
    : { key: bytes.toString('base64'), keyEncoding: 'base64' };
}

export function bytesOf({ key, keyEncoding }: KeyName): Buffer {
  return Buffer.from(key, keyEncoding === 'base64' ? 'base64' : 'utf8');
}

/** For reading only: text as it is, bytes that are none as `\\xff`. */
export function readable(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  return [...bytes]
    .map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`))
    .join('');
}

/** What a person reads first of one element; more of it is another question. */
const elementLimitBytes = 16 * 1_024;

/** @param wholeBytes as stored, where `bytes` is only the beginning */
export function shownOf(
  bytes: Buffer,
  wholeBytes = bytes.length,
  as: 'auto' | Shown['format'] = 'auto',
  limitBytes = elementLimitBytes,
): Shown {
  const format = as === 'auto' ? formatOf(bytes, bytes.length === wholeBytes) : as;
  const some = bytes.subarray(0, limitBytes);
  const text = format === 'hex' ? some.toString('hex') : wholeCharacters(some, some.length < wholeBytes).toString();
  return { format, text, wholeBytes, cut: some.length < wholeBytes };
}

function formatOf(bytes: Buffer, whole: boolean): Shown['format'] {
  // The cut may go through a character.
  if (!isUtf8(wholeCharacters(bytes, !whole))) return 'hex';
  if (!/^\s*[[{]/.test(bytes.subarray(0, 16).toString('latin1'))) return hasControls(bytes) ? 'hex' : 'text';
  if (!whole) return 'text';
  try {
    JSON.parse(bytes.toString());
    return 'json';
  } catch {
    // It only begins like JSON.
    return 'text';
  }
}

function hasControls(bytes: Buffer): boolean {
  const some = bytes.subarray(0, 4_096);
  return some.some((byte) => byte < 9 || (byte > 13 && byte < 32));
}

/** Without the beginning of a character that was cut off: at most three bytes of UTF-8. */
export function wholeCharacters(bytes: Buffer, isCut: boolean): Buffer {
  if (!isCut) return bytes;
  for (let back = 1; back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}
