/** The next 24 hours as a line for each schedule, every due time a mark. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useLiveCall } from '../../state/calls.ts';
import { Card } from '../../ui/Card.tsx';
import { hourMarks, type Lane, lanesOf, type Schedule, type Upcoming } from './schedules-model.ts';

const hours = 24;
const labelEveryHours = 3;

export function UpcomingCard({ schedules }: { readonly schedules: readonly Schedule[] | null }): ReactElement {
  const { t } = useTranslation();
  const { data } = useLiveCall(
    'schedules.upcoming',
    { hours },
    {
      topics: ['schedules.changed'],
      periodMs: 60_000,
      keptAs: 'schedules-upcoming',
    },
  );
  return (
    <Card
      title={t('schedules.upcoming', { hours })}
      testId="schedules-upcoming"
      {...(data === null ? {} : { aside: t('schedules.runCount', { count: data.runs.length }) })}
    >
      {data === null || schedules === null ? (
        <div className="lanes-place" />
      ) : (
        <Lanes upcoming={data} schedules={schedules} />
      )}
    </Card>
  );
}

function Lanes({
  upcoming,
  schedules,
}: {
  readonly upcoming: Upcoming;
  readonly schedules: readonly Schedule[];
}): ReactElement {
  const { t } = useTranslation();
  if (schedules.length === 0) return <p className="empty">{t('schedules.none')}</p>;
  return (
    <div className="lanes">
      {lanesOf(schedules, upcoming).map((lane) => (
        <LaneRow key={lane.schedule.id} lane={lane} />
      ))}
      <Hours fromMs={upcoming.fromMs} toMs={upcoming.toMs} />
    </div>
  );
}

function LaneRow({ lane }: { readonly lane: Lane }): ReactElement {
  const { t } = useTranslation();
  const { schedule, marks, isTruncated } = lane;
  const count = t('schedules.runCount', { count: marks.length });
  return (
    <div className="lane" data-testid={`lane-${schedule.id}`}>
      <span className="name">{schedule.title}</span>
      <svg
        viewBox="0 0 1000 14"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${schedule.title}: ${schedule.paused ? t('schedules.paused') : count}`}
      >
        <path d="M0 7H1000" stroke="var(--line-strong)" vectorEffect="non-scaling-stroke" />
        <path
          d={marks.map((place) => `M${(place * 1000).toFixed(1)} 1.5V12.5`).join('')}
          stroke="var(--chart-1)"
          strokeWidth="1.500"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <span className="sub num">{schedule.paused ? t('schedules.paused') : `${count}${isTruncated ? '+' : ''}`}</span>
    </div>
  );
}

function Hours({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): ReactElement {
  const format = useFormat();
  return (
    <div className="lane hours" aria-hidden="true">
      <span />
      <span className="axis">
        {hourMarks(fromMs, toMs, labelEveryHours).map((atMs) => (
          <i key={atMs} style={{ left: `${((atMs - fromMs) / (toMs - fromMs)) * 100}%` }}>
            {format.time(atMs)}
          </i>
        ))}
      </span>
      <span />
    </div>
  );
}
