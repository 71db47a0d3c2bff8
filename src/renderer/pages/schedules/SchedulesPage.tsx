/** The Schedules page: what is due when, what became of each due run, and which console sees to it. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { schedulesEn } from '../../i18n/schedules-en.ts';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { LedgerCard } from './LedgerCard.tsx';
import { ScheduleDialog } from './ScheduleDialog.tsx';
import { SchedulerRole } from './SchedulerRole.tsx';
import { SchedulesCard } from './SchedulesCard.tsx';
import './schedules.css';
import { UpcomingCard } from './UpcomingCard.tsx';
import { useScheduleCommands } from './use-schedule-commands.ts';

/** In the address as the schedule to edit; no schedule can be called so. */
const newId = '+';

export function SchedulesPage(): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { data, error, reload } = useLiveCall(
    'schedules.list',
    {},
    {
      topics: ['schedules.changed'],
      periodMs: 30_000,
      keptAs: 'schedules',
    },
  );
  const address = useAddress('schedules');
  const editing = address.text('edit');
  const edit = (id: string | null): void => address.set({ edit: id }, { replace: true });
  const showRuns = (id: string | null): void => address.set({ runs: id });
  const schedules = data?.schedules ?? null;
  // Shown by the name in this language; the dialog edits the name that is kept.
  const named = schedules?.map((each) => ({ ...each, title: shownTitle(each, t) })) ?? null;
  const chosen = schedules?.find(({ id }) => id === editing) ?? null;
  useScheduleCommands(named ?? [], () => edit(newId));
  return (
    <div className="schedules-page" data-testid="page-schedules">
      <header className="top">
        <h1>{t('pages.schedules')}</h1>
        {data !== null && <SchedulerRole status={data.scheduler} isOffline={isOffline} />}
        <span className="space" />
        <Button
          look="primary"
          data-testid="schedule-add"
          blockedBecause={isOffline ? t('offlineBlocked') : null}
          onClick={() => edit(newId)}
        >
          {t('schedules.add')}
        </Button>
      </header>
      {error !== null && error.code !== 'CALL_DISCONNECTED' && (
        <Banner kind="failed" word={t('schedules.readFailed')} testId="schedules-failed">
          {error.message} {error.help}
        </Banner>
      )}
      <UpcomingCard schedules={named} />
      <SchedulesCard schedules={named} onEdit={edit} onShowRuns={showRuns} onChanged={reload} />
      <LedgerCard schedules={named ?? []} scheduleId={address.text('runs') || null} onChoose={showRuns} />
      {(editing === newId || chosen !== null) && !isOffline && (
        <ScheduleDialog
          key={editing}
          schedule={chosen}
          onClose={() => edit(null)}
          onSaved={() => {
            reload();
            edit(null);
          }}
        />
      )}
    </div>
  );
}

/** The names that the built-in schedules come with, by their ids; a name that somebody gave stays as it is. */
function shownTitle({ id, title, builtIn }: Schedule, t: ReturnType<typeof useTranslation>['t']): string {
  return builtIn && givenNames[id] === title ? t(`schedules.builtIn.${id}`) : title;
}

type Schedule = CallOutput<'schedules.list'>['schedules'][number];

const givenNames: Readonly<Record<string, string>> = schedulesEn.builtIn;
