/** Asks before a fix is applied: what it does, every command, and what undoes it. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { useOperate } from '../../state/operate.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { CommandList } from './CommandList.tsx';
import { type FixPlan, fixWordsOf } from './finding-words.ts';

interface FixDialogProps {
  readonly findingId: string;
  readonly fix: FixPlan;
  readonly onClose: () => void;
  readonly onApplied: () => void;
}

export function FixDialog({ findingId, fix, onClose, onApplied }: FixDialogProps): ReactElement {
  const { t } = useTranslation();
  const apply = useCommand('doctor.fix');
  const { blocked } = useOperate(fix.connectionId);
  const words = fixWordsOf(findingId, fix, useFormat());
  const confirm = async (): Promise<void> => {
    const { error } = await apply.run({ findingId, commands: fix.commands });
    if (error === null) onApplied();
  };
  return (
    <ConfirmDialog
      title={t('doctor.fixTitle')}
      confirmLabel={t('doctor.apply')}
      blockedBecause={blocked}
      isRunning={apply.isRunning}
      error={apply.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
      testId="fix-dialog"
    >
      <p>
        <b>{words.title}.</b> {words.note}
      </p>
      <CommandList title={t('doctor.fixCommands')} commands={fix.commands} testId="fix-commands" />
      <CommandList title={t('doctor.fixUndo')} commands={fix.undo} testId="fix-undo" />
      <OperateLock connectionId={fix.connectionId} isInline />
    </ConfirmDialog>
  );
}
