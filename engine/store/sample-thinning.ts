/** Turns old samples into means of one minute, a stretch at a time. */
import type { Connection } from './connection.ts';

const thinnedSpanMs = 60_000;
/** Raw samples of this many minutes are read and replaced in one step. */
const stepMinutes = 20;

export class SampleThinning {
  readonly #connection: Connection;
  /** By signal: everything before is thinned already. */
  readonly #doneUntil = new Map<number, number>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Thins one stretch of whole minutes before `untilMs`; answers how many rows fewer there are, null when none is left to thin. */
  step(signalId: number, untilMs: number): number | null {
    return this.#connection.atomically(() => {
      const first = this.#connection.row<{ at: number | null }>(
        'SELECT min(at_ms) AS at FROM sample WHERE signal_id = ? AND at_ms >= ?',
        signalId,
        this.#startOf(signalId),
      );
      if (typeof first?.at !== 'number') return null;
      const fromMs = wholeMinute(first.at);
      const toMs = Math.min(fromMs + stepMinutes * thinnedSpanMs, wholeMinute(untilMs));
      if (toMs <= fromMs) return null;
      const removed = this.#thin(signalId, fromMs, toMs);
      this.#doneUntil.set(signalId, toMs);
      return removed;
    });
  }

  #startOf(signalId: number): number {
    const known = this.#doneUntil.get(signalId);
    if (known !== undefined) return known;
    // From the newest backwards: raw samples are few, thinned ones may be very many.
    const newest = this.#connection.row<{ at: number }>(
      'SELECT at_ms AS at FROM sample WHERE signal_id = ? AND span_ms >= ? ORDER BY at_ms DESC LIMIT 1',
      signalId,
      thinnedSpanMs,
    );
    const start = newest ? wholeMinute(newest.at) + thinnedSpanMs : 0;
    this.#doneUntil.set(signalId, start);
    return start;
  }

  #thin(signalId: number, fromMs: number, toMs: number): number {
    const minutes = this.#connection.rows<{ minute: number; mean: number | null; n: number | null }>(
      `SELECT at_ms / ${thinnedSpanMs} AS minute, coalesce(sum(CASE WHEN value IS NOT NULL THEN count END), sum(count)) AS n,
         sum(value * max(count, 1)) / sum(CASE WHEN value IS NOT NULL THEN max(count, 1) END) AS mean
       FROM sample WHERE signal_id = ? AND at_ms >= ? AND at_ms < ? GROUP BY 1`,
      signalId,
      fromMs,
      toMs,
    );
    const { changes } = this.#connection.run(
      'DELETE FROM sample WHERE signal_id = ? AND at_ms >= ? AND at_ms < ?',
      signalId,
      fromMs,
      toMs,
    );
    for (const { minute, mean, n } of minutes) {
      this.#connection.run(
        'INSERT INTO sample (signal_id, at_ms, value, count, span_ms) VALUES (?, ?, ?, ?, ?)',
        signalId,
        minute * thinnedSpanMs + thinnedSpanMs / 2,
        mean,
        n ?? 0,
        thinnedSpanMs,
      );
    }
    return changes - minutes.length;
  }
}

function wholeMinute(atMs: number): number {
  return Math.floor(atMs / thinnedSpanMs) * thinnedSpanMs;
}
