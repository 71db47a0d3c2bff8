/** The slow log by the shape of a command and who sent it, with the entries behind it; what the console sent is marked. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Problem } from './Problem.tsx';
import { msText, type SlowLog } from './redis-model.ts';

type Group = SlowLog['groups'][number];
type Entry = SlowLog['entries'][number];

const whose = ['all', 'others', 'own'] as const;
const entriesShown = 500;

export function SlowCard({ connectionId }: { readonly connectionId: string }): ReactElement {
  const { t } = useTranslation();
  const address = useAddress('redis');
  const { data, error, reload } = useLiveCall(
    'redis.slowlog',
    { connectionId, limit: entriesShown },
    { topics: [], periodMs: 15_000, keptAs: `redis-slow-${connectionId}` },
  );
  const text = address.text('q');
  const who = whose.find((each) => each === address.text('kind')) ?? 'all';
  const groups = useMemo(
    () => (data?.groups ?? []).filter((group) => isWanted(group, who, text, `${group.shape} ${group.client}`)),
    [data, who, text],
  );
  const entries = useMemo(
    () =>
      (data?.entries ?? []).filter((entry) => isWanted(entry, who, text, `${entry.words.join(' ')} ${entry.client}`)),
    [data, who, text],
  );
  const hasShards = new Set(data?.entries.map(({ shard }) => shard)).size > 1;
  const entryColumns = useEntryColumns(hasShards);
  const isOff = data !== null && data.thresholdMs !== null && data.thresholdMs < 0;
  const none =
    data === null
      ? error === null
        ? 'redis.loading'
        : 'redis.notAnswered'
      : isOff
        ? 'redis.slowOff'
        : data.groups.length === 0
          ? 'redis.nothingSlow'
          : 'redis.nothingMatches';
  return (
    <>
      <Card
        title={t('redis.tab.slow')}
        note={<Threshold log={data} />}
        aside={
          <Button isSmall look="quiet" onClick={reload}>
            {t('redis.askAgain')}
          </Button>
        }
        testId="redis-slow"
      >
        <Problem error={error} />
        <div className="filters">
          <SearchField
            label={t('redis.searchSlow')}
            value={text}
            onChange={(value) => address.set({ q: value })}
            testId="slow-search"
          />
          <SegmentedFilter
            label={t('redis.whose')}
            options={whose.map((id) => ({ id, title: t(`redis.who.${id}`) }))}
            value={who}
            onChange={(id) => address.set({ kind: id === 'all' ? null : id })}
            testId="slow-whose"
          />
        </div>
        <Table
          caption={t('redis.slowGroups')}
          columns={useGroupColumns(hasShards, (group) => address.set({ q: group.shape.split(' ')[0] ?? '' }))}
          rows={groups}
          rowKey={({ shape, client }) => `${shape} ${client}`}
          emptyText={t(none)}
          initialSorting={{ columnId: 'total', direction: 'descending' }}
          maxHeightPx={380}
          testId="slow-groups"
        />
      </Card>
      {entries.length > 0 && (
        <Card title={t('redis.slowEntries')} note={t('redis.slowEntriesNote')} testId="redis-slow-entries">
          <Table
            caption={t('redis.slowEntries')}
            columns={entryColumns}
            rows={entries}
            rowKey={({ shard, id }) => `${shard} ${id}`}
            emptyText=""
            maxHeightPx={420}
          />
        </Card>
      )}
    </>
  );
}

function isWanted(one: { readonly own: boolean }, who: (typeof whose)[number], text: string, all: string): boolean {
  return (who === 'all' || one.own === (who === 'own')) && all.toLowerCase().includes(text.toLowerCase());
}

function Threshold({ log }: { readonly log: SlowLog | null }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  if (log === null) return null;
  const { thresholdMs, maxLength, atMs } = log;
  return (
    <>
      {thresholdMs === null
        ? t('redis.thresholdUnknown')
        : thresholdMs < 0
          ? t('redis.slowOff')
          : t('redis.threshold', {
              time: msText(format, thresholdMs),
              count: maxLength === null ? '—' : format.number(maxLength),
            })}{' '}
      · <Age atMs={atMs} />
    </>
  );
}

function Whom({ client, own }: { readonly client: string; readonly own: boolean }): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <span className="mono">{client === '' ? '—' : client}</span>{' '}
      {own && (
        <span className="tag" title={t('redis.oursMeans')}>
          {t('redis.ours')}
        </span>
      )}
    </>
  );
}

function useGroupColumns(hasShards: boolean, onShow: (group: Group) => void): readonly Column<Group>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      id: 'shape',
      header: t('redis.column.shape'),
      render: (group) => (
        <button type="button" className="row-link mono" onClick={() => onShow(group)}>
          {group.shape}
        </button>
      ),
      sortValue: ({ shape }) => shape,
    },
    {
      id: 'client',
      header: t('redis.column.client'),
      render: ({ client, own }) => <Whom client={client} own={own} />,
      sortValue: ({ client }) => client,
    },
    {
      id: 'count',
      header: t('redis.column.count'),
      align: 'end',
      render: ({ count }) => format.number(count),
      sortValue: ({ count }) => count,
    },
    {
      id: 'total',
      header: t('redis.column.total'),
      align: 'end',
      render: ({ totalMs }) => msText(format, totalMs),
      sortValue: ({ totalMs }) => totalMs,
    },
    {
      id: 'mean',
      header: t('redis.column.mean'),
      align: 'end',
      render: ({ totalMs, count }) => msText(format, totalMs / count),
      sortValue: ({ totalMs, count }) => totalMs / count,
    },
    {
      id: 'worst',
      header: t('redis.column.worst'),
      align: 'end',
      render: ({ worstMs }) => msText(format, worstMs),
      sortValue: ({ worstMs }) => worstMs,
    },
    {
      id: 'last',
      header: t('redis.column.last'),
      align: 'end',
      render: ({ lastAtMs }) => <Age atMs={lastAtMs} />,
      sortValue: ({ lastAtMs }) => lastAtMs,
    },
    ...(hasShards
      ? [
          {
            id: 'shards',
            header: t('redis.shard'),
            render: ({ shards }: Group) => <span className="mono">{shards.join(', ')}</span>,
          },
        ]
      : []),
  ];
}

function useEntryColumns(hasShards: boolean): readonly Column<Entry>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      id: 'at',
      header: t('redis.column.when'),
      isTight: true,
      render: ({ atMs }) => <Age atMs={atMs} />,
      sortValue: ({ atMs }) => atMs,
    },
    {
      id: 'took',
      header: t('redis.column.took'),
      align: 'end',
      render: ({ tookMs }) => msText(format, tookMs),
      sortValue: ({ tookMs }) => tookMs,
    },
    {
      id: 'words',
      header: t('redis.column.command'),
      render: ({ words }) => (
        <span className="mono slow-words" title={words.join(' ')}>
          {words.join(' ')}
        </span>
      ),
    },
    { id: 'client', header: t('redis.column.client'), render: ({ client, own }) => <Whom client={client} own={own} /> },
    ...(hasShards
      ? [{ id: 'shard', header: t('redis.shard'), render: ({ shard }: Entry) => <span className="mono">{shard}</span> }]
      : []),
  ];
}
