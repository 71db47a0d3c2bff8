/** Every queue with its counts, rates, latencies and workers; the ones that somebody should look at first. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { routeHref } from '../../state/route.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import {
  concernKinds,
  type Discovery,
  latencyText,
  type Queue,
  queueKey,
  queueTitle,
  rateText,
} from './queues-model.ts';

interface QueuesCardProps {
  /** Null while nothing is known. */
  readonly queues: readonly Queue[] | null;
  readonly discovery: readonly Discovery[];
  readonly chosenKeys: readonly string[];
  /** Null: all of them. */
  readonly onChoose: (key: string | null) => void;
}

export function QueuesCard({ queues, discovery, chosenKeys, onChoose }: QueuesCardProps): ReactElement {
  const { t } = useTranslation();
  const columns = [...useNameColumns(chosenKeys, onChoose), ...useCountColumns(), ...useSpeedColumns()];
  return (
    <Card title={t('queues.all')} aside={<Search discovery={discovery} />} testId="queues-all">
      <Table
        caption={t('queues.all')}
        columns={columns}
        rows={queues ?? []}
        rowKey={({ id }) => queueKey(id)}
        emptyText={t(queues === null ? 'queues.unknown' : 'queues.none')}
        maxHeightPx={420}
      />
    </Card>
  );
}

function Search({ discovery }: { readonly discovery: readonly Discovery[] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      {discovery.map(({ connectionId, state, keysWalked, keyCount, problem }) => (
        <span
          key={connectionId}
          data-testid={`discovery-${connectionId}`}
          title={problem ?? t('queues.discoveryIs', { connection: connectionId })}
        >
          {connectionId}:{' '}
          {state === 'searching'
            ? t('queues.searching', {
                walked: format.number(keysWalked),
                of: keyCount === null ? '?' : format.number(keyCount),
              })
            : t(`queues.discovery.${state}`)}
        </span>
      ))}
    </>
  );
}

function useNameColumns(
  chosenKeys: readonly string[],
  onChoose: (key: string | null) => void,
): readonly Column<Queue>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  return [
    {
      id: 'queue',
      header: t('queues.column.queue'),
      render: (queue) => {
        const key = queueKey(queue.id);
        const isChosen = chosenKeys.includes(key);
        return (
          <>
            <button
              type="button"
              className="row-link"
              aria-pressed={isChosen}
              onClick={() => onChoose(isChosen ? null : key)}
              title={`${queue.id.prefix}:${queue.id.name}`}
              data-testid={`queue-${queue.id.name}`}
            >
              {queue.own ? queue.id.name : queueTitle(queue.id)}
            </button>{' '}
            {queue.own && <span className="tag">{t('queues.own')}</span>}
            {queue.paused && <span className="tag">{t('queues.paused')}</span>}
            <div className="sub">
              {queue.id.connectionId}
              {queue.maker.version !== null && ` · ${queue.maker.version}`}
              {!queue.writable && ` · ${t('queues.readOnly')}`}
              {queue.size !== null && (
                <span title={t('queues.inRedisIs')}>
                  {` · ${t('queues.inRedis', { size: formatBytes(format.language, queue.size.bytes) })}`}
                </span>
              )}
            </div>
          </>
        );
      },
      sortValue: ({ id }) => queueTitle(id),
    },
    {
      id: 'concern',
      header: t('queues.column.state'),
      render: ({ concerns }) => {
        const [worst] = concerns;
        if (worst === undefined) return <State kind={isOffline ? 'expired' : 'fresh'} word={t('state.well')} />;
        return (
          <>
            <State
              kind={isOffline ? 'expired' : concernKinds[worst.severity]}
              word={t(`queues.concern.${worst.code}`)}
            />
            <div className="sub">{worst.evidence}</div>
          </>
        );
      },
      sortValue: ({ concerns }) => -concerns.length,
    },
  ];
}

function useCountColumns(): readonly Column<Queue>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const column = (id: 'active' | 'delayed' | 'completed' | 'failed'): Column<Queue> => ({
    id,
    header: capitalised(t(`queues.state.${id}`)),
    align: 'end',
    render: ({ counts }) => (counts === null ? '—' : format.number(counts[id])),
    sortValue: ({ counts }) => counts?.[id] ?? null,
  });
  return [
    {
      id: 'waiting',
      header: capitalised(t('queues.state.waiting')),
      hint: t('queues.hint.waiting'),
      align: 'end',
      render: ({ counts, oldestWaitingMs }) => (
        <>
          {counts === null ? '—' : format.number(counts.waiting + counts.prioritized)}
          {oldestWaitingMs !== null && <div className="sub">{formatDuration(oldestWaitingMs)}</div>}
        </>
      ),
      sortValue: ({ counts }) => (counts === null ? null : counts.waiting + counts.prioritized),
    },
    column('active'),
    column('delayed'),
    column('completed'),
    column('failed'),
  ];
}

function useSpeedColumns(): readonly Column<Queue>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      id: 'rates',
      header: t('queues.column.rates'),
      hint: t('queues.hint.rates'),
      align: 'end',
      render: ({ rates }) => (
        <>
          {rateText(rates.finishedPerS, format.number)} / s
          <div className="sub">{t('queues.added', { rate: rateText(rates.addedPerS, format.number) })}</div>
        </>
      ),
      sortValue: ({ rates }) => rates.finishedPerS,
    },
    {
      id: 'latency',
      header: t('queues.column.latency'),
      hint: t('queues.hint.latency'),
      align: 'end',
      render: ({ latencies }) => (
        <>
          {latencyText(latencies.run?.p95Ms ?? null, format.number)}
          {latencies.wait !== null && (
            <div className="sub">{t('queues.waits', { time: latencyText(latencies.wait.p95Ms, format.number) })}</div>
          )}
        </>
      ),
      sortValue: ({ latencies }) => latencies.run?.p95Ms ?? null,
    },
    {
      id: 'forecast',
      header: t('queues.column.forecast'),
      hint: t('queues.hint.forecast'),
      render: ({ forecast }) => <Forecast forecast={forecast} />,
    },
    {
      id: 'workers',
      header: t('queues.column.workers'),
      hint: t('queues.hint.workers'),
      align: 'end',
      render: ({ id, workerCount }) => (
        <>
          {workerCount === null ? (
            '—'
          ) : (
            <a href={routeHref('workers', `text=${encodeURIComponent(id.name)}`)} data-testid={`workers-of-${id.name}`}>
              {format.number(workerCount)}
            </a>
          )}
        </>
      ),
      sortValue: ({ workerCount }) => workerCount,
    },
  ];
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function Forecast({ forecast }: { readonly forecast: Queue['forecast'] }): ReactElement {
  const { t } = useTranslation();
  const { trend, clearsAtMs } = forecast;
  const left = useNow((nowMs) => (clearsAtMs === null ? '' : formatDuration(Math.max(0, clearsAtMs - nowMs))));
  return (
    <>
      {trend === 'shrinking' && clearsAtMs !== null
        ? t('queues.clears', { duration: left })
        : t(`queues.trend.${trend}`)}
    </>
  );
}
