/** The channels with their health, and the log of every attempt to tell. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import type { Address } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { type Channel, channelName } from './alerts-model.ts';
import { ChannelDialog } from './ChannelDialog.tsx';
import { DeliveriesCard } from './DeliveriesCard.tsx';

/** In the address for a channel that is not there yet. */
const newChannel = 'new';

export function ChannelsCard({ address }: { readonly address: Address }): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { data, error, reload } = useLiveCall(
    'alerts.channels.list',
    {},
    { topics: ['alerts.channelsChanged'], periodMs: 10_000, keptAs: 'alert-channels' },
  );
  const [savedCount, setSavedCount] = useState(0);
  const channels = data?.channels ?? null;
  const columns = useChannelColumns((channelId) => address.set({ channel: channelId }));
  const edited = address.text('channel');
  const chosen = channels?.find(({ id }) => id === edited) ?? null;
  const close = (): void => address.set({ channel: null });
  return (
    <>
      <Card
        title={t('alertChannels.title')}
        note={t('alertChannels.note')}
        testId="channels"
        aside={
          <Button
            isSmall
            look="primary"
            blockedBecause={isOffline ? t('offlineBlocked') : null}
            data-testid="channel-add"
            onClick={() => address.set({ channel: newChannel })}
          >
            {t('alertChannels.add')}
          </Button>
        }
      >
        {error !== null && error.code !== 'CALL_DISCONNECTED' && (
          <p role="alert">
            <State kind="failed" word={`${error.message} ${error.help}`.trim()} />
          </p>
        )}
        {channels?.length === 0 ? (
          <EmptyState icon="alerts" title={t('alertChannels.none')} text={t('alertChannels.noneText')} />
        ) : (
          <Table
            caption={t('alertChannels.title')}
            columns={columns}
            rows={channels ?? []}
            rowKey={({ id }) => id}
            emptyText={t('alertChannels.unknown')}
          />
        )}
      </Card>
      <DeliveriesCard key={savedCount} channels={channels ?? []} />
      {!isOffline && (edited === newChannel || chosen !== null) && (
        <ChannelDialog
          key={edited}
          channel={chosen}
          onClose={close}
          onSaved={() => {
            reload();
            setSavedCount(savedCount + 1);
            close();
          }}
        />
      )}
    </>
  );
}

/** A channel that failed last is failing, however well it was before. */
function healthOf({ enabled, lastError, lastSentAtMs, dueCount }: Channel): {
  readonly kind: StateKind;
  readonly name: 'off' | 'failing' | 'well' | 'unused';
} {
  if (!enabled) return { kind: 'unknown', name: 'off' };
  if (lastError !== null) return { kind: 'failed', name: 'failing' };
  return lastSentAtMs === null && dueCount === 0
    ? { kind: 'unknown', name: 'unused' }
    : { kind: 'fresh', name: 'well' };
}

function useChannelColumns(onOpen: (channelId: string) => void): readonly Column<Channel>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  return [
    {
      id: 'name',
      header: t('alertChannels.column.name'),
      render: ({ id, name, settings }) => (
        <>
          <button type="button" className="row-link" onClick={() => onOpen(id)} data-testid={`channel-${id}`}>
            {channelName(t, { name, settings })}
          </button>{' '}
          <span className="tag">{t(`alertChannels.kind.${settings.kind}`)}</span>
        </>
      ),
      sortValue: (channel) => channelName(t, channel),
    },
    {
      id: 'health',
      header: t('alertChannels.column.health'),
      render: (channel) => {
        const { kind, name } = healthOf(channel);
        return (
          <>
            <State kind={isOffline ? 'expired' : kind} word={t(`alertChannels.health.${name}`)} />
            {channel.lastError !== null && <div className="sub">{channel.lastError}</div>}
          </>
        );
      },
    },
    { id: 'where', header: t('alertChannels.column.where'), render: (channel) => <Where channel={channel} /> },
    {
      id: 'from',
      header: t('alertChannels.column.from'),
      isTight: true,
      render: ({ minimumSeverity }) => <span className="tag">{t(`alerts.severity.${minimumSeverity}`)}</span>,
    },
    {
      id: 'last',
      header: t('alertChannels.column.last'),
      align: 'end',
      render: ({ lastSentAtMs }) =>
        lastSentAtMs === null ? t('alertChannels.lastNever') : <Age atMs={lastSentAtMs} />,
      sortValue: ({ lastSentAtMs }) => lastSentAtMs,
    },
    {
      id: 'due',
      header: t('alertChannels.column.due'),
      align: 'end',
      render: (channel) => (
        <>
          {format.number(channel.dueCount)}
          {channel.dueCount > 0 && <Due channel={channel} />}
        </>
      ),
      sortValue: ({ dueCount }) => dueCount,
    },
  ];
}

function Where({ channel: { settings } }: { readonly channel: Channel }): ReactElement {
  const { t } = useTranslation();
  if (settings.kind === 'email')
    return (
      <span>
        {settings.to.join(', ')} <span className="sub">· {`${settings.host}:${settings.port}`}</span>
      </span>
    );
  if (settings.kind === 'webhook') return <span className="mono">{settings.url}</span>;
  if (settings.kind === 'command')
    return <span className="mono">{[settings.program, ...settings.args].join(' ')}</span>;
  return <>{t(settings.kind === 'slack' ? 'alertChannels.hiddenUrl' : 'alertChannels.thisMachine')}</>;
}

function Due({ channel: { oldestDueAtMs, nextAttemptAtMs } }: { readonly channel: Channel }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const text = useNow((nowMs) =>
    [
      ...(oldestDueAtMs === null ? [] : [t('alertChannels.dueOldest', { age: format.age(oldestDueAtMs, nowMs) })]),
      ...(nextAttemptAtMs === null
        ? []
        : nextAttemptAtMs <= nowMs
          ? [t('alertChannels.nextTryNow')]
          : [t('alertChannels.nextTry', { duration: formatDuration(nextAttemptAtMs - nowMs) })]),
    ].join(' · '),
  );
  return <div className="sub">{text}</div>;
}
