/** Who did what, when, and with what outcome; secrets are blanked before they are written. */
import { redactUrls } from '../base/errors.ts';
import type { Connection } from './connection.ts';

export interface NewAuditEntry {
  readonly who: string;
  readonly transport: string;
  readonly call: string;
  /** JSON-safe; kept with secrets blanked and cut to 4,000 characters. */
  readonly input: unknown;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  readonly error: string | null;
  readonly atMs: number;
}

export interface AuditEntry extends Omit<NewAuditEntry, 'input'> {
  readonly id: number;
  /** JSON as it was kept. */
  readonly input: string;
}

const inputCeiling = 4_000;
const secretName = /pass|secret|token|authorization|credential|api_?key/i;

export class AuditStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  append(entry: NewAuditEntry): number {
    return this.#connection.run(
      'INSERT INTO audit (at_ms, who, transport, call, input, outcome, error) VALUES (?, ?, ?, ?, ?, ?, ?)',
      Math.round(entry.atMs),
      entry.who,
      entry.transport,
      entry.call,
      redactedJson(entry.input),
      entry.outcome,
      entry.error === null ? null : redactUrls(entry.error),
    ).lastId;
  }

  /** Newest first; `beforeId` is the cursor of the next page. @throws EngineError STORE_UNAVAILABLE */
  list(limit: number, beforeId: number | null = null): AuditEntry[] {
    return this.#connection.rows<AuditEntry>(
      `SELECT id, at_ms AS atMs, who, transport, call, input, outcome, error FROM audit
       WHERE id < ? ORDER BY id DESC LIMIT ?`,
      beforeId ?? Number.MAX_SAFE_INTEGER,
      limit,
    );
  }
}

/** JSON of `input` with the values of secret-looking names and the users in URLs replaced by `***`. */
export function redactedJson(input: unknown): string {
  const json =
    JSON.stringify(input, (name, value: unknown) => {
      if (secretName.test(name) && value !== null) return '***';
      return typeof value === 'string' ? redactUrls(value) : value;
    }) ?? 'null';
  return json.length > inputCeiling ? `${json.slice(0, inputCeiling)}…` : json;
}
