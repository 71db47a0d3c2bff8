/** Asks the workers themselves which of them holds a task at this moment. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { describeError } from '../../state/live-query.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { State } from '../../ui/State.tsx';
import type { Task } from './tasks-model.ts';

type Where = CallOutput<'celery.where'>['tasks'][number];

export function WhereNow({ task }: { readonly task: Pick<Task, 'brokerId' | 'taskId'> }): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { client } = useServices();
  const [where, setWhere] = useState<Where | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const ask = async (): Promise<void> => {
    setIsAsking(true);
    try {
      const { tasks } = await client.call('celery.where', { brokerId: task.brokerId, taskIds: [task.taskId] });
      setWhere(tasks[0] ?? null);
      setProblem(null);
    } catch (error) {
      setProblem(describeError(error).message);
    }
    setIsAsking(false);
  };
  return (
    <div className="where-now">
      <Button
        isSmall
        data-testid="task-where"
        blockedBecause={isOffline ? t('offlineBlocked') : isAsking ? t('part.running') : null}
        onClick={() => void ask()}
      >
        {t('celery.askWorkers')}
      </Button>
      {problem !== null && <State kind="failed" word={problem} />}
      {problem === null && where !== null && (
        <span role="status">
          <State
            kind={where.state === 'absent' ? 'unknown' : where.state === 'active' ? 'refreshing' : 'fresh'}
            word={t(`celery.where.${where.state}`)}
          />{' '}
          {where.node}
          {where.silentCount > 0 && (
            <span className="sub"> · {t('celery.where.silent', { count: where.silentCount })}</span>
          )}
        </span>
      )}
    </div>
  );
}
