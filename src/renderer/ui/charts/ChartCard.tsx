/** A card with a chart that can be turned into the table of its numbers; the chart library comes when it is first needed. */
import { lazy, type ReactElement, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../Button.tsx';
import { Card } from '../Card.tsx';
import { ErrorBoundary } from '../ErrorBoundary.tsx';
import { loadChartCanvas } from './load-chart-canvas.ts';
import type { SeriesChart } from './series-chart.ts';

const ChartCanvas = lazy(loadChartCanvas);

interface ChartCardProps {
  readonly chart: SeriesChart | null;
  readonly title: string;
  readonly note?: string | undefined;
  readonly state: ReactNode;
  readonly table: ReactNode;
  /** Shown when there is no chart. */
  readonly emptyText: string;
  readonly testId: string;
}

export function ChartCard({ chart, title, note, state, table, emptyText, testId }: ChartCardProps): ReactElement {
  const { t } = useTranslation();
  const [isTable, setIsTable] = useState(false);
  return (
    <Card
      className="chart-card"
      title={title}
      note={
        <>
          {chart !== null && <Legend chart={chart} />} {note}
        </>
      }
      aside={
        <>
          {state}
          {chart !== null && (
            <Button look="quiet" isSmall aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
              {t(isTable ? 'chart.chart' : 'chart.table')}
            </Button>
          )}
        </>
      }
      testId={testId}
    >
      {chart === null ? (
        <p className="empty place">{emptyText}</p>
      ) : isTable ? (
        table
      ) : (
        <ErrorBoundary renderFallback={() => table}>
          <div className="chart-box" role="img" aria-label={t('chart.describe', { title })}>
            <Suspense fallback={null}>
              <ChartCanvas chart={chart} />
            </Suspense>
          </div>
        </ErrorBoundary>
      )}
    </Card>
  );
}

function Legend({ chart }: { readonly chart: SeriesChart }): ReactElement {
  return (
    <span className="legend">
      {chart.series.map((series) => (
        <span key={series.id}>
          <i style={{ background: `var(--${series.color})` }} aria-hidden="true" />
          {series.label}
        </span>
      ))}
    </span>
  );
}
