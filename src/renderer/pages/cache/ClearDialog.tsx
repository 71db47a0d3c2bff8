/** Clears a layer after its name was typed; what it holds is shown first. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { type LayerName, showMs } from './cache-model.ts';
import { ReachSample, useReachFacts } from './Reach.tsx';
import { ReasonField } from './ReasonField.tsx';
import { usePreview } from './use-preview.ts';

interface ClearDialogProps {
  readonly layer: LayerName | 'all';
  readonly onDone: (outcome: string) => void;
  readonly onClose: () => void;
}

export function ClearDialog({ layer, onDone, onClose }: ClearDialogProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const [reason, setReason] = useState('');
  const { run, isRunning, error } = useCommand('cache.clear');
  const preview = usePreview('cache.clearPreview', { layer });
  const facts = useReachFacts(preview.data);
  const name = t(`cache.layer.${layer}`);
  const confirm = async (): Promise<void> => {
    const { output: done } = await run({ layer, confirm: layer, reason });
    if (done === null) return;
    onDone(
      t(done.complete ? 'cache.outcome.cleared' : 'cache.outcome.clearedPartly', {
        layer: name,
        text: format.number(done.removedCount),
        size: formatBytes(format.language, done.removedBytes),
        took: showMs(format, done.tookMs),
      }),
    );
  };
  return (
    <ConfirmDialog
      title={t('cache.clearTitle', { layer: name })}
      confirmLabel={t('cache.confirmClear')}
      facts={facts}
      typed={layer}
      blockedBecause={preview.data === null ? t('cache.counting') : null}
      isRunning={isRunning}
      error={error ?? preview.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
      testId="clear-dialog"
      more={
        <>
          <ReachSample reach={preview.data} />
          <ReasonField value={reason} onChange={setReason} />
        </>
      }
    >
      <p>{t('cache.clearText')}</p>
    </ConfirmDialog>
  );
}
