/** The tasks that a Celery worker knows, how often it took each up, and their limits there. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { AnsweredPart } from './AnsweredPart.tsx';
import type { Wanted } from './control-form.ts';
import type { CeleryAnswers } from './worker-rows.ts';

type Registered = NonNullable<CeleryAnswers['registered']['value']>[number];

interface CeleryRegisteredProps {
  readonly answers: CeleryAnswers | null;
  readonly onWant: (wanted: Wanted) => void;
}

export function CeleryRegistered({ answers, onWant }: CeleryRegisteredProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = useColumns(answers?.stats.value?.total ?? null, onWant);
  const tasks = answers?.registered.value ?? [];
  return (
    <AnsweredPart
      title={t('workers.node.part.registered', { text: format.number(tasks.length) })}
      answer={answers?.registered ?? null}
      testId="celery-registered"
    >
      <div className="limits-table">
        <Table
          caption={t('workers.node.part.registered', { text: format.number(tasks.length) })}
          columns={columns}
          rows={tasks}
          rowKey={({ name }) => name}
          emptyText={t('workers.node.holdsNone')}
          maxHeightPx={320}
        />
      </div>
    </AnsweredPart>
  );
}

function useColumns(
  total: Readonly<Record<string, number>> | null,
  onWant: (wanted: Wanted) => void,
): readonly Column<Registered>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const blocked = isOffline ? t('offlineBlocked') : null;
  const seconds = (value: number | null): string => (value === null ? '—' : `${format.number(value)} s`);
  return [
    {
      id: 'name',
      header: t('celery.column.name'),
      render: ({ name }) => <span className="mono">{name}</span>,
      sortValue: ({ name }) => name,
    },
    {
      id: 'taken',
      header: t('workers.node.accepted'),
      align: 'end',
      render: ({ name }) => (total === null ? '—' : format.number(total[name] ?? 0)),
      sortValue: ({ name }) => total?.[name] ?? 0,
    },
    {
      id: 'rate',
      header: t('celery.control.rate'),
      align: 'end',
      render: ({ name, rateLimit }) => (
        <Button
          isSmall
          blockedBecause={blocked}
          title={`${t('celery.act.rate_limit')}: ${name}`}
          data-testid={`rate-${name}`}
          onClick={() => onWant({ form: { kind: 'rate_limit', task: name, rate: rateLimit } })}
        >
          {rateLimit ?? t('celery.control.none')}
        </Button>
      ),
    },
    {
      id: 'limits',
      header: t('workers.node.limits'),
      align: 'end',
      render: ({ name, softLimitS, hardLimitS }) => (
        <Button
          isSmall
          blockedBecause={blocked}
          title={`${t('celery.act.time_limit')}: ${name}`}
          data-testid={`limits-${name}`}
          onClick={() => onWant({ form: { kind: 'time_limit', task: name, softS: softLimitS, hardS: hardLimitS } })}
        >
          {softLimitS === null && hardLimitS === null
            ? t('celery.control.none')
            : `${seconds(softLimitS)} / ${seconds(hardLimitS)}`}
        </Button>
      ),
    },
    {
      id: 'retries',
      header: t('workers.node.maxRetries'),
      align: 'end',
      render: ({ maxRetries }) => (maxRetries === null ? '—' : format.number(maxRetries)),
    },
    {
      id: 'late',
      header: 'acks late',
      isTight: true,
      render: ({ acksLate }) => (acksLate === null ? '—' : t(acksLate ? 'workers.node.yes' : 'workers.node.no')),
    },
  ];
}
