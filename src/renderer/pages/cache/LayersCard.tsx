/** The layers with what each did in the chosen window and what it holds; too few reads give counts, never a rate. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Icon } from '../../ui/icons.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import {
  type CacheStatus,
  type CacheWindow,
  type LayerName,
  type LayerStatus,
  showMs,
  type WindowId,
  windowOf,
} from './cache-model.ts';
import { HitRate } from './HitRate.tsx';

interface LayersCardProps {
  readonly status: CacheStatus | null;
  readonly windowId: WindowId;
  readonly onClear: (layer: LayerName | 'all') => void;
  /** Changes its settings. */
  readonly onEdit: (layer: LayerName) => void;
  /** Shows every figure of a layer. */
  readonly onOpen: (layer: LayerName) => void;
}

interface LayerRow {
  readonly id: LayerName | 'all';
  readonly layer: LayerStatus | null;
  readonly window: CacheWindow | null;
  readonly entries: LayerStatus['entries'];
}

export function LayersCard({ status, windowId, onClear, onEdit, onOpen }: LayersCardProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Card
      title={t('cache.layers')}
      note={t('cache.layersNote')}
      aside={t('cache.windowNote', { window: t(`cache.window.${windowId}`) })}
      testId="cache-layers"
    >
      <Table
        caption={t('cache.layers')}
        columns={useLayerColumns(onClear, onEdit, onOpen)}
        rows={status === null ? [] : rowsOf(status, windowId)}
        rowKey={({ id }) => id}
        emptyText={t('cache.unknown')}
      />
    </Card>
  );
}

function rowsOf(status: CacheStatus, windowId: WindowId): LayerRow[] {
  const layers = status.layers.map((layer) => ({
    id: layer.layer,
    layer,
    window: windowOf(layer.windows, windowId),
    entries: layer.entries,
  }));
  return [...layers, { id: 'all', layer: null, window: windowOf(status.totals, windowId), entries: sumOf(layers) }];
}

function sumOf(rows: readonly LayerRow[]): LayerStatus['entries'] {
  const nothing = { fresh: 0, stale: 0, expired: 0, unreadable: 0, total: 0, sizeBytes: 0, rawBytes: 0 };
  return rows.reduce(
    (sum, { entries }) => ({
      fresh: sum.fresh + entries.fresh,
      stale: sum.stale + entries.stale,
      expired: sum.expired + entries.expired,
      unreadable: sum.unreadable + entries.unreadable,
      total: sum.total + entries.total,
      sizeBytes: sum.sizeBytes + entries.sizeBytes,
      rawBytes: sum.rawBytes + entries.rawBytes,
    }),
    nothing,
  );
}

function useLayerColumns(
  onClear: LayersCardProps['onClear'],
  onEdit: LayersCardProps['onEdit'],
  onOpen: LayersCardProps['onOpen'],
): readonly Column<LayerRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const number = (id: 'reads' | 'staleHits' | 'misses', read: (window: CacheWindow) => number): Column<LayerRow> => ({
    id,
    header: t(`cache.column.${id}`),
    ...(id === 'staleHits' ? { hint: t('cache.hint.staleHits') } : {}),
    align: 'end',
    render: ({ window }) => (window === null ? '—' : format.number(read(window))),
  });
  return [
    {
      id: 'layer',
      header: t('cache.column.layer'),
      isTight: true,
      render: ({ id, layer }) =>
        layer === null ? (
          <b>{t('cache.totals')}</b>
        ) : (
          <button type="button" className="row-link" onClick={() => onOpen(layer.layer)} data-testid={`layer-${id}`}>
            {t(`cache.layer.${id}`)}
          </button>
        ),
    },
    number('reads', ({ reads }) => reads),
    {
      id: 'hitRate',
      header: t('cache.column.hitRate'),
      align: 'end',
      render: (row) => <HitRate window={row.window} />,
    },
    number('staleHits', ({ staleHits }) => staleHits),
    {
      ...number('misses', ({ misses }) => misses),
      render: ({ window }) => (window === null ? '—' : <Misses window={window} />),
    },
    {
      id: 'p95',
      header: t('cache.column.p95'),
      hint: t('cache.hint.p95'),
      align: 'end',
      render: ({ window }) => (typeof window?.readP95Ms === 'number' ? showMs(format, window.readP95Ms) : '—'),
    },
    {
      id: 'saved',
      header: t('cache.column.saved'),
      hint: t('cache.hint.saved'),
      align: 'end',
      render: ({ window }) => (window === null ? '—' : showMs(format, window.computeMsSaved)),
    },
    { id: 'entries', header: t('cache.column.entries'), align: 'end', render: (row) => <Entries row={row} /> },
    {
      id: 'size',
      header: t('cache.column.size'),
      align: 'end',
      render: ({ entries }) => formatBytes(format.language, entries.sizeBytes),
    },
    {
      id: 'ttl',
      header: t('cache.column.ttl'),
      hint: t('cache.hint.ttlOfLayer'),
      align: 'end',
      render: ({ layer }) =>
        layer === null ? (
          ''
        ) : (
          <Button
            look="quiet"
            isSmall
            aria-label={`${formatDuration(layer.settings.ttlMs)}: ${t('cache.edit.title', { layer: t(`cache.layer.${layer.layer}`) })}`}
            title={t('cache.edit.title', { layer: t(`cache.layer.${layer.layer}`) })}
            blockedBecause={isOffline ? t('offlineBlocked') : null}
            onClick={() => onEdit(layer.layer)}
            data-testid={`edit-${layer.layer}`}
          >
            {formatDuration(layer.settings.ttlMs)}
          </Button>
        ),
    },
    {
      id: 'action',
      header: t('cache.column.action'),
      align: 'end',
      render: ({ id }) => (
        <Button
          look="quiet"
          isSmall
          aria-label={t('cache.clearLayer', { layer: t(`cache.layer.${id}`) })}
          title={t('cache.clearLayer', { layer: t(`cache.layer.${id}`) })}
          blockedBecause={isOffline ? t('offlineBlocked') : null}
          onClick={() => onClear(id)}
          data-testid={`clear-${id}`}
        >
          <Icon name="clear" />
        </Button>
      ),
    },
  ];
}

function Misses({ window }: { readonly window: CacheWindow }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const reasons = Object.entries(window.missesByReason).sort(([, a], [, b]) => b - a);
  const title =
    reasons.length === 0
      ? t('cache.missesNone')
      : t('cache.missesBy', {
          reasons: reasons
            .map(([reason, count]) => `${t(`reason.${reason}`, { defaultValue: reason })} ${format.number(count)}`)
            .join(' '),
        });
  return <span title={title}>{format.number(window.misses)}</span>;
}

function Entries({ row }: { readonly row: LayerRow }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { fresh, stale, expired, unreadable, total } = row.entries;
  const counts = { fresh, stale, expired, unreadable };
  const texts = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, format.number(count)]));
  return <span title={t('cache.entriesSplit', texts)}>{format.number(total)}</span>;
}
