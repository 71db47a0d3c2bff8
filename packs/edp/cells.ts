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
