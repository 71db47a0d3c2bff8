/** The columns of the entries: in a wide window also how far the data reaches and what computing it took. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { DataTime } from '../../ui/Age.tsx';
import type { VirtualColumn } from '../../ui/virtual-column.ts';
import { type CacheRow, showMs } from './cache-model.ts';
import { AgeCell, EntryState, FilterCell, KeyCell, LayerName, LeftCell } from './EntryCells.tsx';

/** From here on there is room for two columns more. */
const widePx = 1_600;

/** Columns whose heading cannot say in a word what they are. */
const hinted: ReadonlySet<string> = new Set(['ttl', 'ratio', 'hits', 'compute']);

export function useEntryColumns(windowWidthPx: number): readonly VirtualColumn<CacheRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const isWide = windowWidthPx >= widePx;
  return useMemo(() => {
    const column = (id: string, rest: Omit<VirtualColumn<CacheRow>, 'id' | 'header'>): VirtualColumn<CacheRow> => ({
      id,
      header: t(`cache.column.${id === 'ttl' ? 'left' : id}`),
      ...(hinted.has(id) ? { hint: t(`cache.hint.${id}`) } : {}),
      ...rest,
    });
    const number = (widthPx: number): Pick<VirtualColumn<CacheRow>, 'align' | 'widthPx' | 'isSortable'> => ({
      align: 'end',
      widthPx,
      isSortable: true,
    });
    const wide = [
      column('dataAsOf', {
        align: 'end',
        widthPx: 118,
        render: (row) => (row.dataAsOfMs === null ? '—' : <DataTime atMs={row.dataAsOfMs} />),
      }),
      column('compute', {
        align: 'end',
        widthPx: 84,
        render: (row) => (row.computeMs === null ? '—' : showMs(format, row.computeMs)),
      }),
    ];
    return [
      column('key', { isSortable: true, render: (row) => <KeyCell row={row} /> }),
      column('what', { render: (row) => <FilterCell row={row} /> }),
      column('layer', { widthPx: 86, isSortable: true, render: (row) => <LayerName layer={row.layer} /> }),
      column('state', { widthPx: 132, isSortable: true, render: (row) => <EntryState row={row} /> }),
      column('age', { ...number(112), render: (row) => <AgeCell atMs={row.computedAtMs} /> }),
      ...(isWide ? wide : []),
      column('ttl', { ...number(100), render: (row) => <LeftCell row={row} /> }),
      column('size', { ...number(76), render: (row) => formatBytes(format.language, row.sizeBytes) }),
      column('ratio', {
        ...number(66),
        render: (row) => (row.ratio === null ? '—' : t('cache.times', { ratio: format.number(row.ratio, 1) })),
      }),
      column('hits', { ...number(62), render: (row) => (row.hits === null ? '—' : format.number(row.hits)) }),
    ];
  }, [t, format, isWide]);
}
