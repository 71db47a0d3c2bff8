/** The Overview: which link of the chain is broken, the four figures with their thresholds, what is stale and why. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useSaid } from '../../format/use-said.ts';
import { useIsOffline, useLive, useNow, useServices } from '../../state/services.ts';
import { State, type StateKind } from '../../ui/State.tsx';
import { AlertStrip } from './AlertStrip.tsx';
import { Chain } from './Chain.tsx';
import { Figures } from './Figures.tsx';
import { HappenedCard } from './HappenedCard.tsx';
import {
  asWords,
  healthKinds,
  type Overview,
  type OverviewFigure,
  showFigure,
  showThreshold,
} from './overview-model.ts';
import './overview.css';
import { StaleTable } from './StaleTable.tsx';

const liveForMs = 30_000;

export function OverviewPage(): ReactElement {
  const { t } = useTranslation();
  const { overview } = useServices();
  const { data } = useLive(overview);
  const isOffline = useIsOffline();
  return (
    <div data-testid="page-overview">
      <header className="top">
        <h1>{t('pages.overview')}</h1>
        <Headline overview={data} isOffline={isOffline} />
        <span className="space" />
        {data !== null && <SeenAge atMs={data.atMs} isOffline={isOffline} />}
      </header>
      <Chain overview={data} isOffline={isOffline} />
      <Figures overview={data} isOffline={isOffline} />
      <div className="grid lower">
        <StaleTable overview={data} isOffline={isOffline} />
        <AlertStrip />
      </div>
      <HappenedCard overview={data} />
    </div>
  );
}

/** An age only once it is worth saying: samples come every few seconds. Offline nothing is live, however young. */
function SeenAge({ atMs, isOffline }: { readonly atMs: number; readonly isOffline: boolean }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const text = useNow((nowMs) =>
    !isOffline && nowMs - atMs < liveForMs ? '' : t('overview.seen', { age: format.age(atMs, nowMs) }),
  );
  return (
    <span className="sub" title={format.exactMoment(atMs)}>
      {text === '' ? t('overview.live') : text}
    </span>
  );
}

function Headline({
  overview,
  isOffline,
}: {
  readonly overview: Overview | null;
  readonly isOffline: boolean;
}): ReactElement {
  const { t } = useTranslation();
  if (overview === null) return <State kind="unknown" word={t('overview.unknown')} />;
  const brokenCount = overview.chain.filter((node) => node.state === 'failed').length;
  const kind: StateKind = isOffline ? 'expired' : healthKinds[overview.state];
  const word = isOffline
    ? t('state.lastKnown')
    : brokenCount > 0
      ? t('overview.brokenLink', { count: brokenCount })
      : t(`state.${overview.state}`);
  return (
    <>
      <State kind={kind} word={word} />
      <span className="sub" data-testid="headline">
        <HeadlineWords overview={overview} isOffline={isOffline} />
      </span>
    </>
  );
}

/** What was true when it was last seen is not said as if it were true now. */
function HeadlineWords({
  overview,
  isOffline,
}: {
  readonly overview: Overview;
  readonly isOffline: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const when = useNow((nowMs) => format.moment(overview.atMs, nowMs));
  const speak = useSaid();
  const figure = overview.figures.find(({ id }) => id === overview.headlineFigure);
  const ofFigure = useFigureWords(figure ?? null, overview.atMs);
  const words =
    overview.headline === null
      ? t('overview.headlineWell')
      : (ofFigure ?? speak(overview.headlineSaid, overview.headline));
  return <>{isOffline ? t('overview.headlineThen', { when, words }) : words}</>;
}

/** A figure that is past its threshold, or whose alert fires; null without a figure. */
function useFigureWords(figure: OverviewFigure | null, atMs: number): string | null {
  const { t } = useTranslation();
  const format = useFormat();
  if (figure === null) return null;
  const { value, badWhen, firingSinceMs } = figure;
  const words = t(`overview.figureSays.${sayingOf(figure)}`, {
    label: t(`overview.figure.${figure.id}`),
    value: value === null ? '' : asWords(showFigure(format, value, figure.unit)),
    limit: t(`overview.past.${badWhen}`, { threshold: asWords(showThreshold(format, figure)) }),
  });
  if (firingSinceMs === null) return words;
  return t('overview.figureSays.since', { words, duration: formatDuration(atMs - firingSinceMs) });
}

function sayingOf({ value, threshold, badWhen }: OverviewFigure): 'unseen' | 'past' | 'stillFires' {
  if (value === null) return 'unseen';
  const isPast = badWhen === 'above' ? value > threshold : value < threshold;
  return isPast ? 'past' : 'stillFires';
}
