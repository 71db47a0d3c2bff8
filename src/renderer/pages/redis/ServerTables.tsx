/** Keys by database, replicas, and the shards of a cluster beside each other. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import {
  bytesText,
  type Figures,
  msText,
  rateText,
  ratioText,
  type Shard,
  windowOf,
  windowsMs,
} from './redis-model.ts';

type Database = Figures['databases'][number];
type Replica = Figures['replication']['replicas'][number];

export function DatabasesCard({ databases }: { readonly databases: readonly Database[] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: readonly Column<Database>[] = [
    { id: 'db', header: t('redis.column.db'), render: ({ db }) => `db${db}`, sortValue: ({ db }) => db },
    {
      id: 'keys',
      header: t('redis.column.keys'),
      align: 'end',
      render: ({ keyCount }) => format.number(keyCount),
      sortValue: ({ keyCount }) => keyCount,
    },
    {
      id: 'expiring',
      header: t('redis.column.expiring'),
      align: 'end',
      render: ({ expiringCount }) => format.number(expiringCount),
      sortValue: ({ expiringCount }) => expiringCount,
    },
    {
      id: 'ttl',
      header: t('redis.column.averageTtl'),
      align: 'end',
      render: ({ averageTtlMs }) => (averageTtlMs === null || averageTtlMs === 0 ? '—' : formatDuration(averageTtlMs)),
      sortValue: ({ averageTtlMs }) => averageTtlMs,
    },
  ];
  return (
    <Card title={t('redis.databases')} testId="redis-databases">
      <Table
        caption={t('redis.databases')}
        columns={columns}
        rows={databases}
        rowKey={({ db }) => String(db)}
        emptyText={t('redis.noKeys')}
      />
    </Card>
  );
}

export function ReplicasCard({ replicas }: { readonly replicas: readonly Replica[] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: readonly Column<Replica>[] = [
    {
      id: 'address',
      header: t('redis.column.address'),
      render: ({ address }) => <span className="mono">{address}</span>,
    },
    {
      id: 'state',
      header: t('redis.column.state'),
      render: ({ state }) => <State kind={state === 'online' ? 'fresh' : 'stale'} word={state} />,
    },
    {
      id: 'bytes',
      header: t('redis.fact.lagBytes'),
      align: 'end',
      render: ({ lagBytes }) => bytesText(format, lagBytes),
      sortValue: ({ lagBytes }) => lagBytes,
    },
    {
      id: 'seconds',
      header: t('redis.fact.lagS'),
      align: 'end',
      render: ({ lagS }) => (lagS === null ? '—' : `${format.number(lagS)} s`),
      sortValue: ({ lagS }) => lagS,
    },
  ];
  return (
    <Card title={t('redis.replicas')} testId="redis-replicas">
      <Table
        caption={t('redis.replicas')}
        columns={columns}
        rows={replicas}
        rowKey={({ address }) => address}
        emptyText=""
      />
    </Card>
  );
}

interface ShardsCardProps {
  readonly shards: readonly Shard[];
  readonly onOpen: (address: string) => void;
}

export function ShardsCard({ shards, onOpen }: ShardsCardProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Card title={t('redis.shards')} note={t('redis.shardsNote')} className="wide" testId="redis-shards">
      <Table
        caption={t('redis.shards')}
        columns={useShardColumns(onOpen)}
        rows={shards}
        rowKey={({ address }) => address}
        emptyText=""
      />
    </Card>
  );
}

function useShardColumns(onOpen: ShardsCardProps['onOpen']): readonly Column<Shard>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const minute = (shard: Shard) => windowOf(shard, windowsMs.minute);
  const end = (
    id: string,
    header: string,
    value: (shard: Shard) => number | null,
    text: (value: number | null) => string,
  ): Column<Shard> => ({ id, header, align: 'end', render: (shard) => text(value(shard)), sortValue: value });
  return [
    {
      id: 'address',
      header: t('redis.shard'),
      render: ({ address }) => (
        <button type="button" className="row-link mono" onClick={() => onOpen(address)}>
          {address}
        </button>
      ),
      sortValue: ({ address }) => address,
    },
    {
      id: 'state',
      header: t('redis.column.state'),
      isTight: true,
      render: ({ problem, atMs }) =>
        problem === null ? (
          <State kind="fresh" word={t('redis.answers')} />
        ) : (
          <>
            <State kind="failed" word={t('redis.silent')} title={problem} />{' '}
            {atMs !== null && (
              <span className="sub">
                <Age atMs={atMs} />
              </span>
            )}
          </>
        ),
      sortValue: ({ problem }) => (problem === null ? 1 : 0),
    },
    { id: 'version', header: t('redis.column.version'), render: ({ version }) => version ?? '—' },
    end(
      'memory',
      t('redis.figure.memory'),
      ({ figures }) => figures?.memory?.usedBytes ?? null,
      (value) => bytesText(format, value),
    ),
    end(
      'keys',
      t('redis.column.keys'),
      ({ figures }) => figures?.keyCount ?? null,
      (value) => (value === null ? '—' : format.number(value)),
    ),
    end(
      'ops',
      t('redis.figure.ops'),
      (shard) => minute(shard)?.opsPerS ?? null,
      (value) => rateText(format, value),
    ),
    end(
      'hits',
      t('redis.figure.hitRate'),
      (shard) => minute(shard)?.hits.ratio ?? null,
      (value) => ratioText(format, value),
    ),
    end(
      'latency',
      t('redis.roundTrip'),
      ({ figures }) => figures?.roundTripMs ?? null,
      (value) => msText(format, value),
    ),
    end(
      'clients',
      t('redis.figure.clients'),
      ({ figures }) => figures?.clients.connected ?? null,
      (value) => (value === null ? '—' : format.number(value)),
    ),
    end(
      'cpu',
      t('redis.figure.cpu'),
      (shard) => minute(shard)?.cpuRatio ?? null,
      (value) => ratioText(format, value),
    ),
  ];
}
