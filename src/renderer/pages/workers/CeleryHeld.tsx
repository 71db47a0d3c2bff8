/** The tasks that a Celery worker holds: running, reserved, or waiting for their time; each can be opened and revoked. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { routeHref } from '../../state/route.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { AnsweredPart } from './AnsweredPart.tsx';
import type { Wanted } from './control-form.ts';
import type { CeleryAnswers, CeleryWorker } from './worker-rows.ts';

type Held = NonNullable<CeleryAnswers['active']['value']>[number];

interface CeleryHeldProps {
  readonly part: 'active' | 'reserved' | 'scheduled';
  readonly worker: CeleryWorker;
  readonly held: CeleryAnswers['active'] | null;
  readonly onWant: (wanted: Wanted) => void;
}

/** More would hide what comes after them. */
const shownCount = 50;

export function CeleryHeld({ part, worker, held, onWant }: CeleryHeldProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const tasks = held?.value ?? [];
  const blocked = isOffline ? t('offlineBlocked') : worker.verdict === 'gone' ? t('workers.node.isGone') : null;
  const stop = ({ taskId }: Held): Wanted =>
    part === 'active'
      ? { form: { kind: 'terminate', taskId } }
      : { action: { kind: 'revoke', taskIds: [taskId], terminate: false } };
  return (
    <AnsweredPart
      title={t(`workers.node.part.${part}`, { text: format.number(tasks.length) })}
      answer={held}
      testId={`celery-${part}`}
    >
      {tasks.length === 0 && <p className="empty">{t('workers.node.holdsNone')}</p>}
      <ul className="plain-list held-list">
        {tasks.slice(0, shownCount).map((task) => (
          <li key={task.taskId}>
            <a href={routeHref('tasks', new URLSearchParams({ task: task.taskId, of: worker.brokerId }).toString())}>
              <b>{task.name}</b>
            </a>
            <span className="mono sub">{task.taskId}</span>
            <span className="sub num">
              <Moment task={task} clockSkewMs={worker.clockSkewMs ?? 0} />
              {task.queue !== null && ` · ${task.queue}`}
              {task.redelivered && ` · ${t('workers.node.redelivered')}`}
              {task.workerPid !== null && ` · pid ${task.workerPid}`}
            </span>
            <Button
              isSmall
              blockedBecause={blocked}
              data-testid={`${part === 'active' ? 'terminate' : 'revoke'}-${task.taskId}`}
              onClick={() => onWant(stop(task))}
            >
              {t(part === 'active' ? 'celery.terminate' : 'celery.act.revoke')}
            </Button>
          </li>
        ))}
      </ul>
      {tasks.length > shownCount && (
        <p className="sub">{t('workers.node.more', { text: format.number(tasks.length - shownCount) })}</p>
      )}
    </AnsweredPart>
  );
}

/** Since when it runs, by our clock, or when it is due. */
function Moment({ task, clockSkewMs }: { readonly task: Held; readonly clockSkewMs: number }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  if (task.etaMs !== null) return t('workers.node.due', { moment: format.exactMoment(task.etaMs) });
  if (task.startedAtMs === null) return t('workers.node.notStarted');
  return (
    <>
      {t('workers.node.began')} <Age atMs={task.startedAtMs - clockSkewMs} />
    </>
  );
}
