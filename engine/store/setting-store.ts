/** Small values that a host or a room wants to find again, e.g. a window's size. */
import type { Clock } from '../base/clock.ts';
import type { Connection } from './connection.ts';

export class SettingStore {
  readonly #connection: Connection;
  readonly #clock: Clock;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** Null when it was never set. @throws EngineError STORE_UNAVAILABLE */
  get(key: string): string | null {
    return this.#connection.row<{ value: string }>('SELECT value FROM setting WHERE key = ?', key)?.value ?? null;
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  set(key: string, value: string): void {
    this.#connection.run(
      'INSERT OR REPLACE INTO setting (key, value, updated_at_ms) VALUES (?, ?, ?)',
      key,
      value,
      this.#clock.now(),
    );
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  remove(key: string): void {
    this.#connection.run('DELETE FROM setting WHERE key = ?', key);
  }
}
