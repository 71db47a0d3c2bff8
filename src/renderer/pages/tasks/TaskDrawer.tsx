/** One task in full: what happened to it and when, how it failed, what it belongs to, and what can be done about it. */
import { type ReactElement, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { ControlDialog, type ControlRequest } from '../../ui/celery/ControlDialog.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FactGrid } from '../../ui/FactGrid.tsx';
import { State } from '../../ui/State.tsx';
import { AgainDialog } from './AgainDialog.tsx';
import { RevealedCall } from './RevealedCall.tsx';
import { RunTime } from './RunTime.tsx';
import { TaskState } from './TaskState.tsx';
import { TaskTimeline } from './TaskTimeline.tsx';
import { TaskTree } from './TaskTree.tsx';
import { isFinished, type Task, type TaskDetail } from './tasks-model.ts';
import { WhereNow } from './WhereNow.tsx';

interface TaskDrawerProps {
  /** Empty: whichever broker knows it. */
  readonly brokerId: string;
  readonly taskId: string;
  readonly onOpen: (taskId: string) => void;
  readonly onSearch: (part: Readonly<Record<string, string>>) => void;
  readonly onClose: () => void;
}

export function TaskDrawer({ brokerId, taskId, onOpen, onSearch, onClose }: TaskDrawerProps): ReactElement {
  const { t } = useTranslation();
  const { data, error } = useLiveCall(
    'celery.task',
    { brokerId: brokerId === '' ? null : brokerId, taskId },
    { topics: ['celery.changed'], periodMs: 10_000 },
  );
  const [request, setRequest] = useState<ControlRequest | null>(null);
  const [isAgain, setIsAgain] = useState(false);
  const task = data?.task ?? null;
  return (
    <Drawer
      title={task?.name ?? taskId}
      contentKey={`${brokerId}/${taskId}`}
      testId="task-detail"
      onClose={onClose}
      note={
        <>
          {task !== null && <TaskState task={task} />}
          <span className="mono">{taskId}</span>
        </>
      }
      {...(task === null
        ? {}
        : { actions: <Actions task={task} onControl={setRequest} onAgain={() => setIsAgain(true)} /> })}
    >
      {data === null && error === null && <EmptyState icon="refreshing" title={t('celery.loading')} />}
      {data === null && error !== null && (
        <EmptyState icon="failed" kind="failed" title={error.message} text={error.help} testId="task-missing" />
      )}
      {data !== null && <Detail detail={data} onOpen={onOpen} onSearch={onSearch} />}
      {request !== null && <ControlDialog request={request} onClose={() => setRequest(null)} />}
      {isAgain && task !== null && <AgainDialog task={task} onOpen={onOpen} onClose={() => setIsAgain(false)} />}
    </Drawer>
  );
}

interface ActionsProps {
  readonly task: Task;
  readonly onControl: (request: ControlRequest) => void;
  readonly onAgain: () => void;
}

function Actions({ task, onControl, onAgain }: ActionsProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const blocked = isOffline ? t('offlineBlocked') : null;
  const over = isFinished(task.state) ? t('celery.isOver') : null;
  const revoke = (terminate: boolean): void =>
    onControl({
      brokerId: task.brokerId,
      nodes: [],
      action: { kind: 'revoke', taskIds: [task.taskId], terminate },
    });
  return (
    <>
      <Button isSmall blockedBecause={blocked} data-testid="task-again" onClick={onAgain}>
        {t('celery.again')}
      </Button>
      <Button isSmall blockedBecause={blocked ?? over} data-testid="task-revoke" onClick={() => revoke(false)}>
        {t('celery.act.revoke')}
      </Button>
      <Button
        isSmall
        blockedBecause={blocked ?? over ?? (task.state === 'STARTED' ? null : t('celery.notRunning'))}
        data-testid="task-terminate"
        onClick={() => revoke(true)}
      >
        {t('celery.terminate')}
      </Button>
    </>
  );
}

interface DetailProps {
  readonly detail: TaskDetail;
  readonly onOpen: (taskId: string) => void;
  readonly onSearch: TaskDrawerProps['onSearch'];
}

function Detail({ detail, onOpen, onSearch }: DetailProps): ReactElement {
  const { t } = useTranslation();
  const { task, traceback, tree } = detail;
  const { failureId, rootId } = task;
  return (
    <>
      {task.doubt !== null && (
        <Banner kind="unknown" word={t('celery.doubtful')} testId="task-doubt">
          {t(`celery.doubtMeans.${task.doubt}`)}
        </Banner>
      )}
      {task.slowerThanP95 && (
        <Banner kind="stale" word={t('celery.slow')} testId="task-slow">
          {t('celery.slowMeans')}
        </Banner>
      )}
      <Facts detail={detail} />
      {task.exception !== null && (
        <Part
          title={t('celery.part.failure')}
          aside={
            failureId === null ? null : (
              <button type="button" className="row-link sub" onClick={() => onSearch({ failure: failureId })}>
                {t('celery.sameFailure')}
              </button>
            )
          }
        >
          <p className="task-error">{task.exception}</p>
          {traceback !== null && (
            <details>
              <summary>{t('celery.traceback')}</summary>
              <pre>{traceback}</pre>
            </details>
          )}
        </Part>
      )}
      <Part title={t('celery.part.timeline')}>
        <TaskTimeline entries={detail.timeline} />
      </Part>
      {!isFinished(task.state) && (
        <Part title={t('celery.part.where')}>
          <WhereNow task={task} />
        </Part>
      )}
      <Part title={t('celery.part.call')}>
        <RevealedCall key={task.taskId} task={task} isKnown={detail.argsKnown} />
      </Part>
      <Result detail={detail} onOpen={onOpen} />
      {detail.group !== null && <Group group={detail.group} chosen={task.taskId} onOpen={onOpen} />}
      {tree.length > 1 && (
        <Part
          title={t('celery.part.tree', { count: tree.length })}
          aside={
            <button
              type="button"
              className="row-link sub"
              onClick={() => onSearch({ root: rootId ?? task.taskId })}
              data-testid="task-tree-list"
            >
              {t('celery.asList')}
            </button>
          }
        >
          <TaskTree nodes={tree} isCut={detail.treeCut} chosen={task.taskId} onOpen={onOpen} />
        </Part>
      )}
    </>
  );
}

interface PartProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export function Part({ title, aside, children }: PartProps): ReactElement {
  return (
    <section>
      <h3>
        {title} {aside}
      </h3>
      {children}
    </section>
  );
}

function Facts({ detail }: { readonly detail: TaskDetail }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { task, expiresMs } = detail;
  const { sentAtMs, receivedAtMs, startedAtMs, etaMs } = task;
  const moment = (atMs: number | null): string => (atMs === null ? '—' : format.exactMoment(atMs));
  const begunMs = sentAtMs ?? receivedAtMs;
  const waitMs = begunMs === null || startedAtMs === null ? null : Math.max(0, startedAtMs - begunMs);
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('celery.column.worker'), task.worker ?? '—'],
    [t('celery.column.queue'), task.queue ?? '—'],
    [t('celery.column.broker'), task.brokerId],
    [t('celery.column.took'), <RunTime key="took" task={task} />],
    [t('celery.fact.waited'), waitMs === null ? '—' : formatDuration(waitMs)],
    [t('celery.column.retries'), format.number(task.retries)],
    [t('celery.fact.eta'), moment(etaMs)],
    [t('celery.fact.expires'), moment(expiresMs)],
  ];
  return (
    <section>
      <FactGrid facts={facts} />
    </section>
  );
}

function Result({ detail, onOpen }: Pick<DetailProps, 'detail' | 'onOpen'>): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { result, task } = detail;
  return (
    <Part title={t('celery.part.result')}>
      {result === null && <State kind="unknown" word={t('celery.result.unasked')} />}
      {result !== null && (
        <>
          {result.status === 'absent' || result.status === 'unreadable' ? (
            <State kind="unknown" word={t(`celery.result.${result.status}`)} />
          ) : (
            <>
              <TaskState task={{ state: result.status }} />
              {result.status !== task.state && <span className="sub"> · {t('celery.result.differs')}</span>}
            </>
          )}
          {result.doneAtMs !== null && <span className="sub num"> · {format.exactMoment(result.doneAtMs)}</span>}
          {result.groupId !== null && detail.group === null && (
            <p className="sub">
              {t('celery.result.group')} <span className="mono">{result.groupId}</span>
            </p>
          )}
          {result.chord !== null && (
            <p data-testid="task-chord">
              {t('celery.result.chord', {
                done: format.number(result.chord.done),
                size: format.number(result.chord.size),
              })}
            </p>
          )}
          {result.childIds.length > 0 && (
            <p className="sub">
              {t('celery.result.children')}{' '}
              {result.childIds.slice(0, 20).map((id) => (
                <button key={id} type="button" className="row-link mono" onClick={() => onOpen(id)}>
                  {id.slice(0, 8)}{' '}
                </button>
              ))}
            </p>
          )}
        </>
      )}
    </Part>
  );
}

interface GroupProps {
  readonly group: NonNullable<TaskDetail['group']>;
  readonly chosen: string;
  readonly onOpen: (taskId: string) => void;
}

function Group({ group: { groupId, size, parts, aroundCount }, chosen, onOpen }: GroupProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const known = format.number(parts.length);
  const isWhole = size !== null && parts.length >= size;
  const title =
    size === null
      ? t('celery.group.parts', { count: parts.length, text: known })
      : t('celery.group.partsOf', { count: size, known, text: format.number(size) });
  return (
    <Part title={title} aside={<span className="mono sub">{groupId}</span>}>
      <TaskTree nodes={parts} isCut={false} chosen={chosen} onOpen={onOpen} testId="task-group" />
      {!isWhole && <p className="sub">{t('celery.group.means', { text: format.number(aroundCount) })}</p>}
    </Part>
  );
}
