/** The slider over what is kept: one instant, or two to compare, with the snapshots, gaps and alerts of the range. */
import { type ReactElement, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { filterKey, filtersFromQuery } from '../../state/filters.ts';
import { useNow } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { Lanes } from './Lanes.tsx';
import { Instant } from './PastState.tsx';
import { type Moment, neighbours, type RangeId, rangeIds, type Timeline } from './review-model.ts';

export interface Chosen {
  /** Null is now, the end of the range. */
  readonly atMs: number | null;
  /** Null compares nothing; otherwise the second instant. */
  readonly otherMs: number | null;
  readonly range: RangeId;
  /** As `filterKey`. */
  readonly view: string;
}

interface TimelineCardProps {
  readonly timeline: Timeline | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly chosen: Chosen;
  readonly moment: Moment | null;
  readonly other: Moment | null;
  readonly isFile: boolean;
  /** Changes what is on show; `isSettled` is false while a slider moves. */
  readonly onChoose: (change: Partial<Chosen>, isSettled: boolean) => void;
}

export function TimelineCard(props: TimelineCardProps): ReactElement {
  const { timeline, fromMs, toMs, chosen, isFile, onChoose } = props;
  const { t } = useTranslation();
  const atMs = chosen.atMs ?? toMs;
  return (
    <Card
      title={t('review.timeline')}
      testId="review-timeline"
      className="review-timeline"
      aside={!isFile && timeline !== null ? <Storage timeline={timeline} /> : undefined}
    >
      {!isFile && (
        <div className="filters">
          <ViewChoice timeline={timeline} view={chosen.view} onChoose={(view) => onChoose({ view }, true)} />
          <SegmentedFilter
            label={t('review.range')}
            options={rangeIds.map((id) => ({ id, title: t(`review.ranges.${id}`) }))}
            value={chosen.range}
            onChange={(range) => onChoose({ range }, true)}
            testId="review-range"
          />
        </div>
      )}
      {timeline !== null && (
        <Lanes
          timeline={timeline}
          fromMs={fromMs}
          toMs={toMs}
          marks={chosen.otherMs === null ? [atMs] : [atMs, chosen.otherMs]}
        />
      )}
      <Slider {...props} label={t('review.instant')} atMs={atMs} which="atMs" shown={props.moment} />
      {chosen.otherMs !== null && (
        <Slider {...props} label={t('review.otherInstant')} atMs={chosen.otherMs} which="otherMs" shown={props.other} />
      )}
    </Card>
  );
}

interface SliderProps extends TimelineCardProps {
  readonly label: string;
  readonly atMs: number;
  readonly which: 'atMs' | 'otherMs';
  readonly shown: Moment | null;
}

function Slider(props: SliderProps): ReactElement {
  const { label, atMs, which, shown, timeline, fromMs, toMs, chosen, isFile, onChoose } = props;
  const { t } = useTranslation();
  const id = useId();
  const format = useFormat();
  const text = useNow((nowMs) => `${format.moment(atMs, nowMs)}, ${format.age(atMs, nowMs)}`);
  const { previousMs, nextMs } = neighbours(timeline?.instants ?? [], atMs);
  const isNow = which === 'atMs' && chosen.atMs === null;
  // The end of the range is now, and stays now while time goes on.
  const choose = (next: number, isSettled: boolean): void =>
    onChoose({ [which]: which === 'atMs' && !isFile && next >= toMs ? null : next }, isSettled);
  return (
    <div className="review-slider" data-testid={`slider-${which === 'atMs' ? 'instant' : 'other'}`}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={fromMs}
        max={toMs}
        step={Math.max(1_000, Math.round((toMs - fromMs) / 1_000))}
        value={Math.min(toMs, Math.max(fromMs, atMs))}
        aria-valuetext={isNow ? `${t('review.now')}, ${text}` : text}
        disabled={timeline === null}
        onChange={(event) => choose(Number(event.target.value), false)}
        onPointerUp={() => choose(atMs, true)}
        onKeyUp={() => choose(atMs, true)}
      />
      <span className="buttons">
        <Button
          isSmall
          aria-label={`${label}: ${t('review.previous')}`}
          title={t('review.previous')}
          blockedBecause={previousMs === null ? t('review.noEarlier') : null}
          onClick={() => previousMs !== null && choose(previousMs, true)}
          data-testid={`${which}-previous`}
        >
          <span aria-hidden="true">◀</span>
        </Button>
        <Button
          isSmall
          aria-label={`${label}: ${t('review.next')}`}
          title={t('review.next')}
          blockedBecause={nextMs === null ? t('review.noLater') : null}
          onClick={() => nextMs !== null && choose(nextMs, true)}
          data-testid={`${which}-next`}
        >
          <span aria-hidden="true">▶</span>
        </Button>
        {which === 'atMs' && !isFile && (
          <Button
            isSmall
            blockedBecause={isNow ? t('review.isNow') : null}
            onClick={() => onChoose({ atMs: null }, true)}
            data-testid="to-now"
          >
            {t('review.now')}
          </Button>
        )}
      </span>
      <p className="review-instant" data-testid={`instant-${which}`}>
        <b>
          {isNow && `${t('review.now')} · `}
          <Instant atMs={atMs} />
        </b>{' '}
        <Observed moment={shown} />
      </p>
    </div>
  );
}

/** Whether anybody looked then, and how old the oldest value was. */
function Observed({ moment }: { readonly moment: Moment | null }): ReactElement | null {
  const { t } = useTranslation();
  if (moment === null) return null;
  const { observed, gap, oldestComputedAtMs, atMs } = moment;
  const why = gap === null ? null : t(`review.gapReason.${gap.reason}`, { defaultValue: gap.reason });
  return (
    <span className="sub">
      {observed === 'seen' ? (
        t('review.observed.seen')
      ) : (
        <State kind={observed === 'blind' ? 'expired' : 'unknown'} word={t(`review.observed.${observed}`)} />
      )}
      {why !== null && ` · ${why}`}
      {oldestComputedAtMs !== null &&
        ` · ${t('review.oldest', { age: formatDuration(Math.max(0, atMs - oldestComputedAtMs)) })}`}
    </span>
  );
}

interface ViewChoiceProps {
  readonly timeline: Timeline | null;
  readonly view: string;
  readonly onChoose: (view: string) => void;
}

function ViewChoice({ timeline, view, onChoose }: ViewChoiceProps): ReactElement {
  const { t } = useTranslation();
  const known = timeline?.views.map(({ filters }) => filterKey(filters)) ?? [];
  const keys = [...new Set(['', view, ...known])];
  return (
    <label className="review-view">
      {t('review.view')}
      <select
        className="input"
        value={view}
        onChange={(event) => onChoose(event.target.value)}
        data-testid="review-view"
      >
        {keys.map((key) => (
          <option key={key} value={key}>
            {viewWords(key, t('review.allData'))}
          </option>
        ))}
      </select>
    </label>
  );
}

export function viewWords(key: string, allWord: string): string {
  const filters = filtersFromQuery(key);
  const words = Object.entries(filters).map(
    ([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : value}`,
  );
  return words.length === 0 ? allWord : words.join(' · ');
}

function Storage({ timeline: { storage } }: { readonly timeline: Timeline }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const oldest = useNow((nowMs) => (storage.oldestAtMs === null ? '' : format.moment(storage.oldestAtMs, nowMs)));
  if (storage.snapshotCount === 0) return <span data-testid="review-storage">{t('review.storageNone')}</span>;
  return (
    <span title={t('review.storageTitle')} data-testid="review-storage">
      {t('review.storage', {
        snapshots: format.number(storage.snapshotCount),
        size: formatBytes(format.language, storage.sizeBytes),
        ceiling: formatBytes(format.language, storage.ceilingBytes),
        oldest,
      })}
    </span>
  );
}
