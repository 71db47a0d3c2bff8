/** Which filters people really use, by a count in which each use is worth half after the half-life; bounded. */
import type { Connection } from './connection.ts';

export interface UsedFilters {
  /** Canonical JSON of normalised filters. */
  readonly filters: string;
  /** As of the moment that was asked for. */
  readonly score: number;
  readonly lastUsedAtMs: number;
}

interface Row {
  filters: string;
  score: number;
  scored_at_ms: number;
}

const keptCount = 500;

export class LearnedVariantStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  note(pack: string, filters: string, nowMs: number, halfLifeMs: number): void {
    this.#connection.atomically(() => {
      const known = this.#connection.row<Row>(
        'SELECT filters, score, scored_at_ms FROM learned_variant WHERE pack = ? AND filters = ?',
        pack,
        filters,
      );
      const score = 1 + (known ? decayed(known, nowMs, halfLifeMs) : 0);
      this.#connection.run(
        'INSERT OR REPLACE INTO learned_variant (pack, filters, score, scored_at_ms) VALUES (?, ?, ?, ?)',
        pack,
        filters,
        score,
        Math.round(nowMs),
      );
      if (!known) this.#forgetLeast(pack, nowMs, halfLifeMs);
    });
  }

  /** Highest score first. @throws EngineError STORE_UNAVAILABLE */
  top(pack: string, limit: number, nowMs: number, halfLifeMs: number): UsedFilters[] {
    return this.#ranked(pack, nowMs, halfLifeMs).slice(0, limit);
  }

  #ranked(pack: string, nowMs: number, halfLifeMs: number): UsedFilters[] {
    return this.#connection
      .rows<Row>('SELECT filters, score, scored_at_ms FROM learned_variant WHERE pack = ?', pack)
      .map((row) => ({
        filters: row.filters,
        score: decayed(row, nowMs, halfLifeMs),
        lastUsedAtMs: row.scored_at_ms,
      }))
      .toSorted((a, b) => b.score - a.score || (a.filters < b.filters ? -1 : 1));
  }

  #forgetLeast(pack: string, nowMs: number, halfLifeMs: number): void {
    for (const { filters } of this.#ranked(pack, nowMs, halfLifeMs).slice(keptCount))
      this.#connection.run('DELETE FROM learned_variant WHERE pack = ? AND filters = ?', pack, filters);
  }
}

/** A clock that was set back makes nothing worth more. */
function decayed({ score, scored_at_ms: atMs }: Row, nowMs: number, halfLifeMs: number): number {
  return score * 2 ** (-Math.max(0, nowMs - atMs) / halfLifeMs);
}
