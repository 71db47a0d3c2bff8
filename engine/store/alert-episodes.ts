/** What the alerts' history adds up to: stretches in which rules fired with their figures, and one change in full. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AlertDetail, AlertFigures, FiringSpan, RuleFigures } from '../model/alert-episodes.ts';
import { type TransitionRow, transitionColumns, transitionOf } from './alert-history.ts';
import { AlertPast } from './alert-past.ts';
import type { Connection } from './connection.ts';

/** Rows of one turn: a few milliseconds. */
const portionRows = 1_000;
/** Beginnings and ends that are looked at for one answer; of more, the newest. */
const mostRows = 100_000;
/** More cannot be told apart on a screen. */
const shownSpans = 3_000;
/** Changes of the rule before and after one that is shown in full. */
const aroundRows = 4;

interface EdgeRow {
  readonly id: number;
  readonly ruleId: string;
  readonly title: string;
  readonly severity: FiringSpan['severity'];
  readonly to: string;
  readonly atMs: number;
}

interface AcknowledgementRow {
  readonly ruleId: string;
  readonly atMs: number;
}

export class AlertEpisodes {
  readonly #connection: Connection;
  readonly #past: AlertPast;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#past = new AlertPast(connection);
  }

  /** Gathered a few milliseconds a turn, newest first. @throws EngineError STORE_UNAVAILABLE */
  async figures(fromMs: number, toMs: number): Promise<AlertFigures> {
    const { spans, sinceMs } = await this.#spans(Math.floor(fromMs), Math.floor(toMs));
    const acknowledged = this.#connection.rows<AcknowledgementRow>(
      'SELECT rule_id AS ruleId, at_ms AS atMs FROM acknowledgement WHERE at_ms > ? AND at_ms <= ? ORDER BY at_ms',
      sinceMs,
      Math.floor(toMs),
    );
    return {
      fromMs: sinceMs,
      toMs,
      rules: rulesOf(spans, acknowledged, sinceMs, toMs),
      spans: spans.slice(-shownSpans),
      spanCount: spans.length,
    };
  }

  /** Null when there is none of that id. @throws EngineError STORE_UNAVAILABLE */
  detail(id: number): AlertDetail | null {
    const row = this.#connection.row<TransitionRow>(
      `SELECT ${transitionColumns} FROM alert_transition WHERE id = ?`,
      id,
    );
    if (!row) return null;
    const rows = (condition: string, order: string): TransitionRow[] =>
      this.#connection.rows<TransitionRow>(
        `SELECT ${transitionColumns} FROM alert_transition WHERE rule_id = ? AND ${condition} ORDER BY id ${order} LIMIT ${aroundRows}`,
        row.ruleId,
        id,
      );
    const around = [...rows('id < ?', 'DESC').toReversed(), row, ...rows('id > ?', 'ASC')];
    return {
      transition: transitionOf(row),
      around: around.map(transitionOf),
      notifications: this.#connection.rows<AlertDetail['notifications'][number]>(
        `SELECT channel AS channelId, repeat_number AS repeatNumber, state, attempts, created_at_ms AS createdAtMs,
           settled_at_ms AS settledAtMs, last_error AS lastError
         FROM outbox WHERE transition_id = ? ORDER BY id`,
        id,
      ),
      acknowledgements: this.#acknowledgements(row),
    };
  }

  /** Between the last change before it that was well and the next one that is. */
  #acknowledgements({ id, ruleId, to }: TransitionRow): AlertDetail['acknowledgements'] {
    const isOpen = to === 'firing' || to === 'pending';
    const calm = `rule_id = ? AND to_state NOT IN ('firing', 'pending')`;
    const before = this.#connection.row<{ atMs: number }>(
      `SELECT at_ms AS atMs FROM alert_transition WHERE ${calm} AND id < ? ORDER BY id DESC LIMIT 1`,
      ruleId,
      id,
    );
    const after = this.#connection.row<{ atMs: number }>(
      `SELECT at_ms AS atMs FROM alert_transition WHERE ${calm} AND id ${isOpen ? '>' : '>='} ? ORDER BY id LIMIT 1`,
      ruleId,
      id,
    );
    return this.#connection.rows<AlertDetail['acknowledgements'][number]>(
      `SELECT who, at_ms AS atMs, note FROM acknowledgement WHERE rule_id = ? AND at_ms >= ? AND at_ms <= ? ORDER BY id`,
      ruleId,
      before?.atMs ?? 0,
      after?.atMs ?? Number.MAX_SAFE_INTEGER,
    );
  }

  /** From the newest back: an end is met before its beginning, and what is too much is the oldest. */
  async #spans(fromMs: number, toMs: number): Promise<{ spans: FiringSpan[]; sinceMs: number }> {
    const ends = new Map<string, number>();
    const spans: FiringSpan[] = [];
    let [beforeMs, beforeId, seen] = [toMs, Number.MAX_SAFE_INTEGER, 0];
    for (;;) {
      const rows = this.#connection.rows<EdgeRow>(
        `SELECT id, rule_id AS ruleId, title, severity, to_state AS "to", at_ms AS atMs FROM alert_transition
         WHERE at_ms > ? AND (at_ms, id) < (?, ?) AND (to_state = 'firing' OR from_state = 'firing')
         ORDER BY at_ms DESC, id DESC LIMIT ${portionRows}`,
        fromMs,
        beforeMs,
        beforeId,
      );
      for (const { ruleId, title, severity, to, atMs } of rows) {
        if (to !== 'firing') ends.set(ruleId, atMs);
        else {
          spans.push({ ruleId, title, severity, fromMs: atMs, toMs: ends.get(ruleId) ?? null });
          ends.delete(ruleId);
        }
      }
      const last = rows.at(-1);
      seen += rows.length;
      if (last === undefined || rows.length < portionRows || seen >= mostRows) {
        const sinceMs = last !== undefined && rows.length === portionRows ? last.atMs : fromMs;
        const begun = this.#past
          .at(sinceMs)
          .filter(({ state, ruleId }) => state === 'firing' && !spans.some((span) => isSame(span, ruleId, sinceMs)))
          .map(({ ruleId, title, severity, sinceMs: began }) => ({
            ruleId,
            title,
            severity,
            fromMs: began,
            toMs: ends.get(ruleId) ?? null,
          }));
        return { spans: [...begun, ...spans.toReversed()], sinceMs };
      }
      [beforeMs, beforeId] = [last.atMs, last.id];
      await nextTurn();
    }
  }
}

/** The beginning at the very edge was met already. */
function isSame(span: FiringSpan, ruleId: string, sinceMs: number): boolean {
  return span.ruleId === ruleId && span.fromMs === sinceMs;
}

interface Sums {
  readonly span: FiringSpan;
  firingCount: number;
  firingMs: number;
  acknowledge: number;
  acknowledgedCount: number;
  resolve: number;
  resolvedCount: number;
}

function rulesOf(
  spans: readonly FiringSpan[],
  acknowledged: readonly AcknowledgementRow[],
  fromMs: number,
  toMs: number,
): RuleFigures[] {
  const byRule = Map.groupBy(acknowledged, ({ ruleId }) => ruleId);
  const sums = new Map<string, Sums>();
  for (const span of spans) {
    const sum = sums.get(span.ruleId) ?? { ...nothing, span };
    sums.set(span.ruleId, { ...sum, span });
    const own = sums.get(span.ruleId) ?? sum;
    if (span.fromMs > fromMs) own.firingCount += 1;
    own.firingMs += Math.max(0, Math.min(span.toMs ?? toMs, toMs) - Math.max(span.fromMs, fromMs));
    const taken = byRule.get(span.ruleId)?.find(({ atMs }) => atMs >= span.fromMs && atMs <= (span.toMs ?? toMs));
    if (taken) {
      own.acknowledge += taken.atMs - span.fromMs;
      own.acknowledgedCount += 1;
    }
    if (span.toMs === null) continue;
    own.resolve += span.toMs - span.fromMs;
    own.resolvedCount += 1;
  }
  const mean = (sum: number, count: number): number | null => (count === 0 ? null : sum / count);
  return [...sums.values()]
    .map(({ span, firingCount, firingMs, acknowledge, acknowledgedCount, resolve, resolvedCount }) => ({
      ruleId: span.ruleId,
      title: span.title,
      severity: span.severity,
      firingCount,
      firingMs,
      acknowledgeMs: mean(acknowledge, acknowledgedCount),
      acknowledgedCount,
      resolveMs: mean(resolve, resolvedCount),
      resolvedCount,
    }))
    .toSorted((a, b) => b.firingCount - a.firingCount || b.firingMs - a.firingMs);
}

const nothing = { firingCount: 0, firingMs: 0, acknowledge: 0, acknowledgedCount: 0, resolve: 0, resolvedCount: 0 };
