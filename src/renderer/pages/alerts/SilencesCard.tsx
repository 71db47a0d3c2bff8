/** Silences and mute times that hold, and those that are over. */
import { type ReactElement, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { announce } from '../../state/announce.ts';
import { useCommand, useLiveCall } from '../../state/calls.ts';
import { useIsOffline, useNow, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { TimeLeft } from '../../ui/TimeLeft.tsx';
import { type AlertStatus, dayName, type Hours, type Matcher, type Silence } from './alerts-model.ts';
import { SilenceDialog } from './SilenceDialog.tsx';
import { fitsRule } from './silence-match.ts';

interface SilencesCardProps {
  readonly alerts: readonly AlertStatus[] | null;
}

export function SilencesCard({ alerts }: SilencesCardProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { alerts: live } = useServices();
  const { data, reload } = useLiveCall(
    'alerts.silences.list',
    {},
    { topics: ['alerts.changed'], periodMs: 15_000, keptAs: 'alert-silences' },
  );
  const [adding, setAdding] = useState<'silence' | 'mute' | null>(null);
  const silences = data?.silences ?? null;
  const endings = useNow((nowMs) =>
    (silences ?? []).map(({ untilMs }) => (untilMs !== null && untilMs <= nowMs ? 'x' : '-')).join(''),
  );
  const changed = (): void => {
    reload();
    live.reload();
  };
  const holding = silences?.filter((_, index) => endings[index] !== 'x') ?? null;
  const ended = silences?.filter((_, index) => endings[index] === 'x') ?? [];
  const columns = useSilenceColumns(alerts ?? []);
  const lifting: Column<Silence> = {
    id: 'lift',
    header: '',
    isTight: true,
    render: (silence) => <Lift silence={silence} onLifted={changed} />,
  };
  const blocked = isOffline ? t('offlineBlocked') : null;
  return (
    <>
      <Card
        title={t('alerts.silences')}
        note={t('alerts.silencesNote')}
        testId="silences"
        aside={
          <>
            <Button isSmall blockedBecause={blocked} data-testid="mute-open" onClick={() => setAdding('mute')}>
              {t('alerts.addMute')}
            </Button>
            <Button
              isSmall
              look="primary"
              blockedBecause={blocked}
              data-testid="silence-open"
              onClick={() => setAdding('silence')}
            >
              {t('alerts.addSilence')}
            </Button>
          </>
        }
      >
        {holding?.length === 0 ? (
          <EmptyState icon="fresh" title={t('alerts.silencesNone')} text={t('alerts.silencesNoneText')} />
        ) : (
          <Table
            caption={t('alerts.silences')}
            columns={[...columns, lifting]}
            rows={holding ?? []}
            rowKey={({ id }) => id}
            emptyText={t('alerts.loading')}
          />
        )}
      </Card>
      {ended.length > 0 && (
        <Card title={t('alerts.silencesEnded')} note={t('alerts.silencesEndedNote')} testId="silences-ended">
          <Table
            caption={t('alerts.silencesEnded')}
            columns={columns}
            rows={ended}
            rowKey={({ id }) => id}
            emptyText=""
            maxHeightPx={320}
          />
        </Card>
      )}
      {adding !== null && blocked === null && (
        <SilenceDialog
          alerts={alerts ?? []}
          ruleId={null}
          isMute={adding === 'mute'}
          onClose={() => setAdding(null)}
          onAdded={() => {
            setAdding(null);
            changed();
          }}
        />
      )}
    </>
  );
}

function useSilenceColumns(alerts: readonly AlertStatus[]): readonly Column<Silence>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const { ticker } = useServices();
  return [
    {
      id: 'matchers',
      header: t('alerts.column.matchers'),
      render: ({ matchers, hours }) => (
        <>
          <Matchers matchers={matchers} />
          {hours !== null && <HoursText hours={hours} />}
        </>
      ),
    },
    {
      id: 'fits',
      header: t('alerts.matchesTitle'),
      align: 'end',
      render: ({ matchers }) => format.number(alerts.filter(({ rule }) => fitsRule(matchers, rule)).length),
    },
    { id: 'reason', header: t('alerts.column.reason'), render: ({ reason }) => reason },
    { id: 'who', header: t('alerts.column.who'), isTight: true, render: ({ who }) => who },
    {
      id: 'since',
      header: t('alerts.column.since'),
      align: 'end',
      render: ({ fromMs }) => <span title={format.exactMoment(fromMs)}>{format.moment(fromMs, ticker.now())}</span>,
      sortValue: ({ fromMs }) => fromMs,
    },
    {
      id: 'until',
      header: t('alerts.column.until'),
      align: 'end',
      render: ({ untilMs }) =>
        untilMs === null ? (
          t('alerts.untilLifted')
        ) : (
          <span title={format.exactMoment(untilMs)}>
            <TimeLeft untilMs={untilMs} pastText={format.moment(untilMs, ticker.now())} />
          </span>
        ),
      sortValue: ({ untilMs }) => untilMs,
    },
  ];
}

function Matchers({ matchers }: { readonly matchers: readonly Matcher[] }): ReactNode {
  const { t } = useTranslation();
  if (matchers.length === 0) return t('alerts.matcherAll');
  return matchers.map(({ label, operator, value }) => (
    <span key={`${label} ${operator} ${value}`} className="tag matcher-tag">
      {t(`alerts.matcherText.${operator}`, { label, value })}
    </span>
  ));
}

function HoursText({ hours: { days, from, to, timeZone } }: { readonly hours: Hours }): ReactElement {
  const { t } = useTranslation();
  const { language } = useFormat();
  const names = days.map((day) => dayName(language, day)).join(', ');
  return <div className="sub num">{t('alerts.hours', { days: names, from, to, zone: timeZone })}</div>;
}

interface LiftProps {
  readonly silence: Silence;
  readonly onLifted: () => void;
}

function Lift({ silence, onLifted }: LiftProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { announcements } = useServices();
  const lift = useCommand('alerts.silences.lift');
  const act = async (): Promise<void> => {
    if ((await lift.run({ silenceId: silence.id })).error !== null) return;
    announce(announcements, t('alerts.lifted', { reason: silence.reason }));
    onLifted();
  };
  return (
    <>
      <Button
        isSmall
        aria-label={`${t('alerts.lift')}: ${silence.reason}`}
        data-testid={`lift-${silence.id}`}
        blockedBecause={isOffline ? t('offlineBlocked') : lift.isRunning ? t('alertRules.busy') : null}
        onClick={() => void act()}
      >
        {t('alerts.lift')}
      </Button>
      {lift.error !== null && <State kind="failed" word={lift.error} />}
    </>
  );
}
