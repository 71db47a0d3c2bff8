/** Remembers which queries of the source were slow in the last hour, until the same one is quick again. */
import type { Clock } from '../base/clock.ts';
import type { TimedQuery } from '../model/source-query.ts';

export interface SlowQuery {
  readonly sql: string;
  /** Those of its slowest run. */
  readonly parameters: TimedQuery['parameters'];
  readonly count: number;
  readonly worstMs: number;
  readonly totalMs: number;
  readonly firstAtMs: number;
}

const keptMs = 60 * 60_000;
const mostKept = 100;

export class SlowQueries {
  readonly #clock: Clock;
  readonly #slowMs: number;
  /** By text and parameters, the one that was slow last at the end. */
  readonly #known = new Map<string, SlowQuery & { readonly lastAtMs: number }>();

  constructor({ clock, slowMs = 1_000 }: { clock: Clock; slowMs?: number }) {
    this.#clock = clock;
    this.#slowMs = slowMs;
  }

  /** Every query: a quick one ends what is known of the same one. */
  record({ sql, parameters, durationMs }: TimedQuery): void {
    const key = `${sql}\u0000${JSON.stringify(parameters)}`;
    const before = this.#known.get(key);
    this.#known.delete(key);
    if (durationMs < this.#slowMs) return;
    const nowMs = this.#clock.now();
    this.#known.set(key, {
      sql,
      parameters,
      count: (before?.count ?? 0) + 1,
      worstMs: Math.max(before?.worstMs ?? 0, durationMs),
      totalMs: (before?.totalMs ?? 0) + durationMs,
      firstAtMs: before?.firstAtMs ?? nowMs,
      lastAtMs: nowMs,
    });
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKept && oldest !== undefined) this.#known.delete(oldest);
  }

  /** One for each text, those that cost most first. */
  slowest(limit: number): readonly SlowQuery[] {
    const sinceMs = this.#clock.now() - keptMs;
    const byText = new Map<string, SlowQuery>();
    for (const query of this.#known.values()) {
      if (query.lastAtMs < sinceMs) continue;
      const other = byText.get(query.sql);
      byText.set(query.sql, other === undefined ? query : joined(query, other));
    }
    return [...byText.values()].toSorted((a, b) => b.totalMs - a.totalMs).slice(0, limit);
  }
}

function joined(one: SlowQuery, other: SlowQuery): SlowQuery {
  const [slower] = one.worstMs >= other.worstMs ? [one] : [other];
  return {
    ...slower,
    count: one.count + other.count,
    totalMs: one.totalMs + other.totalMs,
    firstAtMs: Math.min(one.firstAtMs, other.firstAtMs),
  };
}
