/** Asks before something is done: what it will reach and cost, and for what cannot be undone the word to type. */
import { type ReactElement, type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';
import { State } from './State.tsx';
import './confirm-dialog.css';

export interface ConfirmFact {
  readonly name: string;
  readonly value: ReactNode;
}

interface ConfirmDialogProps {
  readonly title: string;
  readonly confirmLabel: string;
  /** How many, how big, how long: what there is to know before saying yes. */
  readonly facts?: readonly ConfirmFact[];
  /** Must be typed exactly before the button works. */
  readonly typed?: string;
  /** Why it cannot be done (now): still counting, offline, nothing to do. */
  readonly blockedBecause?: string | null;
  readonly isRunning: boolean;
  /** What went wrong when it was tried. */
  readonly error: string | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly testId?: string;
  /** Before the facts: an explanation, choices. */
  readonly children?: ReactNode;
  /** After the facts: a sample of what they are about. */
  readonly more?: ReactNode;
}

export function ConfirmDialog(props: ConfirmDialogProps): ReactElement {
  const {
    title,
    confirmLabel,
    facts = [],
    typed,
    blockedBecause = null,
    isRunning,
    error,
    testId,
    children,
    more,
  } = props;
  const { onConfirm, onClose } = props;
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const isTyped = typed === undefined || text.trim() === typed;
  const blocked =
    blockedBecause ?? (isRunning ? t('part.running') : isTyped ? null : t('part.typeFirst', { word: typed }));
  return (
    <Dialog title={title} className="confirm" onClose={onClose}>
      <form
        data-testid={testId}
        onSubmit={(event) => {
          event.preventDefault();
          if (blocked === null) onConfirm();
        }}
      >
        {children}
        {facts.length > 0 && (
          <dl className="facts">
            {facts.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        {more}
        {typed !== undefined && <TypedWord word={typed} text={text} onChange={setText} />}
        {error !== null && (
          <p role="alert">
            <State kind="failed" word={error} />
          </p>
        )}
        <div className="actions">
          <Button onClick={onClose}>{t('part.cancel')}</Button>
          <Button look="primary" type="submit" blockedBecause={blocked} data-testid="confirm">
            {isRunning ? t('part.running') : confirmLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface TypedWordProps {
  readonly word: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

function TypedWord({ word, text, onChange }: TypedWordProps): ReactElement {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="field typed">
      <label htmlFor={id}>
        {t('part.typeToConfirm')} <b className="mono">{word}</b>
      </label>
      <input
        id={id}
        className="input"
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        data-testid="confirm-typed"
      />
    </div>
  );
}
