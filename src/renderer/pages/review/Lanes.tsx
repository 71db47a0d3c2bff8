/** What happened over the range, above the slider: snapshots as ticks, times without observation as shades, alerts as bars. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { shareOf, type Timeline } from './review-model.ts';

const width = 1_000;

interface LanesProps {
  readonly timeline: Timeline;
  readonly fromMs: number;
  readonly toMs: number;
  /** The instants that are on show. */
  readonly marks: readonly number[];
}

export function Lanes({ timeline, fromMs, toMs, marks }: LanesProps): ReactElement {
  const { t } = useTranslation();
  const x = (atMs: number): number => shareOf(atMs, fromMs, toMs) * width;
  const span = (from: number, to: number | null) => ({ x: x(from), width: Math.max(2, x(to ?? toMs) - x(from)) });
  const gaps = timeline.gaps.filter(({ fromMs: from, toMs: to }) => from <= toMs && (to ?? toMs) >= fromMs);
  const alerts = timeline.alerts.filter(({ fromMs: from, toMs: to }) => from <= toMs && (to ?? toMs) >= fromMs);
  const snapshots = timeline.instants.filter((atMs) => atMs >= fromMs && atMs <= toMs);
  const lines = [
    {
      id: 'snapshots',
      count: null,
      shapes: (
        <path
          d={snapshots.map((atMs) => `M${x(atMs).toFixed(1)} 3V13`).join('')}
          stroke="var(--chart-1)"
          strokeWidth={1.2}
          vectorEffect="non-scaling-stroke"
        />
      ),
    },
    {
      id: 'gaps',
      count: gaps.length,
      shapes: gaps.map(({ id, fromMs: from, toMs: to }) => (
        <rect key={id} {...span(from, to)} y={3} height={10} fill="var(--unknown)" opacity={0.45} />
      )),
    },
    {
      id: 'alerts',
      count: alerts.length,
      shapes: alerts.map(({ ruleId, fromMs: from, toMs: to }) => (
        <rect key={`${ruleId} ${from}`} {...span(from, to)} y={3} height={10} fill="var(--failed)" opacity={0.6} />
      )),
    },
  ] as const;
  return (
    <div className="review-lanes" role="group" aria-label={t('review.lanes')}>
      {lines.map(({ id, count, shapes }) => (
        <div key={id} className="review-lane">
          <span className="name">{t(`review.lane.${id}`)}</span>
          <svg
            viewBox={`0 0 ${width} 16`}
            preserveAspectRatio="none"
            role="img"
            aria-label={
              count === null
                ? t(`review.lane.${id}`)
                : `${t(`review.lane.${id}`)}: ${t('review.laneCount', { text: String(count) })}`
            }
          >
            <path d={`M0 8H${width}`} stroke="var(--line)" vectorEffect="non-scaling-stroke" />
            {shapes}
            {marks.map((atMs) => (
              <path
                key={atMs}
                d={`M${x(atMs)} 0V16`}
                stroke="var(--accent)"
                strokeWidth={2}
                vectorEffect="non-scaling-stroke"
              />
            ))}
          </svg>
          <span className="sub num">{count}</span>
        </div>
      ))}
    </div>
  );
}
