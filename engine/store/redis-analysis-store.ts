/** Analyses of key spaces, kept whole for trends; past the ceiling the oldest go. */
import type { Analysis, AnalysisSummary } from '../model/redis-keys.ts';
import type { Connection } from './connection.ts';

interface Row {
  readonly summary: string;
}

export class RedisAnalysisStore {
  readonly #connection: Connection;
  readonly #ceilingBytes: number;

  constructor(connection: Connection, ceilingBytes: number) {
    this.#connection = connection;
    this.#ceilingBytes = ceilingBytes;
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  save(analysis: Analysis): void {
    const { namespaces, biggestKeys, keysWithoutExpiry, ttlHistogram, types, previousId, ...summary } = analysis;
    const rest = { namespaces, biggestKeys, keysWithoutExpiry, ttlHistogram, types, previousId };
    const [head, body] = [JSON.stringify(summary), JSON.stringify(rest)];
    this.#connection.run(
      `INSERT OR REPLACE INTO redis_analysis (id, connection_id, db, state, started_at_ms, size_bytes, summary, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[analysis.analysisId, analysis.connectionId, analysis.db, analysis.state, analysis.startedAtMs],
      ...[head.length + body.length, head, body],
    );
    while (this.sizeBytes() > this.#ceilingBytes) {
      this.#connection.run('DELETE FROM redis_analysis ORDER BY started_at_ms LIMIT 1');
    }
  }

  /** Newest first. */
  list(connectionId: string | null, limit: number): AnalysisSummary[] {
    return this.#connection
      .rows<Row>(
        `SELECT summary FROM redis_analysis WHERE ? IS NULL OR connection_id = ?
         ORDER BY started_at_ms DESC LIMIT ?`,
        connectionId,
        connectionId,
        limit,
      )
      .map(({ summary }) => JSON.parse(summary) as AnalysisSummary);
  }

  get(analysisId: string): Analysis | null {
    const row = this.#connection.row<Row & { body: string }>(
      'SELECT summary, body FROM redis_analysis WHERE id = ?',
      analysisId,
    );
    if (row === undefined) return null;
    // Both parts were written by `save`.
    return { ...(JSON.parse(row.summary) as AnalysisSummary), ...(JSON.parse(row.body) as object) } as Analysis;
  }

  /** The newest that ended well before `beforeMs`. */
  previous(connectionId: string, db: number, separator: string, beforeMs: number): Analysis | null {
    const row = this.#connection.row<{ id: string }>(
      `SELECT id FROM redis_analysis WHERE connection_id = ? AND db = ? AND state = 'done' AND started_at_ms < ?
         AND json_extract(summary, '$.separator') = ? ORDER BY started_at_ms DESC LIMIT 1`,
      connectionId,
      db,
      beforeMs,
      separator,
    );
    return row === undefined ? null : this.get(row.id);
  }

  /** What ran when the console ended will never be done. */
  markInterrupted(nowMs: number): void {
    for (const { id } of this.#connection.rows<{ id: string }>(
      "SELECT id FROM redis_analysis WHERE state = 'running'",
    )) {
      const analysis = this.get(id);
      if (analysis) this.save({ ...analysis, state: 'interrupted', endedAtMs: nowMs });
    }
  }

  sizeBytes(): number {
    return this.#connection.row<{ n: number }>('SELECT coalesce(sum(size_bytes), 0) AS n FROM redis_analysis')?.n ?? 0;
  }
}
