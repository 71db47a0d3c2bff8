/** Recognises small breakdowns that read better as bars: one name, one measure, perhaps a count. */
import type { Breakdown } from './breakdown-reader.ts';

const mostBars = 8;
const measures = ['amount', 'days', 'events'] as const;

export interface BarShape {
  readonly name: string;
  readonly measure: (typeof measures)[number];
}

export function barShapeOf({ columns, rows, totalRowCount }: Breakdown): BarShape | null {
  const [first] = columns;
  if (first === undefined || first.kind !== 'text' || rows.length === 0 || totalRowCount > mostBars) return null;
  const measure = measures.find((id) => columns.some((column) => column.id === id));
  const others = columns.slice(1).filter((column) => column.id !== measure && column.id !== 'count');
  return measure === undefined || others.length > 0 ? null : { name: first.id, measure };
}
