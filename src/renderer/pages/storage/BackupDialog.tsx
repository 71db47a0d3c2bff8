/** Asks before a backup is restored, with its name typed, or removed. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import type { Backup } from './storage-model.ts';

export interface BackupQuestion {
  readonly kind: 'restore' | 'remove';
  readonly backup: Backup;
}

interface BackupDialogProps {
  readonly question: BackupQuestion;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function BackupDialog({ question: { kind, backup }, onClose, onDone }: BackupDialogProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const restore = useCommand('storage.restore');
  const remove = useCommand('storage.backups.remove');
  const { name } = backup;
  const confirm = async (): Promise<void> => {
    const { error } = await (kind === 'restore' ? restore.run({ name, confirm: name }) : remove.run({ name }));
    if (error === null) onDone();
  };
  return (
    <ConfirmDialog
      title={t(`storage.${kind}Title`)}
      confirmLabel={t(`storage.${kind}Confirm`)}
      facts={[
        { name: t('storage.column.name'), value: <span className="mono">{name}</span> },
        { name: t('storage.column.made'), value: format.exactMoment(backup.madeAtMs) },
        { name: t('storage.column.size'), value: formatBytes(format.language, backup.sizeBytes) },
      ]}
      {...(kind === 'restore' ? { typed: name } : {})}
      isRunning={restore.isRunning || remove.isRunning}
      error={restore.error ?? remove.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
      testId="backup-dialog"
    >
      {kind === 'restore' && <p>{t('storage.restoreText')}</p>}
    </ConfirmDialog>
  );
}
