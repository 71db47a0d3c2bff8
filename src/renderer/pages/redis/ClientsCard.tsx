/** Who is connected: any number of clients, searched and sorted; one of them can be thrown out where the connection is operated. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import type { Sorting } from '../../ui/SortHeading.tsx';
import { VirtualTable } from '../../ui/VirtualTable.tsx';
import type { VirtualColumn } from '../../ui/virtual-column.ts';
import { ClientDrawer } from './ClientDrawer.tsx';
import { clientKey, clientKinds, clientSorting, shownClients, sortingText } from './clients-model.ts';
import { Problem } from './Problem.tsx';
import { bytesText, type Client } from './redis-model.ts';

export function ClientsCard({ connectionId }: { readonly connectionId: string }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const address = useAddress('redis');
  const { data, error, reload } = useLiveCall('redis.clients', { connectionId }, { topics: [], periodMs: 5_000 });
  const text = address.text('q');
  const kind = clientKinds.find((each) => each === address.text('kind')) ?? 'all';
  const sortText = address.text('sort');
  const sorting = useMemo(() => clientSorting(sortText), [sortText]);
  const all = data?.clients ?? null;
  const shown = useMemo(() => shownClients(all ?? [], text, kind, sorting), [all, text, kind, sorting]);
  const openKey = address.text('client');
  const open = all?.find((client) => clientKey(client) === openKey) ?? null;
  const columns = useClientColumns(new Set(all?.map(({ shard }) => shard)).size > 1);
  const onSort = (next: Sorting): void => address.set({ sort: sortingText(next) });
  return (
    <>
      <Card
        title={t('redis.tab.clients')}
        note={
          data === null || all === null ? undefined : (
            <span data-testid="clients-count" className="num">
              {t('redis.clientsShown', { shown: format.number(shown.length), all: format.number(all.length) })} ·{' '}
              <Age atMs={data.atMs} />
            </span>
          )
        }
        testId="redis-clients"
      >
        <Problem error={error} />
        <div className="filters">
          <SearchField
            label={t('redis.searchClients')}
            value={text}
            onChange={(value) => address.set({ q: value })}
            testId="clients-search"
          />
          <SegmentedFilter
            label={t('redis.clientKind')}
            options={clientKinds.map((id) => ({ id, title: t(`redis.kind.${id}`) }))}
            value={kind}
            onChange={(id) => address.set({ kind: id === 'all' ? null : id })}
            testId="clients-kind"
          />
        </div>
        <VirtualTable
          caption={t('redis.tab.clients')}
          columns={columns}
          rowCount={shown.length}
          rowAt={(index) => shown[index]}
          rowKey={clientKey}
          empty={
            <EmptyState
              icon="empty"
              title={t(
                all !== null
                  ? 'redis.noClient'
                  : isOffline
                    ? 'redis.nothingKept'
                    : error === null
                      ? 'redis.loading'
                      : 'redis.notAnswered',
              )}
            />
          }
          sorting={sorting}
          onSort={onSort}
          onOpen={(client) => address.set({ client: clientKey(client) })}
          openKey={openKey === '' ? null : openKey}
          heightPx={520}
          isPale={isOffline}
          testId="clients-table"
        />
      </Card>
      {openKey !== '' && all !== null && (
        <ClientDrawer
          connectionId={connectionId}
          clientKey={openKey}
          client={open}
          onKilled={reload}
          onClose={() => address.set({ client: null })}
        />
      )}
    </>
  );
}

function useClientColumns(hasShards: boolean): readonly VirtualColumn<Client>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: 'address',
        header: t('redis.column.address'),
        widthPx: 152,
        isSortable: true,
        render: ({ address }) => <span className="mono">{address}</span>,
      },
      {
        id: 'name',
        header: t('redis.column.name'),
        isSortable: true,
        render: ({ name, own }: Client) => (
          <>
            {own && <span className="tag">{t('redis.ours')}</span>} {name ?? <span className="sub">—</span>}
          </>
        ),
      },
      { id: 'user', header: t('redis.column.user'), widthPx: 84, isSortable: true, render: ({ user }) => user ?? '—' },
      {
        id: 'kind',
        header: t('redis.column.kind'),
        widthPx: 88,
        isSortable: true,
        render: ({ kind }: Client) => t(`redis.kind.${kind}`),
      },
      { id: 'db', header: 'db', align: 'end', widthPx: 46, isSortable: true, render: ({ db }) => db },
      {
        id: 'command',
        header: t('redis.column.lastCommand'),
        widthPx: 112,
        isSortable: true,
        render: ({ lastCommand }: Client) => <span className="mono">{lastCommand ?? '—'}</span>,
      },
      {
        id: 'age',
        header: t('redis.column.age'),
        align: 'end',
        widthPx: 98,
        isSortable: true,
        render: ({ ageS }: Client) => formatDuration(ageS * 1_000),
      },
      {
        id: 'idle',
        header: t('redis.column.idle'),
        align: 'end',
        widthPx: 72,
        isSortable: true,
        render: ({ idleS }: Client) => formatDuration(idleS * 1_000),
      },
      {
        id: 'output',
        header: t('redis.column.output'),
        align: 'end',
        widthPx: 80,
        isSortable: true,
        render: ({ outputBytes }: Client) => bytesText(format, outputBytes),
      },
      {
        id: 'memory',
        header: t('redis.column.memory'),
        align: 'end',
        widthPx: 80,
        isSortable: true,
        render: ({ memoryBytes }: Client) => bytesText(format, memoryBytes),
      },
      ...(hasShards
        ? [
            {
              id: 'shard',
              header: t('redis.shard'),
              widthPx: 140,
              isSortable: true,
              render: ({ shard }: Client) => <span className="mono">{shard}</span>,
            },
          ]
        : []),
    ],
    [t, format, hasShards],
  );
}
