/** The KPIs at one instant, or at two with what differs marked; choosing one opens its history and notes. */
import { type ReactElement, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FigureView } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useNow } from '../../state/services.ts';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { DataTo, PastState, Then } from './PastState.tsx';
import { type KpiRow, kpiRows, type Moment } from './review-model.ts';

interface KpiTableProps {
  readonly moment: Moment | null;
  readonly other: Moment | null;
  readonly isCompared: boolean;
  readonly onOpen: (kpiId: string) => void;
}

export function KpiTable({ moment, other, isCompared, onOpen }: KpiTableProps): ReactElement {
  const { t } = useTranslation();
  const [shows, setShows] = useState<'all' | 'different'>('all');
  const rows = kpiRows(moment, other, isCompared);
  const differences = rows.filter(({ isDifferent }) => isDifferent).length;
  const columns = useColumns(moment, other, isCompared, onOpen);
  const isCut = isCompared && shows === 'different';
  return (
    <Card
      title={t('review.kpis')}
      note={t('review.kpisNote')}
      testId="review-kpis"
      aside={
        isCompared ? (
          <>
            <span data-testid="review-differences">{t('review.differences', { count: differences })}</span>
            <SegmentedFilter
              label={t('review.show')}
              options={[
                { id: 'all', title: t('review.allRows') },
                { id: 'different', title: t('review.onlyDifferent') },
              ]}
              value={shows}
              onChange={setShows}
              testId="review-only"
            />
          </>
        ) : undefined
      }
    >
      {moment !== null && rows.length === 0 ? (
        <EmptyState icon="empty" title={t('review.nothingKnown')} testId="review-nothing" />
      ) : (
        <Table
          caption={t('review.kpis')}
          columns={columns}
          rows={isCut ? rows.filter(({ isDifferent }) => isDifferent) : rows}
          rowKey={({ id }) => id}
          emptyText={t(isCut ? 'review.noDifferences' : 'review.nothingKnown')}
          maxHeightPx={560}
          testId="review-kpi-table"
        />
      )}
    </Card>
  );
}

function useColumns(
  moment: Moment | null,
  other: Moment | null,
  isCompared: boolean,
  onOpen: (kpiId: string) => void,
): readonly Column<KpiRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const heading = (at: Moment | null): string => (at === null ? t('review.column.value') : '');
  const aText = useNow((nowMs) => (moment === null ? '' : format.moment(moment.atMs, nowMs)));
  const bText = useNow((nowMs) => (other === null ? '' : format.moment(other.atMs, nowMs)));
  const name: Column<KpiRow> = {
    id: 'kpi',
    header: t('review.column.kpi'),
    render: ({ id, isDifferent }) => (
      <button
        type="button"
        className={isDifferent ? 'link is-different' : 'link'}
        title={t('review.openKpi')}
        onClick={() => onOpen(id)}
        data-testid={`review-kpi-${id}`}
      >
        {t(`kpi.${id}.label`, { defaultValue: id })}
      </button>
    ),
    sortValue: ({ id }) => t(`kpi.${id}.label`, { defaultValue: id }),
  };
  const group: Column<KpiRow> = {
    id: 'section',
    header: t('review.column.section'),
    isTight: true,
    render: ({ section }) => <span className="sub">{t(`section.${section}`)}</span>,
    sortValue: ({ section }) => section,
  };
  const valueA: Column<KpiRow> = {
    id: 'value',
    header: isCompared ? aText || heading(moment) : t('review.column.value'),
    align: 'end',
    render: ({ stood }) => <Value figure={stood?.figure ?? null} />,
  };
  const computed: Column<KpiRow> = {
    id: 'computed',
    header: t('review.column.computed'),
    isTight: true,
    render: ({ stood }) =>
      stood !== null && moment !== null ? <Then atMs={stood.computedAtMs} fromMs={moment.atMs} /> : '—',
    sortValue: ({ stood }) => stood?.computedAtMs ?? null,
  };
  const state: Column<KpiRow> = {
    id: 'state',
    header: t('review.column.state'),
    isTight: true,
    render: ({ stood, other: later }) => (
      <>
        <PastState state={stood?.state ?? 'missing'} />
        {isCompared && (
          <>
            {' → '}
            <PastState state={later?.state ?? 'missing'} />
          </>
        )}
      </>
    ),
  };
  const dataTo: Column<KpiRow> = {
    id: 'dataTo',
    header: t('review.column.dataTo'),
    isTight: true,
    render: ({ stood }) => <DataTo atMs={stood?.dataAsOfMs ?? null} />,
  };
  if (!isCompared) return [name, group, valueA, state, computed, dataTo];
  const valueB: Column<KpiRow> = {
    id: 'other',
    header: bText,
    align: 'end',
    render: ({ other: later }) => <Value figure={later?.figure ?? null} />,
  };
  const difference: Column<KpiRow> = {
    id: 'difference',
    header: t('review.column.difference'),
    align: 'end',
    render: (row) => <Difference row={row} />,
  };
  return [name, group, valueA, valueB, difference, state, dataTo];
}

export function Value({
  figure,
}: {
  readonly figure: Pick<FigureView, 'value' | 'unit' | 'noDataReason'> | null;
}): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  if (figure === null) return <span className="sub">{t('review.unknownThen')}</span>;
  if (figure.value === null) {
    return (
      <span className="sub" title={figure.noDataReason ?? undefined}>
        {t('state.noData')}
      </span>
    );
  }
  const { text, unit } = format.quantity(figure.value, figure.unit);
  return (
    <span className="num">
      {text}
      {unit !== '' && <small className="sub"> {unit}</small>}
    </span>
  );
}

const arrows = { up: '▲', down: '▼' } as const;

/** From the first instant to the second, in words as well as in figures. */
function Difference({ row }: { readonly row: KpiRow }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { stood, other, isDifferent } = row;
  if (!isDifferent) return <span className="sub">{t('review.same')}</span>;
  if (stood === null || stood.figure.value === null) return <b>{t('review.onlyOther')}</b>;
  if (other === null || other.figure.value === null) return <b>{t('review.onlyThen')}</b>;
  const change = format.change({ ...other.figure, previous: stood.figure.value });
  if (change === null) return <b>≠</b>;
  // They differ, if by less than is shown: "= 0.0 %" beside the mark of a difference would deny it.
  if (change.direction === 'same') {
    return (
      <b className="num review-difference">{`< ${format.number(0.1, 1)}${change.text.replace(/^[\d.,]+/, '')}`}</b>
    );
  }
  return (
    <b className="num review-difference">
      <span aria-hidden="true">{arrows[change.direction]} </span>
      {change.text}
      {change.verdict !== null && <small> {t(`kpis.verdict.${change.verdict}`)}</small>}
    </b>
  );
}
