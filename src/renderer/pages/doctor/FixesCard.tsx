/** Fixes that were applied, with their outcome, and the way back. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { type Format, useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { useOperate } from '../../state/operate.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { CommandList } from './CommandList.tsx';
import { checkTitleOf, fixWordsOf } from './finding-words.ts';

type Fix = CallOutput<'doctor.fixes'>['fixes'][number];

const kinds: Record<Fix['state'], StateKind> = {
  mended: 'fresh',
  settling: 'refreshing',
  failing: 'failed',
  undone: 'unknown',
};

interface FixesCardProps {
  readonly fixes: readonly Fix[];
  readonly onUndone: () => void;
}

export function FixesCard({ fixes, onUndone }: FixesCardProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const format = useFormat();
  const [chosen, setChosen] = useState<Fix | null>(null);
  return (
    <Card title={t('doctor.fixes')} note={t('doctor.fixesNote')} testId="doctor-fixes">
      <ul className="fix-list">
        {fixes.map((fix) => (
          <li key={fix.fixId}>
            <State kind={isOffline ? 'expired' : kinds[fix.state]} word={t(`doctor.state.${fix.state}`)} />
            <span>
              {fixWordsOf(fix.findingId, fix.plan, format).title} <span className="sub">{foundWords(fix, format)}</span>
            </span>
            <span className="sub">
              <Age atMs={fix.undoneAtMs ?? fix.atMs} /> {t('doctor.by', { who: fix.who })}
            </span>
            {fix.state !== 'undone' && (
              <Button
                isSmall
                blockedBecause={isOffline ? t('offlineBlocked') : null}
                onClick={() => setChosen(fix)}
                data-testid="undo"
              >
                {t('doctor.undo')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {chosen !== null && (
        <UndoDialog
          fix={chosen}
          onClose={() => setChosen(null)}
          onUndone={() => {
            setChosen(null);
            onUndone();
          }}
        />
      )}
    </Card>
  );
}

/** What it was applied against: the finding is over, and its figures with it, so other languages name the check. */
function foundWords({ checkId, findingTitle }: Fix, format: Format): string {
  return checkTitleOf(checkId, findingTitle, format);
}

interface UndoDialogProps {
  readonly fix: Fix;
  readonly onClose: () => void;
  readonly onUndone: () => void;
}

function UndoDialog({ fix, onClose, onUndone }: UndoDialogProps): ReactElement {
  const { t } = useTranslation();
  const undo = useCommand('doctor.undo');
  const words = fixWordsOf(fix.findingId, fix.plan, useFormat());
  const { blocked } = useOperate(fix.plan.connectionId);
  const confirm = async (): Promise<void> => {
    const { error } = await undo.run({ fixId: fix.fixId });
    if (error === null) onUndone();
  };
  return (
    <ConfirmDialog
      title={t('doctor.undoTitle')}
      confirmLabel={t('doctor.undoNow')}
      blockedBecause={blocked}
      isRunning={undo.isRunning}
      error={undo.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
      testId="undo-dialog"
    >
      <p>
        <b>{words.title}</b>
      </p>
      <CommandList title={t('doctor.undoCommands')} commands={fix.plan.undo} testId="undo-commands" />
      <OperateLock connectionId={fix.plan.connectionId} isInline />
    </ConfirmDialog>
  );
}
