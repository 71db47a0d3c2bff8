/** Pages of the alerts' history, newest first: filters by index however long it is, words looked for a few milliseconds a turn. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import {
  type AlertHistoryPage,
  type AlertHistoryQuery,
  type AlertTransition,
  alertStateSchema,
  type EvidenceFacts,
  evidenceFactsSchema,
  severitySchema,
} from '../model/alert.ts';
import { causeLinkSchema } from '../model/cause.ts';
import type { Connection, SqlBinding } from './connection.ts';

export type TransitionRow = Omit<AlertTransition, 'chain' | 'facts'> & {
  readonly chain: string | null;
  readonly facts: string | null;
};

export function transitionOf({ chain, facts, ...rest }: TransitionRow): AlertTransition {
  return {
    ...rest,
    facts: factsIn(facts),
    chain: chain === null ? [] : z.array(causeLinkSchema).parse(JSON.parse(chain)),
  };
}

/** Null also where a newer version wrote what this one does not know: the words stand beside it. */
export function factsIn(text: string | null): EvidenceFacts | null {
  return text === null ? null : (evidenceFactsSchema.safeParse(JSON.parse(text)).data ?? null);
}

export const transitionColumns = `id, rule_id AS ruleId, title, severity, from_state AS "from", to_state AS "to", at_ms AS atMs,
  value, threshold, evidence, facts, cause, chain`;

/** Past this many matches nobody counts on: a full count of a million changes takes a tenth of a second. */
const mostCounted = 10_000;
/** Changes whose words are looked through in one turn. */
const searchedRows = 4_000;

type HistoryFilter = Omit<AlertHistoryQuery, 'search' | 'beforeId' | 'limit'>;

/** A place in the history, its newest end first. */
interface Place {
  readonly atMs: number;
  readonly id: number;
}

interface Statement {
  readonly sql: string;
  readonly bindings: readonly SqlBinding[];
}

export class AlertHistory {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Every word of `search` must occur in the title, the rule's id, the evidence or the causes. @throws EngineError STORE_UNAVAILABLE */
  async page(query: AlertHistoryQuery): Promise<AlertHistoryPage> {
    const words = folded(query.search).split(/\s+/).filter(Boolean);
    const before = query.beforeId === null ? null : this.#placeOf(query.beforeId);
    const wanted = query.limit + 1;
    // What was before a change that is gone is gone too: the oldest go first.
    const isPast = query.beforeId !== null && before === null;
    const found =
      words.length === 0
        ? { ids: isPast ? [] : this.#ids(query, before, wanted), count: this.#count(query) }
        : await this.#search(query, words, isPast ? null : { before, wanted });
    const ids = found.ids.slice(0, query.limit);
    return {
      transitions: this.#transitions(ids),
      totalCount: Math.min(found.count, mostCounted),
      hasMoreThanCounted: found.count > mostCounted,
      nextBeforeId: found.ids.length > query.limit ? (ids.at(-1) ?? null) : null,
    };
  }

  /** The newest changes that pass the filter. @throws EngineError STORE_UNAVAILABLE */
  newest(filter: Partial<HistoryFilter>, limit: number): AlertTransition[] {
    return this.#transitions(this.#ids({ ...noFilter, ...filter }, null, limit));
  }

  #placeOf(id: number): Place | null {
    return this.#connection.row<Place>('SELECT at_ms AS atMs, id FROM alert_transition WHERE id = ?', id) ?? null;
  }

  #ids(filter: HistoryFilter, before: Place | null, limit: number): number[] {
    const { sql, bindings } = ordered(filter, before);
    return this.#connection.rows<{ id: number }>(`${sql} LIMIT ?`, ...bindings, limit).map(({ id }) => id);
  }

  /** Matches in all, whatever the page; one more than `mostCounted` where there are more. */
  #count(filter: HistoryFilter): number {
    const { sql, bindings } = union(filter);
    const counted = `SELECT count(*) AS n FROM (SELECT 1 FROM (${sql}) LIMIT ?)`;
    return this.#connection.row<{ n: number }>(counted, ...bindings, mostCounted + 1)?.n ?? 0;
  }

  #transitions(ids: readonly number[]): AlertTransition[] {
    const rows = this.#connection.rows<TransitionRow>(
      `SELECT ${transitionColumns} FROM alert_transition WHERE id IN (SELECT value FROM json_each(?))
       ORDER BY at_ms DESC, id DESC`,
      JSON.stringify(ids),
    );
    return rows.map(transitionOf);
  }

  /**
   * From the newest back, a stretch a turn. An index of words was measured to cost 0.4 kB more a row and stalls of 20 ms
   * while writing; this costs a reader 0.3 ms a thousand changes and nobody else anything.
   * @param page null: the matches are only counted
   */
  async #search(
    filter: HistoryFilter,
    words: readonly string[],
    page: { readonly before: Place | null; readonly wanted: number } | null,
  ): Promise<{ ids: number[]; count: number }> {
    const ids: number[] = [];
    let count = 0;
    for (let from: Place | null = null; ; ) {
      const until = this.#stretchEnd(filter, from);
      for (const place of this.#matching(filter, words, from, until)) {
        count += 1;
        if (page !== null && ids.length < page.wanted && isOlder(place, page.before)) ids.push(place.id);
      }
      const isEnough = count > mostCounted && (page === null || ids.length >= page.wanted);
      if (isEnough || until === null) return { ids, count };
      from = until;
      await nextTurn();
    }
  }

  /** The last change of the stretch after `from`; null when it reaches to the oldest. */
  #stretchEnd(filter: HistoryFilter, from: Place | null): Place | null {
    const { sql, bindings } = ordered(filter, from);
    return this.#connection.row<Place>(`${sql} LIMIT 1 OFFSET ?`, ...bindings, searchedRows - 1) ?? null;
  }

  #matching(filter: HistoryFilter, words: readonly string[], from: Place | null, until: Place | null): Place[] {
    const { sql, bindings } = ordered(filter, from, until);
    return this.#connection.rows<Place>(
      `SELECT t.id, t.at_ms AS atMs FROM (${sql}) AS stretch CROSS JOIN alert_transition t ON t.id = stretch.id
       WHERE ${words.map(() => 'instr(t.words, ?) > 0').join(' AND ')} ORDER BY t.at_ms DESC, t.id DESC`,
      ...bindings,
      ...words,
    );
  }
}

const noFilter: HistoryFilter = { ruleId: null, to: null, severity: null, fromMs: null, untilMs: null };

function isOlder(row: Place, before: Place | null): boolean {
  return before === null || row.atMs < before.atMs || (row.atMs === before.atMs && row.id < before.id);
}

/** @param until the place itself is still part of it. */
function ordered(filter: HistoryFilter, before: Place | null, until: Place | null = null): Statement {
  const { sql, bindings } = union(filter, before, until);
  return { sql: `${sql} ORDER BY atMs DESC, id DESC`, bindings };
}

/**
 * One arm for each combination of state and severity that is let through, each a stretch of one index in the order of time:
 * a filter that nothing passes is as fast as one that everything does.
 */
function union(filter: HistoryFilter, before: Place | null = null, until: Place | null = null): Statement {
  const arms = armsOf(filter, rangeOf(filter, before, until));
  return { sql: arms.map(({ sql }) => sql).join(' UNION ALL '), bindings: arms.flatMap(({ bindings }) => bindings) };
}

function armsOf({ ruleId, to, severity }: HistoryFilter, range: readonly Statement[]): Statement[] {
  if (ruleId === null && to === null && severity === null) return [arm('alert_transition_at', [], range)];
  const states = to === null ? alertStateSchema.options : [to];
  const severities = severity === null ? severitySchema.options : [severity];
  const kinds = states.flatMap((state) =>
    severities.map((each) => [equal('to_state', state), equal('severity', each)]),
  );
  return kinds.map((kind) =>
    ruleId === null
      ? arm('alert_transition_kind', kind, range)
      : arm('alert_transition_rule_kind', [equal('rule_id', ruleId), ...kind], range),
  );
}

function equal(column: string, value: string): Statement {
  return { sql: `${column} = ?`, bindings: [value] };
}

function arm(index: string, equals: readonly Statement[], range: readonly Statement[]): Statement {
  const conditions = [...equals, ...range];
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
  return {
    sql: `SELECT id, at_ms AS atMs FROM alert_transition INDEXED BY ${index} ${where}`,
    bindings: conditions.flatMap(({ bindings }) => bindings),
  };
}

function rangeOf({ fromMs, untilMs }: HistoryFilter, before: Place | null, until: Place | null): Statement[] {
  const range: Statement[] = [];
  if (fromMs !== null) range.push({ sql: 'at_ms >= ?', bindings: [fromMs] });
  if (untilMs !== null) range.push({ sql: 'at_ms <= ?', bindings: [untilMs] });
  if (before !== null) range.push({ sql: '(at_ms, id) < (?, ?)', bindings: [before.atMs, before.id] });
  if (until !== null) range.push({ sql: '(at_ms, id) >= (?, ?)', bindings: [until.atMs, until.id] });
  return range;
}

/** Text as it is searched: neither case nor accents matter. */
export function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
