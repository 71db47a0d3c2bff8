/** The columns of the list of jobs. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { State } from '../../ui/State.tsx';
import type { VirtualColumn } from '../../ui/virtual-column.ts';
import { type JobRow, jobStateKinds, latencyText, type Queue, queueKey, queueTitle } from './queues-model.ts';

/** @param queues known by name; a column for the queue stands only where jobs of several are listed */
export function useJobColumns(queues: readonly Queue[], hasManyQueues: boolean): readonly VirtualColumn<JobRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const ownNames = useMemo(
    () => new Map(queues.filter(({ own }) => own).map(({ id }) => [queueKey(id), id.name])),
    [queues],
  );
  return useMemo(
    () => [
      {
        id: 'state',
        header: t('queues.column.state'),
        widthPx: 104,
        render: ({ state, missing }) => (
          <State
            kind={missing ? 'unknown' : jobStateKinds[state]}
            word={missing ? t('queues.gone') : t(`queues.state.${state}`)}
          />
        ),
      },
      ...(hasManyQueues
        ? [
            {
              id: 'queue',
              header: t('queues.column.queue'),
              widthPx: 100,
              render: ({ queue }: JobRow) => ownNames.get(queueKey(queue)) ?? queueTitle(queue),
            },
          ]
        : []),
      { id: 'name', header: t('queues.column.name'), widthPx: 124, render: ({ name }) => name ?? '—' },
      {
        id: 'id',
        header: t('queues.column.id'),
        widthPx: 96,
        render: ({ jobId }) => <span className="mono">{jobId}</span>,
      },
      {
        id: 'what',
        header: t('queues.column.what'),
        render: ({ error, dataPreview }) =>
          error === null ? <span className="mono sub">{dataPreview ?? ''}</span> : <span>{error}</span>,
      },
      {
        id: 'attempts',
        header: t('queues.column.attempts'),
        widthPx: 80,
        align: 'end',
        render: ({ attemptsMade, maxAttempts }) => `${attemptsMade} / ${maxAttempts}`,
      },
      {
        id: 'took',
        header: t('queues.column.took'),
        widthPx: 80,
        align: 'end',
        render: ({ startedAtMs, finishedAtMs }) =>
          latencyText(startedAtMs === null || finishedAtMs === null ? null : finishedAtMs - startedAtMs, format.number),
      },
      {
        id: 'age',
        header: t('queues.column.when'),
        widthPx: 110,
        align: 'end',
        render: ({ finishedAtMs, startedAtMs, createdAtMs }) => {
          const atMs = finishedAtMs ?? startedAtMs ?? createdAtMs;
          return atMs === null ? '—' : <Age atMs={atMs} />;
        },
      },
    ],
    [t, format, ownNames, hasManyQueues],
  );
}
