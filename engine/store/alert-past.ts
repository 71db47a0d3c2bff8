/** Which alerts stood at an instant, and when each fired within a stretch of time; by index, however long the history. */
import type { AlertSpan, PastAlert } from '../model/review.ts';
import type { Connection } from './connection.ts';

/** Every rule that ever changed, found by hopping over the index instead of reading it. */
const rules = `WITH RECURSIVE rule (id) AS (
  SELECT min(rule_id) FROM alert_transition
  UNION ALL SELECT (SELECT min(rule_id) FROM alert_transition WHERE rule_id > rule.id) FROM rule WHERE rule.id IS NOT NULL
)`;

export class AlertPast {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** What was not well at `atMs`, the one that lasted longest first. @throws EngineError STORE_UNAVAILABLE */
  at(atMs: number): PastAlert[] {
    const last = this.#connection.row<{ id: number }>(
      'SELECT id FROM alert_transition WHERE at_ms <= ? ORDER BY at_ms DESC, id DESC LIMIT 1',
      Math.floor(atMs),
    );
    if (!last) return [];
    return this.#connection.rows<PastAlert>(
      `${rules}
       SELECT t.rule_id AS ruleId, t.title, t.severity, t.to_state AS state, t.at_ms AS sinceMs, t.value, t.threshold, t.evidence
       FROM rule JOIN alert_transition t
         ON t.id = (SELECT max(id) FROM alert_transition WHERE rule_id = rule.id AND id <= ?)
       WHERE rule.id IS NOT NULL AND t.to_state IN ('pending', 'firing', 'noData', 'error')
       ORDER BY t.at_ms`,
      last.id,
    );
  }

  /** Oldest first; the newest `limit` where there are more. @throws EngineError STORE_UNAVAILABLE */
  spans(fromMs: number, toMs: number, limit: number): AlertSpan[] {
    const begun = this.at(fromMs)
      .filter(({ state }) => state === 'firing')
      .map(({ ruleId, title, severity, sinceMs }) => ({ ruleId, title, severity, fromMs: sinceMs }));
    const began = this.#connection
      .rows<Omit<AlertSpan, 'toMs'>>(
        `SELECT rule_id AS ruleId, title, severity, at_ms AS fromMs FROM alert_transition
         WHERE to_state = 'firing' AND at_ms > ? AND at_ms <= ? ORDER BY at_ms DESC LIMIT ?`,
        Math.floor(fromMs),
        Math.floor(toMs),
        limit,
      )
      .toReversed();
    return [...begun, ...began].map((span) => ({ ...span, toMs: this.#endOf(span) }));
  }

  #endOf({ ruleId, fromMs }: { ruleId: string; fromMs: number }): number | null {
    const row = this.#connection.row<{ at: number | null }>(
      `SELECT at_ms AS at FROM alert_transition
       WHERE rule_id = ? AND id > (SELECT max(id) FROM alert_transition WHERE rule_id = ? AND at_ms = ? AND to_state = 'firing')
       ORDER BY id LIMIT 1`,
      ruleId,
      ruleId,
      fromMs,
    );
    return row?.at ?? null;
  }
}
