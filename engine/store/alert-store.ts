/** Alert states that survive a restart, every transition, and who acknowledged what. */
import type { AlertState, AlertTransition } from '../model/alert.ts';
import { folded, type TransitionRow, transitionColumns, transitionOf } from './alert-history.ts';
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

/** A transition with what its channels are owed. */
export interface NewChange {
  readonly transition: NewTransition;
  /** Of a beginning: who is told now. Of an end: who is told if they were told of the beginning. */
  readonly notify: readonly OwedTo[];
}

/** An episode that is open: the rule fires. */
export interface OpenEpisode {
  readonly ruleId: string;
  /** The transition that began it. */
  readonly firingId: number;
  readonly sinceMs: number;
}

/** A stretch in which nothing could be claimed of anything. */
export interface StoredGap {
  readonly id: number;
  readonly fromMs: number;
  /** Null while it lasts. */
  readonly toMs: number | null;
  readonly reason: string;
  readonly detail: string;
}

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
   * One portion of a round, all or nothing: the states, their transitions, and what is owed to channels for each of them.
   * Answers the transitions' ids in their order.
   * @throws EngineError STORE_UNAVAILABLE
   */
  commit(states: readonly StoredAlertState[], changes: readonly NewChange[]): number[] {
    return this.#connection.atomically(() => {
      for (const state of states) this.#saveState(state);
      return changes.map((change) => this.#record(change));
    });
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  openEpisodes(): OpenEpisode[] {
    return this.#connection.rows<OpenEpisode>(
      `SELECT rule_id AS ruleId, firing_id AS firingId, since_ms AS sinceMs FROM alert_state
       WHERE firing_id IS NOT NULL AND state = 'firing'`,
    );
  }

  /** What the channels were owed for an episode last, by channel. @throws EngineError STORE_UNAVAILABLE */
  lastOwed(firingId: number): Map<string, { repeatNumber: number; atMs: number }> {
    const rows = this.#connection.rows<{ channel: string; repeatNumber: number; atMs: number }>(
      `SELECT channel, max(repeat_number) AS repeatNumber, max(created_at_ms) AS atMs FROM outbox
       WHERE transition_id = ? GROUP BY channel`,
      firingId,
    );
    return new Map(rows.map(({ channel, ...last }) => [channel, last]));
  }

  /** Owing the same twice changes nothing. @throws EngineError STORE_UNAVAILABLE */
  owe(firingId: number, owed: OwedTo, repeatNumber: number, atMs: number): void {
    this.#owe(firingId, owed, repeatNumber, atMs);
  }

  /** How often a rule began to fire after `sinceMs`. @throws EngineError STORE_UNAVAILABLE */
  firingCount(ruleId: string, sinceMs: number): number {
    const row = this.#connection.row<{ n: number }>(
      `SELECT count(*) AS n FROM (SELECT at_ms, to_state FROM alert_transition WHERE rule_id = ? ORDER BY id DESC LIMIT 200)
       WHERE to_state = 'firing' AND at_ms > ?`,
      ruleId,
      Math.floor(sinceMs),
    );
    return row?.n ?? 0;
  }

  /** Begins a gap, or ends the one that is open; never two at a time. @throws EngineError STORE_UNAVAILABLE */
  saveGap(gap: Omit<StoredGap, 'id'>): void {
    this.#connection.atomically(() => {
      const open = this.#connection.row<{ id: number }>('SELECT id FROM observation_gap WHERE to_ms IS NULL');
      const toMs = gap.toMs === null ? null : Math.round(gap.toMs);
      if (open) this.#connection.run('UPDATE observation_gap SET to_ms = ? WHERE id = ?', toMs, open.id);
      else {
        this.#connection.run(
          'INSERT INTO observation_gap (from_ms, to_ms, reason, detail) VALUES (?, ?, ?, ?)',
          Math.round(gap.fromMs),
          toMs,
          gap.reason,
          gap.detail,
        );
      }
    });
  }

  /** Those that touch the stretch, newest first. @throws EngineError STORE_UNAVAILABLE */
  gaps(fromMs: number, toMs: number, limit: number): StoredGap[] {
    return this.#connection.rows<StoredGap>(
      `SELECT id, from_ms AS fromMs, to_ms AS toMs, reason, detail FROM observation_gap
       WHERE from_ms <= ? AND (to_ms IS NULL OR to_ms >= ?) ORDER BY id DESC LIMIT ?`,
      Math.ceil(toMs),
      Math.floor(fromMs),
      limit,
    );
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

  /** @throws EngineError STORE_UNAVAILABLE */
  transition(id: number): AlertTransition | null {
    const row = this.#connection.row<TransitionRow>(
      `SELECT ${transitionColumns} FROM alert_transition WHERE id = ?`,
      id,
    );
    return row === undefined ? null : transitionOf(row);
  }

  #record({ transition, notify }: NewChange): number {
    const { ruleId, to, atMs } = transition;
    const id = this.#addTransition(transition);
    const open = this.#connection.row<{ firingId: number | null }>(
      'SELECT firing_id AS firingId FROM alert_state WHERE rule_id = ?',
      ruleId,
    )?.firingId;
    if (to === 'firing') {
      for (const owed of notify) this.#owe(id, owed, 0, atMs);
      this.#connection.run('UPDATE alert_state SET firing_id = ? WHERE rule_id = ?', id, ruleId);
    } else if (to === 'resolved' || to === 'inactive') {
      const told = typeof open === 'number' ? this.lastOwed(open) : new Map<string, unknown>();
      for (const owed of notify) if (told.has(owed.channelId)) this.#owe(id, owed, 0, atMs);
      this.#connection.run('UPDATE alert_state SET firing_id = NULL WHERE rule_id = ?', ruleId);
    }
    if (to !== 'firing' && to !== 'pending') this.#clearAcknowledgement(ruleId, atMs);
    return id;
  }

  #saveState(state: StoredAlertState): void {
    this.#connection.run(
      `INSERT INTO alert_state
         (rule_id, state, since_ms, kind, kind_since_ms, seen_at_ms, value, observation_count)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (rule_id) DO UPDATE SET state = excluded.state, since_ms = excluded.since_ms, kind = excluded.kind,
         kind_since_ms = excluded.kind_since_ms, seen_at_ms = excluded.seen_at_ms, value = excluded.value,
         observation_count = excluded.observation_count`,
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
         (rule_id, title, severity, from_state, to_state, at_ms, value, threshold, evidence, facts, cause, chain, words)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      transition.ruleId,
      transition.title,
      transition.severity,
      transition.from,
      transition.to,
      Math.round(transition.atMs),
      transition.value,
      transition.threshold,
      transition.evidence,
      transition.facts ? JSON.stringify(transition.facts) : null,
      transition.cause,
      transition.chain.length === 0 ? null : JSON.stringify(transition.chain),
      folded(
        `${transition.ruleId} ${transition.title} ${transition.severity} ${transition.evidence} ${transition.chain.map(({ words }) => words).join(' ')}`,
      ),
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
