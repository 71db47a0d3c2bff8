/** Every task by its name: how many run and wait, how they ended, and how long they take. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { useFormat } from '../../format/use-format.ts';
import type { LiveCall } from '../../state/calls.ts';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Problem } from './Problem.tsx';
import { runtimeText, type TaskName } from './tasks-model.ts';

interface NamesCardProps {
  readonly names: LiveCall<CallOutput<'celery.taskNames'>>;
  readonly hasManyBrokers: boolean;
  readonly onSearch: (part: Readonly<Record<string, string | null>>) => void;
}

export function NamesCard({ names: { data, error }, hasManyBrokers, onSearch }: NamesCardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = [...useWhoColumns(hasManyBrokers, onSearch), ...useCountColumns(), ...useTimeColumns()];
  return (
    <Card
      title={t('celery.tab.names')}
      testId="task-names"
      {...(data === null ? {} : { note: t('celery.countedSince', { moment: format.exactMoment(data.sinceMs) }) })}
    >
      <Problem error={error} />
      <Table
        caption={t('celery.tab.names')}
        columns={columns}
        rows={data?.names ?? []}
        rowKey={({ brokerId, name }) => `${brokerId}/${name}`}
        emptyText={t(data === null ? 'celery.loading' : 'celery.noNames')}
        maxHeightPx={560}
        initialSorting={{ columnId: 'running', direction: 'descending' }}
      />
    </Card>
  );
}

function useWhoColumns(hasManyBrokers: boolean, onSearch: NamesCardProps['onSearch']): readonly Column<TaskName>[] {
  const { t } = useTranslation();
  return [
    {
      id: 'name',
      header: t('celery.column.name'),
      render: ({ name, brokerId }) => (
        <>
          <button type="button" className="row-link" onClick={() => onSearch({ name })} data-testid={`name-${name}`}>
            {name}
          </button>
          {hasManyBrokers && <div className="sub">{brokerId}</div>}
        </>
      ),
      sortValue: ({ name }) => name,
    },
    {
      id: 'slow',
      header: t('celery.column.slow'),
      isTight: true,
      render: ({ slowRunning, name }) =>
        slowRunning === 0 ? (
          ''
        ) : (
          <button type="button" className="row-link" onClick={() => onSearch({ name, only: 'slow' })}>
            <State kind="stale" word={t('celery.slowCount', { count: slowRunning })} />
          </button>
        ),
      sortValue: ({ slowRunning }) => slowRunning,
    },
  ];
}

function useCountColumns(): readonly Column<TaskName>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return (['running', 'waiting', 'succeeded', 'failed', 'retried'] as const).map((id) => ({
    id,
    header: t(`celery.column.${id}`),
    align: 'end' as const,
    render: (row: TaskName) => format.number(row[id]),
    sortValue: (row: TaskName) => row[id],
  }));
}

function useTimeColumns(): readonly Column<TaskName>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    ...(['p50Ms', 'p95Ms', 'p99Ms'] as const).map((id) => ({
      id,
      header: id.slice(0, 3),
      align: 'end' as const,
      render: (row: TaskName) => runtimeText(row[id], format.number),
      sortValue: (row: TaskName) => row[id],
    })),
    {
      id: 'samples',
      header: t('celery.column.samples'),
      align: 'end',
      render: ({ sampleCount }) => format.number(sampleCount),
      sortValue: ({ sampleCount }) => sampleCount,
    },
    {
      id: 'last',
      header: t('celery.column.lastSeen'),
      align: 'end',
      render: ({ lastSeenMs }) => <Age atMs={lastSeenMs} />,
      sortValue: ({ lastSeenMs }) => lastSeenMs,
    },
  ];
}
