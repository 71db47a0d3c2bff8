/** Alert states that survive a restart, every transition, and who acknowledged what. */
import type { AlertHistoryPage, AlertHistoryQuery, AlertState, AlertTransition } from '../model/alert.ts';
import { countHistory, folded, readHistory } from './alert-history.ts';
import type { Connection } from './connection.ts';

/** How a reading stands to a rule's thresholds; see the state machine in `engine/alerts`. */
export type ReadingKind = 'bad' | 'between' | 'good' | 'missing' | 'broken';

/** What must be known of a rule to go on with it after a restart. */
export interface StoredAlertState {
  readonly ruleId: string;
  readonly state: AlertState;
  readonly sinceMs: number;
  readonly kind: ReadingKind;
  /** Since when every reading has been of this kind; time that was not observed is added, so that it does not count. */
  readonly kindSinceMs: number;
  /** The last evaluation. */
  readonly seenAtMs: number;
  readonly value: number | null;
  readonly observationCount: number;
}

export type NewTransition = Omit<AlertTransition, 'id'>;

/** A message that a channel shall take. */
export interface OwedTo {
  readonly channelId: string;
  /** What is owed under one key may go out as one message. */
  readonly groupKey: string;
  readonly waitMs: number;
  readonly deadlineMs: number;
}

export interface Acknowledgement {
  readonly ruleId: string;
  readonly who: string;
  readonly atMs: number;
  readonly note: string;
  /** When the alert that was acknowledged ended; null while it holds. */
  readonly clearedAtMs: number | null;
}

const acknowledgementColumns = 'rule_id AS ruleId, who, at_ms AS atMs, note, cleared_at_ms AS clearedAtMs';

export class AlertStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  states(): StoredAlertState[] {
    return this.#connection.rows<StoredAlertState>(
      `SELECT rule_id AS ruleId, state, since_ms AS sinceMs, kind, kind_since_ms AS kindSinceMs,
         seen_at_ms AS seenAtMs, value, observation_count AS observationCount FROM alert_state ORDER BY rule_id`,
    );
  }

  /**
   * One evaluation round, all or nothing: the states, their transitions, and what is owed to channels for each of them.
   * Answers the transitions' ids in their order.
   * @throws EngineError STORE_UNAVAILABLE
   */
  commit(
    states: readonly StoredAlertState[],
    transitions: readonly { transition: NewTransition; notify: readonly OwedTo[] }[],
  ): number[] {
    return this.#connection.atomically(() => {
      for (const state of states) this.#saveState(state);
      return transitions.map(({ transition, notify }) => {
        const id = this.#addTransition(transition);
        for (const owed of notify) this.#owe(id, owed, 0, transition.atMs);
        if (transition.to !== 'firing' && transition.to !== 'pending') {
          this.#clearAcknowledgement(transition.ruleId, transition.atMs);
        }
        return id;
      });
    });
  }

  /** The acknowledgement that holds now, by rule. @throws EngineError STORE_UNAVAILABLE */
  acknowledged(): Map<string, Acknowledgement> {
    const rows = this.#connection.rows<Acknowledgement>(
      `SELECT ${acknowledgementColumns} FROM acknowledgement WHERE cleared_at_ms IS NULL ORDER BY id`,
    );
    return new Map(rows.map((row) => [row.ruleId, row]));
  }

  /** Takes the place of an acknowledgement that holds. @throws EngineError STORE_UNAVAILABLE */
  acknowledge(ruleId: string, who: string, note: string, atMs: number): void {
    this.#connection.atomically(() => {
      this.#clearAcknowledgement(ruleId, atMs);
      this.#connection.run(
        'INSERT INTO acknowledgement (rule_id, who, at_ms, note) VALUES (?, ?, ?, ?)',
        ruleId,
        who,
        Math.round(atMs),
        note,
      );
    });
  }

  /** All of a rule's acknowledgements, newest first. @throws EngineError STORE_UNAVAILABLE */
  acknowledgements(ruleId: string, limit: number): Acknowledgement[] {
    return this.#connection.rows<Acknowledgement>(
      `SELECT ${acknowledgementColumns} FROM acknowledgement WHERE rule_id = ? ORDER BY id DESC LIMIT ?`,
      ruleId,
      limit,
    );
  }

  /** Newest first; every word of `search` must occur in the title, the rule's id or the evidence. @throws EngineError STORE_UNAVAILABLE */
  history(query: AlertHistoryQuery): AlertHistoryPage {
    const transitions = readHistory(this.#connection, query);
    const last = transitions[query.limit - 1];
    return {
      transitions: transitions.slice(0, query.limit),
      totalCount: countHistory(this.#connection, query),
      nextBeforeId: transitions.length > query.limit && last ? last.id : null,
    };
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  transition(id: number): AlertTransition | null {
    return (
      this.#connection.row<AlertTransition>(
        `SELECT id, rule_id AS ruleId, title, severity, from_state AS "from", to_state AS "to", at_ms AS atMs,
           value, threshold, evidence FROM alert_transition WHERE id = ?`,
        id,
      ) ?? null
    );
  }

  #saveState(state: StoredAlertState): void {
    this.#connection.run(
      `INSERT OR REPLACE INTO alert_state
         (rule_id, state, since_ms, kind, kind_since_ms, seen_at_ms, value, observation_count)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      state.ruleId,
      state.state,
      Math.round(state.sinceMs),
      state.kind,
      Math.round(state.kindSinceMs),
      Math.round(state.seenAtMs),
      state.value,
      Math.round(state.observationCount),
    );
  }

  #addTransition(transition: NewTransition): number {
    return this.#connection.run(
      `INSERT INTO alert_transition
         (rule_id, title, severity, from_state, to_state, at_ms, value, threshold, evidence, words)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      transition.ruleId,
      transition.title,
      transition.severity,
      transition.from,
      transition.to,
      Math.round(transition.atMs),
      transition.value,
      transition.threshold,
      transition.evidence,
      folded(`${transition.ruleId} ${transition.title} ${transition.severity} ${transition.evidence}`),
    ).lastId;
  }

  #owe(transitionId: number, owed: OwedTo, repeatNumber: number, atMs: number): void {
    this.#connection.run(
      `INSERT OR IGNORE INTO outbox
         (transition_id, channel, repeat_number, group_key, state, attempts, created_at_ms, next_at_ms, deadline_at_ms)
       VALUES (?, ?, ?, ?, 'due', 0, ?, ?, ?)`,
      transitionId,
      owed.channelId,
      repeatNumber,
      owed.groupKey,
      Math.round(atMs),
      Math.round(atMs + owed.waitMs),
      Math.round(atMs + owed.deadlineMs),
    );
  }

  #clearAcknowledgement(ruleId: string, atMs: number): void {
    this.#connection.run(
      'UPDATE acknowledgement SET cleared_at_ms = ? WHERE rule_id = ? AND cleared_at_ms IS NULL',
      Math.round(atMs),
      ruleId,
    );
  }
}
