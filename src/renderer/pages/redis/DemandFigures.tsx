/** What callers ask of a server and how it answers: hit rate, operations, latency, clients, network. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { type Fact, FigureCard } from './FigureCard.tsx';
import { type FiguresProps, useLine, useWindowFacts } from './figure-parts.ts';
import {
  bytesText,
  countText,
  hitRatioLine,
  msText,
  rateText,
  ratioText,
  type Sight,
  windowOf,
  windowsMs,
} from './redis-model.ts';

export function HitRateFigure({ sight, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const window = windowOf(sight, windowsMs.fiveMinutes);
  const minimum = window?.hits.minimumReads ?? 1;
  const line = past.history === null ? null : hitRatioLine('hits', 'hits', past.history, minimum);
  const ratio = window?.hits.ratio ?? null;
  const isFew = window !== null && ratio === null;
  return (
    <FigureCard
      id="hit-rate"
      label={t('redis.figure.hitRate')}
      value={ratio === null ? (isFew ? t('redis.fewReads') : null) : ratioText(format, ratio)}
      note={
        isFew
          ? t('redis.fewReadsNote', { reads: format.number(window.hits.reads), minimum: format.number(minimum) })
          : t('redis.window.fiveMinutes')
      }
      verdict={isFew ? { kind: 'unknown', word: 'fewReads' } : null}
      line={line}
      past={past}
      isLastKnown={isLastKnown}
      facts={useHitFacts(sight)}
    />
  );
}

function useHitFacts(sight: Sight): readonly Fact[] {
  const { t } = useTranslation();
  const format = useFormat();
  return (['minute', 'fiveMinutes', 'hour'] as const).map((id) => {
    const hits = windowOf(sight, windowsMs[id])?.hits ?? null;
    const name = t(`redis.window.${id}`);
    if (hits === null) return { name, value: '—' };
    const reads = t('redis.reads', { count: hits.reads, text: format.number(hits.reads) });
    return {
      name,
      value: (
        <>
          {hits.ratio === null ? t('redis.fewReadsShort') : ratioText(format, hits.ratio)}{' '}
          <span className="sub">{reads}</span>
        </>
      ),
    };
  });
}

export function OpsFigure({ sight, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const line = useLine(past, 'ops', ({ opsPerS }) => opsPerS);
  const perS = windowOf(sight, windowsMs.minute)?.opsPerS ?? null;
  const [top] = [...sight.commands].sort((a, b) => b.perS - a.perS);
  return (
    <FigureCard
      id="ops"
      label={t('redis.figure.ops')}
      value={perS === null ? null : rateText(format, perS)}
      note={t('redis.window.minute')}
      line={line}
      past={past}
      isLastKnown={isLastKnown}
      facts={[
        ...useWindowFacts(sight, ({ opsPerS }) => rateText(format, opsPerS)).slice(1),
        {
          name: t('redis.fact.topCommand'),
          value:
            top === undefined ? (
              '—'
            ) : (
              <>
                <span className="mono">{top.command.toUpperCase()}</span> {rateText(format, top.perS)}
              </>
            ),
        },
      ]}
    />
  );
}

export function LatencyFigure({ sight, figures, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const line = useLine(past, 'roundTrip', ({ roundTripMs }) => roundTripMs);
  const { histogram, latencyEvents, roundTrips } = sight;
  const [event] = latencyEvents;
  return (
    <FigureCard
      id="latency"
      label={t('redis.figure.latency')}
      value={figures.roundTripMs === null ? null : msText(format, figures.roundTripMs)}
      note={t('redis.roundTrip')}
      line={line}
      past={past}
      isLastKnown={isLastKnown}
      facts={[
        {
          name: t('redis.fact.roundTrips'),
          value: `${msText(format, roundTrips?.p50Ms ?? null)} · ${msText(format, roundTrips?.p99Ms ?? null)}`,
          title: t('redis.means.roundTrips', { count: roundTrips?.count ?? 0 }),
        },
        { name: t('redis.fact.p50'), value: msText(format, histogram?.p50Ms ?? null), title: t('redis.means.p50') },
        { name: t('redis.fact.p99'), value: msText(format, histogram?.p99Ms ?? null), title: t('redis.means.p50') },
        {
          name: t('redis.fact.lastEvent'),
          ...(event === undefined ? {} : { title: event.event }),
          value:
            event === undefined ? (
              t('redis.noEvent')
            ) : (
              <>
                {msText(format, event.latestMs)} · <Age atMs={event.atMs} />
              </>
            ),
        },
      ]}
    />
  );
}

export function ClientsFigure({ sight, figures, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { connected, blocked, max, rejectedSinceStart } = figures.clients;
  const line = useLine(past, 'clients', ({ clients }) => clients);
  const hour = windowOf(sight, windowsMs.hour);
  const rejected = hour?.rejectedCount ?? null;
  return (
    <FigureCard
      id="clients"
      label={t('redis.figure.clients')}
      value={connected === null ? null : format.number(connected)}
      note={max === null ? undefined : t('redis.ofMax', { max: format.number(max) })}
      verdict={(rejected ?? 0) > 0 ? { kind: 'failed', word: 'refusing' } : null}
      line={line}
      past={past}
      isLastKnown={isLastKnown}
      facts={[
        { name: t('redis.fact.blocked'), value: countText(format, blocked), title: t('redis.means.blocked') },
        {
          name: t('redis.fact.newPerS'),
          value: rateText(format, windowOf(sight, windowsMs.minute)?.connectionsPerS ?? null),
        },
        {
          name: t('redis.fact.rejected'),
          value: `${countText(format, rejected)} · ${t('redis.sinceStart', { count: countText(format, rejectedSinceStart) })}`,
        },
      ]}
    />
  );
}

export function NetworkFigure({ sight, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const line = useLine(past, 'netOut', ({ netOutBytesPerS }) => netOutBytesPerS);
  const perS = (value: number | null): string => (value === null ? '—' : `${bytesText(format, value)}/s`);
  const minute = windowOf(sight, windowsMs.minute);
  return (
    <FigureCard
      id="network"
      label={t('redis.figure.network')}
      value={minute === null || minute.netOutBytesPerS === null ? null : perS(minute.netOutBytesPerS)}
      note={t('redis.out')}
      line={line}
      past={past}
      isLastKnown={isLastKnown}
      facts={[
        { name: t('redis.fact.in'), value: perS(minute?.netInBytesPerS ?? null) },
        { name: t('redis.fact.outHour'), value: perS(windowOf(sight, windowsMs.hour)?.netOutBytesPerS ?? null) },
        { name: t('redis.fact.inHour'), value: perS(windowOf(sight, windowsMs.hour)?.netInBytesPerS ?? null) },
      ]}
    />
  );
}
