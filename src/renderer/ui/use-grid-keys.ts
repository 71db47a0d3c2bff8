/** Keys and presses of a grid of rows: which row the keyboard is at, what Enter opens, what Space and Shift select. */
import { type FocusEvent, type KeyboardEvent, type MouseEvent, useRef, useState } from 'react';

export interface RowSelection<Row> {
  readonly keys: ReadonlySet<string>;
  /** Names the column of check marks. */
  readonly label: string;
  /** Absent: every row can be. */
  readonly canSelect?: (row: Row) => boolean;
  readonly onChange: (keys: ReadonlySet<string>) => void;
}

interface GridKeysOptions<Row> {
  readonly rowCount: number;
  readonly rowAt: (index: number) => Row | undefined;
  readonly rowKey: (row: Row) => string;
  readonly selection: RowSelection<Row> | undefined;
  readonly onOpen: ((row: Row) => void) | undefined;
  readonly pageRows: number;
  readonly firstInSight: number;
  readonly scrollTo: (index: number) => void;
}

interface GridKeys {
  /** The row that the keyboard is at; −1 before the grid was first entered. */
  readonly active: number;
  onKeyDown(event: KeyboardEvent): void;
  onFocus(event: FocusEvent): void;
  onClick(event: MouseEvent): void;
}

export function useGridKeys<Row>(options: GridKeysOptions<Row>): GridKeys {
  const { rowCount, rowAt, rowKey, selection, onOpen, pageRows, firstInSight, scrollTo } = options;
  const [wanted, setWanted] = useState(-1);
  const anchor = useRef(-1);
  const active = Math.min(wanted, rowCount - 1);

  const keyAt = (index: number): string | null => {
    const row = rowAt(index);
    return row === undefined || selection?.canSelect?.(row) === false ? null : rowKey(row);
  };
  const select = (index: number, isRange: boolean): void => {
    if (selection === undefined) return;
    const from = isRange && anchor.current >= 0 ? anchor.current : index;
    if (!isRange) anchor.current = index;
    selection.onChange(selectRows(selection.keys, rowsBetween(from, index).map(keyAt), isRange));
  };
  const open = (index: number): void => {
    const row = rowAt(index);
    if (row !== undefined) onOpen?.(row);
  };

  return {
    active,
    onFocus(event) {
      if (event.target === event.currentTarget && active < 0) setWanted(Math.max(0, firstInSight));
    },
    onKeyDown(event) {
      // A heading's own button has its own keys.
      if (event.target !== event.currentTarget) return;
      const next = nextRow(event.key, active, rowCount, pageRows);
      if (next !== null) {
        setWanted(next);
        scrollTo(next);
        if (event.shiftKey) select(next, true);
      } else if (event.key === 'Enter') open(active);
      else if (event.key === ' ') select(active, false);
      else return;
      event.preventDefault();
    },
    onClick(event) {
      if (!(event.target instanceof Element) || event.target.closest('a, button, input') !== null) return;
      const index = Number(event.target.closest('tr[data-index]')?.getAttribute('data-index') ?? -1);
      if (index < 0) return;
      setWanted(index);
      if (event.target.closest('.select') !== null || event.ctrlKey || event.metaKey) select(index, false);
      else if (event.shiftKey) select(index, true);
      else open(index);
    },
  };
}

/** Where a key leads; null for a key that moves nowhere. */
export function nextRow(key: string, from: number, rowCount: number, pageRows: number): number | null {
  const last = rowCount - 1;
  const steps: Record<string, number> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + pageRows,
    PageUp: from - pageRows,
    Home: 0,
    End: last,
  };
  const next = steps[key];
  return next === undefined || rowCount === 0 ? null : Math.max(0, Math.min(last, next));
}

function rowsBetween(from: number, to: number): number[] {
  const start = Math.min(from, to);
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, step) => start + step);
}

/** One row is turned over; a range is added. Rows that are not there yet or cannot be chosen (null) are left out. */
export function selectRows(
  selected: ReadonlySet<string>,
  keys: readonly (string | null)[],
  isRange: boolean,
): ReadonlySet<string> {
  const next = new Set(selected);
  for (const key of keys) {
    if (key === null) continue;
    if (!isRange && next.has(key)) next.delete(key);
    else next.add(key);
  }
  return next;
}
