/** Celery's queues with the whole of what is still to be done, as its parts: in the lists, held back, running, awaiting their ETA. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { PartsBar, PartsLegend } from './PartsBar.tsx';
import { type BrokerQueues, partsOf, type Queue, queuesInOrder } from './tasks-model.ts';

interface QueuesCardProps {
  /** Null while nothing is known. */
  readonly brokers: readonly BrokerQueues[] | null;
  readonly onOpen: (queue: Queue) => void;
}

export function QueuesCard({ brokers, onOpen }: QueuesCardProps): ReactElement {
  const { t } = useTranslation();
  const queues = queuesInOrder(brokers?.flatMap((broker) => broker.queues) ?? []);
  const most = Math.max(1, ...queues.map(({ backlog }) => backlog));
  const isKnown = brokers !== null && brokers.some(({ atMs }) => atMs !== null);
  return (
    <Card
      title={t('celery.queues')}
      note={t('celery.queuesNote')}
      testId="celery-queues"
      aside={<Looks brokers={brokers ?? []} />}
    >
      <Findings brokers={brokers ?? []} />
      <PartsLegend />
      <Table
        caption={t('celery.queues')}
        columns={useColumns(most, (brokers?.length ?? 0) > 1, onOpen)}
        rows={queues}
        rowKey={({ brokerId, name }) => `${brokerId}/${name}`}
        emptyText={t(isKnown ? 'celery.noQueues' : 'celery.loading')}
        maxHeightPx={460}
      />
    </Card>
  );
}

function Looks({ brokers }: { readonly brokers: readonly BrokerQueues[] }): ReactElement {
  const { t } = useTranslation();
  const oldest = brokers.flatMap(({ atMs }) => atMs ?? []).toSorted((left, right) => left - right)[0];
  if (oldest === undefined) return <></>;
  return (
    <span>
      {t('celery.lookedAt')} <Age atMs={oldest} />
    </span>
  );
}

/** What keeps these numbers from being the whole truth. */
function Findings({ brokers }: { readonly brokers: readonly BrokerQueues[] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className="plain-list findings">
      {brokers.flatMap(({ brokerId, problem, discoveryComplete, unacked, atMs }) => [
        ...(problem === null
          ? []
          : [
              <li key={`${brokerId} problem`} role="alert">
                <State kind="failed" word={`${brokerId}: ${problem}`} />
              </li>,
            ]),
        ...(discoveryComplete || atMs === null
          ? []
          : [
              <li key={`${brokerId} discovery`}>
                <State kind="unknown" word={t('celery.discoveryCut', { broker: brokerId })} />
              </li>,
            ]),
        ...(unacked.lookedAt >= unacked.count
          ? []
          : [
              <li key={`${brokerId} unacked`}>
                <State
                  kind="unknown"
                  word={t('celery.unackedCut', {
                    looked: format.number(unacked.lookedAt),
                    count: format.number(unacked.count),
                  })}
                />
              </li>,
            ]),
        ...(unacked.malformedCount === 0
          ? []
          : [
              <li key={`${brokerId} malformed`}>
                <State kind="stale" word={t('celery.malformed', { text: format.number(unacked.malformedCount) })} />
              </li>,
            ]),
      ])}
    </ul>
  );
}

function useColumns(
  most: number,
  hasManyBrokers: boolean,
  onOpen: QueuesCardProps['onOpen'],
): readonly Column<Queue>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  return [
    {
      id: 'queue',
      header: t('celery.column.queue'),
      isTight: true,
      render: (queue) => (
        <>
          <button
            type="button"
            className="row-link"
            onClick={() => onOpen(queue)}
            data-testid={`celery-queue-${queue.name}`}
          >
            {queue.name}
          </button>
          {hasManyBrokers && <div className="sub">{queue.brokerId}</div>}
        </>
      ),
      sortValue: ({ name }) => name,
    },
    {
      id: 'backlog',
      header: t('celery.column.backlog'),
      align: 'end',
      render: ({ backlog }) => format.number(backlog),
      sortValue: ({ backlog }) => backlog,
    },
    {
      id: 'parts',
      header: t('celery.column.parts'),
      render: (queue) => <PartsBar parts={partsOf(queue)} most={most} />,
    },
    {
      id: 'consumers',
      header: t('celery.column.consumers'),
      align: 'end',
      render: ({ consumers, backlog }) => {
        if (consumers === null) return <State kind="unknown" word={t('celery.consumersUnknown')} />;
        if (consumers.length > 0) return format.number(consumers.length);
        return (
          <State kind={isOffline ? 'expired' : backlog > 0 ? 'failed' : 'unknown'} word={t('celery.nobodyTakes')} />
        );
      },
      sortValue: ({ consumers }) => consumers?.length ?? null,
    },
    {
      id: 'oldest',
      header: t('celery.column.oldestWaiting'),
      align: 'end',
      render: ({ oldestWaiting }) =>
        oldestWaiting === null ? (
          '—'
        ) : (
          <>
            {oldestWaiting.basis === 'watched' && '≥ '}
            {formatDuration(oldestWaiting.ageMs)}
          </>
        ),
      sortValue: ({ oldestWaiting }) => oldestWaiting?.ageMs ?? null,
    },
    {
      id: 'held',
      header: t('celery.column.oldestHeld'),
      align: 'end',
      render: ({ held }) => (held.oldestMs === null ? '—' : formatDuration(held.oldestMs)),
      sortValue: ({ held }) => held.oldestMs,
    },
  ];
}
