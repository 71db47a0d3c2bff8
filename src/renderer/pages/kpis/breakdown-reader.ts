/** Reads breakdowns (small tables with typed columns) by column name; an absent table or column is simply not there. */
import type { DashboardView, SectionView } from '../../state/dashboard.ts';

export type Payload = NonNullable<SectionView['payload']>;
export type Breakdown = Payload['breakdowns'][string];
export type ColumnKind = Breakdown['columns'][number]['kind'];
export type Cell = Breakdown['rows'][number][number];

export interface FoundBreakdown {
  readonly breakdown: Breakdown;
  readonly section: SectionView;
}

export function findBreakdown(view: DashboardView | null, id: string): FoundBreakdown | null {
  for (const section of view?.sections ?? []) {
    const breakdown = section.payload?.breakdowns[id];
    if (breakdown) return { breakdown, section };
  }
  return null;
}

export interface Reader {
  readonly rowCount: number;
  text(row: number, column: string): string | null;
  number(row: number, column: string): number | null;
  has(column: string): boolean;
}

export function readerOf({ columns, rows }: Breakdown): Reader {
  const indexes = new Map(columns.map((column, index) => [column.id, index]));
  const cell = (row: number, column: string): Cell => {
    const index = indexes.get(column);
    return index === undefined ? null : (rows[row]?.[index] ?? null);
  };
  return {
    rowCount: rows.length,
    has: (column) => indexes.has(column),
    text(row, column) {
      const value = cell(row, column);
      return value === null ? null : String(value);
    },
    number(row, column) {
      const value = cell(row, column);
      return typeof value === 'number' ? value : null;
    },
  };
}

/** The rows' numbers 0, 1, 2 …, for mapping over a reader. */
export function indexesOf(reader: Reader): number[] {
  return Array.from({ length: reader.rowCount }, (_, index) => index);
}
