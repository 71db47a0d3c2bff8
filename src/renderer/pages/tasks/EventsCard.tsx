/** The stream of events of one broker: whether it is heard whole, how fast, how late, and which worker sends what. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import type { ControlRequest } from '../../ui/celery/ControlDialog.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { type EventsState, runtimeText, type Signals } from './tasks-model.ts';

interface EventsCardProps {
  readonly broker: EventsState;
  readonly onControl: (request: ControlRequest) => void;
}

const signalKinds: Record<Signals['taskEvents'], StateKind> = { on: 'fresh', off: 'stale', unknown: 'unknown' };

export function EventsCard({ broker, onControl }: EventsCardProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { brokerId, address, listening, sinceMs, problem } = broker;
  return (
    <Card
      title={t('celery.eventsOf', { broker: brokerId })}
      note={<span className="mono">{address}</span>}
      testId={`events-${brokerId}`}
      aside={
        <>
          <State
            kind={isOffline ? 'expired' : listening ? 'fresh' : 'failed'}
            word={t(listening ? 'celery.listening' : 'celery.notListening')}
          />
          {sinceMs !== null && listening && <Age atMs={sinceMs} />}
        </>
      }
    >
      {problem !== null && (
        <p role="alert">
          <State kind="failed" word={problem} />
        </p>
      )}
      {broker.history.keptIn !== 'file' && (
        <p>
          <State kind="stale" word={t(`celery.keptIn.${broker.history.keptIn}`)} />
        </p>
      )}
      <Facts broker={broker} />
      {broker.losses.length > 0 && <Losses broker={broker} />}
      <Table
        caption={t('celery.signals')}
        columns={useColumns(broker, onControl)}
        rows={broker.workers}
        rowKey={({ node }) => node}
        emptyText={t('celery.noWorkerHeard')}
        maxHeightPx={420}
      />
    </Card>
  );
}

function Facts({ broker }: { readonly broker: EventsState }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { history } = broker;
  const bytes = (value: number): string => formatBytes(format.language, value);
  const facts: readonly (readonly [string, ReactNode, (string | undefined)?])[] = [
    [t('celery.events.rate'), `${format.number(broker.eventsPerSecond, broker.eventsPerSecond < 10 ? 1 : 0)} / s`],
    [t('celery.events.count'), format.number(broker.eventCount)],
    [t('celery.events.lost'), format.number(broker.lostCount)],
    [t('celery.events.lag'), runtimeText(broker.lagMs, format.number)],
    [t('celery.events.malformed'), format.number(broker.malformedCount)],
    [t('celery.events.waiting'), `${format.number(broker.waitingMessages)} · ${bytes(broker.waitingBytes)}`],
    [t('celery.events.memory'), format.number(broker.tasksInMemory)],
    [
      t('celery.events.history'),
      `${format.number(history.taskCount)} · ${bytes(history.sizeBytes)}`,
      [
        t('celery.events.ceiling', { size: bytes(history.ceilingBytes) }),
        ...(history.restartCount > 0 ? [t('celery.events.restarts', { count: history.restartCount })] : []),
      ].join(' · '),
    ],
    [
      t('celery.events.unwritten'),
      format.number(history.unwrittenCount),
      history.skippedCount > 0 ? t('celery.events.skipped', { text: format.number(history.skippedCount) }) : undefined,
    ],
    [t('celery.events.commands'), `${format.number(broker.commandsPerMinute)} / min`],
  ];
  return (
    <dl className="fact-grid events-facts">
      {facts.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
          {more !== undefined && <dd className="sub">{more}</dd>}
        </div>
      ))}
    </dl>
  );
}

function Losses({ broker }: { readonly broker: EventsState }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className="plain-list losses" data-testid="event-losses">
      {broker.losses.slice(-5).map(({ atMs, cause, eventCount }) => (
        <li key={`${atMs}:${cause}`}>
          <State kind="stale" word={t('celery.lostAbout', { count: eventCount, text: format.number(eventCount) })} />{' '}
          <span className="sub">
            {t(`celery.loss.${cause}`)} · <Age atMs={atMs} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function useColumns({ brokerId }: EventsState, onControl: EventsCardProps['onControl']): readonly Column<Signals>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const signal = (state: Signals['taskEvents']): ReactElement => (
    <State kind={isOffline ? 'expired' : signalKinds[state]} word={t(`celery.signal.${state}`)} />
  );
  return [
    { id: 'node', header: t('celery.column.worker'), render: ({ node }) => node, sortValue: ({ node }) => node },
    {
      id: 'events',
      header: t('celery.column.taskEvents'),
      isTight: true,
      render: ({ taskEvents }) => signal(taskEvents),
      sortValue: ({ taskEvents }) => taskEvents,
    },
    {
      id: 'heartbeats',
      header: t('celery.column.heartbeats'),
      isTight: true,
      render: ({ heartbeats }) => signal(heartbeats),
      sortValue: ({ heartbeats }) => heartbeats,
    },
    {
      id: 'heartbeat',
      header: t('celery.column.lastHeartbeat'),
      align: 'end',
      render: ({ heartbeatAgeMs }) => (heartbeatAgeMs === null ? '—' : formatDuration(heartbeatAgeMs)),
      sortValue: ({ heartbeatAgeMs }) => heartbeatAgeMs,
    },
    {
      id: 'skew',
      header: t('celery.column.clock'),
      align: 'end',
      render: ({ clockSkewMs }) =>
        clockSkewMs === null ? '—' : `${clockSkewMs > 0 ? '+' : ''}${format.number(clockSkewMs / 1_000, 2)} s`,
      sortValue: ({ clockSkewMs }) => clockSkewMs,
    },
    {
      id: 'missed',
      header: t('celery.column.missed'),
      align: 'end',
      render: ({ missedStarts }) => format.number(missedStarts),
      sortValue: ({ missedStarts }) => missedStarts,
    },
    {
      id: 'act',
      header: t('celery.column.switch'),
      isTight: true,
      render: ({ node, taskEvents }) => (
        <Button
          isSmall
          blockedBecause={isOffline ? t('offlineBlocked') : null}
          data-testid={`events-switch-${node}`}
          onClick={() =>
            onControl({
              brokerId,
              nodes: [node],
              action: { kind: taskEvents === 'on' ? 'disable_events' : 'enable_events' },
            })
          }
        >
          {t(taskEvents === 'on' ? 'celery.act.disable_events' : 'celery.act.enable_events')}
        </Button>
      ),
    },
  ];
}
