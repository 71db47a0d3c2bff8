/** How the keys and their memory changed from one analysis of a database to the next. */
import type { ReactElement } from 'react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { Card } from '../../ui/Card.tsx';
import { TimeSeriesChart } from '../../ui/charts/TimeSeriesChart.tsx';
import type { AnalysisSummary } from './keys-model.ts';

const heightPx = 150;

/** Only of those that came to their end: half an analysis would look like a loss. */
export function AnalysisTrend({ analyses }: { readonly analyses: readonly AnalysisSummary[] }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const done = useMemo(
    () => analyses.filter(({ state }) => state === 'done').toSorted((a, b) => a.startedAtMs - b.startedAtMs),
    [analyses],
  );
  const [first] = done;
  const last = done.at(-1);
  const bytes = useMemo(
    () => [
      {
        id: 'bytes',
        label: t('keys.analysis.memory'),
        points: done.map(({ startedAtMs, totalBytes }) => ({ atMs: startedAtMs, value: totalBytes })),
      },
    ],
    [done, t],
  );
  const keys = useMemo(
    () => [
      {
        id: 'keys',
        label: t('keys.column.keys'),
        points: done.map(({ startedAtMs, keyCount }) => ({ atMs: startedAtMs, value: keyCount })),
      },
      {
        id: 'noExpiry',
        label: t('keys.noExpiryKeys'),
        points: done.map(({ startedAtMs, noExpiryCount }) => ({ atMs: startedAtMs, value: noExpiryCount })),
      },
    ],
    [done, t],
  );
  if (first === undefined || last === undefined || done.length < 2) return null;
  const span = { fromMs: first.startedAtMs, toMs: last.startedAtMs, heightPx };
  return (
    <Card
      title={t('keys.analysis.trend')}
      note={t('keys.analysis.trendNote', { count: done.length })}
      testId="analysis-trend"
    >
      <div className="analysis-halves">
        <TimeSeriesChart
          label={t('keys.analysis.memory')}
          series={bytes}
          formatValue={(value) => formatBytes(format.language, value)}
          {...span}
        />
        <TimeSeriesChart
          label={t('keys.column.keys')}
          series={keys}
          formatValue={(value) => format.number(value)}
          {...span}
        />
      </div>
    </Card>
  );
}
