/** Reads SQL just far enough to find its parameters and to refuse what is not one SELECT. Understanding it is the database's job. */
import { EngineError } from '../base/errors.ts';

type Piece = { readonly kind: 'code' | 'quoted' | 'comment' | 'parameter'; readonly text: string };

/**
 * Source: PostgreSQL manual 4.1 (lexical structure): strings, E'' strings, quoted identifiers, dollar quotes,
 * comments that nest. `$name` is ours; `$1` does not occur in packs.
 */
const pattern =
  /(?<quoted>\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?<tag>[A-Za-z_]\w*|)\$[\s\S]*?\$\k<tag>\$)|(?<line>--[^\n]*)|(?<block>\/\*)|\$(?<name>[A-Za-z_]\w*)/g;

function* pieces(sql: string): Generator<Piece> {
  let at = 0;
  const matcher = new RegExp(pattern);
  for (let match = matcher.exec(sql); match; match = matcher.exec(sql)) {
    if (match.index > at) yield { kind: 'code', text: sql.slice(at, match.index) };
    const groups = match.groups ?? {};
    if (groups['block'] !== undefined) matcher.lastIndex = endOfBlockComment(sql, match.index);
    at = matcher.lastIndex;
    const text = sql.slice(match.index, at);
    if (groups['name'] !== undefined) yield { kind: 'parameter', text: groups['name'] };
    else yield { kind: groups['quoted'] === undefined ? 'comment' : 'quoted', text };
  }
  if (at < sql.length) yield { kind: 'code', text: sql.slice(at) };
}

function endOfBlockComment(sql: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(sql); mark; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return sql.length;
}

/** @throws EngineError SQL_WRITE_REFUSED unless the text is one statement that starts with SELECT or WITH. */
export function assertReadOnly(sql: string): void {
  let code = '';
  for (const { kind, text } of pieces(sql)) {
    if (kind === 'code') code += text;
    else code += kind === 'comment' ? ' ' : ' ? ';
  }
  const trimmed = code.trim().replace(/;\s*$/, '');
  const keyword = /^\(*\s*([A-Za-z]+)/.exec(trimmed)?.[1]?.toUpperCase() ?? 'nothing';
  if (keyword !== 'SELECT' && keyword !== 'WITH') {
    throw new EngineError('SQL_WRITE_REFUSED', `A source answers SELECT only, but the query starts with ${keyword}`);
  }
  if (trimmed.includes(';')) throw new EngineError('SQL_WRITE_REFUSED', 'A query must be one statement');
  const writing = /\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|DROP|ALTER|CREATE|COPY|ATTACH|INTO)\b/i.exec(trimmed);
  if (writing) {
    throw new EngineError('SQL_WRITE_REFUSED', `A source answers SELECT only, but the query says ${writing[0]}`);
  }
}

/** The names of the `$name` parameters in order of first appearance. */
export function parameterNames(sql: string): string[] {
  const names = new Set<string>();
  for (const { kind, text } of pieces(sql)) if (kind === 'parameter') names.add(text);
  return [...names];
}

/** The same SQL with `$name` as `$1`, `$2`, …: the n-th stands for the n-th of `names`. */
export function toPositional(sql: string): { text: string; names: string[] } {
  const names = parameterNames(sql);
  let text = '';
  for (const piece of pieces(sql)) {
    text += piece.kind === 'parameter' ? `$${names.indexOf(piece.text) + 1}` : piece.text;
  }
  return { text, names };
}
