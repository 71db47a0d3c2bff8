/** Failures grouped by exception with numbers, ids and quoted values taken out; a group leads to its tasks. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useLiveCall } from '../../state/calls.ts';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Problem } from './Problem.tsx';
import type { Failure } from './tasks-model.ts';

interface FailuresCardProps {
  readonly onChoose: (failure: Failure) => void;
  readonly onOpen: (failure: Failure) => void;
}

export function FailuresCard({ onChoose, onOpen }: FailuresCardProps): ReactElement {
  const { t } = useTranslation();
  const { data, error } = useLiveCall(
    'celery.failures',
    { limit: 200 },
    { topics: [], periodMs: 5_000, keptAs: 'celery-failures' },
  );
  return (
    <Card title={t('celery.tab.failures')} note={t('celery.failuresNote')} testId="task-failures">
      <Problem error={error} />
      <Table
        caption={t('celery.tab.failures')}
        columns={useColumns(onChoose, onOpen)}
        rows={data?.failures ?? []}
        rowKey={({ brokerId, failureId }) => `${brokerId}/${failureId}`}
        emptyText={t(data === null ? 'celery.loading' : 'celery.noFailures')}
        maxHeightPx={560}
      />
    </Card>
  );
}

function useColumns(
  onChoose: FailuresCardProps['onChoose'],
  onOpen: FailuresCardProps['onOpen'],
): readonly Column<Failure>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      id: 'exception',
      header: t('celery.column.exception'),
      render: (failure) => (
        <>
          <button
            type="button"
            className="row-link"
            onClick={() => onChoose(failure)}
            data-testid={`failure-${failure.failureId}`}
          >
            {failure.exceptionType}
          </button>
          <div className="sub">{failure.message}</div>
        </>
      ),
      sortValue: ({ exceptionType }) => exceptionType,
    },
    { id: 'tasks', header: t('celery.column.name'), render: ({ taskNames }) => taskNames.join(', ') },
    {
      id: 'count',
      header: t('celery.column.count'),
      align: 'end',
      render: ({ count }) => format.number(count),
      sortValue: ({ count }) => count,
    },
    {
      id: 'first',
      header: t('celery.column.first'),
      align: 'end',
      render: ({ firstSeenMs }) => <Age atMs={firstSeenMs} />,
      sortValue: ({ firstSeenMs }) => firstSeenMs,
    },
    {
      id: 'last',
      header: t('celery.column.last'),
      align: 'end',
      render: (failure) => (
        <button type="button" className="row-link" onClick={() => onOpen(failure)}>
          <Age atMs={failure.lastSeenMs} />
        </button>
      ),
      sortValue: ({ lastSeenMs }) => lastSeenMs,
    },
  ];
}
