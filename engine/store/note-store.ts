/** What people noted of KPIs, and what each last had on screen. */
import type { Look, Note } from '../model/review.ts';
import type { Connection } from './connection.ts';

export type SeenFigure = Omit<Look, 'seenAtMs'>;

interface NoteRow extends Omit<Note, 'asStood'> {
  asStood: string;
}

interface LookRow {
  kpiId: string;
  seenAtMs: number;
  seen: string;
  beforeAtMs: number | null;
  before: string | null;
}

const noteColumns = `id, kind, who, at_ms AS atMs, words, as_stood AS asStood, closed_at_ms AS closedAtMs,
  closed_by AS closedBy, answer`;

export class NoteStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  add(note: Note): void {
    this.#connection.run(
      'INSERT INTO note (id, kind, who, at_ms, words, as_stood) VALUES (?, ?, ?, ?, ?, ?)',
      ...[note.id, note.kind, note.who, Math.round(note.atMs), note.words, JSON.stringify(note.asStood)],
    );
  }

  /** Newest first. @throws EngineError STORE_UNAVAILABLE */
  list(limit: number): Note[] {
    return this.#connection
      .rows<NoteRow>(`SELECT ${noteColumns} FROM note ORDER BY at_ms DESC, id LIMIT ?`, limit)
      .map((row) => ({ ...row, asStood: JSON.parse(row.asStood) as Note['asStood'] }));
  }

  /** False when there is none, or it is closed already. @throws EngineError STORE_UNAVAILABLE */
  close(id: string, who: string, answer: string, atMs: number): boolean {
    const sql = 'UPDATE note SET closed_at_ms = ?, closed_by = ?, answer = ? WHERE id = ? AND closed_at_ms IS NULL';
    return this.#connection.run(sql, Math.round(atMs), who, answer, id).changes > 0;
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  remove(id: string): boolean {
    return this.#connection.run('DELETE FROM note WHERE id = ?', id).changes > 0;
  }

  /**
   * A look within the same sitting replaces the one before; the first of a new sitting leaves the last of the sitting
   * before as what "since my last look" compares with.
   * @throws EngineError STORE_UNAVAILABLE
   */
  look(who: string, place: string, figures: readonly SeenFigure[], atMs: number, sittingMs: number): void {
    this.#connection.atomically(() => {
      for (const figure of figures) {
        const seen = JSON.stringify(figure);
        this.#connection.run(
          `INSERT INTO look (who, place, kpi_id, seen_at_ms, seen) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (who, place, kpi_id) DO UPDATE SET
             before_at_ms = CASE WHEN excluded.seen_at_ms - seen_at_ms > ? THEN seen_at_ms ELSE before_at_ms END,
             before = CASE WHEN excluded.seen_at_ms - seen_at_ms > ? THEN seen ELSE before END,
             seen_at_ms = excluded.seen_at_ms, seen = excluded.seen`,
          ...[who, place, figure.kpiId, Math.round(atMs), seen, sittingMs, sittingMs],
        );
      }
    });
  }

  /** What each KPI was when it was last on screen in an earlier sitting; KPIs never seen before are missing. */
  looks(who: string, place: string, nowMs: number, sittingMs: number): Look[] {
    return this.#connection
      .rows<LookRow>(
        `SELECT kpi_id AS kpiId, seen_at_ms AS seenAtMs, seen, before_at_ms AS beforeAtMs, before
         FROM look WHERE who = ? AND place = ? ORDER BY kpi_id`,
        who,
        place,
      )
      .flatMap(({ seenAtMs, seen, beforeAtMs, before }) => {
        if (nowMs - seenAtMs > sittingMs) return [{ ...(JSON.parse(seen) as SeenFigure), seenAtMs }];
        if (beforeAtMs === null || before === null) return [];
        return [{ ...(JSON.parse(before) as SeenFigure), seenAtMs: beforeAtMs }];
      });
  }
}
