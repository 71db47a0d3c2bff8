/** A task's state as icon, word and colour; offline it is the last known one. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useIsOffline } from '../../state/services.ts';
import { State } from '../../ui/State.tsx';
import { kindOf, type Task } from './tasks-model.ts';

interface TaskStateProps {
  readonly task: Pick<Task, 'state'> & Partial<Pick<Task, 'doubt' | 'stateSource'>>;
}

export function TaskState({ task }: TaskStateProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const word = t(`celery.state.${task.state}`);
  const isDoubtful = (task.doubt ?? null) !== null;
  return (
    <State
      kind={isOffline ? 'expired' : kindOf(task)}
      word={isDoubtful ? t('celery.inDoubt', { state: word }) : word}
      {...(task.stateSource === 'result' ? { title: t('celery.fromResult') } : {})}
    />
  );
}
