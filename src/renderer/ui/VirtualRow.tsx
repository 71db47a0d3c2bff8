/** One row of a virtual table, drawn again only when something of its own changed; a place holder while it is on its way. */
import { memo, type ReactElement } from 'react';
import { Icon } from './icons.tsx';
import type { VirtualColumn } from './virtual-column.ts';

interface VirtualRowProps<Row> {
  readonly row: Row | undefined;
  readonly columns: readonly VirtualColumn<Row>[];
  readonly index: number;
  readonly domId: string;
  /** The keyboard is here. */
  readonly isActive: boolean;
  /** Its detail is open. */
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  /** `none`: there is no column of check marks; `fixed`: there is, but this row cannot be chosen. */
  readonly choice: 'none' | 'fixed' | 'free';
}

function PlainRow<Row>(props: VirtualRowProps<Row>): ReactElement {
  const { row, columns, index, domId, isActive, isOpen, isSelected, choice } = props;
  return (
    <tr
      id={domId}
      className={[isActive ? 'is-active' : '', isOpen ? 'is-open' : ''].filter(Boolean).join(' ') || undefined}
      aria-rowindex={index + 2}
      aria-selected={choice === 'free' ? isSelected : undefined}
      aria-current={isOpen || undefined}
      data-index={index}
    >
      {choice !== 'none' && (
        <td className="select">
          {choice === 'free' && (
            <span className="check" aria-hidden="true">
              <Icon name="fresh" />
            </span>
          )}
        </td>
      )}
      {columns.map((column) => (
        <td key={column.id} className={column.align === 'end' ? 'end' : undefined}>
          {row === undefined ? (
            <span className="skeleton" aria-hidden="true">
              ————
            </span>
          ) : (
            column.render(row)
          )}
        </td>
      ))}
    </tr>
  );
}

export const VirtualRow = memo(PlainRow) as typeof PlainRow;
