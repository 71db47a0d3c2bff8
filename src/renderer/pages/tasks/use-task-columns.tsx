/** The columns of the list of tasks. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import type { VirtualColumn } from '../../ui/virtual-column.ts';
import { RunTime } from './RunTime.tsx';
import { TaskState } from './TaskState.tsx';
import type { Task } from './tasks-model.ts';

export function useTaskColumns(hasManyBrokers: boolean): readonly VirtualColumn<Task>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: 'state',
        header: t('celery.column.state'),
        widthPx: 122,
        render: (task) => <TaskState task={task} />,
      },
      {
        id: 'name',
        header: t('celery.column.name'),
        render: ({ name, slowerThanP95 }) => (
          <>
            {name ?? <span className="sub">{t('celery.nameUnknown')}</span>}
            {slowerThanP95 && <span className="tag row-tag">{t('celery.slow')}</span>}
          </>
        ),
      },
      {
        id: 'id',
        header: t('celery.column.id'),
        widthPx: 92,
        render: ({ taskId }) => (
          <span className="mono" title={taskId}>
            {taskId.slice(0, 8)}
          </span>
        ),
      },
      {
        id: 'what',
        header: t('celery.column.what'),
        render: ({ exception, queue, doubt }) =>
          doubt === null ? (exception ?? <span className="sub">{queue ?? ''}</span>) : t(`celery.doubt.${doubt}`),
      },
      {
        id: 'worker',
        header: t('celery.column.worker'),
        widthPx: 150,
        render: ({ worker, brokerId }) => (hasManyBrokers ? `${worker ?? '—'} · ${brokerId}` : (worker ?? '—')),
      },
      {
        id: 'retries',
        header: t('celery.column.retries'),
        widthPx: 76,
        align: 'end',
        render: ({ retries }) => (retries === 0 ? '' : format.number(retries)),
      },
      {
        id: 'took',
        header: t('celery.column.took'),
        widthPx: 86,
        align: 'end',
        render: (task) => <RunTime task={task} />,
      },
      {
        id: 'seen',
        header: t('celery.column.seen'),
        widthPx: 110,
        align: 'end',
        render: ({ firstSeenMs }) => <Age atMs={firstSeenMs} />,
      },
    ],
    [t, format, hasManyBrokers],
  );
}
