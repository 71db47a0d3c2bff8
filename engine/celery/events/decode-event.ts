/** Turns one published payload into the events it carries; nothing in it can throw, what cannot be understood is counted. */
import { parsePythonJson } from '../wire/python-json.ts';

/**
 * One event of Celery. Source: celery.events; the fields are the same in 5.2 and 5.6.
 * `sentAtMs` is the sender's clock, which may be wrong; `heardAtMs` is ours, when the bytes were read.
 */
export interface CeleryEvent {
  readonly type: string;
  /** Node name, or `gen<pid>@<host>` of a program that sends tasks. */
  readonly node: string;
  readonly pid: number | null;
  /** Logical clock; 0 when missing. */
  readonly clock: number;
  readonly sentAtMs: number;
  readonly heardAtMs: number;
  /** The task's id; null for events of workers. */
  readonly taskId: string | null;
  /** Everything else, unchecked. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface DecodedPayload {
  readonly events: readonly CeleryEvent[];
  /** Of the events in it, or 1 for a payload that is none. */
  readonly malformedCount: number;
}

/** Larger ones are not parsed: parsing would hold the thread. Celery cuts arguments at about 1 kB, and a batch at some dozens. */
const largestPayloadBytes = 1024 * 1024;
const malformed: DecodedPayload = { events: [], malformedCount: 1 };
const bodyStart = Buffer.from('{"body": "');
const quote = 0x22;

export function decodePayload(payload: Buffer, heardAtMs: number): DecodedPayload {
  if (payload.length > largestPayloadBytes) return malformed;
  const body = plainBody(payload) ?? envelopeBody(payload);
  const parsed = body === null ? undefined : parsePythonJson(body);
  if (!Array.isArray(parsed)) {
    const event = eventOf(parsed, heardAtMs);
    return event === null ? malformed : { events: [event], malformedCount: 0 };
  }
  const events: CeleryEvent[] = [];
  for (const item of parsed) {
    const event = eventOf(item, heardAtMs);
    if (event !== null) events.push(event);
  }
  return { events, malformedCount: parsed.length - events.length };
}

/** What kombu always writes, read without parsing the envelope: the body first, in base64, uncompressed JSON. */
function plainBody(payload: Buffer): string | null {
  if (!payload.subarray(0, bodyStart.length).equals(bodyStart)) return null;
  const end = payload.indexOf(quote, bodyStart.length);
  if (end < 0) return null;
  const rest = payload.toString('latin1', end + 1);
  const isPlain =
    rest.includes('"content-type": "application/json"') &&
    rest.includes('"body_encoding": "base64"') &&
    !rest.includes('"compression"');
  return isPlain ? Buffer.from(payload.toString('latin1', bodyStart.length, end), 'base64').toString() : null;
}

function envelopeBody(payload: Buffer): string | null {
  const envelope = parsePythonJson(payload.toString());
  if (!isRecord(envelope)) return null;
  const { body, headers, properties } = envelope;
  if (typeof body !== 'string' || envelope['content-type'] !== 'application/json') return null;
  if (isRecord(headers) && headers['compression'] !== undefined) return null;
  const encoding = isRecord(properties) ? properties['body_encoding'] : undefined;
  return encoding === 'base64' ? Buffer.from(body, 'base64').toString() : body;
}

function eventOf(value: unknown, heardAtMs: number): CeleryEvent | null {
  if (!isRecord(value)) return null;
  const { type, hostname, timestamp, clock, pid, uuid } = value;
  if (typeof type !== 'string' || typeof hostname !== 'string' || hostname === '') return null;
  if (typeof timestamp !== 'number' || !Number.isFinite(timestamp)) return null;
  const isOfTask = type.startsWith('task-');
  if (isOfTask && (typeof uuid !== 'string' || uuid === '' || uuid.length > 300)) return null;
  return {
    type,
    node: hostname,
    pid: typeof pid === 'number' ? pid : null,
    clock: typeof clock === 'number' && Number.isFinite(clock) ? clock : 0,
    sentAtMs: timestamp * 1_000,
    heardAtMs,
    taskId: isOfTask ? String(uuid) : null,
    fields: value,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
