/** Adds a job of one's own to a queue; data that is no JSON is said before anything is sent. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { State } from '../../ui/State.tsx';
import { type ActionRequest, type Queue, queueTitle } from './queues-model.ts';

interface AddJobButtonProps {
  readonly queue: Queue;
  readonly blocked: string | null;
  readonly onAct: (request: ActionRequest) => void;
}

export function AddJobButton({ queue, blocked, onAct }: AddJobButtonProps): ReactElement {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const [name, setName] = useState('');
  const [data, setData] = useState('{}');
  const [attempts, setAttempts] = useState('1');
  const [delay, setDelay] = useState('0');
  const problem = problemOf(data);
  const counts = { attempts: Number(attempts), delayMs: Math.round(Number(delay) * 1_000) };
  const isSound =
    problem === null &&
    name.trim() !== '' &&
    Number.isInteger(counts.attempts) &&
    counts.attempts >= 1 &&
    counts.delayMs >= 0;
  return (
    <>
      <Button isSmall blockedBecause={blocked} data-testid="queue-add" onClick={() => setIsOpen(true)}>
        {t('queues.act.add')}
      </Button>
      {isOpen && (
        <Dialog title={t('queues.addTitle', { queue: queueTitle(queue.id) })} onClose={() => setIsOpen(false)}>
          <form
            className="add-job"
            onSubmit={(event) => {
              event.preventDefault();
              if (!isSound) return;
              setIsOpen(false);
              onAct({ action: 'add', queue: queue.id, name: name.trim(), data, ...counts });
            }}
          >
            <label className="field">
              {t('queues.column.name')}
              <input
                className="input"
                required
                value={name}
                onChange={(event) => setName(event.target.value)}
                data-testid="add-name"
              />
            </label>
            <label className="field">
              {t('queues.data')}
              <textarea
                className="input mono"
                value={data}
                spellCheck={false}
                onChange={(event) => setData(event.target.value)}
                data-testid="add-data"
              />
            </label>
            {problem !== null && <State kind="failed" word={t('queues.noJson', { problem })} />}
            <div className="field-row">
              <label className="field">
                {t('queues.attempts')}
                <input
                  className="input"
                  inputMode="numeric"
                  value={attempts}
                  onChange={(event) => setAttempts(event.target.value)}
                  data-testid="add-attempts"
                />
              </label>
              <label className="field">
                {t('queues.delaySeconds')}
                <input
                  className="input"
                  inputMode="decimal"
                  value={delay}
                  onChange={(event) => setDelay(event.target.value)}
                  data-testid="add-delay"
                />
              </label>
            </div>
            <div className="actions">
              <Button onClick={() => setIsOpen(false)}>{t('part.cancel')}</Button>
              <Button
                look="primary"
                type="submit"
                blockedBecause={isSound ? null : t('queues.incomplete')}
                data-testid="add-next"
              >
                {t('queues.act.add')}
              </Button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}

function problemOf(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
