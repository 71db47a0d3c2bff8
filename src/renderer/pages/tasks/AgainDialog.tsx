/** Asks before a task is sent again with the same arguments, and leads to the new one. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../state/calls.ts';
import { connectionOfBroker, useOperate } from '../../state/operate.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import type { Task } from './tasks-model.ts';

interface AgainDialogProps {
  readonly task: Task;
  readonly onOpen: (taskId: string) => void;
  readonly onClose: () => void;
}

export function AgainDialog({ task, onOpen, onClose }: AgainDialogProps): ReactElement {
  const { t } = useTranslation();
  const again = useCommand('celery.again');
  const [queue, setQueue] = useState(task.queue ?? '');
  const connectionId = connectionOfBroker(task.brokerId);
  const { blocked } = useOperate(connectionId);
  const send = async (): Promise<void> => {
    const wanted = queue.trim();
    const { brokerId, taskId } = task;
    const { output } = await again.run({ brokerId, taskId, queue: wanted === '' ? null : wanted });
    if (output === null) return;
    onClose();
    onOpen(output.taskId);
  };
  return (
    <ConfirmDialog
      title={t('celery.again')}
      confirmLabel={t('celery.again')}
      facts={[{ name: t('celery.column.name'), value: task.name ?? task.taskId }]}
      blockedBecause={blocked}
      isRunning={again.isRunning}
      error={again.error}
      onConfirm={() => void send()}
      onClose={onClose}
      testId="celery-again"
      more={
        <label className="field">
          <span>{t('celery.againQueue')}</span>
          <input
            className="input"
            value={queue}
            onChange={(event) => setQueue(event.target.value)}
            data-testid="again-queue"
          />
        </label>
      }
    >
      <p>{t('celery.againMeans')}</p>
      <OperateLock connectionId={connectionId} isInline />
    </ConfirmDialog>
  );
}
