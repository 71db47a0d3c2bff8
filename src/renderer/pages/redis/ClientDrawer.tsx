/** One client in full, and the way to close its connection. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { announce } from '../../state/announce.ts';
import { useCommand } from '../../state/calls.ts';
import { useOperate } from '../../state/operate.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FactGrid } from '../../ui/FactGrid.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { State } from '../../ui/State.tsx';
import { bytesText, type Client } from './redis-model.ts';

interface ClientDrawerProps {
  readonly connectionId: string;
  readonly clientKey: string;
  /** Null: it has gone. */
  readonly client: Client | null;
  readonly onKilled: () => void;
  readonly onClose: () => void;
}

export function ClientDrawer({ connectionId, clientKey, client, onKilled, onClose }: ClientDrawerProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const [isAsking, setIsAsking] = useState(false);
  // The client stays named in the dialog even when it leaves meanwhile.
  const [asked, setAsked] = useState<Client | null>(null);
  return (
    <>
      <Drawer
        title={client?.name ?? client?.address ?? t('redis.clientGone')}
        note={client === null ? undefined : <span className="mono">{client.address}</span>}
        contentKey={clientKey}
        onClose={onClose}
        testId="client-detail"
        actions={
          client === null ? undefined : (
            <Button
              isSmall
              data-testid="client-kill"
              blockedBecause={isOffline ? t('offlineBlocked') : client.own ? t('redis.ownClient') : null}
              onClick={() => {
                setAsked(client);
                setIsAsking(true);
              }}
            >
              {t('redis.kill')}
            </Button>
          )
        }
      >
        {client === null ? <p className="sub">{t('redis.clientGoneText')}</p> : <ClientFacts client={client} />}
      </Drawer>
      {isAsking && asked !== null && (
        <KillDialog connectionId={connectionId} client={asked} onKilled={onKilled} onClose={() => setIsAsking(false)} />
      )}
    </>
  );
}

function ClientFacts({ client }: { readonly client: Client }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const facts: readonly (readonly [string, string])[] = [
    ['ID', client.id],
    [t('redis.column.name'), client.name ?? '—'],
    [t('redis.column.user'), client.user ?? '—'],
    [t('redis.column.kind'), t(`redis.kind.${client.kind}`)],
    [t('redis.column.db'), `db${client.db}`],
    [t('redis.column.lastCommand'), client.lastCommand ?? '—'],
    [t('redis.column.age'), formatDuration(client.ageS * 1_000)],
    [t('redis.column.idle'), formatDuration(client.idleS * 1_000)],
    [t('redis.column.output'), bytesText(format, client.outputBytes)],
    [t('redis.column.memory'), bytesText(format, client.memoryBytes)],
    [t('redis.column.library'), client.library ?? '—'],
    [t('redis.server'), client.shard],
  ];
  return (
    <>
      {client.own && (
        <p>
          <span className="tag">{t('redis.ours')}</span> <span className="sub">{t('redis.ownClient')}</span>
        </p>
      )}
      <FactGrid facts={facts} />
    </>
  );
}

interface KillDialogProps {
  readonly connectionId: string;
  readonly client: Client;
  readonly onKilled: () => void;
  readonly onClose: () => void;
}

function KillDialog({ connectionId, client, onKilled, onClose }: KillDialogProps): ReactElement {
  const { t } = useTranslation();
  const { announcements } = useServices();
  const kill = useCommand('redis.clients.kill');
  const { blocked } = useOperate(connectionId);
  const [isGone, setIsGone] = useState(false);
  const run = async (): Promise<void> => {
    const { output } = await kill.run({ connectionId, shard: client.shard, clientId: client.id });
    if (output === null) return;
    onKilled();
    if (!output.killed) {
      setIsGone(true);
      return;
    }
    announce(announcements, t('redis.killed', { client: client.name ?? client.address }));
    onClose();
  };
  return (
    <ConfirmDialog
      title={t('redis.killTitle')}
      confirmLabel={t('redis.kill')}
      facts={[
        { name: t('redis.column.address'), value: <span className="mono">{client.address}</span> },
        { name: t('redis.column.name'), value: client.name ?? '—' },
        { name: t('redis.column.lastCommand'), value: <span className="mono">{client.lastCommand ?? '—'}</span> },
      ]}
      blockedBecause={isGone ? t('redis.clientGone') : blocked}
      isRunning={kill.isRunning}
      error={kill.error}
      onConfirm={() => void run()}
      onClose={onClose}
      testId="client-kill-dialog"
    >
      <p>{t('redis.killMeans')}</p>
      {isGone && (
        <p role="status">
          <State kind="unknown" word={t('redis.clientGone')} />
        </p>
      )}
      <OperateLock connectionId={connectionId} isInline />
    </ConfirmDialog>
  );
}
