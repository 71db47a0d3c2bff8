/** Shows what lies under a key: JSON where it is JSON, text otherwise, and never more than a screen can take. */
import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import type { CacheEntryDetail } from '../../model/cache-entries.ts';

export type Payload = CacheEntryDetail['payload'];

/** JSON beyond this is not sent to a console. */
export const payloadLimitBytes = 1_024 * 1_024;
const textLimitBytes = 16 * 1_024;

/** @param wholeBytes as stored; `bytes` may be the beginning. */
export function payloadOf(bytes: Buffer, wholeBytes: number): Payload {
  const json = wholeBytes <= bytes.length ? parsedJson(bytes) : undefined;
  if (json !== undefined) return { kind: 'json', value: json };
  const looksLikeJson = /^\s*[[{]/.test(bytes.subarray(0, 16).toString('latin1'));
  if (wholeBytes > bytes.length && looksLikeJson)
    return { kind: 'too-large', rawBytes: wholeBytes, limitBytes: payloadLimitBytes };
  const shown = bytes.subarray(0, textLimitBytes);
  return { kind: 'text', text: textOf(shown), cut: shown.length < wholeBytes };
}

function parsedJson(bytes: Buffer): z.infer<ReturnType<typeof z.json>> | undefined {
  try {
    // What JSON.parse yields is JSON.
    return JSON.parse(bytes.toString()) as z.infer<ReturnType<typeof z.json>>;
  } catch {
    // Another program's format: shown as text.
    return undefined;
  }
}

/** Bytes that are no text, e.g. of a Python pickle, as `\xNN`. */
function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  return Array.from(bytes, (byte) =>
    byte === 10 || (byte >= 32 && byte < 127) ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}
