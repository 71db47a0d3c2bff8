/** Closes a note with what was found; what goes wrong is said here, and nothing typed is lost. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../state/calls.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { State } from '../../ui/State.tsx';
import { useReviewer } from './use-reviewer.ts';

interface AnswerDialogProps {
  readonly noteId: string;
  readonly title: string;
  readonly question: string;
  readonly onClose: () => void;
}

export function AnswerDialog({ noteId, title, question, onClose }: AnswerDialogProps): ReactElement {
  const { t } = useTranslation();
  const [answer, setAnswer] = useState('');
  const [who] = useReviewer();
  const close = useCommand('review.notes.close');
  const submit = async (): Promise<void> => {
    if (close.isRunning) return;
    const { error } = await close.run({ noteId, who, answer });
    if (error === null) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {question !== '' && <p>{question}</p>}
        <label className="field">
          {t('review.answer')}
          <textarea
            className="input"
            rows={4}
            maxLength={4_000}
            value={answer}
            placeholder={t('review.answerPlaceholder')}
            onChange={(event) => setAnswer(event.target.value)}
            data-testid="answer-words"
          />
        </label>
        {close.error !== null && (
          <p role="alert">
            <State kind="failed" word={close.error} />
          </p>
        )}
        <div className="actions">
          <Button onClick={onClose}>{t('review.cancel')}</Button>
          <button type="submit" className="button primary" data-testid="answer-confirm">
            {t('review.close')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
