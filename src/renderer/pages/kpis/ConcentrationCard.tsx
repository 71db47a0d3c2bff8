/** How much of the receivables hangs on few clients: shares with their running total, and a warning over 40 %. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import type { DashboardView } from '../../state/dashboard.ts';
import { ChartCard } from '../../ui/charts/ChartCard.tsx';
import type { SeriesChart } from '../../ui/charts/series-chart.ts';
import { State } from '../../ui/State.tsx';
import { BreakdownTable } from './BreakdownTable.tsx';
import { findBreakdown, indexesOf, type Reader, readerOf } from './breakdown-reader.ts';
import { SectionBadge } from './SectionBadge.tsx';

/** Above this a single client is a risk of its own. Source: the EDP pack's definition of concentration. */
const warnShare = 0.4;

export function ConcentrationCard({ view }: { readonly view: DashboardView | null }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const found = findBreakdown(view, 'top_clients');
  const reader = found === null ? null : readerOf(found.breakdown);
  const chart = useConcentrationChart(reader);
  const largest = reader === null ? null : reader.number(0, 'share');
  const title = t('chart.top_clients');
  const share = largest === null ? '' : `${format.number(largest * 100, 1)} %`;
  return (
    <ChartCard
      chart={chart}
      title={title}
      state={
        <>
          {largest !== null && largest > warnShare && <State kind="stale" word={t('chart.warnShare', { share })} />}
          {found !== null && <SectionBadge section={found.section} />}
        </>
      }
      table={
        found === null ? null : (
          <BreakdownTable breakdown={found.breakdown} title={title} emptyText={t('chart.empty')} />
        )
      }
      emptyText={t(found === null ? 'chart.missing' : 'chart.empty')}
      testId="chart-top_clients"
    />
  );
}

function useConcentrationChart(reader: Reader | null): SeriesChart | null {
  const { t } = useTranslation();
  const format = useFormat();
  if (reader === null || reader.rowCount === 0) return null;
  const rows = indexesOf(reader);
  const shares = rows.map((row) => reader.number(row, 'share'));
  const cumulative = shares.map((_, index) =>
    shares.slice(0, index + 1).reduce<number>((sum, share) => sum + (share ?? 0), 0),
  );
  const percent = (value: number): string => `${format.number(value * 100)} %`;
  return {
    title: t('chart.top_clients'),
    labels: rows.map((row) => reader.text(row, 'client') ?? '—'),
    series: [
      { id: 'share', kind: 'bar', color: 'chart-1', label: t('chart.share'), values: shares },
      { id: 'cumulative', kind: 'line', color: 'chart-3', label: t('chart.cumulative'), values: cumulative },
    ],
    incomplete: new Set(),
    formatTick: percent,
    formatValue: (value) => `${format.number(value * 100, 1)} %`,
    scaleMax: 1,
  };
}
