/** The outbox of alerts: written with the transition, settled when the channel took it, with a log of every attempt. */
import type { AlertTransition } from '../model/alert.ts';
import type { Delivery, DeliveryQuery } from '../model/alert-channel.ts';
import { type TransitionRow, transitionOf } from './alert-history.ts';
import type { Connection } from './connection.ts';

/** What goes out as one message; its rows are fixed from the first attempt on, so that a repetition can be told by the id. */
export interface OwedBatch {
  readonly batchId: string;
  readonly channelId: string;
  /** Attempts before this one. */
  readonly attempts: number;
  readonly createdAtMs: number;
  /** Of its oldest part. */
  readonly deadlineAtMs: number;
  readonly lastError: string | null;
  /** Oldest first. */
  readonly transitions: readonly AlertTransition[];
  /** True when it was told before and goes on. */
  readonly isRepeat: boolean;
}

export interface OutboxFigures {
  readonly channelId: string;
  readonly dueCount: number;
  readonly oldestDueAtMs: number | null;
  readonly nextAttemptAtMs: number | null;
  readonly lastSentAtMs: number | null;
  readonly lastError: string | null;
}

export type NewDelivery = Omit<Delivery, 'id'>;

interface HeadRow {
  id: number;
  batchId: string | null;
  groupKey: string;
  nextAtMs: number;
}

interface OwedRow extends Omit<TransitionRow, 'id'> {
  transitionId: number;
  attempts: number;
  createdAtMs: number;
  deadlineAtMs: number;
  lastError: string | null;
  repeatNumber: number;
}

/** Rows of one message; what is more goes out in the next. */
const batchRows = 50;

export class NotificationStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Channels to which anything is owed, whenever it may be tried. @throws EngineError STORE_UNAVAILABLE */
  dueChannels(): string[] {
    return this.#connection
      .rows<{ channel: string }>(`SELECT DISTINCT channel FROM outbox WHERE state = 'due' ORDER BY channel`)
      .map(({ channel }) => channel);
  }

  /**
   * The message that is next on the channel; null when nothing is owed or the first that is may not be tried yet: what
   * came up later waits for it. `newBatchId` is taken when the message was never tried.
   * @throws EngineError STORE_UNAVAILABLE
   */
  next(channelId: string, nowMs: number, newBatchId: string): OwedBatch | null {
    return this.#connection.atomically(() => {
      const head = this.#connection.row<HeadRow>(
        `SELECT id, batch_id AS batchId, group_key AS groupKey, next_at_ms AS nextAtMs FROM outbox
         WHERE channel = ? AND state = 'due' ORDER BY id LIMIT 1`,
        channelId,
      );
      if (!head || head.nextAtMs > nowMs) return null;
      const batchId = head.batchId ?? newBatchId;
      if (head.batchId === null) this.#fix(channelId, head.groupKey, nowMs, batchId);
      return this.#batch(channelId, batchId);
    });
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  markSent(batchId: string, delivery: NewDelivery): void {
    this.#settle(batchId, 'sent', delivery);
  }

  /** Tried in vain, and tried again at `nextAtMs`. @throws EngineError STORE_UNAVAILABLE */
  markFailed(batchId: string, nextAtMs: number, delivery: NewDelivery): void {
    this.#connection.atomically(() => {
      this.#connection.run(
        `UPDATE outbox SET attempts = attempts + 1, last_error = ?, next_at_ms = ? WHERE batch_id = ? AND state = 'due'`,
        delivery.problem,
        Math.ceil(nextAtMs),
        batchId,
      );
      this.log(delivery);
    });
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  postpone(batchId: string, nextAtMs: number): void {
    this.#connection.run(
      `UPDATE outbox SET next_at_ms = ? WHERE batch_id = ? AND state = 'due'`,
      Math.ceil(nextAtMs),
      batchId,
    );
  }

  /** Never tried again. @throws EngineError STORE_UNAVAILABLE */
  markGivenUp(batchId: string, delivery: NewDelivery): void {
    this.#settle(batchId, 'failed', delivery);
  }

  /** One line of the log of attempts. @throws EngineError STORE_UNAVAILABLE */
  log(delivery: NewDelivery): void {
    this.#connection.run(
      `INSERT INTO delivery (channel, at_ms, took_ms, outcome, title, alert_count, attempt, problem)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      delivery.channelId,
      Math.round(delivery.atMs),
      delivery.tookMs,
      delivery.outcome,
      delivery.title,
      delivery.alertCount,
      delivery.attempt,
      delivery.problem,
    );
  }

  /** Newest first. @throws EngineError STORE_UNAVAILABLE */
  deliveries({ channelId, beforeId, limit }: DeliveryQuery): { deliveries: Delivery[]; nextBeforeId: number | null } {
    const rows = this.#connection.rows<Delivery>(
      `SELECT id, channel AS channelId, at_ms AS atMs, took_ms AS tookMs, outcome, title, alert_count AS alertCount,
         attempt, problem
       FROM delivery WHERE id < ?${channelId === null ? '' : ' AND channel = ?'} ORDER BY id DESC LIMIT ?`,
      beforeId ?? Number.MAX_SAFE_INTEGER,
      ...(channelId === null ? [] : [channelId]),
      limit + 1,
    );
    const deliveries = rows.slice(0, limit);
    return { deliveries, nextBeforeId: rows.length > limit ? (deliveries.at(-1)?.id ?? null) : null };
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  figures(channelId: string): OutboxFigures {
    const due = this.#connection.row<{ n: number; oldest: number | null }>(
      `SELECT count(*) AS n, min(created_at_ms) AS oldest FROM outbox WHERE channel = ? AND state = 'due'`,
      channelId,
    );
    const head = this.#connection.row<{ next: number }>(
      `SELECT next_at_ms AS next FROM outbox WHERE channel = ? AND state = 'due' ORDER BY id LIMIT 1`,
      channelId,
    );
    const sent = this.#connection.row<{ at: number | null }>(
      `SELECT max(settled_at_ms) AS at FROM outbox WHERE channel = ? AND state = 'sent'`,
      channelId,
    );
    const last = this.#connection.row<{ problem: string | null }>(
      'SELECT problem FROM delivery WHERE channel = ? ORDER BY id DESC LIMIT 1',
      channelId,
    );
    return {
      channelId,
      dueCount: due?.n ?? 0,
      oldestDueAtMs: due?.oldest ?? null,
      nextAttemptAtMs: head?.next ?? null,
      lastSentAtMs: sent?.at ?? null,
      lastError: last?.problem ?? null,
    };
  }

  #fix(channelId: string, groupKey: string, nowMs: number, batchId: string): void {
    this.#connection.run(
      `UPDATE outbox SET batch_id = ? WHERE id IN (
         SELECT id FROM outbox WHERE channel = ? AND state = 'due' AND batch_id IS NULL AND group_key = ?
           AND next_at_ms <= ? ORDER BY id LIMIT ${batchRows})`,
      batchId,
      channelId,
      groupKey,
      Math.floor(nowMs),
    );
  }

  #batch(channelId: string, batchId: string): OwedBatch | null {
    const rows = this.#connection.rows<OwedRow>(
      `SELECT o.attempts, o.created_at_ms AS createdAtMs, o.deadline_at_ms AS deadlineAtMs, o.last_error AS lastError,
         o.repeat_number AS repeatNumber, t.id AS transitionId, t.rule_id AS ruleId, t.title, t.severity,
         t.from_state AS "from", t.to_state AS "to", t.at_ms AS atMs, t.value, t.threshold, t.evidence, t.facts,
         t.cause, t.chain
       FROM outbox o JOIN alert_transition t ON t.id = o.transition_id
       WHERE o.channel = ? AND o.batch_id = ? AND o.state = 'due' ORDER BY o.id`,
      channelId,
      batchId,
    );
    const [first] = rows;
    if (!first) return null;
    return {
      batchId,
      channelId,
      attempts: first.attempts,
      createdAtMs: Math.min(...rows.map((row) => row.createdAtMs)),
      deadlineAtMs: Math.min(...rows.map((row) => row.deadlineAtMs)),
      lastError: first.lastError,
      isRepeat: rows.every((row) => row.repeatNumber > 0),
      transitions: rows.map(transitionIn),
    };
  }

  #settle(batchId: string, state: 'sent' | 'failed', delivery: NewDelivery): void {
    this.#connection.atomically(() => {
      this.#connection.run(
        `UPDATE outbox SET state = ?, attempts = attempts + 1, last_error = ?, settled_at_ms = ?
         WHERE batch_id = ? AND state = 'due'`,
        state,
        delivery.problem,
        Math.round(delivery.atMs),
        batchId,
      );
      this.log(delivery);
    });
  }
}

function transitionIn(row: OwedRow): AlertTransition {
  const { transitionId: id, ruleId, title, severity, from, to, atMs, value, threshold } = row;
  const { evidence, facts, cause, chain } = row;
  return transitionOf({
    ...{ id, ruleId, title, severity, from, to, atMs, value, threshold, evidence, facts, cause, chain },
  });
}
