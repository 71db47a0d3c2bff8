/** Reads the envelope that every Celery message travels in; nothing in it can throw, what cannot be read says why. */
import { inflateSync } from 'node:zlib';
import { isRecord, parsePythonJson } from './python-json.ts';

/** Source: kombu.message and kombu.transport.virtual: the same for tasks, control, answers and events. */
export interface Envelope {
  /** Base64 or text, see `isBase64`. */
  readonly body: string;
  readonly isBase64: boolean;
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
}

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false /** For people; holds nothing of the message. */; readonly problem: string };

/** Where parsing would hold the thread too long: the rest of an envelope without its body. */
const largestHeadBytes = 256 * 1024;
/** Of a body, packed and unpacked. */
export const largestBodyBytes = 4 * 1024 * 1024;
/** As kombu writes it: the body first, in base64, so without a quote in it. */
const bodyStart = '{"body": "';

export function readEnvelope(payload: string): Read<Envelope> {
  const split = splitBody(payload);
  const text = split === null ? payload : split.rest;
  if (text.length > largestHeadBytes) return failed('it is too large to be read');
  const parsed = parsePythonJson(text);
  if (!isRecord(parsed)) return failed('it is not a JSON object');
  const body = split === null ? parsed['body'] : split.body;
  if (typeof body !== 'string') return failed('it has no body');
  const { headers, properties } = parsed;
  const own = isRecord(properties) ? properties : {};
  return {
    ok: true,
    value: {
      body,
      isBase64: own['body_encoding'] === 'base64',
      contentType: textOf(parsed['content-type']),
      contentEncoding: textOf(parsed['content-encoding']),
      headers: isRecord(headers) ? headers : {},
      properties: own,
    },
  };
}

/** The body as JSON, unpacked. Other serialisers (pickle, yaml, msgpack) are not read: pickle runs code. */
export function readBody(envelope: Envelope): Read<unknown> {
  if (envelope.contentType !== 'application/json') {
    return failed(`its content type ${envelope.contentType.slice(0, 60) || '(none)'} is not read`);
  }
  if (envelope.body.length > largestBodyBytes) return failed('its body is too large to be read');
  const bytes = unpack(envelope);
  if (!bytes.ok) return bytes;
  const value = parsePythonJson(bytes.value);
  return value === undefined ? failed('its body is not JSON') : { ok: true, value };
}

function unpack({ body, isBase64, headers }: Envelope): Read<string> {
  const compression = headers['compression'];
  if (compression === undefined || compression === null) {
    return { ok: true, value: isBase64 ? Buffer.from(body, 'base64').toString() : body };
  }
  // Source: kombu.compression: what it calls gzip is zlib's own format.
  if (compression !== 'application/x-gzip') return failed(`its compression ${nameOf(compression)} is not read`);
  try {
    const packed = Buffer.from(body, isBase64 ? 'base64' : 'latin1');
    return { ok: true, value: inflateSync(packed, { maxOutputLength: largestBodyBytes }).toString() };
  } catch {
    return failed('its compressed body is damaged or too large');
  }
}

/** Large arguments are in the body, so what stands around it can be read without parsing them. */
function splitBody(payload: string): { body: string; rest: string } | null {
  if (!payload.startsWith(bodyStart)) return null;
  const end = payload.indexOf('"', bodyStart.length);
  if (end < 0 || payload.slice(end + 1, end + 3) !== ', ') return null;
  const rest = `{${payload.slice(end + 3)}`;
  // Text bodies may hold escapes; only base64 is sure to end at the first quote.
  return rest.includes('"body_encoding": "base64"') ? { body: payload.slice(bodyStart.length, end), rest } : null;
}

function failed(problem: string): { ok: false; problem: string } {
  return { ok: false, problem };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const nameOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 60) : 'of an unknown kind');
