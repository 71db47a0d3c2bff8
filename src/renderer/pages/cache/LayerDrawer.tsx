/** One layer in full: every figure in all three windows, why reads missed, and the settings behind it. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { type Format, useFormat } from '../../format/use-format.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { type CacheWindow, type LayerStatus, showMs } from './cache-model.ts';
import { HitRate } from './HitRate.tsx';

interface LayerDrawerProps {
  readonly layer: LayerStatus;
  readonly outcome: ReactNode;
  readonly onClear: () => void;
  readonly onEntries: () => void;
  readonly onClose: () => void;
}

export function LayerDrawer({ layer, outcome, onClear, onEntries, onClose }: LayerDrawerProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const name = t(`cache.layer.${layer.layer}`);
  return (
    <Drawer
      title={t('cache.layerTitle', { layer: name })}
      contentKey={layer.layer}
      note={<EntrySplit entries={layer.entries} />}
      actions={
        <>
          <Button isSmall onClick={onEntries} data-testid="layer-entries">
            {t('cache.showEntries')}
          </Button>
          <Button isSmall blockedBecause={isOffline ? t('offlineBlocked') : null} onClick={onClear}>
            {t('cache.clearLayer', { layer: name })}…
          </Button>
        </>
      }
      onClose={onClose}
      testId="layer-drawer"
    >
      {outcome}
      <section>
        <h3>{t('cache.figures')}</h3>
        <Table
          caption={t('cache.figures')}
          columns={useFigureColumns(layer.windows)}
          rows={figureRows}
          rowKey={({ id }) => id}
          emptyText={t('cache.unknown')}
          testId="layer-figures"
        />
      </section>
      <section>
        <h3>{t('cache.missReasons')}</h3>
        <Table
          caption={t('cache.missReasons')}
          columns={useReasonColumns(layer.windows)}
          rows={reasonsOf(layer.windows)}
          rowKey={(reason) => reason}
          emptyText={t('cache.missesNone')}
        />
      </section>
      <Settings settings={layer.settings} />
    </Drawer>
  );
}

function EntrySplit({ entries }: { readonly entries: LayerStatus['entries'] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { fresh, stale, expired, unreadable, sizeBytes, rawBytes } = entries;
  const texts = Object.fromEntries(
    Object.entries({ fresh, stale, expired, unreadable }).map(([id, count]) => [id, format.number(count)]),
  );
  const bytes = (value: number): string => formatBytes(format.language, value);
  return (
    <>
      {t('cache.entriesSplit', texts)} · {t('cache.storedOf', { stored: bytes(sizeBytes), raw: bytes(rawBytes) })}
    </>
  );
}

interface FigureRow {
  readonly id: keyof typeof showers;
}

type Show = (format: Format, window: CacheWindow) => ReactNode;

const count =
  (read: (window: CacheWindow) => number): Show =>
  (format, window) =>
    format.number(read(window));
const bytesOf =
  (read: (window: CacheWindow) => number): Show =>
  (format, window) =>
    formatBytes(format.language, read(window));
const timeOf =
  (read: (window: CacheWindow) => number | null): Show =>
  (format, window) => {
    const ms = read(window);
    return ms === null ? '—' : showMs(format, ms);
  };

const showers = {
  reads: count(({ reads }) => reads),
  hitRate: (_format: Format, window: CacheWindow) => <HitRate window={window} />,
  freshHits: count(({ hits }) => hits),
  staleHits: count(({ staleHits }) => staleHits),
  misses: count(({ misses }) => misses),
  fromMemory: count(({ fromMemory }) => fromMemory),
  fromRedis: count(({ fromRedis }) => fromRedis),
  fromSnapshot: count(({ fromSnapshot }) => fromSnapshot),
  p50: timeOf(({ readP50Ms }) => readP50Ms),
  p95: timeOf(({ readP95Ms }) => readP95Ms),
  p99: timeOf(({ readP99Ms }) => readP99Ms),
  computations: count(({ computations }) => computations),
  computeTime: timeOf(({ computeMsTotal }) => computeMsTotal),
  saved: timeOf(({ computeMsSaved }) => computeMsSaved),
  failures: count(({ failures }) => failures),
  early: count(({ earlyRefreshes }) => earlyRefreshes),
  joined: count(({ joinedWaiters }) => joinedWaiters),
  written: bytesOf(({ bytesWritten }) => bytesWritten),
  read: bytesOf(({ bytesRead }) => bytesRead),
  compressed: bytesOf(({ bytesSaved }) => bytesSaved),
} as const satisfies Record<string, Show>;

const figureRows = (Object.keys(showers) as FigureRow['id'][]).map((id): FigureRow => ({ id }));

function useFigureColumns(windows: readonly CacheWindow[]): readonly Column<FigureRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    { id: 'figure', header: t('cache.column.figure'), render: ({ id }) => t(`cache.figure.${id}`) },
    ...windows.map(
      (window): Column<FigureRow> => ({
        id: String(window.windowMs),
        header: t(`cache.window.${window.windowMs}`, { defaultValue: formatDuration(window.windowMs) }),
        align: 'end',
        render: ({ id }) => showers[id](format, window),
      }),
    ),
  ];
}

/** Most frequent in the longest window first. */
function reasonsOf(windows: readonly CacheWindow[]): readonly string[] {
  const all = new Set(windows.flatMap(({ missesByReason }) => Object.keys(missesByReason)));
  const longest = windows.at(-1)?.missesByReason ?? {};
  return [...all].sort((a, b) => (longest[b] ?? 0) - (longest[a] ?? 0));
}

function useReasonColumns(windows: readonly CacheWindow[]): readonly Column<string>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      id: 'reason',
      header: t('cache.column.because'),
      render: (reason) => t(`reason.${reason}`, { defaultValue: reason }),
    },
    ...windows.map(
      ({ windowMs, missesByReason }): Column<string> => ({
        id: String(windowMs),
        header: t(`cache.window.${windowMs}`, { defaultValue: formatDuration(windowMs) }),
        align: 'end',
        render: (reason) => format.number(missesByReason[reason] ?? 0),
      }),
    ),
  ];
}

function Settings({ settings }: { readonly settings: LayerStatus['settings'] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { ttlMs, staleWindowMs, maxAgeMs, memoryShare, codec, priority } = settings;
  const from = codec.fromBytes === null ? t('cache.byDistance') : formatBytes(format.language, codec.fromBytes);
  const facts = [
    [t('cache.setting.ttl'), formatDuration(ttlMs)],
    [t('cache.setting.staleWindow'), formatDuration(staleWindowMs)],
    [t('cache.setting.ceiling'), formatDuration(maxAgeMs)],
    [t('cache.setting.memory'), `${format.number(memoryShare * 100)} %`],
    [t('cache.setting.codec'), codec.kind === 'none' ? t('cache.setting.noCodec') : `${codec.kind} · ${from}`],
    [t('cache.setting.priority'), format.number(priority)],
  ] as const;
  return (
    <section>
      <h3>{t('cache.settings')}</h3>
      <dl className="facts entry-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
