/** A task's arguments and result, shown only when somebody asks: who looked is in the audit log. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { useCommand } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { State } from '../../ui/State.tsx';
import type { Task } from './tasks-model.ts';

interface RevealedCallProps {
  readonly task: Pick<Task, 'brokerId' | 'taskId'>;
  readonly isKnown: boolean;
}

export function RevealedCall({ task, isKnown }: RevealedCallProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const reveal = useCommand('celery.task.reveal');
  const [shown, setShown] = useState<CallOutput<'celery.task.reveal'> | null>(null);
  const show = async (): Promise<void> => {
    const { output } = await reveal.run({ brokerId: task.brokerId, taskId: task.taskId });
    if (output !== null) setShown(output);
  };
  if (shown !== null) {
    return (
      <dl className="revealed" data-testid="task-revealed">
        {(['args', 'kwargs', 'result'] as const).map((part) => (
          <div key={part}>
            <dt className="mono">{part}</dt>
            <dd>
              {shown[part] === null ? <span className="sub">{t('celery.notHeard')}</span> : <pre>{shown[part]}</pre>}
            </dd>
          </div>
        ))}
      </dl>
    );
  }
  return (
    <>
      <p className="sub">{t(isKnown ? 'celery.redacted' : 'celery.argsUnknown')}</p>
      <Button
        isSmall
        data-testid="task-reveal"
        blockedBecause={isOffline ? t('offlineBlocked') : reveal.isRunning ? t('part.running') : null}
        onClick={() => void show()}
      >
        {t('celery.reveal')}
      </Button>
      {reveal.error !== null && (
        <p role="alert">
          <State kind="failed" word={reveal.error} />
        </p>
      )}
    </>
  );
}
