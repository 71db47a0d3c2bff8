/** What stood around the values, one record for as long as it stayed the same. */
import type { Surroundings } from '../model/review.ts';
import type { Connection } from './connection.ts';
import { payloadId, payloadOf } from './payloads.ts';

export interface SeenSurroundings {
  readonly surroundings: Surroundings;
  readonly fromMs: number;
  readonly seenUntilMs: number;
}

interface Row {
  atMs: number;
  seenUntilMs: number;
  body: Buffer;
}

export class SurroundingsStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Goes on with the newest record when nothing has changed and it was seen after `goesOnAfterMs`; else begins one.
   * @throws EngineError STORE_UNAVAILABLE
   */
  see(surroundings: Surroundings, atMs: number, goesOnAfterMs: number): void {
    this.#connection.atomically(() => {
      const id = payloadId(this.#connection, surroundings);
      const newest = this.#connection.row<{ at: number; until: number; payload: number }>(
        'SELECT at_ms AS at, seen_until_ms AS until, payload_id AS payload FROM surroundings ORDER BY at_ms DESC LIMIT 1',
      );
      const goesOn = newest?.payload === id && newest.until >= goesOnAfterMs && newest.until <= atMs;
      if (goesOn) {
        const sql = 'UPDATE surroundings SET seen_until_ms = ? WHERE at_ms = ?';
        this.#connection.run(sql, Math.round(atMs), newest.at);
      } else {
        const sql = 'INSERT OR REPLACE INTO surroundings (at_ms, seen_until_ms, payload_id) VALUES (?, ?, ?)';
        this.#connection.run(sql, Math.round(atMs), Math.round(atMs), id);
      }
    });
  }

  /** The newest record that began by `atMs`; null before the first. @throws EngineError STORE_UNAVAILABLE */
  at(atMs: number): SeenSurroundings | null {
    const row = this.#connection.row<Row>(
      `SELECT at_ms AS atMs, seen_until_ms AS seenUntilMs, body
       FROM surroundings JOIN payload ON payload.id = surroundings.payload_id
       WHERE at_ms <= ? ORDER BY at_ms DESC LIMIT 1`,
      Math.floor(atMs),
    );
    if (!row) return null;
    return { surroundings: payloadOf(row.body) as Surroundings, fromMs: row.atMs, seenUntilMs: row.seenUntilMs };
  }
}
