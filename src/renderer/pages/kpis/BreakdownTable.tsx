/** Any breakdown as a sortable table: the columns' kinds decide how its cells are written. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Format, useFormat } from '../../format/use-format.ts';
import type { Sorting } from '../../ui/SortHeading.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import type { Breakdown, Cell, ColumnKind } from './breakdown-reader.ts';
import { humanName } from './known.ts';

interface BreakdownTableProps {
  readonly breakdown: Breakdown;
  readonly title: string;
  readonly emptyText: string;
  readonly testId?: string;
  readonly maxHeightPx?: number;
  readonly initialSorting?: Sorting;
}

interface Row {
  readonly key: string;
  readonly cells: readonly Cell[];
}

const numericKinds: ReadonlySet<ColumnKind> = new Set(['count', 'CLP', 'days', 'ratio', 'date']);
/** Codes that are read character by character. */
const codeColumns: ReadonlySet<string> = new Set(['edp', 'n_edp', 'id', 'project']);

export function BreakdownTable(props: BreakdownTableProps): ReactElement {
  const { breakdown, title, emptyText, testId, maxHeightPx = 380, initialSorting } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const columns = shownColumns(breakdown).map(({ column, index }): Column<Row> => {
    const header = t(`column.${column.id}`, { defaultValue: humanName(column.id) });
    const isMoney = column.kind === 'CLP' && !header.includes('MM');
    return {
      id: column.id,
      header: isMoney ? `${header}, MM` : header,
      align: numericKinds.has(column.kind) ? 'end' : 'start',
      render: (row) => <CellView id={column.id} kind={column.kind} value={row.cells[index] ?? null} format={format} />,
      sortValue: (row) => sortable(row.cells[index] ?? null),
    };
  });
  const rows = breakdown.rows.map((cells, index): Row => ({ key: String(index), cells }));
  return (
    <Table
      caption={title}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.key}
      emptyText={emptyText}
      maxHeightPx={maxHeightPx}
      {...(testId === undefined ? {} : { testId })}
      {...(initialSorting === undefined ? {} : { initialSorting })}
    />
  );
}

/** An internal id beside the number that people use says nothing. */
function shownColumns({ columns }: Breakdown): { column: Breakdown['columns'][number]; index: number }[] {
  const hasNumber = columns.some((column) => column.id === 'edp' || column.id === 'n_edp');
  return columns.map((column, index) => ({ column, index })).filter(({ column }) => !(hasNumber && column.id === 'id'));
}

function sortable(cell: Cell): string | number | null {
  return typeof cell === 'boolean' ? Number(cell) : cell;
}

interface CellViewProps {
  readonly id: string;
  readonly kind: ColumnKind;
  readonly value: Cell;
  readonly format: Format;
}

function CellView({ id, kind, value, format }: CellViewProps): ReactNode {
  const { t } = useTranslation();
  if (value === null || value === '') return '—';
  if (id === 'bucket')
    return t(`bucket.${String(value)}`, { defaultValue: t('bucket.days', { range: String(value).replace('-', '–') }) });
  if (id === 'state' || id === 'status' || id === 'level') return <span className="tag">{String(value)}</span>;
  if (id === 'part') return t(`kpi.${String(value)}.label`, { defaultValue: humanName(String(value)) });
  if (codeColumns.has(id)) return <span className="mono">{String(value)}</span>;
  return writeCell(kind, value, format);
}

export function writeCell(kind: ColumnKind, value: NonNullable<Cell>, format: Format): string {
  if (kind === 'month' && typeof value === 'string') return format.isoMonth(value, { withYear: true });
  if (kind === 'date' && typeof value === 'string') return format.isoDate(value);
  if (kind === 'flag') return value === true ? '✓' : '—';
  if (typeof value !== 'number') return String(value);
  if (kind === 'CLP') return format.millions(value);
  if (kind === 'ratio') return `${format.number(value * 100, 1)} %`;
  if (kind === 'days') return format.number(value, Number.isInteger(value) ? 0 : 1);
  return format.number(value);
}
