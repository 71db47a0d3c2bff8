/** Notices that a user should still find after a restart. */
import { saidSchema } from '../model/said.ts';
import type { Notice } from '../model/system.ts';
import type { Connection } from './connection.ts';
import { jsonText, parsedJson } from './json-column.ts';

export class NoticeStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** A notice that is there already is left as it is. @throws EngineError STORE_UNAVAILABLE */
  add(notice: Notice): void {
    this.#connection.run(
      'INSERT OR IGNORE INTO notice (id, level, message, said, at_ms) VALUES (?, ?, ?, ?, ?)',
      notice.id,
      notice.level,
      notice.message,
      jsonText(notice.said),
      Math.round(notice.atMs),
    );
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  remove(id: string): void {
    this.#connection.run('DELETE FROM notice WHERE id = ?', id);
  }

  /** Newest first. @throws EngineError STORE_UNAVAILABLE */
  list(limit = 50): Notice[] {
    const rows = this.#connection.rows<Omit<Notice, 'said'> & { said: string | null }>(
      'SELECT id, level, message, said, at_ms AS atMs FROM notice ORDER BY at_ms DESC, id LIMIT ?',
      limit,
    );
    return rows.map((row) => ({ ...row, said: parsedJson(saidSchema, row.said) }));
  }
}
