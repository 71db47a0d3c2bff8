/** Files that the console set aside: damaged ones, and copies from before an upgrade or a restore. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import type { Storage } from './storage-model.ts';

export function SetAsideCard({ storage }: { readonly storage: Storage | null }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  if (storage === null || storage.setAside.length === 0) return null;
  const columns: Column<Storage['setAside'][number]>[] = [
    {
      id: 'name',
      header: t('storage.column.name'),
      render: ({ name }) => <span className="mono">{name}</span>,
      sortValue: ({ name }) => name,
    },
    {
      id: 'why',
      header: t('storage.column.why'),
      render: ({ why }) => t(`storage.why.${why}`),
      sortValue: ({ why }) => why,
    },
    {
      id: 'made',
      header: t('storage.column.made'),
      align: 'end',
      render: ({ madeAtMs }) => <Age atMs={madeAtMs} />,
      sortValue: ({ madeAtMs }) => -madeAtMs,
    },
    {
      id: 'size',
      header: t('storage.column.size'),
      align: 'end',
      render: ({ sizeBytes }) => formatBytes(format.language, sizeBytes),
      sortValue: ({ sizeBytes }) => sizeBytes,
    },
  ];
  return (
    <Card title={t('storage.setAside')} note={t('storage.setAsideNote')} testId="storage-set-aside">
      <Table
        caption={t('storage.setAside')}
        columns={columns}
        rows={storage.setAside}
        rowKey={({ name }) => name}
        emptyText=""
        maxHeightPx={240}
      />
    </Card>
  );
}
