/** Every schedule with its plan, its last run, and what can be done with it. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { outcomeKinds, type Schedule } from './schedules-model.ts';

interface SchedulesCardProps {
  readonly schedules: readonly Schedule[] | null;
  readonly onEdit: (id: string) => void;
  readonly onShowRuns: (id: string) => void;
  readonly onChanged: () => void;
}

export function SchedulesCard({ schedules, onEdit, onShowRuns, onChanged }: SchedulesCardProps): ReactElement {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<string | null>(null);
  const actions: Column<Schedule> = {
    id: 'actions',
    header: t('schedules.column.actions'),
    isTight: true,
    render: (schedule) => (
      <RowActions
        schedule={schedule}
        onEdit={() => onEdit(schedule.id)}
        onShowRuns={() => onShowRuns(schedule.id)}
        onDone={(error) => {
          setProblem(error);
          onChanged();
        }}
      />
    ),
  };
  return (
    <Card title={t('schedules.all')} testId="schedules-all">
      {problem !== null && (
        <p role="alert">
          <State kind="failed" word={problem} />
        </p>
      )}
      <Table
        caption={t('schedules.all')}
        columns={[...usePlanColumns(), ...useRunColumns(), actions]}
        rows={schedules ?? []}
        rowKey={({ id }) => id}
        emptyText={t(schedules === null ? 'schedules.unknown' : 'schedules.none')}
      />
    </Card>
  );
}

function usePlanColumns(): readonly Column<Schedule>[] {
  const { t } = useTranslation();
  return [
    {
      id: 'title',
      header: t('schedules.column.schedule'),
      render: ({ title, job, queue, builtIn, edited }) => (
        <>
          <span className="schedule-name">{title}</span> {!builtIn && <span className="tag">{t('schedules.own')}</span>}
          {edited && <span className="tag">{t('schedules.edited')}</span>}
          <div className="sub">
            {t(`schedules.job.${job}`)} · {queue}
          </div>
        </>
      ),
      sortValue: ({ title }) => title,
    },
    {
      id: 'timing',
      header: t('schedules.column.timing'),
      render: ({ timing, inWords, jitterMs, catchUp }) => (
        <>
          {timing.kind === 'every' ? t('schedules.every', { duration: formatDuration(timing.everyMs) }) : inWords}
          <div className="sub">
            {t(`schedules.catchUp.${catchUp}`)}
            {jitterMs > 0 && ` · ${t('schedules.jitter', { duration: formatDuration(jitterMs) })}`}
          </div>
        </>
      ),
    },
    {
      id: 'next',
      header: t('schedules.column.next'),
      align: 'end',
      render: (schedule) => <NextRun schedule={schedule} />,
      sortValue: ({ nextRunAtMs }) => nextRunAtMs,
    },
  ];
}

function NextRun({ schedule }: { readonly schedule: Schedule }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { paused, nextRunAtMs } = schedule;
  const left = useNow((nowMs) =>
    nextRunAtMs === null
      ? ''
      : nextRunAtMs <= nowMs
        ? t('schedules.due')
        : t('schedules.in', { duration: formatDuration(nextRunAtMs - nowMs) }),
  );
  if (paused) return <State kind="unknown" word={t('schedules.paused')} />;
  if (nextRunAtMs === null) return <span>—</span>;
  return (
    <time dateTime={new Date(nextRunAtMs).toISOString()} title={format.exactMoment(nextRunAtMs)}>
      {left}
    </time>
  );
}

function useRunColumns(): readonly Column<Schedule>[] {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  return [
    {
      id: 'outcome',
      header: t('schedules.column.last'),
      isTight: true,
      render: ({ lastOutcome, lastError, lastRunAtMs }) => (
        <>
          <State
            kind={isOffline ? 'expired' : outcomeKinds[lastOutcome]}
            word={t(`schedules.outcome.${lastOutcome}`)}
            {...(lastError === null ? {} : { title: lastError })}
          />
          {lastRunAtMs !== null && (
            <div className="sub">
              <Age atMs={lastRunAtMs} />
            </div>
          )}
        </>
      ),
      sortValue: ({ lastRunAtMs }) => lastRunAtMs,
    },
    {
      id: 'took',
      header: t('schedules.column.duration'),
      align: 'end',
      render: ({ lastDurationMs, lastLateMs }) => (
        <>
          <Took milliseconds={lastDurationMs} />
          {lastLateMs !== null && (
            <div className="sub">
              {t('schedules.late')} <Took milliseconds={lastLateMs} />
            </div>
          )}
        </>
      ),
      sortValue: ({ lastDurationMs }) => lastDurationMs,
    },
    {
      id: 'missed',
      header: t('schedules.column.missed'),
      align: 'end',
      render: ({ missedCount, overranCount }) =>
        missedCount + overranCount === 0 ? (
          '0'
        ) : (
          <State
            kind={missedCount > 0 ? 'failed' : 'stale'}
            word={[
              ...(missedCount > 0 ? [t('schedules.missedCount', { text: missedCount })] : []),
              ...(overranCount > 0 ? [t('schedules.overranCount', { text: overranCount })] : []),
            ].join(' · ')}
          />
        ),
      sortValue: ({ missedCount, overranCount }) => missedCount + overranCount,
    },
  ];
}

/** Below ten seconds in milliseconds or tenths, above in the words of an age. */
export function Took({ milliseconds }: { readonly milliseconds: number | null }): ReactElement {
  const format = useFormat();
  if (milliseconds === null) return <>—</>;
  if (milliseconds < 1_000) return <>{format.number(Math.round(milliseconds))} ms</>;
  if (milliseconds < 10_000) return <>{format.number(milliseconds / 1_000, 1)} s</>;
  return <>{formatDuration(milliseconds)}</>;
}

interface RowActionsProps {
  readonly schedule: Schedule;
  readonly onEdit: () => void;
  readonly onShowRuns: () => void;
  /** With what went wrong, or null. */
  readonly onDone: (error: string | null) => void;
}

function RowActions({ schedule, onEdit, onShowRuns, onDone }: RowActionsProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const run = useCommand('schedules.run');
  const toggle = useCommand(schedule.paused ? 'schedules.resume' : 'schedules.pause');
  const blocked = isOffline ? t('offlineBlocked') : run.isRunning || toggle.isRunning ? t('schedules.busy') : null;
  const act = async (command: { run(input: { id: string }): Promise<{ error: string | null }> }): Promise<void> => {
    const { error } = await command.run({ id: schedule.id });
    onDone(error);
  };
  const named = (word: string): string => `${word}: ${schedule.title}`;
  return (
    <span className="row-actions">
      <Button
        isSmall
        blockedBecause={blocked}
        aria-label={named(t('schedules.runNow'))}
        data-testid={`run-${schedule.id}`}
        onClick={() => void act(run)}
      >
        {t('schedules.runNow')}
      </Button>
      <Button
        isSmall
        blockedBecause={blocked}
        aria-label={named(t(schedule.paused ? 'schedules.resume' : 'schedules.pause'))}
        data-testid={`pause-${schedule.id}`}
        onClick={() => void act(toggle)}
      >
        {t(schedule.paused ? 'schedules.resume' : 'schedules.pause')}
      </Button>
      <Button
        isSmall
        blockedBecause={isOffline ? t('offlineBlocked') : null}
        aria-label={named(t('schedules.edit'))}
        data-testid={`edit-${schedule.id}`}
        onClick={onEdit}
      >
        {t('schedules.edit')}
      </Button>
      <Button
        isSmall
        look="quiet"
        aria-label={named(t('schedules.runs'))}
        data-testid={`runs-${schedule.id}`}
        onClick={onShowRuns}
      >
        {t('schedules.runs')}
      </Button>
    </span>
  );
}
