/** The past of sections: which views have one, what stood at an instant, and how much room it all takes. */
import type { Connection } from './connection.ts';
import { type PayloadFigures, payloadFigures, payloadOf } from './payloads.ts';

/** One section of one view, computed by one version of its formulas. */
export interface HistoryLine {
  readonly id: number;
  readonly section: string;
  readonly layer: string;
  readonly packVersion: number;
}

export interface HistoryMoment {
  readonly lineId: number;
  readonly computedAtMs: number;
  readonly dataAsOfMs: number | null;
  readonly computeMs: number | null;
  /** ISO date; null for what older versions kept. */
  readonly asOf: string | null;
  readonly payloadId: number;
}

export interface KeptView {
  /** See `filtersKey`. */
  readonly filters: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

export interface HistoryFigures extends PayloadFigures {
  readonly snapshotCount: number;
  readonly oldestAtMs: number | null;
  /** Contents, and what rows and indexes take beside them. */
  readonly sizeBytes: number;
}

/** Measured: a row of the history with its three indexes, and of a content with its index. */
const bytesPerSnapshot = 200;
const bytesPerPayload = 70;

const momentColumns = `lineage_id AS lineId, computed_at_ms AS computedAtMs, data_as_of_ms AS dataAsOfMs,
  compute_ms AS computeMs, as_of AS asOf, payload_id AS payloadId`;

/** Of which pack and source values are. */
export interface KpiOrigin {
  readonly pack: string;
  readonly source: string;
}

export class SnapshotHistory {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Every version of every section of a view. @throws EngineError STORE_UNAVAILABLE */
  lines(pack: string, source: string, filters: string): HistoryLine[] {
    return this.#connection.rows<HistoryLine>(
      `SELECT id, section, layer, pack_version AS packVersion FROM lineage
       WHERE pack = ? AND source = ? AND filters = ? ORDER BY id`,
      pack,
      source,
      filters,
    );
  }

  /** What was the newest of this line at `atMs`; null before its first. @throws EngineError STORE_UNAVAILABLE */
  at(lineId: number, atMs: number): HistoryMoment | null {
    return (
      this.#connection.row<HistoryMoment>(
        `SELECT ${momentColumns} FROM snapshot_history WHERE lineage_id = ? AND computed_at_ms <= ?
         ORDER BY computed_at_ms DESC LIMIT 1`,
        lineId,
        Math.floor(atMs),
      ) ?? null
    );
  }

  /** Oldest first; the newest `limit` where there are more. @throws EngineError STORE_UNAVAILABLE */
  between(lineId: number, fromMs: number, toMs: number, limit: number): HistoryMoment[] {
    return this.#connection
      .rows<HistoryMoment>(
        `SELECT ${momentColumns} FROM snapshot_history
         WHERE lineage_id = ? AND computed_at_ms >= ? AND computed_at_ms <= ?
         ORDER BY computed_at_ms DESC LIMIT ?`,
        lineId,
        Math.ceil(fromMs),
        Math.floor(toMs),
        limit,
      )
      .toReversed();
  }

  /** The content, parsed; null when it is not there. @throws EngineError STORE_UNAVAILABLE */
  content(payloadId: number): unknown {
    const row = this.#connection.row<{ body: Buffer }>('SELECT body FROM payload WHERE id = ?', payloadId);
    return row ? payloadOf(row.body) : null;
  }

  /** The last computation of each stretch of `stretchMs`, oldest first. @throws EngineError STORE_UNAVAILABLE */
  instants(lineIds: readonly number[], fromMs: number, toMs: number, stretchMs: number): number[] {
    const sql = `SELECT max(computed_at_ms) AS at FROM snapshot_history
      WHERE lineage_id = ? AND computed_at_ms >= ? AND computed_at_ms <= ?
      GROUP BY CAST(computed_at_ms / ? AS INTEGER)`;
    const found = lineIds.flatMap((id) =>
      this.#connection.rows<{ at: number }>(sql, id, Math.ceil(fromMs), Math.floor(toMs), stretchMs),
    );
    const newest = new Map<number, number>();
    for (const { at } of found) {
      const stretch = Math.floor(at / stretchMs);
      newest.set(stretch, Math.max(at, newest.get(stretch) ?? 0));
    }
    return [...newest.values()].toSorted((a, b) => a - b);
  }

  /** Views of this pack and source with a past, the one computed last first. @throws EngineError STORE_UNAVAILABLE */
  views(pack: string, source: string): KeptView[] {
    return this.#connection.rows<KeptView>(
      `SELECT filters, min(firstAtMs) AS firstAtMs, max(lastAtMs) AS lastAtMs FROM
         (SELECT filters,
            (SELECT min(computed_at_ms) FROM snapshot_history WHERE lineage_id = lineage.id) AS firstAtMs,
            (SELECT max(computed_at_ms) FROM snapshot_history WHERE lineage_id = lineage.id) AS lastAtMs
          FROM lineage WHERE pack = ? AND source = ? AND filters IS NOT NULL)
       WHERE lastAtMs IS NOT NULL GROUP BY filters ORDER BY lastAtMs DESC`,
      pack,
      source,
    );
  }

  /** Whose values are kept, the newest first. @throws EngineError STORE_UNAVAILABLE */
  origins(): KpiOrigin[] {
    return this.#connection.rows<KpiOrigin>(
      `SELECT pack, source FROM lineage JOIN snapshot_history ON lineage_id = lineage.id
       WHERE filters IS NOT NULL GROUP BY pack, source ORDER BY max(computed_at_ms) DESC`,
    );
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  figures(): HistoryFigures {
    const rows = this.#connection.row<{ n: number; oldest: number | null }>(
      'SELECT count(*) AS n, min(computed_at_ms) AS oldest FROM snapshot_history',
    );
    const payloads = payloadFigures(this.#connection);
    const snapshotCount = rows?.n ?? 0;
    return {
      ...payloads,
      snapshotCount,
      oldestAtMs: rows?.oldest ?? null,
      sizeBytes: payloads.storedBytes + payloads.payloadCount * bytesPerPayload + snapshotCount * bytesPerSnapshot,
    };
  }
}
