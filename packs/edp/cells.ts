/** Reads the cells of query rows as what they are expected to be. */
import type { Row } from '../../engine/sources/source.ts';

type Cell = Row[string] | undefined;

/** 0 for null: sums and counts over nothing are 0. */
export function amountOf(cell: Cell): number {
  return typeof cell === 'number' ? cell : 0;
}

export function numberOrNull(cell: Cell): number | null {
  return typeof cell === 'number' ? cell : null;
}

/** A name to group by; what has none is shown as a dash. */
export function nameOf(cell: Cell): string {
  return cell === null || cell === undefined || String(cell).trim() === '' ? '—' : String(cell);
}

export function textOrNull(cell: Cell): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}

/** The sums of `amountOf(row[measure])` by what `key` makes of each row, in order of first appearance. */
export function sumBy<Key>(rows: readonly Row[], key: (row: Row) => Key, measure: string): Map<Key, number> {
  const sums = new Map<Key, number>();
  for (const row of rows) {
    const group = key(row);
    sums.set(group, (sums.get(group) ?? 0) + amountOf(row[measure]));
  }
  return sums;
}

/** By the number in `column`, the largest first; equal ones by name, so that every database gives the same order. */
export function largestFirst<Cells extends readonly (string | number | null)[]>(
  rows: readonly Cells[],
  column: number,
): Cells[] {
  return rows.toSorted((a, b) => Number(b[column] ?? 0) - Number(a[column] ?? 0) || compareText(a[0], b[0]));
}

/** By code points: the same everywhere, whatever the locale. */
export function compareText(a: string | number | null | undefined, b: string | number | null | undefined): number {
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : Number(left > right);
}
