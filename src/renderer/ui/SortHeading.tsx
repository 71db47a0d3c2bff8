/** A column's heading; where the column can be sorted by, a button that says in which direction it is. */
import type { ReactElement } from 'react';

export interface Sorting {
  readonly columnId: string;
  readonly direction: 'ascending' | 'descending';
}

interface SortHeadingProps {
  readonly columnId: string;
  readonly header: string;
  /** What the figures of the column are, with their unit, where the heading does not say it. */
  readonly hint?: string | undefined;
  readonly isEnd: boolean;
  /** Null: the column cannot be sorted by. */
  readonly onSort: ((sorting: Sorting) => void) | null;
  readonly sorting: Sorting | null;
}

export function SortHeading({ columnId, header, hint, isEnd, sorting, onSort }: SortHeadingProps): ReactElement {
  const className = isEnd ? 'end' : undefined;
  if (onSort === null) {
    return (
      <th scope="col" className={className} title={hint}>
        {header}
      </th>
    );
  }
  const direction = sorting?.columnId === columnId ? sorting.direction : null;
  // Numbers are most often wanted largest first, texts from A.
  const first = isEnd ? 'descending' : 'ascending';
  const next = direction === null ? first : direction === 'ascending' ? 'descending' : 'ascending';
  // On the side where it moves nothing: numbers and their heading end at the same edge.
  const arrow = (
    <span className="arrow" aria-hidden="true">
      {direction === 'ascending' ? '↑' : direction === 'descending' ? '↓' : ''}
    </span>
  );
  return (
    <th scope="col" className={className} title={hint} aria-sort={direction ?? 'none'}>
      <button type="button" onClick={() => onSort({ columnId, direction: next })}>
        {isEnd && arrow}
        {header}
        {!isEnd && arrow}
      </button>
    </th>
  );
}
