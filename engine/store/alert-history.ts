/** Search over alert transitions: filters by index, words in a folded copy of what each transition says. */
import { z } from 'zod';
import type { AlertHistoryQuery, AlertTransition } from '../model/alert.ts';
import { causeLinkSchema } from '../model/cause.ts';
import type { Connection, SqlBinding } from './connection.ts';

interface Condition {
  readonly sql: string;
  readonly bindings: readonly SqlBinding[];
}

/** One row more than the query's limit when there are more, so that the caller knows. */
export function readHistory(connection: Connection, query: AlertHistoryQuery): AlertTransition[] {
  const conditions = conditionsOf(query);
  if (query.beforeId !== null) conditions.push({ sql: 'id < ?', bindings: [query.beforeId] });
  const rows = connection.rows<TransitionRow>(
    `SELECT id, rule_id AS ruleId, title, severity, from_state AS "from", to_state AS "to", at_ms AS atMs,
       value, threshold, evidence, cause, chain
     FROM alert_transition ${where(conditions)} ORDER BY id DESC LIMIT ?`,
    ...conditions.flatMap((condition) => condition.bindings),
    query.limit + 1,
  );
  return rows.map(transitionOf);
}

export type TransitionRow = Omit<AlertTransition, 'chain'> & { readonly chain: string | null };

export function transitionOf({ chain, ...rest }: TransitionRow): AlertTransition {
  return { ...rest, chain: chain === null ? [] : z.array(causeLinkSchema).parse(JSON.parse(chain)) };
}

/** Past this many matches nobody counts on: a full count of a million changes takes a tenth of a second. */
export const mostCounted = 10_000;

/** Matches in all, whatever the page; one more than {@link mostCounted} where there are more. */
export function countHistory(connection: Connection, query: AlertHistoryQuery): number {
  const conditions = conditionsOf(query);
  const row = connection.row<{ n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM alert_transition ${where(conditions)} LIMIT ?)`,
    ...conditions.flatMap((condition) => condition.bindings),
    mostCounted + 1,
  );
  return row?.n ?? 0;
}

function where(conditions: readonly Condition[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.map((condition) => condition.sql).join(' AND ')}`;
}

function conditionsOf(query: AlertHistoryQuery): Condition[] {
  const conditions = searchConditions(query.search);
  if (query.ruleId !== null) conditions.push({ sql: 'rule_id = ?', bindings: [query.ruleId] });
  if (query.to !== null) conditions.push({ sql: 'to_state = ?', bindings: [query.to] });
  if (query.fromMs !== null) conditions.push({ sql: 'at_ms >= ?', bindings: [query.fromMs] });
  if (query.untilMs !== null) conditions.push({ sql: 'at_ms <= ?', bindings: [query.untilMs] });
  return conditions;
}

/**
 * Every word must occur somewhere. The rows are looked through one by one: 0.2 ms a thousand, against 0.4 kB more a row
 * and stalls of 20 ms while writing that a trigram index was measured to cost.
 */
function searchConditions(search: string): Condition[] {
  return folded(search)
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => ({ sql: 'instr(words, ?) > 0', bindings: [word] }));
}

/** Text as it is searched: neither case nor accents matter. */
export function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
