/** One queue in full: its past as lines, everything of concern, its limits, and what can be done with the whole of it. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useSaid } from '../../format/use-said.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Card } from '../../ui/Card.tsx';
import { TimeSeriesChart } from '../../ui/charts/TimeSeriesChart.tsx';
import { FactGrid } from '../../ui/FactGrid.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { QueueActions } from './QueueActions.tsx';
import { type ActionRequest, concernKinds, latencyText, type Queue, queueTitle } from './queues-model.ts';

interface QueueCardProps {
  readonly queue: Queue;
  readonly onAct: (request: ActionRequest) => void;
}

const spans = { hour: 3_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000 } as const;
type Span = keyof typeof spans;
const spanNames = ['hour', 'day', 'week', 'month'] as const satisfies Span[];

export function QueueCard({ queue, onAct }: QueueCardProps): ReactElement {
  const { t } = useTranslation();
  const speak = useSaid();
  const isOffline = useIsOffline();
  const [span, setSpan] = useState<Span>('hour');
  return (
    <Card
      title={queueTitle(queue.id)}
      testId="queue-card"
      aside={
        <SegmentedFilter
          label={t('queues.span')}
          options={spanNames.map((id) => ({ id, title: t(`queues.spans.${id}`) }))}
          value={span}
          onChange={setSpan}
          testId="queue-span"
        />
      }
    >
      {queue.concerns.length > 0 && (
        <ul className="concerns">
          {queue.concerns.map(({ code, severity, evidence, said }) => (
            <li key={code}>
              <State kind={isOffline ? 'expired' : concernKinds[severity]} word={t(`queues.concern.${code}`)} />{' '}
              <span className="sub">{speak(said, evidence)}</span>
            </li>
          ))}
        </ul>
      )}
      <History queue={queue} span={span} />
      <Facts queue={queue} />
      <QueueActions queue={queue} onAct={onAct} />
    </Card>
  );
}

function History({ queue, span }: { readonly queue: Queue; readonly span: Span }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { clock } = useServices();
  // The question stays the same for a minute, so that it is not asked anew at every drawing.
  const [toMs] = useState(() => clock.now());
  const { data } = useLiveCall(
    'queues.history',
    { queue: queue.id, fromMs: toMs - spans[span], toMs: toMs + spans.day },
    { topics: [], periodMs: 60_000 },
  );
  const points = data?.points ?? [];
  const fromMs = toMs - spans[span];
  const endMs = Math.max(toMs, points.at(-1)?.atMs ?? toMs);
  const perMinute = (count: number | null): number | null =>
    count === null || data === null ? null : count / (data.stepMs / 60_000);
  const common = { fromMs, toMs: endMs, heightPx: 150, emptyText: t('queues.noHistory') };
  return (
    <div className="queue-charts">
      <TimeSeriesChart
        {...common}
        label={t('queues.chart.counts')}
        formatValue={(value) => format.number(value)}
        series={(['waiting', 'active', 'delayed', 'failed'] as const).map((id) => ({
          id,
          label: t(`queues.state.${id}`),
          points: points.map((point) => ({ atMs: point.atMs, value: point[id] })),
        }))}
        testId="queue-chart-counts"
      />
      <TimeSeriesChart
        {...common}
        label={t('queues.chart.rates')}
        formatValue={(value) => `${format.number(value, 1)} / min`}
        series={(['addedJobs', 'finishedJobs', 'failedJobs'] as const).map((id) => ({
          id,
          label: t(`queues.chart.${id}`),
          points: points.map((point) => ({ atMs: point.atMs, value: perMinute(point[id]) })),
        }))}
        testId="queue-chart-rates"
      />
      <TimeSeriesChart
        {...common}
        label={t('queues.chart.latency')}
        formatValue={(value) => latencyText(value, format.number)}
        series={(['waitP95Ms', 'runP95Ms', 'oldestWaitingMs'] as const).map((id) => ({
          id,
          label: t(`queues.chart.${id}`),
          points: points.map((point) => ({ atMs: point.atMs, value: point[id] })),
        }))}
        testId="queue-chart-latency"
      />
    </div>
  );
}

function Facts({ queue }: { readonly queue: Queue }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { wait, run, sampleCount } = queue.latencies;
  const triple = (quantiles: typeof wait): string =>
    quantiles === null
      ? '—'
      : [quantiles.p50Ms, quantiles.p95Ms, quantiles.p99Ms].map((ms) => latencyText(ms, format.number)).join(' · ');
  const facts: readonly (readonly [string, string])[] = [
    [t('queues.fact.wait'), triple(wait)],
    [t('queues.fact.run'), triple(run)],
    [t('queues.fact.sample'), format.number(sampleCount)],
    [t('queues.fact.oldestActive'), queue.oldestActiveMs === null ? '—' : formatDuration(queue.oldestActiveMs)],
    [t('queues.fact.concurrency'), queue.concurrency === null ? t('queues.noLimit') : format.number(queue.concurrency)],
    [
      t('queues.fact.rate'),
      queue.rateLimit === null
        ? t('queues.noLimit')
        : t('queues.rateOf', {
            max: format.number(queue.rateLimit.max),
            duration: latencyText(queue.rateLimit.durationMs, format.number),
          }),
    ],
  ];
  return <FactGrid facts={facts} />;
}
