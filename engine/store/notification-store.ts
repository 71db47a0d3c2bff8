/** Notifications that are owed: written with the transition, crossed off when the channel took them. */
import type { AlertTransition } from '../model/alert.ts';
import type { Connection } from './connection.ts';

export interface OwedNotification {
  readonly id: number;
  readonly channel: string;
  readonly attempts: number;
  readonly transition: AlertTransition;
}

interface OwedRow extends Omit<AlertTransition, 'id'> {
  id: number;
  channel: string;
  attempts: number;
  transitionId: number;
}

export class NotificationStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * What may be sent at `nowMs`, in the order in which it came up; what came up later on a channel waits for what is
   * tried again on it.
   * @throws EngineError STORE_UNAVAILABLE
   */
  due(nowMs: number, limit: number): OwedNotification[] {
    return this.#connection
      .rows<OwedRow>(
        `SELECT n.id, n.channel, n.attempts, t.id AS transitionId, t.rule_id AS ruleId, t.title, t.severity,
           t.from_state AS "from", t.to_state AS "to", t.at_ms AS atMs, t.value, t.threshold, t.evidence
         FROM notification n JOIN alert_transition t ON t.id = n.transition_id
         WHERE n.state = 'due' AND n.next_at_ms <= ? AND NOT EXISTS (
           SELECT 1 FROM notification earlier WHERE earlier.state = 'due' AND earlier.channel = n.channel
             AND earlier.id < n.id AND earlier.next_at_ms > ?)
         ORDER BY n.id LIMIT ?`,
        Math.floor(nowMs),
        Math.floor(nowMs),
        limit,
      )
      .map(({ id, channel, attempts, transitionId, ...transition }) => ({
        id,
        channel,
        attempts,
        transition: { id: transitionId, ...transition },
      }));
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  markSent(id: number): void {
    this.#connection.run(
      `UPDATE notification SET state = 'sent', attempts = attempts + 1, last_error = NULL WHERE id = ?`,
      id,
    );
  }

  /** Tried in vain; tried again at `nextAtMs`, or given up when that is null. @throws EngineError STORE_UNAVAILABLE */
  markFailed(id: number, error: string, nextAtMs: number | null): void {
    this.#connection.run(
      'UPDATE notification SET state = ?, attempts = attempts + 1, last_error = ?, next_at_ms = ? WHERE id = ?',
      nextAtMs === null ? 'failed' : 'due',
      error,
      nextAtMs ?? 0,
      id,
    );
  }
}
