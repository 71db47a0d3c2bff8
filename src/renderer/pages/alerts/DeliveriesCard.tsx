/** The log of every attempt to tell somebody, newest first, read on by pages. */
import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { describeError } from '../../state/live-query.ts';
import { useEngineLink, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { type Channel, channelName, channelNameOf, type Delivery } from './alerts-model.ts';

const pageSize = 100;

const outcomeKinds: Record<Delivery['outcome'], StateKind> = {
  sent: 'fresh',
  'test-sent': 'fresh',
  'told-elsewhere': 'unknown',
  failed: 'stale',
  'given-up': 'failed',
  'test-failed': 'failed',
};

export function DeliveriesCard({ channels }: { readonly channels: readonly Channel[] }): ReactElement {
  const { t } = useTranslation();
  const [channelId, setChannelId] = useState<string | null>(null);
  const { deliveries, error, more } = useDeliveries(channelId);
  const columns = useDeliveryColumns(channels);
  return (
    <Card
      title={t('alertChannels.deliveries')}
      note={t('alertChannels.deliveriesNote')}
      testId="deliveries"
      aside={
        <select
          className="input"
          aria-label={t('alertChannels.column.name')}
          value={channelId ?? ''}
          onChange={(event) => setChannelId(event.target.value === '' ? null : event.target.value)}
          data-testid="deliveries-channel"
        >
          <option value="">{t('alertChannels.allChannels')}</option>
          {channels.map((channel) => (
            <option key={channel.id} value={channel.id}>
              {channelName(t, channel)}
            </option>
          ))}
        </select>
      }
    >
      {error !== null && (
        <p role="alert">
          <State kind="failed" word={error} />
        </p>
      )}
      <Table
        caption={t('alertChannels.deliveries')}
        columns={columns}
        rows={deliveries ?? []}
        rowKey={({ id }) => String(id)}
        emptyText={t(deliveries === null ? 'alerts.loading' : 'alertChannels.deliveriesNone')}
        maxHeightPx={420}
      />
      {more !== null && (
        <Button isSmall look="quiet" onClick={more} data-testid="deliveries-more">
          {t('alertChannels.deliveriesMore')}
        </Button>
      )}
    </Card>
  );
}

interface Deliveries {
  /** Null until the first answer. */
  readonly deliveries: readonly Delivery[] | null;
  readonly error: string | null;
  readonly more: (() => void) | null;
}

function useDeliveries(channelId: string | null): Deliveries {
  const { client, clock } = useServices();
  const { phase } = useEngineLink();
  const [loaded, setLoaded] = useState<{ of: string | null; rows: readonly Delivery[]; next: number | null } | null>(
    null,
  );
  const [error, setError] = useState<string | null>(null);
  const load = useCallback(
    async (beforeId: number | null): Promise<void> => {
      try {
        const page = await client.call('alerts.channels.deliveries', { channelId, beforeId, limit: pageSize });
        setLoaded((before) => ({
          of: channelId,
          rows: beforeId === null || before?.of !== channelId ? page.deliveries : [...before.rows, ...page.deliveries],
          next: page.nextBeforeId,
        }));
        setError(null);
      } catch (thrown) {
        setError(describeError(thrown).message);
      }
    },
    [client, channelId],
  );
  useEffect(() => {
    if (phase === 'disconnected' || phase === 'refused') return;
    const stop = clock.after(0, () => void load(null));
    const unlisten = client.on('alerts.channelsChanged', () => void load(null));
    return () => {
      stop();
      unlisten();
    };
  }, [client, clock, load, phase]);
  const next = loaded?.next ?? null;
  return {
    deliveries: loaded?.of === channelId ? loaded.rows : null,
    error,
    more: next === null ? null : () => void load(next),
  };
}

function useDeliveryColumns(channels: readonly Channel[]): readonly Column<Delivery>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const { ticker } = useServices();
  return [
    {
      id: 'at',
      header: t('alertChannels.column.at'),
      isTight: true,
      render: ({ atMs }) => <span title={format.exactMoment(atMs)}>{format.moment(atMs, ticker.now())}</span>,
    },
    {
      id: 'channel',
      header: t('alertChannels.column.name'),
      isTight: true,
      render: ({ channelId }) => channelNameOf(t, channels, channelId) ?? t('alertChannels.gone'),
    },
    {
      id: 'outcome',
      header: t('alertChannels.column.outcome'),
      isTight: true,
      render: ({ outcome }) => <State kind={outcomeKinds[outcome]} word={t(`alertChannels.outcome.${outcome}`)} />,
    },
    {
      id: 'message',
      header: t('alertChannels.column.message'),
      render: ({ title, alertCount, problem }) => (
        <>
          {title} {alertCount > 1 && <span className="sub">{t('alertChannels.alerts', { count: alertCount })}</span>}
          {problem !== null && <div className="sub">{problem}</div>}
        </>
      ),
    },
    {
      id: 'attempt',
      header: t('alertChannels.column.attempt'),
      align: 'end',
      render: ({ attempt }) => format.number(attempt),
    },
    {
      id: 'took',
      header: t('alertChannels.column.took'),
      align: 'end',
      render: ({ tookMs }) => `${format.number(tookMs)} ms`,
    },
  ];
}
