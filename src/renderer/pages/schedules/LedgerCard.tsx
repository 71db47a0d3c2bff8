/** The ledger: every due run with what became of it, how late it began and how long it took. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Took } from './SchedulesCard.tsx';
import { type Outcome, outcomeKinds, outcomes, type Run, type Schedule } from './schedules-model.ts';
import { useLedger } from './use-ledger.ts';

interface LedgerCardProps {
  readonly schedules: readonly Schedule[];
  /** Null for all of them. */
  readonly scheduleId: string | null;
  readonly onChoose: (scheduleId: string | null) => void;
}

export function LedgerCard({ schedules, scheduleId, onChoose }: LedgerCardProps): ReactElement {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const ledger = useLedger(scheduleId, outcome);
  const columns = useColumns(schedules);
  const noRuns = scheduleId === null && outcome === null ? 'schedules.noRunsYet' : 'schedules.noRuns';
  return (
    <Card title={t('schedules.ledger')} note={t('schedules.ledgerNote')} testId="schedules-ledger">
      <div className="ledger-filters" role="search">
        <select
          className="input"
          aria-label={t('schedules.column.schedule')}
          value={scheduleId ?? ''}
          onChange={(event) => onChoose(event.target.value === '' ? null : event.target.value)}
          data-testid="ledger-schedule"
        >
          <option value="">{t('schedules.allSchedules')}</option>
          {schedules.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
        <select
          className="input"
          aria-label={t('schedules.column.outcome')}
          value={outcome ?? ''}
          onChange={(event) => setOutcome(outcomes.find((each) => each === event.target.value) ?? null)}
          data-testid="ledger-outcome"
        >
          <option value="">{t('schedules.allOutcomes')}</option>
          {outcomes.map((each) => (
            <option key={each} value={each}>
              {t(`schedules.outcome.${each}`)}
            </option>
          ))}
        </select>
      </div>
      {ledger.error !== null && (
        <p role="alert">
          <State kind="failed" word={ledger.error} />
        </p>
      )}
      <Table
        caption={t('schedules.ledger')}
        columns={columns}
        rows={ledger.runs}
        rowKey={({ id }) => String(id)}
        emptyText={t(ledger.isKnown ? noRuns : 'schedules.unknown')}
        maxHeightPx={460}
      />
      {ledger.hasMore && (
        <div className="more">
          <Button
            isSmall
            blockedBecause={ledger.isLoading ? t('schedules.busy') : null}
            onClick={ledger.loadMore}
            data-testid="ledger-more"
          >
            {t('schedules.more')}
          </Button>
        </div>
      )}
    </Card>
  );
}

function useColumns(schedules: readonly Schedule[]): readonly Column<Run>[] {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const titleOf = (id: string): string => schedules.find((schedule) => schedule.id === id)?.title ?? id;
  return [
    { id: 'due', header: t('schedules.column.due'), isTight: true, render: ({ dueMs }) => <Moment atMs={dueMs} /> },
    { id: 'schedule', header: t('schedules.column.schedule'), render: ({ scheduleId }) => titleOf(scheduleId) },
    {
      id: 'outcome',
      header: t('schedules.column.outcome'),
      isTight: true,
      render: ({ outcome, dueCount }) => (
        <State
          kind={isOffline && outcome === 'running' ? 'expired' : outcomeKinds[outcome]}
          word={`${t(`schedules.outcome.${outcome}`)}${dueCount > 1 ? ` × ${dueCount}` : ''}`}
        />
      ),
    },
    {
      id: 'late',
      header: t('schedules.column.late'),
      align: 'end',
      render: ({ lateMs }) => <Took milliseconds={lateMs} />,
    },
    {
      id: 'duration',
      header: t('schedules.column.duration'),
      align: 'end',
      render: ({ startedAtMs, endedAtMs }) => (
        <Took milliseconds={startedAtMs === null || endedAtMs === null ? null : endedAtMs - startedAtMs} />
      ),
    },
    { id: 'task', header: t('schedules.column.task'), render: ({ taskId }) => <code>{taskId ?? '—'}</code> },
    { id: 'error', header: t('schedules.column.why'), render: ({ error }) => error ?? '' },
  ];
}

function Moment({ atMs }: { readonly atMs: number }): ReactElement {
  const format = useFormat();
  const text = useNow((nowMs) => format.moment(atMs, nowMs));
  return (
    <time className="num" dateTime={new Date(atMs).toISOString()} title={format.exactMoment(atMs)}>
      {text}
    </time>
  );
}
