/** Failures grouped by their error with ids and numbers taken out; a group chosen narrows the list of jobs to it. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useLiveCall } from '../../state/calls.ts';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { type FailureGroup, type QueueId, queueTitle } from './queues-model.ts';

interface FailuresCardProps {
  readonly queues: readonly QueueId[];
  /** The group that the list of jobs is narrowed to; empty for none. */
  readonly chosen: string;
  readonly onChoose: (group: string | null) => void;
}

export function FailuresCard(props: FailuresCardProps): ReactElement | null {
  return props.queues.length === 0 ? null : <Failures {...props} />;
}

function Failures({ queues, chosen, onChoose }: FailuresCardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { data, error } = useLiveCall(
    'jobs.failures',
    { queues: [...queues] },
    { topics: ['queueActions.changed'], periodMs: 30_000 },
  );
  const searched = data?.searched ?? null;
  return (
    <Card
      title={t('queues.failures')}
      testId="failures"
      {...(searched === null
        ? {}
        : { note: t('queues.failuresOf', { count: format.number(searched.count), of: format.number(searched.of) }) })}
    >
      {error !== null && error.code !== 'CALL_DISCONNECTED' && (
        <p role="alert">
          <State kind="failed" word={error.message} />
        </p>
      )}
      <Table
        caption={t('queues.failures')}
        columns={useColumns(chosen, onChoose)}
        rows={data?.groups ?? []}
        rowKey={({ group }) => group}
        emptyText={t(data === null ? 'queues.unknownJobs' : 'queues.noFailures')}
        maxHeightPx={300}
      />
    </Card>
  );
}

function useColumns(chosen: string, onChoose: (group: string | null) => void): readonly Column<FailureGroup>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      id: 'error',
      header: t('queues.column.error'),
      render: ({ group, pattern, example }) => (
        <button
          type="button"
          className="row-link"
          aria-pressed={group === chosen}
          title={example}
          onClick={() => onChoose(group === chosen ? null : group)}
          data-testid={`group-${group}`}
        >
          {pattern}
        </button>
      ),
    },
    {
      id: 'jobs',
      header: t('queues.column.name'),
      render: ({ jobNames, queues }) => (
        <>
          {jobNames.join(', ')}
          <div className="sub">{queues.map(queueTitle).join(', ')}</div>
        </>
      ),
    },
    {
      id: 'count',
      header: t('queues.column.count'),
      align: 'end',
      render: ({ count }) => format.number(count),
      sortValue: ({ count }) => count,
    },
    {
      id: 'first',
      header: t('queues.column.first'),
      align: 'end',
      render: ({ firstAtMs }) => <Age atMs={firstAtMs} />,
      sortValue: ({ firstAtMs }) => firstAtMs,
    },
    {
      id: 'last',
      header: t('queues.column.last'),
      align: 'end',
      render: ({ lastAtMs }) => <Age atMs={lastAtMs} />,
      sortValue: ({ lastAtMs }) => lastAtMs,
    },
  ];
}
