/** Asks before a queue is emptied: how much goes, what does not, and its name to be typed. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { connectionOfBroker, useOperate } from '../../state/operate.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import type { Queue } from './tasks-model.ts';

interface PurgeDialogProps {
  readonly queue: Queue;
  readonly onClose: () => void;
}

export function PurgeDialog({ queue, onClose }: PurgeDialogProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const purge = useCommand('celery.purge');
  const { brokerId, name, waiting, held } = queue;
  const connectionId = connectionOfBroker(brokerId);
  const { blocked } = useOperate(connectionId);
  const begin = async (): Promise<void> => {
    const { error } = await purge.run({ brokerId, queue: name });
    if (error === null) onClose();
  };
  return (
    <ConfirmDialog
      title={t('celery.purgeTitle', { queue: name })}
      confirmLabel={t('celery.purge')}
      facts={[
        { name: t('celery.purgeGoes'), value: format.number(waiting.count) },
        { name: t('celery.purgeStays'), value: format.number(held.count) },
      ]}
      typed={name}
      blockedBecause={blocked}
      isRunning={purge.isRunning}
      error={purge.error}
      onConfirm={() => void begin()}
      onClose={onClose}
      testId="celery-purge"
    >
      <p>{t('celery.purgeMeans')}</p>
      <OperateLock connectionId={connectionId} isInline />
    </ConfirmDialog>
  );
}
