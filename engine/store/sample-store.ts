/** Sampled figures over time: appended in rounds, read as windows by alerts and as lines by charts. */
import type { Sample, Series, SignalName } from '../model/sample.ts';
import type { Connection } from './connection.ts';
import { type Bucket, bucketWidthMs, linePoints } from './series.ts';

export interface WindowFigure {
  /** Mean weighted by the observations behind each sample; null when no sample in the window has a value. */
  readonly mean: number | null;
  /** Observations behind `mean`; samples without a value count for none. */
  readonly observationCount: number;
  /** The newest sample in the window, with or without a value; null when there is none. */
  readonly last: { readonly atMs: number; readonly value: number | null } | null;
}

export class SampleStore {
  readonly #connection: Connection;
  readonly #periodMs: number;

  /** @param periodMs the sampling period: how long one sample speaks for. */
  constructor(connection: Connection, periodMs: number) {
    this.#connection = connection;
    this.#periodMs = periodMs;
  }

  /** One transaction for the whole round; a second sample of a signal at the same time replaces the first. @throws EngineError STORE_UNAVAILABLE */
  append(samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    this.#connection.atomically(() => {
      for (const sample of samples) {
        this.#connection.run(
          'INSERT OR REPLACE INTO sample (signal_id, at_ms, value, count, span_ms) VALUES (?, ?, ?, ?, ?)',
          this.#signalId(sample.signal),
          Math.round(sample.atMs),
          sample.value,
          Math.round(sample.count),
          this.#periodMs,
        );
      }
    });
  }

  /**
   * A line of at most about `maxPoints` points, each the weighted mean of its stretch at the middle of what was seen in it.
   * Where nobody looked for longer than 2.5 sampling periods stands a null.
   * @throws EngineError STORE_UNAVAILABLE
   */
  series(signal: SignalName, fromMs: number, toMs: number, maxPoints: number): Series {
    const width = bucketWidthMs(fromMs, toMs, maxPoints, this.#periodMs);
    // JavaScript numbers are bound as REAL, so the division must be cut to whole stretches.
    const buckets = this.#connection.rows<Bucket>(
      `SELECT min(at_ms) AS firstMs, max(at_ms) AS lastMs, max(span_ms) AS spanMs,
         sum(value * max(count, 1)) / sum(CASE WHEN value IS NOT NULL THEN max(count, 1) END) AS mean
       FROM sample WHERE signal_id = (SELECT id FROM signal WHERE name = ?) AND at_ms >= ? AND at_ms <= ?
       GROUP BY CAST((at_ms - ?) / ? AS INTEGER) ORDER BY firstMs`,
      signal,
      Math.ceil(fromMs),
      Math.floor(toMs),
      Math.ceil(fromMs),
      width,
    );
    return { signal, fromMs, toMs, points: linePoints(buckets) };
  }

  /** Samples after `fromMs` up to and with `toMs`. @throws EngineError STORE_UNAVAILABLE */
  window(signal: SignalName, fromMs: number, toMs: number): WindowFigure {
    const bindings = [signal, Math.floor(fromMs), Math.floor(toMs)] as const;
    const sums = this.#connection.row<{ mean: number | null; n: number | null }>(
      `SELECT sum(value * max(count, 1)) / sum(CASE WHEN value IS NOT NULL THEN max(count, 1) END) AS mean,
         sum(CASE WHEN value IS NOT NULL THEN count END) AS n
       FROM sample WHERE signal_id = (SELECT id FROM signal WHERE name = ?) AND at_ms > ? AND at_ms <= ?`,
      ...bindings,
    );
    const last = this.#connection.row<{ at_ms: number; value: number | null }>(
      `SELECT at_ms, value FROM sample
       WHERE signal_id = (SELECT id FROM signal WHERE name = ?) AND at_ms > ? AND at_ms <= ?
       ORDER BY at_ms DESC LIMIT 1`,
      ...bindings,
    );
    return {
      mean: sums?.mean ?? null,
      observationCount: sums?.n ?? 0,
      last: last ? { atMs: last.at_ms, value: last.value } : null,
    };
  }

  /** When anything was last sampled; null before the first round. @throws EngineError STORE_UNAVAILABLE */
  lastAtMs(): number | null {
    // One index look-up a signal; max over the whole table would read all of it.
    const row = this.#connection.row<{ at: number | null }>(
      'SELECT max((SELECT max(at_ms) FROM sample WHERE signal_id = signal.id)) AS at FROM signal',
    );
    return row?.at ?? null;
  }

  #signalId(signal: SignalName): number {
    const known = this.#connection.row<{ id: number }>('SELECT id FROM signal WHERE name = ?', signal);
    return known?.id ?? this.#connection.run('INSERT INTO signal (name) VALUES (?)', signal).lastId;
  }
}
