/** A table that sorts by its headings, scrolls by keyboard under a head that stays, and aligns numbers right. */
import { type ReactElement, type ReactNode, useMemo, useState } from 'react';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly align?: 'start' | 'end';
  readonly isTight?: boolean;
  readonly render: (row: Row) => ReactNode;
  /** Absent: the column cannot be sorted by. Null sorts last in both directions. */
  readonly sortValue?: (row: Row) => string | number | null;
}

export interface Sorting {
  readonly columnId: string;
  readonly direction: 'ascending' | 'descending';
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
              <HeadCell key={column.id} column={column} sorting={sorting} onSort={setSorting} />
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

interface HeadCellProps<Row> {
  readonly column: Column<Row>;
  readonly sorting: Sorting | null;
  readonly onSort: (sorting: Sorting) => void;
}

function HeadCell<Row>({ column, sorting, onSort }: HeadCellProps<Row>): ReactElement {
  const className = column.align === 'end' ? 'end' : undefined;
  if (column.sortValue === undefined) {
    return (
      <th scope="col" className={className}>
        {column.header}
      </th>
    );
  }
  const direction = sorting?.columnId === column.id ? sorting.direction : null;
  const next =
    direction === 'descending' ? 'ascending' : direction === 'ascending' ? 'descending' : firstDirection(column);
  return (
    <th scope="col" className={className} aria-sort={direction ?? 'none'}>
      <button type="button" onClick={() => onSort({ columnId: column.id, direction: next })}>
        {column.header}
        <span className="arrow" aria-hidden="true">
          {direction === 'ascending' ? '↑' : direction === 'descending' ? '↓' : ''}
        </span>
      </button>
    </th>
  );
}

/** Numbers are most often wanted largest first, texts from A. */
function firstDirection<Row>(column: Column<Row>): Sorting['direction'] {
  return column.align === 'end' ? 'descending' : 'ascending';
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
