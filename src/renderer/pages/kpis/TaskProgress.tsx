/** How far a running refresh is: the section at work, how many are done, and the way to stop it. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { isTaskRunning, type Task } from '../../state/dashboard.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { State } from '../../ui/State.tsx';
import { humanName } from './known.ts';

export function TaskProgress({ task }: { readonly task: Task | null }): ReactElement {
  const { t } = useTranslation();
  const { dashboard } = useServices();
  const isOffline = useIsOffline();
  const { step = null, stepsDone = 0, stepCount = 0, ratio = 0 } = task?.progress ?? {};
  const word =
    step === null
      ? t('kpis.progressQueued')
      : t('kpis.progress', {
          step: t(`section.${step}`, { defaultValue: humanName(step) }),
          done: stepsDone,
          all: stepCount,
        });
  return (
    <span className="task-progress" data-testid="task-progress">
      <State kind="refreshing" word={word} />
      <progress value={ratio} max={1} aria-label={t('state.refreshing')} />
      {isTaskRunning(task) && !isOffline && (
        <Button look="quiet" isSmall onClick={() => void dashboard.cancel()} data-testid="cancel-refresh">
          {t('kpis.cancel')}
        </Button>
      )}
    </span>
  );
}
