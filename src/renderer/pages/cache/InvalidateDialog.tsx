/** Invalidates entries by key or by tag, after showing what will go, how many, and how big. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallInput } from '../../../shared/contract.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { SelectFilter } from '../../ui/SelectFilter.tsx';
import { type EntriesPage, showMs } from './cache-model.ts';
import { ReachSample, useReachFacts } from './Reach.tsx';
import { ReasonField } from './ReasonField.tsx';
import { usePreview } from './use-preview.ts';

type Mode = NonNullable<CallInput<'cache.invalidate'>['mode']>;
const modes = ['stale', 'expired'] as const satisfies Mode[];

interface InvalidateDialogProps {
  /** Chosen entries; none: tags are chosen in the dialog. */
  readonly keys: readonly string[];
  readonly tags: readonly string[];
  readonly offered: EntriesPage['facets']['tags'];
  readonly onDone: (outcome: string) => void;
  readonly onClose: () => void;
}

export function InvalidateDialog(props: InvalidateDialogProps): ReactElement {
  const { keys, offered, onDone, onClose } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const [tags, setTags] = useState(props.tags);
  const [mode, setMode] = useState<Mode>('stale');
  const [reason, setReason] = useState('');
  const { run, isRunning, error } = useCommand('cache.invalidate');
  const hasTarget = keys.length + tags.length > 0;
  const preview = usePreview('cache.invalidatePreview', hasTarget ? { keys: [...keys], tags: [...tags] } : null);
  const count = preview.data?.entryCount ?? 0;
  const facts = useReachFacts(preview.data);
  const confirm = async (): Promise<void> => {
    const { output: done } = await run({ keys: [...keys], tags: [...tags], mode, reason });
    if (done === null) return;
    onDone(
      t('cache.outcome.invalidated', {
        count: done.entryCount,
        text: format.number(done.entryCount),
        size: formatBytes(format.language, done.sizeBytes),
        took: showMs(format, done.tookMs),
      }),
    );
  };
  return (
    <ConfirmDialog
      title={t('cache.invalidateTitle')}
      confirmLabel={
        preview.data === null
          ? t('cache.invalidateTitle')
          : t('cache.confirmInvalidate', { count, text: format.number(count) })
      }
      facts={hasTarget ? facts : []}
      blockedBecause={blockedBecause(hasTarget, preview.data, t)}
      isRunning={isRunning}
      error={error ?? preview.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
      testId="invalidate-dialog"
      more={
        <>
          <ReachSample reach={preview.data} />
          <ReasonField value={reason} onChange={setReason} />
        </>
      }
    >
      {keys.length > 0 ? (
        <p className="mono">
          {keys.length === 1
            ? keys[0]
            : t('cache.keysTarget', { count: keys.length, text: format.number(keys.length) })}
        </p>
      ) : (
        <p>
          <SelectFilter
            label={t('cache.chooseTags')}
            options={offered.map(({ name, count: entries }) => ({
              id: name,
              title: name,
              hint: format.number(entries),
            }))}
            chosen={tags}
            onChange={setTags}
            testId="invalidate-tags"
          />
        </p>
      )}
      <fieldset className="choice">
        <legend>{t('cache.mode.label')}</legend>
        {modes.map((each) => (
          <label key={each}>
            <input type="radio" name="mode" checked={mode === each} onChange={() => setMode(each)} />
            {t(`cache.mode.${each}`)}
          </label>
        ))}
      </fieldset>
    </ConfirmDialog>
  );
}

function blockedBecause(
  hasTarget: boolean,
  reach: { readonly entryCount: number; readonly complete: boolean } | null,
  t: ReturnType<typeof useTranslation>['t'],
): string | null {
  if (!hasTarget) return t('cache.chooseTarget');
  if (reach === null) return t('cache.counting');
  // Where the index is incomplete there may be entries that it does not know.
  return reach.entryCount === 0 && reach.complete ? t('cache.reachNothing') : null;
}
