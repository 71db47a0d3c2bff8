/** A table that sorts by its headings, scrolls by keyboard under a head that stays, and aligns numbers right. */
import { type ReactElement, type ReactNode, useMemo, useState } from 'react';
import { SortHeading, type Sorting } from './SortHeading.tsx';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  /** What the figures of the column are, with their unit, where the heading does not say it. */
  readonly hint?: string;
  readonly align?: 'start' | 'end';
  readonly isTight?: boolean;
  readonly render: (row: Row) => ReactNode;
  /** Absent: the column cannot be sorted by. Null sorts last in both directions. */
  readonly sortValue?: (row: Row) => string | number | null;
}

interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Shown instead of rows when there are none. */
  readonly emptyText: string;
  readonly maxHeightPx?: number;
  readonly testId?: string;
  readonly initialSorting?: Sorting;
}

export function Table<Row>(props: TableProps<Row>): ReactElement {
  const { caption, columns, rows, rowKey, emptyText, maxHeightPx, testId, initialSorting } = props;
  const [sorting, setSorting] = useState<Sorting | null>(initialSorting ?? null);
  const sorted = useMemo(() => sortRows(rows, columns, sorting), [rows, columns, sorting]);
  if (rows.length === 0) return <p className="empty">{emptyText}</p>;
  return (
    // A scrolled region must be reachable by keyboard to be scrolled by it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div
      className="table-box"
      role="group"
      aria-label={caption}
      tabIndex={0}
      style={{ maxHeight: maxHeightPx }}
      data-testid={testId}
    >
      <table>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <SortHeading
                key={column.id}
                columnId={column.id}
                header={column.header}
                hint={column.hint}
                isEnd={column.align === 'end'}
                sorting={sorting}
                onSort={column.sortValue === undefined ? null : setSorting}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.id} className={cellClass(column)}>
                  {column.render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function cellClass<Row>(column: Column<Row>): string | undefined {
  if (column.align === 'end') return 'end';
  return column.isTight === true ? 'tight' : undefined;
}

export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | null,
): readonly Row[] {
  const valueOf = columns.find((column) => column.id === sorting?.columnId)?.sortValue;
  if (sorting === null || valueOf === undefined) return rows;
  const sign = sorting.direction === 'ascending' ? 1 : -1;
  return [...rows].sort((left, right) => {
    const a = valueOf(left);
    const b = valueOf(right);
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    if (typeof a === 'number' && typeof b === 'number') return (a - b) * sign;
    return String(a).localeCompare(String(b), undefined, { numeric: true }) * sign;
  });
}
