/** Every signal of a server, or of all shards together, as a card. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { type Fact, FigureCard } from './FigureCard.tsx';
import {
  type Figures as AllFigures,
  bytesText,
  countText,
  hitRatioLine,
  type LinePick,
  lineOf,
  memoryVerdict,
  msText,
  persistenceVerdict,
  rateText,
  ratioText,
  replicationVerdict,
  type Sight,
  type Verdict,
  type Window,
  windowOf,
  windowsMs,
} from './redis-model.ts';
import type { Past } from './use-history.ts';

interface FiguresProps {
  readonly sight: Sight;
  readonly figures: AllFigures;
  readonly past: Past;
  readonly isLastKnown: boolean;
}

export function Figures(props: FiguresProps): ReactElement {
  return (
    <>
      <MemoryFigure {...props} />
      <HitRateFigure {...props} />
      <OpsFigure {...props} />
      <LatencyFigure {...props} />
      <ClientsFigure {...props} />
      <LeavingFigure {...props} />
      <NetworkFigure {...props} />
      <CpuFigure {...props} />
      <PersistenceFigure {...props} />
      <ReplicationFigure {...props} />
      <KeysFigure {...props} />
    </>
  );
}

function useLine({ history }: Past, id: string, pick: LinePick) {
  return history === null ? null : lineOf(id, id, history, pick);
}

/** The same figure over the three windows. */
function useWindowFacts(sight: Sight, text: (window: Window) => string): readonly Fact[] {
  const { t } = useTranslation();
  return (['minute', 'fiveMinutes', 'hour'] as const).map((id) => {
    const window = windowOf(sight, windowsMs[id]);
    return { name: t(`redis.window.${id}`), value: window === null ? '—' : text(window) };
  });
}

function MemoryFigure({ figures, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { memory } = figures;
  const line = useLine(past, 'memory', ({ usedBytes }) => usedBytes);
  const limit = memory?.limit ?? null;
  const bytes = (value: number | null | undefined): string => bytesText(format, value ?? null);
  return (
    <FigureCard
      id="memory"
      label={t('redis.figure.memory')}
      value={memory === null ? null : bytes(memory.usedBytes)}
      note={
        limit === null
          ? t('redis.notReported')
          : limit.kind === 'limited'
            ? t('redis.ofLimit', { limit: bytes(limit.bytes), ratio: ratioText(format, limit.usedRatio, 0) })
            : t('redis.noLimit')
      }
      verdict={memoryVerdict(figures)}
      line={line}
      past={past}
      isLastKnown={isLastKnown}
      facts={[
        ...(limit?.kind === 'none' && limit.systemBytes !== null
          ? [{ name: t('redis.fact.machine'), value: bytes(limit.systemBytes) }]
          : []),
        { name: t('redis.fact.peak'), value: bytes(memory?.peakBytes) },
        { name: 'RSS', value: bytes(memory?.rssBytes), title: t('redis.means.rss') },
        {
          name: t('redis.fact.fragmentation'),
          value:
            memory?.fragmentationRatio === null || memory === null
              ? t('redis.tooSmall')
              : format.number(memory.fragmentationRatio, 2),
          title: t('redis.means.fragmentation'),
        },
        { name: t('redis.fact.dataset'), value: bytes(memory?.datasetBytes) },
        { name: t('redis.fact.clientBuffers'), value: bytes(memory?.clientBytes) },
        { name: t('redis.fact.policy'), value: <span className="mono">{memory?.policy ?? '—'}</span> },
      ]}
    />
  );
}

function HitRateFigure({ sight, past, isLastKnown }: FiguresProps): ReactElement {
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

function OpsFigure({ sight, past, isLastKnown }: FiguresProps): ReactElement {
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

function LatencyFigure({ sight, figures, past, isLastKnown }: FiguresProps): ReactElement {
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

function ClientsFigure({ sight, figures, past, isLastKnown }: FiguresProps): ReactElement {
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

function LeavingFigure({ sight, figures, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const line = useLine(past, 'evicted', ({ evictedPerS }) => evictedPerS);
  const perS = windowOf(sight, windowsMs.minute)?.evictedPerS ?? null;
  const isEvicting = (windowOf(sight, windowsMs.fiveMinutes)?.evictedPerS ?? 0) > 0;
  return (
    <FigureCard
      id="evictions"
      label={t('redis.figure.evictions')}
      value={perS === null ? null : rateText(format, perS)}
      note={t('redis.window.minute')}
      // Eviction is a cache's normal life; where it is not, the doctor knows the connection's role.
      verdict={isEvicting ? { kind: 'stale', word: 'evicting' } : null}
      line={line}
      past={past}
      isLastKnown={isLastKnown}
      facts={[
        {
          name: t('redis.fact.evictedHour'),
          value: rateText(format, windowOf(sight, windowsMs.hour)?.evictedPerS ?? null),
        },
        {
          name: t('redis.fact.expired'),
          value: rateText(format, windowOf(sight, windowsMs.minute)?.expiredPerS ?? null),
        },
        {
          name: t('redis.fact.expiredHour'),
          value: rateText(format, windowOf(sight, windowsMs.hour)?.expiredPerS ?? null),
        },
        { name: t('redis.fact.policy'), value: <span className="mono">{figures.memory?.policy ?? '—'}</span> },
      ]}
    />
  );
}

function NetworkFigure({ sight, past, isLastKnown }: FiguresProps): ReactElement {
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

function CpuFigure({ sight, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const line = useLine(past, 'cpu', ({ cpuRatio }) => cpuRatio);
  const ratio = windowOf(sight, windowsMs.minute)?.cpuRatio ?? null;
  return (
    <FigureCard
      id="cpu"
      label={t('redis.figure.cpu')}
      value={ratio === null ? null : ratioText(format, ratio)}
      note={t('redis.ofCore')}
      line={line}
      past={past}
      isLastKnown={isLastKnown}
      facts={useWindowFacts(sight, ({ cpuRatio }) => ratioText(format, cpuRatio))}
    />
  );
}

function PersistenceFigure({ figures, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { persistence } = figures;
  const line = useLine(past, 'unsaved', ({ unsavedChanges }) => unsavedChanges);
  const { lastSaveAtMs, lastSaveOk, lastAppendOk, lastRewriteOk, unsavedChanges, lastForkMs } = persistence;
  const outcome = (isOk: boolean | null): string =>
    t(`redis.outcome.${isOk === null ? 'unknown' : isOk ? 'ok' : 'failed'}`);
  return (
    <FigureCard
      id="persistence"
      label={t('redis.figure.persistence')}
      value={unsavedChanges === null ? null : format.number(unsavedChanges)}
      note={t('redis.unsaved')}
      verdict={persistenceVerdict(figures)}
      line={line}
      past={past}
      isLastKnown={isLastKnown}
      facts={[
        {
          name: t('redis.fact.lastSave'),
          value: (
            <>
              {lastSaveAtMs === null ? '—' : <Age atMs={lastSaveAtMs} />} · {outcome(lastSaveOk)}
            </>
          ),
        },
        {
          name: t('redis.fact.appendOnly'),
          value:
            persistence.appendOnly === true
              ? t('redis.appendOnlyOn', { write: outcome(lastAppendOk), rewrite: outcome(lastRewriteOk) })
              : t(persistence.appendOnly === null ? 'redis.notReported' : 'redis.appendOnlyOff'),
        },
        { name: t('redis.fact.fork'), value: msText(format, lastForkMs), title: t('redis.means.fork') },
      ]}
    />
  );
}

function ReplicationFigure({ figures, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { role, masterLinkUp, masterSilentS, replicas } = figures.replication;
  const line = useLine(past, 'lag', ({ replicationLagBytes }) => replicationLagBytes);
  const lagBytes = replicas.map((replica) => replica.lagBytes).filter((bytes) => bytes !== null);
  const lagS = replicas.map((replica) => replica.lagS).filter((seconds) => seconds !== null);
  const verdict: Verdict | null = replicationVerdict(figures);
  return (
    <FigureCard
      id="replication"
      label={t('redis.figure.replication')}
      value={role === null ? null : t(`redis.role.${role}`)}
      note={role === 'replica' ? undefined : t('redis.replicaCount', { count: replicas.length })}
      verdict={verdict}
      line={replicas.length > 0 ? line : null}
      past={past}
      isLastKnown={isLastKnown}
      facts={
        role === 'replica'
          ? [
              {
                name: t('redis.fact.master'),
                value: t(masterLinkUp === false ? 'redis.masterAway' : 'redis.masterThere'),
              },
              {
                name: t('redis.fact.heard'),
                value: masterSilentS === null ? '—' : formatDuration(masterSilentS * 1_000),
              },
            ]
          : [
              {
                name: t('redis.fact.lagBytes'),
                value: lagBytes.length === 0 ? '—' : bytesText(format, Math.max(...lagBytes)),
              },
              { name: t('redis.fact.lagS'), value: lagS.length === 0 ? '—' : `${format.number(Math.max(...lagS))} s` },
            ]
      }
    />
  );
}

function KeysFigure({ figures, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const line = useLine(past, 'keys', ({ keyCount }) => keyCount);
  const { databases, keyCount } = figures;
  const expiring = databases.reduce((sum, { expiringCount }) => sum + expiringCount, 0);
  return (
    <FigureCard
      id="keys"
      label={t('redis.figure.keys')}
      value={format.number(keyCount)}
      note={t('redis.withExpiry', {
        count: format.number(expiring),
        ratio: keyCount === 0 ? '—' : ratioText(format, expiring / keyCount, 0),
      })}
      line={line}
      past={past}
      isLastKnown={isLastKnown}
      facts={[...databases].slice(0, 4).map(({ db, keyCount: own, averageTtlMs }) => ({
        name: `db${db}`,
        value: (
          <>
            {format.number(own)}
            {averageTtlMs !== null && averageTtlMs > 0 && (
              <span className="sub"> · {t('redis.averageTtl', { duration: formatDuration(averageTtlMs) })}</span>
            )}
          </>
        ),
      }))}
    />
  );
}
