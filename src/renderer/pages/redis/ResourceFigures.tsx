/** What a server holds and spends: memory, evictions, processor, keys. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { FigureCard } from './FigureCard.tsx';
import { type FiguresProps, useLine, useWindowFacts } from './figure-parts.ts';
import { bytesText, memoryVerdict, rateText, ratioText, windowOf, windowsMs } from './redis-model.ts';

export function MemoryFigure({ figures, past, isLastKnown }: FiguresProps): ReactElement {
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

export function LeavingFigure({ sight, figures, past, isLastKnown }: FiguresProps): ReactElement {
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

export function CpuFigure({ sight, past, isLastKnown }: FiguresProps): ReactElement {
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

export function KeysFigure({ figures, past, isLastKnown }: FiguresProps): ReactElement {
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
