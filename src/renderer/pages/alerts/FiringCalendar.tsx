/** A square for each day, darker the longer alerts fired; weeks are columns, Monday on top. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { type AlertFigures, dayName } from './alerts-model.ts';
import { firingDays } from './firing-days.ts';

interface FiringCalendarProps {
  readonly spans: AlertFigures['spans'];
  readonly fromMs: number;
  readonly toMs: number;
}

const weekDays = [1, 2, 3, 4, 5, 6, 7];

export function FiringCalendar({ spans, fromMs, toMs }: FiringCalendarProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const days = useMemo(() => firingDays(spans, fromMs, toMs), [spans, fromMs, toMs]);
  const most = Math.max(1, ...days.map(({ firingMs }) => firingMs));
  const offset = ((new Date(days[0]?.startMs ?? fromMs).getDay() + 6) % 7) + 1;
  return (
    <>
      <div className="calendar-box">
        <div className="calendar-days" aria-hidden="true">
          {weekDays.map((day) => (
            <span key={day}>{dayName(format.language, day)}</span>
          ))}
        </div>
        <ol className="firing-calendar" data-testid="firing-calendar">
          {days.map(({ startMs, firingMs, count }, index) => {
            const day = format.day(startMs);
            const text =
              firingMs === 0
                ? t('alerts.calendarNone', { day })
                : t('alerts.calendarDay', { day, duration: formatDuration(firingMs), count });
            const share = firingMs === 0 ? 0 : 18 + 72 * (firingMs / most);
            return (
              <li
                key={startMs}
                title={text}
                style={{
                  gridRow: index === 0 ? offset : undefined,
                  background: share === 0 ? undefined : `color-mix(in srgb, var(--failed) ${share}%, var(--surface))`,
                }}
              >
                <span className="visually-hidden">{text}</span>
              </li>
            );
          })}
        </ol>
      </div>
      <p className="sub num" data-testid="calendar-range">
        {format.day(fromMs)} – {format.day(toMs)}
      </p>
    </>
  );
}
