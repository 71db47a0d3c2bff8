/** The worker processes that this console keeps itself: how many, under which limits, and how the last ones ended. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { type Format, useFormat } from '../../format/use-format.ts';
import { useCommand, useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';

type Supervisor = CallOutput<'workers.supervisor'>;
type Exit = Supervisor['exits'][number];

/** The contract's limits. */
const fewest = 0;
const most = 64;

const exitKinds: Record<Exit['reason'], StateKind> = {
  recycled: 'fresh',
  stopped: 'fresh',
  crashed: 'failed',
  killed: 'failed',
};

export function SupervisorCard(): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { data, reload } = useLiveCall(
    'workers.supervisor',
    {},
    {
      topics: ['workers.changed'],
      periodMs: 30_000,
      keptAs: 'workers-supervisor',
    },
  );
  const scale = useCommand('workers.scale');
  const isOffline = useIsOffline();
  const change = async (processCount: number): Promise<void> => {
    await scale.run({ processCount });
    reload();
  };
  return (
    <Card
      title={t('workers.supervisor')}
      testId="workers-supervisor"
      {...(data === null ? {} : { note: limitsOf(data, t, format) })}
    >
      {scale.error !== null && (
        <p role="alert">
          <State kind="failed" word={scale.error} />
        </p>
      )}
      {data !== null && (
        <div className="processes">
          <span className="num" data-testid="process-count">
            {t('workers.processes', { alive: data.processes.length, count: data.processCount })}
          </span>
          {([-1, 1] as const).map((step) => (
            <Button
              key={step}
              isSmall
              aria-label={t(step < 0 ? 'workers.fewer' : 'workers.more')}
              data-testid={step < 0 ? 'workers-fewer' : 'workers-more'}
              blockedBecause={
                isOffline
                  ? t('offlineBlocked')
                  : data.processCount + step < fewest || data.processCount + step > most
                    ? t('workers.limit', { fewest, most })
                    : null
              }
              onClick={() => void change(data.processCount + step)}
            >
              {step < 0 ? '−' : '+'}
            </Button>
          ))}
          {data.processes.map(({ pid, state, startedAtMs }) => (
            <span key={pid} className="process">
              <State
                kind={isOffline ? 'expired' : state === 'running' ? 'fresh' : 'refreshing'}
                word={t(`workers.process.${state}`)}
              />
              <span className="sub num">
                pid {pid} · <Age atMs={startedAtMs} />
              </span>
            </span>
          ))}
        </div>
      )}
      <Table
        caption={t('workers.exits')}
        columns={useExitColumns()}
        rows={data?.exits ?? []}
        rowKey={({ atMs, pid }) => `${atMs}:${pid}`}
        emptyText={t(data === null ? 'workers.unknown' : 'workers.noExits')}
        maxHeightPx={260}
      />
    </Card>
  );
}

function limitsOf(supervisor: Supervisor, t: ReturnType<typeof useTranslation>['t'], format: Format): string {
  return t('workers.limits', {
    concurrency: supervisor.concurrency,
    queues: supervisor.queues.join(', '),
    jobs: format.number(supervisor.maxJobsPerChild),
    memory: formatBytes(format.language, supervisor.memoryCeilingBytes),
  });
}

function useExitColumns(): readonly Column<Exit>[] {
  const { t } = useTranslation();
  return [
    { id: 'at', header: t('workers.column.ended'), isTight: true, render: ({ atMs }) => <Age atMs={atMs} /> },
    {
      id: 'reason',
      header: t('workers.column.reason'),
      isTight: true,
      render: ({ reason }) => <State kind={exitKinds[reason]} word={t(`workers.exit.${reason}`)} />,
    },
    { id: 'pid', header: 'pid', align: 'end', render: ({ pid }) => String(pid) },
    {
      id: 'uptime',
      header: t('workers.column.uptime'),
      align: 'end',
      render: ({ uptimeMs }) => formatDuration(uptimeMs),
    },
    { id: 'why', header: t('workers.column.why'), render: ({ why }) => why },
  ];
}
