/** The hit rate of each layer over the last hour. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { Card } from '../../ui/Card.tsx';
import { TimeSeriesChart } from '../../ui/charts/TimeSeriesChart.tsx';
import type { CacheStatus } from './cache-model.ts';

const hourMs = 3_600_000;

export function HitRateCard({ status }: { readonly status: CacheStatus | null }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const series = useMemo(
    () =>
      (status?.layers ?? []).map(({ layer, hitRatio }) => ({
        id: layer,
        label: t(`cache.layer.${layer}`),
        points: hitRatio.points,
      })),
    [status, t],
  );
  const lowest = Math.min(1, ...series.flatMap(({ points }) => points.map(({ value }) => value ?? 1)));
  const toMs = status?.atMs ?? 0;
  return (
    <Card title={t('cache.chart')} aside={t('cache.chartNote')} testId="cache-chart">
      {status === null ? (
        <p className="empty">{t('cache.unknown')}</p>
      ) : (
        <TimeSeriesChart
          label={t('cache.chart')}
          series={series}
          fromMs={toMs - hourMs}
          toMs={toMs}
          formatValue={(value) => `${format.number(value * 100)} %`}
          heightPx={154}
          // A tenth below the lowest, in tenths: rates lie close together near the top.
          scaleMin={Math.max(0, Math.floor((lowest - 0.1) * 10) / 10)}
          scaleMax={1}
          emptyText={t('cache.chartEmpty')}
          testId="hit-rate-chart"
        />
      )}
    </Card>
  );
}
