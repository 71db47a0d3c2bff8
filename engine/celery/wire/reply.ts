/** Reads what a worker answers to a question or a command. */
import { readBody, readEnvelope } from './envelope.ts';
import { isRecord } from './python-json.ts';

export interface WorkerReply {
  /** Of the question that it answers. */
  readonly ticket: string;
  readonly node: string;
  /** Unchecked. */
  readonly value: unknown;
}

export type ReplyRead =
  | { readonly ok: true; readonly value: WorkerReply }
  /** The ticket where it could be read: then somebody did answer, only in another language. */
  | { readonly ok: false; readonly problem: string; readonly ticket: string | null };

export function readReply(payload: string): ReplyRead {
  const envelope = readEnvelope(payload);
  if (!envelope.ok) return { ...envelope, ticket: null };
  const { ticket } = envelope.value.headers;
  if (typeof ticket !== 'string') return { ok: false, problem: 'it says not what it answers', ticket: null };
  const body = readBody(envelope.value);
  if (!body.ok) return { ...body, ticket };
  const [entry, ...more] = isRecord(body.value) ? Object.entries(body.value) : [];
  if (entry === undefined || more.length > 0 || entry[0] === '') {
    return { ok: false, problem: 'it is not the answer of one node', ticket };
  }
  const [node, value] = entry;
  return { ok: true, value: { ticket, node, value } };
}

/** Source: celery.worker.control: texts differ between versions, the keys do not. */
export interface CommandOutcome {
  readonly outcome: 'ok' | 'error' | 'unclear';
  /** The worker's own words. */
  readonly words: string;
}

export function commandOutcome(value: unknown): CommandOutcome {
  if (value === null) return { outcome: 'ok', words: '' };
  if (isRecord(value) && 'ok' in value) return { outcome: 'ok', words: wordsOf(value['ok']) };
  if (isRecord(value) && 'error' in value) return { outcome: 'error', words: wordsOf(value['error']) };
  return { outcome: 'unclear', words: wordsOf(value) };
}

function wordsOf(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 500);
}
