/** Brings rules in from a file or from what is pasted; what was wrong in it is said, and nothing of it is then taken. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../state/calls.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { AreaField } from '../../ui/Fields.tsx';
import { State } from '../../ui/State.tsx';

interface RuleImportDialogProps {
  readonly onClose: () => void;
  readonly onImported: () => void;
}

export function RuleImportDialog({ onClose, onImported }: RuleImportDialogProps): ReactElement {
  const { t } = useTranslation();
  const [yaml, setYaml] = useState('');
  const [outcome, setOutcome] = useState<string | null>(null);
  const command = useCommand('alerts.rules.import');
  const submit = async (): Promise<void> => {
    setOutcome(null);
    const { output } = await command.run({ yaml });
    if (output === null) return;
    const { added, changed, unchanged } = output;
    setOutcome(t('alertRules.imported', { added: added.length, changed: changed.length, unchanged: unchanged.length }));
    onImported();
  };
  return (
    <Dialog title={t('alertRules.importTitle')} className="rule-import" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p className="sub">{t('alertRules.importText')}</p>
        <label className="field">
          {t('alertRules.importFile')}
          <input
            type="file"
            className="input"
            accept=".yaml,.yml"
            data-testid="import-file"
            onChange={(event) => void event.target.files?.[0]?.text().then(setYaml)}
          />
        </label>
        <AreaField
          label={t('alertRules.importPaste')}
          value={yaml}
          rows={12}
          isMono
          onChange={setYaml}
          testId="import-text"
        />
        {command.error !== null && (
          <p role="alert" data-testid="import-refused">
            <State kind="failed" word={command.error} />
          </p>
        )}
        {outcome !== null && (
          <p role="status" data-testid="import-outcome">
            <State kind="fresh" word={outcome} />
          </p>
        )}
        <div className="actions">
          <Button onClick={onClose}>{t('part.close')}</Button>
          <Button
            type="submit"
            look="primary"
            blockedBecause={
              command.isRunning ? t('alertRules.busy') : yaml.trim() === '' ? t('alertRules.importText') : null
            }
            data-testid="import-do"
          >
            {t('alertRules.importDo')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
