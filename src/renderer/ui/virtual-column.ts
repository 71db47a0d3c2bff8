/** A column of the virtual table. */
import type { ReactNode } from 'react';

export interface VirtualColumn<Row> {
  readonly id: string;
  readonly header: string;
  /** What the figures of the column are, with their unit, where the heading does not say it. */
  readonly hint?: string;
  /** `end` for numbers: right-aligned and tabular. */
  readonly align?: 'start' | 'end';
  /** Absent: the column takes what the others leave, in equal parts. */
  readonly widthPx?: number;
  readonly isSortable?: boolean;
  /** Ages belong into `Age` or `TimeLeft`, which tick by themselves: the row is not drawn again for them. */
  readonly render: (row: Row) => ReactNode;
}
