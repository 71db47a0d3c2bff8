/** Changes the settings of a layer while the program runs; what a variable fixes is shown with its name and cannot be changed. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../state/calls.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import type { LayerStatus } from './cache-model.ts';
import { changesOf, draftOf, type LayerDraft, wrongFields } from './layer-draft.ts';

interface LayerDialogProps {
  readonly layer: LayerStatus;
  readonly onDone: (outcome: string) => void;
  readonly onClose: () => void;
}

const fields = [
  'ttlMs',
  'staleWindowMs',
  'maxAgeMs',
  'memoryShare',
  'codecKind',
  'compressFromBytes',
  'priority',
] as const satisfies (keyof LayerDraft)[];

export function LayerDialog({ layer, onDone, onClose }: LayerDialogProps): ReactElement {
  const { t } = useTranslation();
  // As it was when the dialog was opened: what is typed is not taken away by an answer that comes meanwhile.
  const [opened] = useState(layer);
  const [draft, setDraft] = useState(() => draftOf(opened));
  const { run, isRunning, error } = useCommand('cache.setLayer');
  const name = t(`cache.layer.${opened.layer}`);
  const wrong = wrongFields(draft);
  const changes = changesOf(draft, opened);
  const send = async (next: typeof changes | null): Promise<void> => {
    const { output } = await run({ layer: opened.layer, changes: next });
    if (output !== null) onDone(t(output.shared ? 'cache.edit.done' : 'cache.edit.doneHere', { layer: name }));
  };
  const nothing = Object.keys(changes).length === 0 ? t('cache.edit.nothing') : null;
  return (
    <ConfirmDialog
      title={t('cache.edit.title', { layer: name })}
      confirmLabel={t('cache.edit.save')}
      blockedBecause={wrong.length > 0 ? t('cache.edit.wrong') : nothing}
      isRunning={isRunning}
      error={error}
      onConfirm={() => void send(changes)}
      onClose={onClose}
      testId="layer-dialog"
      more={
        opened.changed.length > 0 && (
          <button
            type="button"
            className="row-link"
            disabled={isRunning}
            onClick={() => void send(null)}
            data-testid="layer-reset"
          >
            {t('cache.edit.reset')}
          </button>
        )
      }
    >
      <p>{t('cache.edit.text')}</p>
      {fields.map((field) => (
        <Field
          key={field}
          field={field}
          value={draft[field]}
          fixedBy={opened.fixed[field] ?? null}
          isWrong={wrong.includes(field)}
          onChange={(value) => setDraft((before) => ({ ...before, [field]: value }))}
        />
      ))}
    </ConfirmDialog>
  );
}

interface FieldProps {
  readonly field: keyof LayerDraft;
  readonly value: string;
  readonly fixedBy: string | null;
  readonly isWrong: boolean;
  readonly onChange: (value: string) => void;
}

function Field({ field, value, fixedBy, isWrong, onChange }: FieldProps): ReactElement {
  const { t } = useTranslation();
  const shared = { className: 'input', value, disabled: fixedBy !== null, 'data-testid': `layer-field-${field}` };
  return (
    <label className="field reason">
      {t(`cache.edit.field.${field}`)}
      {field === 'codecKind' ? (
        <select {...shared} onChange={(event) => onChange(event.target.value)}>
          <option value="none">{t('cache.setting.noCodec')}</option>
          <option value="zstd">zstd</option>
          <option value="brotli">brotli</option>
        </select>
      ) : (
        <input
          {...shared}
          inputMode="decimal"
          aria-invalid={isWrong}
          placeholder={field === 'compressFromBytes' ? t('cache.byDistance') : undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {fixedBy !== null && <span>{t('cache.edit.fixed', { variable: fixedBy })}</span>}
      {isWrong && <span role="alert">{t(`cache.edit.accepts.${field}`)}</span>}
    </label>
  );
}
