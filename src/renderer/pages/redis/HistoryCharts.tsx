/** The past of a server in charts: what was not looked at is a gap, and the memory's limit is a line across. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { Card } from '../../ui/Card.tsx';
import { TimeSeriesChart } from '../../ui/charts/TimeSeriesChart.tsx';
import type { TimeSeries } from '../../ui/charts/time-series.ts';
import {
  bytesText,
  commandPerS,
  databasesOf,
  type History,
  hitRatioLine,
  type LinePick,
  limitOf,
  lineOf,
  msText,
  rateText,
  ratioText,
  type Sight,
  sparseLineOf,
  topCommands,
  unseenSpans,
  windowOf,
  windowsMs,
} from './redis-model.ts';
import type { Past } from './use-history.ts';

interface HistoryChartsProps {
  readonly past: Past;
  readonly sight: Sight | null;
}

interface Picture {
  readonly id: string;
  readonly title: string;
  readonly series: readonly TimeSeries[];
  readonly formatValue: (value: number) => string;
  readonly scaleMax?: number;
  readonly limit?: { readonly value: number; readonly label: string };
  readonly note?: string | undefined;
  readonly missingText?: string;
}

const commandsDrawn = 4;
const heightPx = 150;
const nearShare = 0.25;

export function HistoryCharts({ past, sight }: HistoryChartsProps): ReactElement {
  const { t } = useTranslation();
  const pictures = usePictures(past.history, sight);
  const gaps = useMemo(() => (past.history === null ? [] : unseenSpans(past.history)), [past.history]);
  return (
    <div className="grid history-charts" data-testid="redis-history" aria-busy={past.history === null || undefined}>
      {pictures.map(({ id, title, note, ...picture }) => (
        <Card key={id} title={title} note={note} testId={`chart-${id}`}>
          <TimeSeriesChart
            label={title}
            fromMs={past.fromMs}
            toMs={past.toMs}
            heightPx={heightPx}
            gaps={gaps}
            emptyText={
              past.history === null || past.history.points.length === 0
                ? t(past.history === null ? 'redis.loading' : 'redis.nothingMeasured')
                : (picture.missingText ?? t('redis.nothingMeasured'))
            }
            testId={`lines-${id}`}
            {...picture}
          />
        </Card>
      ))}
    </div>
  );
}

const noHistory: History = { tier: 'ten-seconds', stepMs: 10_000, shards: [], points: [] };

function highest(points: History['points']): number {
  return Math.max(0, ...points.map(({ usedBytes, rssBytes }) => Math.max(usedBytes ?? 0, rssBytes ?? 0)));
}

function usePictures(given: History | null, sight: Sight | null): readonly Picture[] {
  const { t } = useTranslation();
  const format = useFormat();
  const history = given ?? noHistory;
  const minimumReads = sight === null ? 1 : (windowOf(sight, windowsMs.minute)?.hits.minimumReads ?? 1);
  return useMemo(() => {
    const line = (id: string, label: string, pick: LinePick): TimeSeries => lineOf(id, label, history, pick);
    const named = (id: SeriesId, pick: LinePick): TimeSeries => line(id, t(`redis.series.${id}`), pick);
    const limit = limitOf(history.points);
    const bytes = (value: number): string => bytesText(format, value);
    const rate = (value: number): string => rateText(format, value);
    const count = (value: number): string => format.number(value);
    // A line far above all others would press them to the floor: it is named then, not drawn.
    const isNear = limit !== null && limit.isSteady && highest(history.points) >= limit.bytes * nearShare;
    const limitText = limit === null ? '' : t('redis.limitIs', { limit: bytes(limit.bytes) });
    const databases = databasesOf(history.points);
    const hasReplicas = history.points.some(({ replicaCount }) => (replicaCount ?? 0) > 0);
    const pictures: readonly (Picture | null)[] = [
      {
        id: 'memory',
        title: t('redis.figure.memory'),
        series: [
          named('used', ({ usedBytes }) => usedBytes),
          named('rss', ({ rssBytes }) => rssBytes),
          ...(limit !== null && !limit.isSteady ? [named('limit', ({ limitBytes }) => limitBytes)] : []),
        ],
        formatValue: bytes,
        ...(isNear ? { limit: { value: limit.bytes, label: limitText }, scaleMax: limit.bytes * 1.05 } : {}),
        note:
          limit === null
            ? t('redis.noLimit')
            : isNear
              ? undefined
              : t('redis.limitAbove', { limit: bytes(limit.bytes) }),
      },
      {
        id: 'hit-rate',
        title: t('redis.figure.hitRate'),
        note: t('redis.overWindow'),
        series: [hitRatioLine('hitRate', t('redis.series.hitRate'), history, minimumReads)],
        missingText: t('redis.fewReads'),
        formatValue: (value) => ratioText(format, value),
        scaleMax: 1,
      },
      { id: 'ops', title: t('redis.figure.ops'), series: [named('ops', ({ opsPerS }) => opsPerS)], formatValue: rate },
      {
        id: 'commands',
        title: t('redis.figure.commands'),
        series: topCommands(history.points, commandsDrawn).map((command) =>
          line(command, command.toUpperCase().replace('|', ' '), (point) => commandPerS(point, command)),
        ),
        formatValue: rate,
      },
      {
        id: 'latency',
        title: t('redis.figure.latency'),
        series: [
          named('roundTrip', ({ roundTripMs }) => roundTripMs),
          sparseLineOf('p50', t('redis.series.p50'), history, ({ p50Ms }) => p50Ms),
          sparseLineOf('p99', t('redis.series.p99'), history, ({ p99Ms }) => p99Ms),
        ],
        formatValue: (value) => msText(format, value),
      },
      {
        id: 'clients',
        title: t('redis.figure.clients'),
        series: [
          named('clients', ({ clients }) => clients),
          named('blocked', ({ blockedClients }) => blockedClients),
          named('rejected', ({ rejectedConnections }) => rejectedConnections),
        ],
        formatValue: count,
      },
      {
        id: 'evictions',
        title: t('redis.figure.evictions'),
        series: [
          named('evicted', ({ evictedPerS }) => evictedPerS),
          named('expired', ({ expiredPerS }) => expiredPerS),
        ],
        formatValue: rate,
      },
      {
        id: 'network',
        title: t('redis.figure.network'),
        series: [
          named('out', ({ netOutBytesPerS }) => netOutBytesPerS),
          named('in', ({ netInBytesPerS }) => netInBytesPerS),
        ],
        formatValue: (value) => `${bytes(value)}/s`,
      },
      {
        id: 'cpu',
        title: t('redis.figure.cpu'),
        series: [named('cpu', ({ cpuRatio }) => cpuRatio)],
        formatValue: (value) => ratioText(format, value),
      },
      {
        id: 'keys',
        title: t('redis.figure.keys'),
        series: [
          named('keys', ({ keyCount }) => keyCount),
          named('expiring', ({ expiringCount }) => expiringCount),
          // Of more databases the table below has the numbers of now.
          ...(databases.length > 1 ? databases.slice(0, 2) : []).map((db) =>
            line(db, `db${db}`, (point) => point.databases?.[db] ?? null),
          ),
        ],
        formatValue: count,
      },
      {
        id: 'unsaved',
        title: t('redis.unsavedTitle'),
        series: [named('unsaved', ({ unsavedChanges }) => unsavedChanges)],
        formatValue: count,
      },
      hasReplicas
        ? {
            id: 'replication',
            title: t('redis.lagTitle'),
            series: [named('lag', ({ replicationLagBytes }) => replicationLagBytes)],
            formatValue: bytes,
          }
        : null,
      {
        id: 'own',
        title: t('redis.figure.ownLoad'),
        series: [
          named('own', ({ ownCommands, coveredMs }) => (coveredMs > 0 ? (ownCommands * 60_000) / coveredMs : null)),
        ],
        formatValue: (value) => `${format.number(value)} / min`,
      },
    ];
    return pictures.filter((picture) => picture !== null);
  }, [history, minimumReads, format, t]);
}

type SeriesId =
  | 'used'
  | 'rss'
  | 'limit'
  | 'ops'
  | 'roundTrip'
  | 'clients'
  | 'blocked'
  | 'rejected'
  | 'evicted'
  | 'expired'
  | 'out'
  | 'in'
  | 'cpu'
  | 'keys'
  | 'expiring'
  | 'unsaved'
  | 'lag'
  | 'own';
