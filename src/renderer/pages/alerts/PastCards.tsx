/** What the history adds up to: when each rule fired, by day, by rule, and when nobody could see. */
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import type { Address } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useNow, useServices } from '../../state/services.ts';
import { Card } from '../../ui/Card.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import type { AlertFigures, Gap, RuleFigures } from './alerts-model.ts';
import { FiringCalendar } from './FiringCalendar.tsx';
import { FiringLanes } from './FiringLanes.tsx';

const dayMs = 86_400_000;
const spans = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs, quarter: 90 * dayMs } as const;
const spanNames = ['day', 'week', 'month', 'quarter'] as const;
/** The stretch moves on in steps, so that it is not another question every second. */
const stepMs = 60_000;

export function PastCards({ address }: { readonly address: Address }): ReactElement {
  const { t } = useTranslation();
  const span = spanNames.find((each) => each === address.text('span')) ?? 'week';
  const toMs = useNow((nowMs) => Math.ceil(nowMs / stepMs) * stepMs);
  const fromMs = toMs - spans[span];
  const options = { topics: ['alerts.changed'] as const, periodMs: 60_000 };
  const figures = useLiveCall('alerts.figures', { fromMs, toMs }, options);
  const gaps = useLiveCall('alerts.gaps', { fromMs, toMs, limit: 500 }, options).data?.gaps ?? [];
  const { error } = figures;
  // What is shown stays while the next stretch is asked for.
  const [data, setData] = useState<AlertFigures | null>(null);
  if (figures.data !== null && figures.data !== data) setData(figures.data);
  return (
    <>
      <Card
        title={t('alerts.timeline')}
        note={t('alerts.timelineNote')}
        testId="alert-timeline"
        aside={
          <SegmentedFilter
            label={t('alerts.spanLabel')}
            options={spanNames.map((id) => ({ id, title: t(`alerts.span.${id}`) }))}
            value={span}
            onChange={(id) => address.set({ span: id === 'week' ? null : id }, { replace: true })}
            testId="history-span"
          />
        }
      >
        {error !== null && error.code !== 'CALL_DISCONNECTED' && (
          <p role="alert">
            <State kind="failed" word={t('alerts.failed', { message: error.message })} />
          </p>
        )}
        <FiringLanes
          figures={data}
          gaps={gaps}
          fromMs={fromMs}
          toMs={toMs}
          onRule={(ruleId) => address.set({ rule: ruleId })}
        />
      </Card>
      <div className="past-row">
        <RuleFiguresCard figures={data} onRule={(ruleId) => address.set({ rule: ruleId })} />
        <div className="past-side">
          {span !== 'day' && (
            <Card title={t('alerts.calendar')} note={t('alerts.calendarNote')} testId="alert-calendar">
              <FiringCalendar spans={data?.spans ?? []} fromMs={fromMs} toMs={toMs} />
            </Card>
          )}
          <GapsCard gaps={gaps} />
        </div>
      </div>
    </>
  );
}

interface RuleFiguresCardProps {
  readonly figures: AlertFigures | null;
  readonly onRule: (ruleId: string) => void;
}

function RuleFiguresCard({ figures, onRule }: RuleFiguresCardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = useMemo((): readonly Column<RuleFigures>[] => {
    const mean = (ms: number | null): string => (ms === null ? '—' : formatDuration(ms));
    return [
      {
        id: 'rule',
        header: t('alerts.column.rule'),
        render: ({ ruleId, title }) => (
          <button type="button" className="row-link" onClick={() => onRule(ruleId)}>
            {alertTitle(format.language, title)}
          </button>
        ),
        sortValue: ({ title }) => alertTitle(format.language, title),
      },
      {
        id: 'firings',
        header: t('alerts.column.firings'),
        align: 'end',
        render: ({ firingCount }) => format.number(firingCount),
        sortValue: ({ firingCount }) => firingCount,
      },
      {
        id: 'time',
        header: t('alerts.column.firingTime'),
        align: 'end',
        render: ({ firingMs }) => formatDuration(firingMs),
        sortValue: ({ firingMs }) => firingMs,
      },
      {
        id: 'acknowledge',
        header: t('alerts.column.toAcknowledge'),
        align: 'end',
        render: ({ acknowledgeMs }) => mean(acknowledgeMs),
        sortValue: ({ acknowledgeMs }) => acknowledgeMs,
      },
      {
        id: 'resolve',
        header: t('alerts.column.toResolve'),
        align: 'end',
        render: ({ resolveMs }) => mean(resolveMs),
        sortValue: ({ resolveMs }) => resolveMs,
      },
    ];
  }, [t, format, onRule]);
  return (
    <Card title={t('alerts.figures')} note={t('alerts.figuresNote')} testId="alert-figures">
      <Table
        caption={t('alerts.figures')}
        columns={columns}
        rows={figures?.rules ?? []}
        rowKey={({ ruleId }) => ruleId}
        emptyText={t(figures === null ? 'alerts.loading' : 'alerts.figuresNone')}
        maxHeightPx={300}
      />
    </Card>
  );
}

const knownReasons = ['asleep', 'held-up', 'clock-set-back', 'not-running', 'own-network'] as const;

function GapsCard({ gaps }: { readonly gaps: readonly Gap[] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { ticker } = useServices();
  return (
    <Card title={t('alerts.gaps')} note={t('alerts.gapsNote')} testId="alert-gaps">
      {gaps.length === 0 ? (
        <p className="empty">{t('alerts.gapsNone')}</p>
      ) : (
        // A scrolled region must be reachable by keyboard to be scrolled by it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <ul className="gap-list" tabIndex={0} aria-label={t('alerts.gaps')}>
          {gaps.map(({ id, fromMs, toMs, reason, detail }) => (
            <li key={id}>
              <State
                kind="unknown"
                word={t(`alerts.gapReason.${knownReasons.find((each) => each === reason) ?? 'other'}`)}
              />
              <span className="sub num" title={format.exactMoment(fromMs)}>
                {toMs === null
                  ? t('alerts.gapOpen', { from: format.moment(fromMs, ticker.now()) })
                  : t('alerts.gapSpan', {
                      from: format.moment(fromMs, ticker.now()),
                      to: format.moment(toMs, ticker.now()),
                    })}
                {toMs !== null && ` · ${formatDuration(toMs - fromMs)}`}
                {detail !== '' && ` · ${detail}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
