/** The server's configuration against its defaults: what somebody set stands out, and can be shown alone. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { Card } from '../../ui/Card.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Problem } from './Problem.tsx';
import type { Parameter } from './redis-model.ts';

const choices = ['all', 'changed', 'differing'] as const;

export function ConfigCard({ connectionId }: { readonly connectionId: string }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress('redis');
  const { data, error } = useLiveCall(
    'redis.config',
    { connectionId },
    { topics: [], periodMs: 60_000, keptAs: `redis-config-${connectionId}` },
  );
  const text = address.text('q');
  const isCluster = data?.parameters.some(({ differsOn }) => differsOn.length > 0) ?? false;
  const choice = choices.find((each) => each === address.text('changed')) ?? 'all';
  const shown = useMemo(() => {
    const part = text.toLowerCase();
    return (data?.parameters ?? []).filter(
      ({ name, value, isDefault, differsOn }) =>
        `${name} ${value}`.toLowerCase().includes(part) &&
        (choice === 'all' || (choice === 'changed' ? isDefault === false : differsOn.length > 0)),
    );
  }, [data, text, choice]);
  const changed = data?.parameters.filter(({ isDefault }) => isDefault === false).length ?? 0;
  return (
    <Card
      title={t('redis.tab.config')}
      note={
        data === null
          ? undefined
          : t('redis.configNote', {
              all: format.number(data.parameters.length),
              changed: format.number(changed),
              version: data.defaultsOf,
            })
      }
      testId="redis-config"
    >
      <Problem error={error} />
      <div className="filters">
        <SearchField
          label={t('redis.searchConfig')}
          value={text}
          onChange={(value) => address.set({ q: value })}
          testId="config-search"
        />
        <SegmentedFilter
          label={t('redis.configShow')}
          options={choices
            .filter((id) => id !== 'differing' || isCluster || choice === 'differing')
            .map((id) => ({ id, title: t(`redis.configChoice.${id}`) }))}
          value={choice}
          onChange={(id) => address.set({ changed: id === 'all' ? null : id })}
          testId="config-changed"
        />
      </div>
      <Table
        caption={t('redis.tab.config')}
        columns={useColumns(isCluster)}
        rows={shown}
        rowKey={({ name }) => name}
        emptyText={t(data !== null ? 'redis.nothingMatches' : error === null ? 'redis.loading' : 'redis.notAnswered')}
        maxHeightPx={620}
        testId="config-table"
      />
    </Card>
  );
}

function useColumns(isCluster: boolean): readonly Column<Parameter>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const more = (name: string, value: string | null): string | null => {
    if (value === null || !isBytes(name, value)) return null;
    return Number(value) === 0 && name === 'maxmemory'
      ? t('redis.noLimit')
      : formatBytes(format.language, Number(value));
  };
  const shown = (name: string, value: string | null): ReactElement => {
    const words = more(name, value);
    return (
      <>
        <span className="mono config-value">{value === null ? '—' : value === '' ? '""' : value}</span>
        {words !== null && <span className="sub"> {words}</span>}
      </>
    );
  };
  const differing: Column<Parameter> = {
    id: 'differs',
    header: t('redis.column.differs'),
    render: ({ differsOn }) =>
      differsOn.length === 0 ? (
        ''
      ) : (
        <>
          <State kind="stale" word={t('redis.differs', { count: differsOn.length })} />{' '}
          <span className="mono sub">{differsOn.map(({ shard, value }) => `${shard}: ${value}`).join(' · ')}</span>
        </>
      ),
    sortValue: ({ differsOn }) => -differsOn.length,
  };
  return [
    {
      id: 'name',
      header: t('redis.column.parameter'),
      render: ({ name }) => <span className="mono">{name}</span>,
      sortValue: ({ name }) => name,
    },
    { id: 'value', header: t('redis.column.value'), render: ({ name, value }) => shown(name, value) },
    {
      id: 'state',
      header: t('redis.column.against'),
      isTight: true,
      render: ({ isDefault }) =>
        isDefault === false ? (
          <b className="tag">{t('redis.changed')}</b>
        ) : (
          <span className="sub">{t(isDefault === null ? 'redis.defaultUnknown' : 'redis.default')}</span>
        ),
      sortValue: ({ isDefault }) => (isDefault === false ? 0 : isDefault === null ? 1 : 2),
    },
    {
      id: 'default',
      header: t('redis.column.default'),
      render: ({ name, defaultValue, isDefault }) =>
        isDefault === false ? <span className="config-default">{shown(name, defaultValue)}</span> : '',
    },
    ...(isCluster ? [differing] : []),
  ];
}

/** Sizes that Redis answers in bytes, which nobody reads. */
function isBytes(name: string, value: string): boolean {
  return (
    /^(maxmemory|maxmemory-clients|repl-backlog-size|proto-max-bulk-len|client-query-buffer-limit|auto-aof-rewrite-min-size|active-defrag-ignore-bytes|stream-node-max-bytes|hll-sparse-max-bytes)$/.test(
      name,
    ) &&
    /^\d+$/.test(value) &&
    (Number(value) >= 1_024 || name === 'maxmemory')
  );
}
