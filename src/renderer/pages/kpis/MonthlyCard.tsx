/** What was emitted, approved and collected, month by month; the month that is not over is drawn lighter. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import type { DashboardView } from '../../state/dashboard.ts';
import { ChartCard } from '../../ui/charts/ChartCard.tsx';
import type { ChartSeries, SeriesChart } from '../../ui/charts/series-chart.ts';
import { BreakdownTable } from './BreakdownTable.tsx';
import { findBreakdown, indexesOf, type Reader, readerOf } from './breakdown-reader.ts';
import { SectionBadge } from './SectionBadge.tsx';

/** More bars than these cannot be told apart; the table has every month. */
const shownBars = 52;

const flows = [
  { id: 'emitted', color: 'chart-3' },
  { id: 'approved', color: 'chart-1' },
  { id: 'collected', color: 'chart-2' },
  { id: 'cost', color: 'chart-4' },
] as const;

export function MonthlyCard({ view }: { readonly view: DashboardView | null }): ReactElement {
  const { t } = useTranslation();
  const found = findBreakdown(view, 'monthly');
  const title = t('chart.monthly');
  const chart = useMonthlyChart(found === null ? null : readerOf(found.breakdown), view?.asOf ?? '');
  const incomplete = chart === null ? undefined : [...chart.incomplete].map((index) => chart.labels[index])[0];
  return (
    <ChartCard
      chart={chart}
      title={title}
      note={incomplete === undefined ? 'MM' : `MM · ${t('chart.monthlyIncomplete', { month: incomplete })}`}
      state={found === null ? null : <SectionBadge section={found.section} />}
      table={
        found === null ? null : (
          <BreakdownTable breakdown={found.breakdown} title={title} emptyText={t('chart.empty')} />
        )
      }
      emptyText={t(found === null ? 'chart.missing' : 'chart.empty')}
      testId="chart-monthly"
    />
  );
}

function useMonthlyChart(reader: Reader | null, asOf: string): SeriesChart | null {
  const { t } = useTranslation();
  const format = useFormat();
  if (reader === null || reader.rowCount === 0) return null;
  const shownFlows = flows.filter(({ id }) => reader.has(id));
  const rows = indexesOf(reader).slice(-Math.floor(shownBars / Math.max(1, shownFlows.length)));
  const months = rows.map((row) => reader.text(row, 'month') ?? '');
  const series = shownFlows.map(
    ({ id, color }): ChartSeries => ({
      id,
      color,
      kind: 'bar',
      label: t(`chart.${id}`),
      values: rows.map((row) => reader.number(row, id)),
    }),
  );
  return {
    title: t('chart.monthly'),
    labels: months.map((month, index) => format.isoMonth(month, { withYear: index === 0 || month.endsWith('-01') })),
    series,
    incomplete: new Set(
      months.flatMap((month, index) => (asOf !== '' && month.slice(0, 7) >= asOf.slice(0, 7) ? [index] : [])),
    ),
    formatTick: (value) => format.millions(value),
    formatValue: (value) => `${format.millions(value)} MM`,
  };
}
