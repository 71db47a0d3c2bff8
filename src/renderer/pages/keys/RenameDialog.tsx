/** Gives a key another name, never that of another key. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../state/calls.ts';
import { useOperate } from '../../state/operate.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { TextField } from '../../ui/Fields.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { type KeyName, readableName, type Space } from './keys-model.ts';

interface RenameDialogProps {
  readonly space: Space;
  readonly name: KeyName;
  readonly onClose: () => void;
  readonly onDone: (key: string) => void;
}

export function RenameDialog({ space, name, onClose, onDone }: RenameDialogProps): ReactElement {
  const { t } = useTranslation();
  const { blocked } = useOperate(space.connectionId);
  const command = useCommand('redis.key.rename');
  const [to, setTo] = useState(name.keyEncoding === 'text' ? name.key : '');
  const isSame = name.keyEncoding === 'text' && to === name.key;
  const run = async (): Promise<void> => {
    if ((await command.run({ ...space, ...name, to })).error === null) onDone(to);
  };
  return (
    <ConfirmDialog
      title={t('keys.renameTitle')}
      confirmLabel={t('keys.renameConfirm')}
      facts={[{ name: t('keys.column.key'), value: <span className="mono key-name">{readableName(name)}</span> }]}
      blockedBecause={blocked ?? (to === '' ? t('keys.nameMissing') : isSame ? t('keys.sameName') : null)}
      isRunning={command.isRunning}
      error={command.error}
      onConfirm={() => void run()}
      onClose={onClose}
      testId="key-rename-dialog"
    >
      <p>{t('keys.renameMeans')}</p>
      <TextField label={t('keys.newName')} value={to} onChange={setTo} testId="key-new-name" />
      <OperateLock connectionId={space.connectionId} isInline />
    </ConfirmDialog>
  );
}
