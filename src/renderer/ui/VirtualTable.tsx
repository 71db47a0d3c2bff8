/** A grid of up to 100,000 rows: only those in sight are drawn; arrows move, Enter opens, Space selects, headings sort. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, type ReactNode, useEffect, useId, useRef } from 'react';
import { SortHeading, type Sorting } from './SortHeading.tsx';
import { type RowSelection, useGridKeys } from './use-grid-keys.ts';
import { VirtualRow } from './VirtualRow.tsx';
import type { VirtualColumn } from './virtual-column.ts';
import './virtual-table.css';

interface VirtualTableProps<Row> {
  readonly caption: string;
  /** The same array as long as nothing changed: rows are drawn again when it is another. */
  readonly columns: readonly VirtualColumn<Row>[];
  readonly rowCount: number;
  /** Undefined while the row is on its way: its place is kept. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly rowKey: (row: Row) => string;
  /** Shown instead of the grid when there are no rows. */
  readonly empty: ReactNode;
  readonly sorting?: Sorting | null;
  readonly onSort?: (sorting: Sorting) => void;
  readonly onOpen?: (row: Row) => void;
  /** The row whose detail is open. */
  readonly openKey?: string | null;
  readonly selection?: RowSelection<Row>;
  /** Told which rows are in sight, so that they can be fetched. */
  readonly onRange?: (from: number, to: number) => void;
  readonly heightPx: number;
  /** The rows are of another time or question than the one asked: drawn paler. */
  readonly isPale?: boolean;
  readonly testId?: string;
}

const rowHeightPx = 32;
const headHeightPx = 28;
/** A column without a width of its own is never narrower. */
const leastFlexiblePx = 150;
const selectWidthPx = 34;

export function VirtualTable<Row>(props: VirtualTableProps<Row>): ReactElement {
  const { caption, columns, rowCount, rowAt, rowKey, empty, sorting = null, openKey = null, selection } = props;
  const { onSort, onOpen, onRange, heightPx, isPale = false, testId } = props;
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  // The rule speaks of React's compiler, which is not used here.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: rowCount,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeightPx,
    overscan: 10,
    scrollPaddingStart: headHeightPx,
    scrollMargin: 0,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= first) onRange?.(first, last);
  }, [first, last, onRange]);
  const keys = useGridKeys({
    rowCount,
    rowAt,
    rowKey,
    selection,
    onOpen,
    pageRows: Math.max(1, Math.floor(heightPx / rowHeightPx) - 2),
    firstInSight: virtualizer.range?.startIndex ?? 0,
    scrollTo: (index) => virtualizer.scrollToIndex(index),
  });
  if (rowCount === 0) return <div style={{ minHeight: heightPx }}>{empty}</div>;
  return (
    <div ref={box} className={`table-box virtual-table${isPale ? ' is-pale' : ''}`} style={{ height: heightPx }}>
      <table
        // A table whose rows are moved through and chosen is a grid; the focus stays on it, so that no row that
        // scrolls away takes the focus with it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role
        role="grid"
        tabIndex={0}
        aria-label={caption}
        aria-rowcount={rowCount + 1}
        aria-busy={isPale || undefined}
        aria-multiselectable={selection !== undefined || undefined}
        aria-activedescendant={keys.active >= first && keys.active <= last ? `${id}-${keys.active}` : undefined}
        style={{ minWidth: leastWidthPx(columns, selection !== undefined) }}
        onKeyDown={keys.onKeyDown}
        onFocus={keys.onFocus}
        onClick={keys.onClick}
        data-testid={testId}
      >
        <colgroup>
          {selection !== undefined && <col style={{ width: selectWidthPx }} />}
          {columns.map(({ id: columnId, widthPx }) => (
            <col key={columnId} style={{ width: widthPx }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {selection !== undefined && (
              <th scope="col">
                <span className="visually-hidden">{selection.label}</span>
              </th>
            )}
            {columns.map((column) => (
              <SortHeading
                key={column.id}
                columnId={column.id}
                header={column.header}
                hint={column.hint}
                isEnd={column.align === 'end'}
                sorting={sorting}
                onSort={column.isSortable === true && onSort !== undefined ? onSort : null}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer heightPx={items[0]?.start ?? 0} />
          {items.map(({ index }) => {
            const row = rowAt(index);
            const key = row === undefined ? null : rowKey(row);
            return (
              <VirtualRow
                key={key ?? `row ${index}`}
                row={row}
                columns={columns}
                index={index}
                domId={`${id}-${index}`}
                isActive={index === keys.active}
                isOpen={key !== null && key === openKey}
                isSelected={key !== null && selection?.keys.has(key) === true}
                choice={selection === undefined ? 'none' : isFixed(row, selection) ? 'fixed' : 'free'}
              />
            );
          })}
          <Spacer heightPx={virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0)} />
        </tbody>
      </table>
    </div>
  );
}

function isFixed<Row>(row: Row | undefined, { canSelect }: RowSelection<Row>): boolean {
  return row === undefined || canSelect?.(row) === false;
}

function leastWidthPx<Row>(columns: readonly VirtualColumn<Row>[], hasSelection: boolean): number {
  const own = columns.reduce((sum, { widthPx }) => sum + (widthPx ?? leastFlexiblePx), 0);
  return own + (hasSelection ? selectWidthPx : 0);
}

/** Stands for the rows that are out of sight. */
function Spacer({ heightPx }: { readonly heightPx: number }): ReactElement | null {
  if (heightPx <= 0) return null;
  return (
    <tr aria-hidden="true" className="spacer">
      <td style={{ height: heightPx }} />
    </tr>
  );
}
