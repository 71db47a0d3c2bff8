/** Sampled figures over time: appended in rounds, read as windows by alerts and as lines by charts. */
import type { Sample, Series, SignalName } from '../model/sample.ts';
import type { Connection } from './connection.ts';
import { type Bucket, bucketWidthMs, linePoints } from './series.ts';

/** As it lies in the store: as it was taken, or the mean of a minute. */
export interface StoredSample {
  readonly atMs: number;
  readonly value: number | null;
  readonly count: number;
  /** How long it speaks for. */
  readonly spanMs: number;
}

export interface WindowFigure {
  /** Mean weighted by the observations behind each sample; null when no sample in the window has a value. */
  readonly mean: number | null;
  readonly max: number | null;
  readonly min: number | null;
  readonly sum: number | null;
  /** Observations behind `mean`; samples without a value count for none. */
  readonly observationCount: number;
  /** Observations that found no such figure, e.g. no memory limit. */
  readonly absentCount: number;
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
          sample.spanMs ?? this.#periodMs,
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
    const sums = this.#connection.row<{
      weighted: number | null;
      weight: number | null;
      max: number | null;
      min: number | null;
      n: number | null;
      absent: number | null;
    }>(
      `SELECT sum(value * max(count, 1)) AS weighted, sum(CASE WHEN value IS NOT NULL THEN max(count, 1) END) AS weight,
         max(value) AS max, min(value) AS min, sum(CASE WHEN value IS NOT NULL THEN count END) AS n,
         sum(CASE WHEN value IS NULL THEN count END) AS absent
       FROM sample WHERE signal_id = (SELECT id FROM signal WHERE name = ?) AND at_ms > ? AND at_ms <= ?`,
      ...bindings,
    );
    const { weighted = null, weight = null, max = null, min = null, n = null, absent = null } = sums ?? {};
    const mean = weighted === null || weight === null ? null : weighted / weight;
    return { mean, max, min, sum: weighted, observationCount: n ?? 0, absentCount: absent ?? 0 };
  }

  /** The newest sample that has a value, after `fromMs` up to `toMs`. @throws EngineError STORE_UNAVAILABLE */
  last(signal: SignalName, fromMs: number, toMs: number): { atMs: number; value: number } | null {
    return (
      this.#connection.row<{ atMs: number; value: number }>(
        `SELECT at_ms AS atMs, value FROM sample
         WHERE signal_id = (SELECT id FROM signal WHERE name = ?) AND at_ms > ? AND at_ms <= ? AND value IS NOT NULL
         ORDER BY at_ms DESC LIMIT 1`,
        signal,
        Math.floor(fromMs),
        Math.floor(toMs),
      ) ?? null
    );
  }

  /** Oldest first, after `afterMs`; at most `limit`. @throws EngineError STORE_UNAVAILABLE */
  stored(signal: SignalName, afterMs: number, toMs: number, limit: number): StoredSample[] {
    return this.#connection.rows<StoredSample>(
      `SELECT at_ms AS atMs, value, count, span_ms AS spanMs FROM sample
       WHERE signal_id = (SELECT id FROM signal WHERE name = ?) AND at_ms > ? AND at_ms <= ? ORDER BY at_ms LIMIT ?`,
      signal,
      Math.floor(afterMs),
      Math.floor(toMs),
      limit,
    );
  }

  /** Every signal that has a sample, with its newest. @throws EngineError STORE_UNAVAILABLE */
  signals(): { signal: string; lastAtMs: number; lastValue: number | null }[] {
    return this.#connection.rows(
      `SELECT signal.name AS signal, sample.at_ms AS lastAtMs, sample.value AS lastValue
       FROM signal JOIN sample ON sample.signal_id = signal.id
         AND sample.at_ms = (SELECT max(at_ms) FROM sample WHERE signal_id = signal.id)
       ORDER BY signal.name`,
    );
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
