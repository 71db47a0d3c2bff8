/** The four headline figures against their alert thresholds, each with its last hour as a line. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useSaid } from '../../format/use-said.ts';
import { routeHref } from '../../state/route.ts';
import { useNow } from '../../state/services.ts';
import { Sparkline } from '../../ui/Sparkline.tsx';
import type { StateKind } from '../../ui/State.tsx';
import { Tile, TileSkeleton } from '../../ui/Tile.tsx';
import {
  asWords,
  healthKinds,
  longestGapMs,
  type Overview,
  type OverviewFigure,
  onTimeAxis,
  showFigure,
  showThreshold,
} from './overview-model.ts';

const figureIds = ['hit_rate', 'response_time', 'workers', 'redis_memory'] as const;
/** Where each figure is shown in depth. */
const pageOf = {
  hit_rate: routeHref('cache'),
  response_time: routeHref('cache'),
  workers: routeHref('workers'),
  redis_memory: routeHref('redis'),
} as const;
/** Their note goes on with the value, e.g. "4 of 4 slots"; the others' says something beside it. */
const partOfIt: ReadonlySet<OverviewFigure['id']> = new Set(['workers', 'redis_memory']);
/** Shorter gaps are the ordinary distance between samples. */
const mentionedGapMs = 60_000;

interface FiguresProps {
  readonly overview: Overview | null;
  readonly isOffline: boolean;
}

export function Figures({ overview, isOffline }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="grid figures">
      {figureIds.map((id) => {
        const figure = overview?.figures.find((each) => each.id === id);
        const label = t(`overview.figure.${id}`);
        if (figure === undefined) return <TileSkeleton key={id} id={`figure-${id}`} label={label} />;
        return <FigureTile key={id} figure={figure} label={label} isOffline={isOffline} />;
      })}
    </div>
  );
}

interface FigureTileProps {
  readonly figure: OverviewFigure;
  readonly label: string;
  readonly isOffline: boolean;
}

function FigureTile({ figure, label, isOffline }: FigureTileProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const speak = useSaid();
  const value = figure.value === null ? null : showFigure(format, figure.value, figure.unit);
  const threshold = asWords(showThreshold(format, figure));
  const gapMs = longestGapMs(figure.series.points);
  const note = figure.note === null ? '' : speak(figure.noteSaid, figure.note);
  const unit = [value?.unit ?? '', note].filter(Boolean).join(partOfIt.has(figure.id) ? ' ' : ' · ');
  return (
    <Tile
      id={`figure-${figure.id}`}
      label={label}
      explanation={<Explanation figure={figure} threshold={threshold} />}
      value={value === null ? null : { text: value.text, unit }}
      noValueWord={t('state.noData')}
      reason={figure.noDataReason === null ? null : speak(figure.noDataSaid, figure.noDataReason)}
      line={[
        t(`overview.alertWhen.${figure.badWhen}`, { threshold }),
        gapMs >= mentionedGapMs ? t('overview.gap', { duration: formatDuration(gapMs) }) : null,
      ]}
      picture={
        <Sparkline
          {...onTimeAxis(figure.series)}
          heightPx={44}
          limit={figure.threshold}
          tone={figure.state === 'failed' && !isOffline ? 'failed' : 'plain'}
          fromZero={figure.badWhen === 'above' || figure.unit === 'count'}
          upTo={figure.unit === 'ratio' ? 1 : null}
          label={t('overview.lastHour', { label, value: value === null ? t('state.noData') : asWords(value) })}
        />
      }
      state={useFigureState(figure, isOffline)}
      ages={
        <span className="ends">
          <span>
            {t(`overview.observed.${figure.id}`, {
              count: figure.observationCount,
              text: format.number(figure.observationCount),
            })}
          </span>
          <a href={pageOf[figure.id]}>{t(`overview.openFigure.${figure.id}`)}</a>
        </span>
      }
    />
  );
}

function Explanation({
  figure,
  threshold,
}: {
  readonly figure: OverviewFigure;
  readonly threshold: string;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <p>{t(`overview.figureIs.${figure.id}`)}</p>
      <p>{t(`overview.figureAlert.${figure.badWhen}`, { threshold })}</p>
    </>
  );
}

function useFigureState(figure: OverviewFigure, isOffline: boolean): { kind: StateKind; word: string } {
  const { t } = useTranslation();
  const { firingSinceMs } = figure;
  const duration = useNow((nowMs) => (firingSinceMs === null ? '' : formatDuration(nowMs - firingSinceMs)));
  if (isOffline) return { kind: 'expired', word: t('state.lastKnown') };
  if (firingSinceMs !== null) return { kind: 'failed', word: t('state.firingFor', { duration }) };
  if (figure.value === null) return { kind: 'unknown', word: t('state.noData') };
  return { kind: healthKinds[figure.state], word: t(`state.${figure.state}`) };
}
