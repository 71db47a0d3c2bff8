/** Asks before a connection is forgotten with its password; of production its name must be typed. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '../../state/announce.ts';
import { useCommand } from '../../state/calls.ts';
import type { Connection } from '../../state/operate.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

interface RemoveDialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

export function RemoveDialog({ connection, onClose, onRemoved }: RemoveDialogProps): ReactElement {
  const { t } = useTranslation();
  const { announcements } = useServices();
  const isOffline = useIsOffline();
  const remove = useCommand('connections.remove');
  const run = async (): Promise<void> => {
    const { error } = await remove.run({ connectionId: connection.id });
    if (error !== null) return;
    announce(announcements, t('connections.removed', { name: connection.name }));
    onRemoved();
  };
  return (
    <ConfirmDialog
      title={t('connections.removeTitle', { name: connection.name })}
      confirmLabel={t('connections.removeConfirm')}
      facts={[{ name: t('connections.address'), value: <span className="mono">{connection.url}</span> }]}
      {...(connection.environment === 'production' ? { typed: connection.name } : {})}
      blockedBecause={isOffline ? t('offlineBlocked') : null}
      isRunning={remove.isRunning}
      error={remove.error}
      onConfirm={() => void run()}
      onClose={onClose}
      testId="connection-remove-dialog"
    >
      <p>{t('connections.removeMeans')}</p>
    </ConfirmDialog>
  );
}
