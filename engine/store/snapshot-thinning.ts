/** Thins the history of snapshots by age: all of a day, then the last of each hour, then the last of each day. */
import type { Connection } from './connection.ts';

export interface ThinningTier {
  /** Applies to what is older than this. */
  readonly olderThanMs: number;
  /** One snapshot of a section stays in each stretch of this length. */
  readonly stretchMs: number;
}

const hour = 3_600_000;
const day = 24 * hour;

export const snapshotTiers: readonly ThinningTier[] = [
  { olderThanMs: day, stretchMs: hour },
  { olderThanMs: 30 * day, stretchMs: day },
];

/** Rows that one step may look at. */
const stepRows = 400;

interface Row {
  redisKey: string;
  computedAtMs: number;
  /** The lineage where it is known, else the key: what one history is made of. */
  line: string;
}

interface Progress {
  readonly atMs: number;
  readonly redisKey: string;
}

export class SnapshotThinning {
  readonly #connection: Connection;
  /** By tier: everything up to here was looked at. */
  readonly #done = new Map<ThinningTier, Progress>();
  /** By tier and history: the newest of its stretch so far. */
  readonly #newest = new Map<ThinningTier, Map<string, Row>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Looks at a few rows more; answers how many went, null when a tier has none left. */
  step(tier: ThinningTier, nowMs: number): number | null {
    return this.#connection.atomically(() => {
      const done = this.#done.get(tier) ?? { atMs: 0, redisKey: '' };
      // Whole stretches only: the newest of one is not known before it is over.
      const untilMs = Math.floor((nowMs - tier.olderThanMs) / tier.stretchMs) * tier.stretchMs;
      const rows = this.#rows(done, untilMs);
      const last = rows.at(-1);
      if (!last) return null;
      const newest = this.#newest.get(tier) ?? new Map<string, Row>();
      this.#newest.set(tier, newest);
      let removed = 0;
      for (const row of rows) {
        const before = newest.get(row.line);
        newest.set(row.line, row);
        if (!before || stretchOf(before, tier) !== stretchOf(row, tier)) continue;
        removed += this.#connection.run(
          'DELETE FROM snapshot_history WHERE redis_key = ? AND computed_at_ms = ?',
          before.redisKey,
          before.computedAtMs,
        ).changes;
      }
      this.#done.set(tier, { atMs: last.computedAtMs, redisKey: last.redisKey });
      return removed;
    });
  }

  #rows(after: Progress, untilMs: number): Row[] {
    return this.#connection.rows<Row>(
      `SELECT redis_key AS redisKey, computed_at_ms AS computedAtMs, coalesce(CAST(lineage_id AS TEXT), redis_key) AS line
       FROM snapshot_history
       WHERE (computed_at_ms, redis_key) > (?, ?) AND computed_at_ms < ?
       ORDER BY computed_at_ms, redis_key LIMIT ${stepRows}`,
      after.atMs,
      after.redisKey,
      untilMs,
    );
  }
}

function stretchOf({ computedAtMs }: Row, { stretchMs }: ThinningTier): number {
  return Math.floor(computedAtMs / stretchMs);
}
