/** Acknowledges a firing alert with a note; what goes wrong is said in the dialog, and nothing typed is lost. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import { useFormat } from '../../format/use-format.ts';
import { describeError } from '../../state/live-query.ts';
import { useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { State } from '../../ui/State.tsx';
import type { AlertStatus } from './alerts-model.ts';

/** The contract's limit. */
const longestNote = 500;

interface AcknowledgeDialogProps {
  readonly alert: AlertStatus;
  readonly onClose: () => void;
}

export function AcknowledgeDialog({ alert, onClose }: AcknowledgeDialogProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { client, alerts } = useServices();
  const [note, setNote] = useState('');
  const [error, setError] = useState<string | null>(null);
  const submit = async (): Promise<void> => {
    try {
      await client.call('alerts.acknowledge', { ruleId: alert.rule.id, note: note.trim() });
      alerts.reload();
      onClose();
    } catch (thrown) {
      const { message, help } = describeError(thrown);
      setError(`${message} ${help}`.trim());
    }
  };
  return (
    <Dialog
      title={t('alerts.acknowledgeTitle', { title: alertTitle(format.language, alert.rule.title) })}
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <label className="field">
          {t('alerts.note')}
          <textarea
            className="input"
            value={note}
            maxLength={longestNote}
            placeholder={t('alerts.notePlaceholder')}
            onChange={(event) => setNote(event.target.value)}
            data-testid="acknowledge-note"
          />
        </label>
        {error !== null && (
          <p role="alert">
            <State kind="failed" word={error} />
          </p>
        )}
        <div className="actions">
          <Button onClick={onClose}>{t('alerts.cancel')}</Button>
          <button type="submit" className="button primary" data-testid="acknowledge-confirm">
            {t('alerts.acknowledge')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
