/** What a server does: its commands over the last minutes, how long they take, and what its latency monitor saw. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { Bars } from '../../ui/Bars.tsx';
import { Card } from '../../ui/Card.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { msText, rateText, ratioText, type Sight } from './redis-model.ts';

type Use = Sight['commands'][number];
type Event = Sight['latencyEvents'][number];

export function CommandsTab({ sight }: { readonly sight: Sight | null }): ReactElement {
  const { t } = useTranslation();
  const histogram = sight?.histogram ?? null;
  return (
    <>
      <Card title={t('redis.figure.commands')} note={t('redis.commandsNote')} testId="redis-commands">
        <Table
          caption={t('redis.figure.commands')}
          columns={useCommandColumns()}
          rows={sight?.commands ?? []}
          rowKey={({ command }) => command}
          emptyText={t('redis.noCommands')}
          initialSorting={{ columnId: 'share', direction: 'descending' }}
          maxHeightPx={520}
        />
      </Card>
      <div className="grid redis-tables">
        <Card
          title={t('redis.histogram')}
          note={
            histogram === null ? undefined : t('redis.histogramNote', { duration: formatDuration(histogram.windowMs) })
          }
          testId="redis-histogram"
        >
          <HistogramBars histogram={histogram} />
        </Card>
        <Card title={t('redis.latencyEvents')} note={t('redis.latencyEventsNote')} testId="redis-latency-events">
          <Table
            caption={t('redis.latencyEvents')}
            columns={useEventColumns()}
            rows={sight?.latencyEvents ?? []}
            rowKey={({ event, atMs }) => `${event} ${atMs}`}
            emptyText={t('redis.noEvents')}
          />
        </Card>
      </div>
    </>
  );
}

function HistogramBars({ histogram }: { readonly histogram: Sight['histogram'] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  if (histogram === null || histogram.count === 0)
    return <p className="empty">{t(histogram === null ? 'redis.noHistogram' : 'redis.noCommands')}</p>;
  return (
    <>
      <p className="sub num">
        {t('redis.histogramSum', {
          count: format.number(histogram.count),
          p50: msText(format, histogram.p50Ms),
          p99: msText(format, histogram.p99Ms),
        })}
      </p>
      <Bars
        rows={histogram.buckets
          .filter(({ count }) => count > 0)
          .map(({ upToMs, count }) => ({
            id: String(upToMs),
            name: t('redis.upTo', { time: fineText(format.number, upToMs) }),
            value: count,
            amount: `${format.number(count)} · ${ratioText(format, count / histogram.count)}`,
          }))}
      />
    </>
  );
}

/** Buckets begin at microseconds. */
function fineText(number: (value: number, digits?: number) => string, ms: number): string {
  if (ms < 1) return `${number(ms * 1_000)} µs`;
  return ms < 1_000 ? `${number(ms, ms < 10 ? 1 : 0)} ms` : `${number(ms / 1_000, 1)} s`;
}

function useCommandColumns(): readonly Column<Use>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const time = (id: 'meanMs' | 'p50Ms' | 'p99Ms', header: string): Column<Use> => ({
    id,
    header,
    align: 'end',
    render: (use) => {
      const ms = use[id];
      return ms === null ? '—' : fineText(format.number, ms);
    },
    sortValue: (use) => use[id],
  });
  const count = (id: 'rejected' | 'failed'): Column<Use> => ({
    id,
    header: t(`redis.column.${id}`),
    align: 'end',
    render: (use) => format.number(use[id]),
    sortValue: (use) => use[id],
  });
  return [
    {
      id: 'command',
      header: t('redis.column.command'),
      render: ({ command }) => <span className="mono">{command.toUpperCase().replace('|', ' ')}</span>,
      sortValue: ({ command }) => command,
    },
    {
      id: 'perS',
      header: t('redis.column.perS'),
      align: 'end',
      render: ({ perS }) => rateText(format, perS),
      sortValue: ({ perS }) => perS,
    },
    {
      id: 'share',
      header: t('redis.column.timeShare'),
      align: 'end',
      render: ({ timeShare }) => (
        <span className="share-cell">
          <i aria-hidden="true">
            <u style={{ width: `${Math.min(1, timeShare) * 100}%` }} />
          </i>
          {ratioText(format, timeShare)}
        </span>
      ),
      sortValue: ({ timeShare }) => timeShare,
    },
    time('meanMs', t('redis.column.mean')),
    time('p50Ms', 'p50'),
    time('p99Ms', 'p99'),
    count('rejected'),
    count('failed'),
  ];
}

function useEventColumns(): readonly Column<Event>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    { id: 'event', header: t('redis.column.event'), render: ({ event }) => <span className="mono">{event}</span> },
    {
      id: 'latest',
      header: t('redis.column.latest'),
      align: 'end',
      render: ({ latestMs }) => msText(format, latestMs),
      sortValue: ({ latestMs }) => latestMs,
    },
    {
      id: 'worst',
      header: t('redis.column.worst'),
      align: 'end',
      render: ({ worstMs }) => msText(format, worstMs),
      sortValue: ({ worstMs }) => worstMs,
    },
    {
      id: 'at',
      header: t('redis.column.when'),
      align: 'end',
      render: ({ atMs }) => <Age atMs={atMs} />,
      sortValue: ({ atMs }) => atMs,
    },
  ];
}
