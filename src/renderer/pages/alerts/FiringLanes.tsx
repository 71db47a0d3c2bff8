/** A lane for each rule that fired, with its stretches of firing; what nobody saw is shaded through all of them. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { timeTicks } from '../../ui/charts/time-series.ts';
import type { AlertFigures, Gap } from './alerts-model.ts';

interface FiringLanesProps {
  /** Null while nothing is known. */
  readonly figures: AlertFigures | null;
  readonly gaps: readonly Gap[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly onRule: (ruleId: string) => void;
}

const shownLanes = 10;
const wide = 1_000;

export function FiringLanes({ figures, gaps, fromMs, toMs, onRule }: FiringLanesProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const rules = figures?.rules ?? [];
  const nameOf = (title: string): string => alertTitle(format.language, title);
  const spanMs = toMs - fromMs;
  const isLong = spanMs > 2 * 86_400_000;
  const place = (atMs: number): number => (Math.min(Math.max(atMs, fromMs), toMs) - fromMs) / spanMs;
  const width = (from: number, to: number): number => Math.max(2, (place(to) - place(from)) * wide);
  if (rules.length === 0)
    return <p className="empty lanes-place">{t(figures === null ? 'alerts.loading' : 'alerts.timelineNone')}</p>;
  return (
    <div className="lanes-place" data-testid="firing-lanes">
      {rules.slice(0, shownLanes).map(({ ruleId, title, severity, firingMs, firingCount }) => (
        <div key={ruleId} className="firing-lane">
          <button type="button" className="row-link" title={nameOf(title)} onClick={() => onRule(ruleId)}>
            {nameOf(title)}
          </button>
          <svg
            viewBox={`0 0 ${wide} 14`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`${nameOf(title)}: ${t('alerts.calendarDay', { day: '', duration: formatDuration(firingMs), count: firingCount }).replace(/^: /, '')}`}
          >
            <rect className="lane-ground" x="0" y="0" width={wide} height="14" />
            {gaps.map((gap) => (
              <rect
                key={gap.id}
                className="lane-gap"
                x={place(gap.fromMs) * wide}
                y="0"
                width={width(gap.fromMs, gap.toMs ?? toMs)}
                height="14"
              />
            ))}
            {figures?.spans
              .filter((span) => span.ruleId === ruleId)
              .map((span) => (
                <rect
                  key={span.fromMs}
                  className={`lane-firing is-${severity}`}
                  x={Math.min(place(span.fromMs) * wide, wide - 2)}
                  y="2"
                  width={width(span.fromMs, span.toMs ?? toMs)}
                  height="10"
                >
                  <title>{`${format.exactMoment(span.fromMs)} · ${formatDuration((span.toMs ?? toMs) - span.fromMs)}`}</title>
                </rect>
              ))}
          </svg>
          <span className="num">{formatDuration(firingMs)}</span>
        </div>
      ))}
      <div className="firing-lane" aria-hidden="true">
        <span />
        <span className="lane-axis">
          {timeTicks(fromMs, toMs, 8).map((atMs) => (
            <i key={atMs} style={{ left: `${place(atMs) * 100}%` }}>
              {isLong ? format.day(atMs) : format.time(atMs)}
            </i>
          ))}
        </span>
        <span />
      </div>
      {rules.length > shownLanes && (
        <p className="sub">{t('alerts.timelineMore', { count: rules.length - shownLanes })}</p>
      )}
    </div>
  );
}
