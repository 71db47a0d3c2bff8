/** The Redis page: one connection's servers as they are now, over time, and what they say when they are asked. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import type { Connection } from '../../state/operate.ts';
import { useLive, useServices } from '../../state/services.ts';
import { ConnectionPicker } from '../../ui/connections/ConnectionPicker.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { SelectFilter } from '../../ui/SelectFilter.tsx';
import { ClientsCard } from './ClientsCard.tsx';
import { CommandsTab } from './CommandsTab.tsx';
import { ConfigCard } from './ConfigCard.tsx';
import { HealthTab } from './HealthTab.tsx';
import { LinkState } from './LinkState.tsx';
import './redis.css';
import { type RedisHealth, type Sight, type Tab, tabs } from './redis-model.ts';
import { ServerFacts } from './ServerFacts.tsx';
import { SlowCard } from './SlowCard.tsx';
import { WordsTab } from './WordsTab.tsx';

export function RedisPage(): ReactElement {
  const { t } = useTranslation();
  const { connections } = useServices();
  const { data, error } = useLive(connections);
  const address = useAddress('redis');
  const list = data?.connections ?? [];
  const wanted = address.text('of');
  const chosen = list.find(({ id }) => id === wanted) ?? (wanted === '' ? (list[0] ?? null) : null);
  return (
    <div className="redis-page" data-testid="page-redis" data-environment={chosen?.environment}>
      <header className="top">
        <h1>{t('pages.redis')}</h1>
        {chosen !== null && (
          <>
            <ConnectionPicker
              connections={list}
              chosen={chosen}
              onChoose={(id) =>
                address.set({ of: id, shard: null, client: null, q: null, kind: null, sort: null, changed: null })
              }
            />
            <OperateLock connectionId={chosen.id} />
          </>
        )}
      </header>
      {chosen !== null ? (
        <Chosen key={chosen.id} connection={chosen} />
      ) : data === null && error === null ? (
        <EmptyState icon="redis" title={t('redis.loading')} />
      ) : data === null ? (
        <EmptyState icon="redis" kind="failed" title={t('redis.readFailed')} text={error?.message} />
      ) : (
        <NoConnection wanted={wanted} onFirst={() => address.set({ of: null })} hasOthers={list.length > 0} />
      )}
    </div>
  );
}

interface NoConnectionProps {
  readonly wanted: string;
  readonly hasOthers: boolean;
  readonly onFirst: () => void;
}

function NoConnection({ wanted, hasOthers, onFirst }: NoConnectionProps): ReactElement {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon="redis"
      testId="redis-no-connection"
      title={wanted === '' ? t('redis.noConnection') : t('redis.noSuchConnection', { name: wanted })}
      text={t('redis.noConnectionText')}
      action={
        hasOthers ? (
          <button type="button" className="button" onClick={onFirst}>
            {t('redis.showAnother')}
          </button>
        ) : undefined
      }
    />
  );
}

function Chosen({ connection }: { readonly connection: Connection }): ReactElement {
  const { t } = useTranslation();
  const address = useAddress('redis');
  const tab: Tab = tabs.find((each) => each === address.text('tab')) ?? 'health';
  const health = useLiveCall(
    'redis.health',
    { connectionId: connection.id },
    { topics: ['redis.sampled'], periodMs: 5_000, keptAs: `redis-health-${connection.id}` },
  );
  const { data } = health;
  const shard = data?.shards.find((each) => each.address === address.text('shard')) ?? null;
  const sight: Sight | null = shard ?? data?.total ?? null;
  const shardName = shard?.address ?? '';
  return (
    <>
      <LinkState connection={connection} health={health} />
      <ServerFacts connection={connection} sight={sight} shardCount={data?.shards.length ?? 0} />
      <div className="redis-tabs">
        <SegmentedFilter
          label={t('redis.tabs')}
          options={tabs.map((id) => ({ id, title: t(`redis.tab.${id}`) }))}
          value={tab}
          onChange={(id) => address.set({ tab: id === 'health' ? null : id, q: null, kind: null, sort: null })}
          testId="redis-tabs"
        />
        {data !== null && data.shards.length > 1 && (tab === 'health' || tab === 'commands') && (
          <ShardFilter
            health={data}
            chosen={shardName}
            onChange={(name) => address.set({ shard: name === '' ? null : name })}
          />
        )}
      </div>
      {tab === 'health' && <HealthTab connection={connection} health={data} sight={sight} shard={shardName} />}
      {tab === 'commands' && <CommandsTab sight={sight} />}
      {tab === 'slow' && <SlowCard connectionId={connection.id} />}
      {tab === 'clients' && <ClientsCard connectionId={connection.id} />}
      {tab === 'config' && <ConfigCard connectionId={connection.id} />}
      {tab === 'words' && <WordsTab connectionId={connection.id} />}
    </>
  );
}

interface ShardFilterProps {
  readonly health: RedisHealth;
  readonly chosen: string;
  readonly onChange: (address: string) => void;
}

function ShardFilter({ health, chosen, onChange }: ShardFilterProps): ReactElement {
  const { t } = useTranslation();
  return (
    <SelectFilter
      label={t('redis.shard')}
      allText={t('redis.allShards', { count: health.shards.length })}
      options={health.shards.map(({ address, figures }) => ({
        id: address,
        title: address,
        hint: t(`redis.role.${figures?.replication.role ?? 'unknown'}`),
      }))}
      chosen={chosen === '' ? [] : [chosen]}
      // One at a time: the last one pressed.
      onChange={(list) => onChange(list.findLast((each) => each !== chosen) ?? '')}
      testId="redis-shard"
    />
  );
}
