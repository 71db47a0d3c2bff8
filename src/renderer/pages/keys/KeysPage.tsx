/** The Keys page: the keys behind one connection as a list, as a tree, and analysed; without holding the server up. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddress } from '../../state/address.ts';
import type { Connection } from '../../state/operate.ts';
import { useIsOffline, useLive, useServices } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { ConnectionPicker } from '../../ui/connections/ConnectionPicker.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { AnalysisTab } from './AnalysisTab.tsx';
import { DatabasePicker } from './DatabasePicker.tsx';
import { KeysCard } from './KeysCard.tsx';
import { databaseOf, noFilter, ownDatabase, type Space, type Tab, tabs } from './keys-model.ts';
import { OpenKey } from './OpenKey.tsx';
import { TreeCard } from './TreeCard.tsx';
import { useKeys } from './use-keys.ts';
import './keys.css';

export function KeysPage(): ReactElement {
  const { t } = useTranslation();
  const { connections } = useServices();
  const { data, error } = useLive(connections);
  const address = useAddress('keys');
  const list = data?.connections ?? [];
  const wanted = address.text('of');
  const chosen = list.find(({ id }) => id === wanted) ?? (wanted === '' ? (list[0] ?? null) : null);
  return (
    <div className="keys-page" data-testid="page-keys" data-environment={chosen?.environment}>
      <header className="top">
        <h1>{t('pages.keys')}</h1>
        {chosen !== null && (
          <>
            <ConnectionPicker
              connections={list}
              chosen={chosen}
              onChoose={(id) => address.set({ of: id, db: null, ...noFilter, key: null, analysis: null })}
            />
            <DatabasePicker key={chosen.id} connection={chosen} />
            <OperateLock connectionId={chosen.id} isNamed={false} />
          </>
        )}
      </header>
      {chosen !== null ? (
        <Chosen key={`${chosen.id} ${databaseOf(address)}`} connection={chosen} />
      ) : data === null && error === null ? (
        <EmptyState icon="keys" title={t('keys.loading')} />
      ) : data === null ? (
        <EmptyState icon="keys" kind="failed" title={t('keys.readFailed')} text={error?.message} />
      ) : (
        <EmptyState icon="keys" title={t('keys.noSuchConnection')} testId="keys-no-connection" />
      )}
    </div>
  );
}

function Chosen({ connection }: { readonly connection: Connection }): ReactElement {
  const { t } = useTranslation();
  const address = useAddress('keys');
  const tab: Tab = tabs.find((each) => each === address.text('tab')) ?? 'keys';
  const db = databaseOf(address);
  const space: Space = { connectionId: connection.id, db };
  const keys = useKeys(space, connection, tab === 'keys');
  return (
    <>
      <div className="keys-tabs">
        <SegmentedFilter
          label={t('keys.tabs')}
          options={tabs.map((id) => ({ id, title: t(`keys.tab.${id}`) }))}
          value={tab}
          onChange={(id) => address.set({ tab: id === 'keys' ? null : id })}
          testId="keys-tabs"
        />
      </div>
      <Away connection={connection} readAtMs={tab === 'keys' ? (keys.read?.readAtMs ?? null) : null} />
      {tab === 'keys' && <KeysCard space={space} keys={keys} />}
      {tab === 'tree' && <TreeCard space={space} />}
      {tab === 'analysis' && <AnalysisTab connection={connection} db={db ?? ownDatabase(connection)} />}
      <OpenKey space={space} onChanged={tab === 'keys' ? keys.again : null} />
    </>
  );
}

interface AwayProps {
  readonly connection: Connection;
  readonly readAtMs: number | null;
}

/** That the server, or a part of a cluster, cannot be reached, since when, and what that means for what is shown. */
function Away({ connection: { link }, readAtMs }: AwayProps): ReactElement | null {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  // The others answer as if theirs were all the keys there are.
  if (!isOffline && link.state === 'degraded') {
    return (
      <Banner kind="stale" word={t('keys.away.degraded')} testId="keys-partly-away">
        {link.problem} · {t('keys.away.since')} <Age atMs={link.sinceMs} />. {t('keys.away.incomplete')}
      </Banner>
    );
  }
  if (isOffline || (link.state !== 'unreachable' && link.state !== 'refused')) return null;
  return (
    <Banner kind="failed" word={t(`keys.away.${link.state}`)} testId="keys-away">
      {link.problem} · {t('keys.away.since')} <Age atMs={link.sinceMs} />.{' '}
      {readAtMs !== null && (
        <>
          {t('keys.away.shown')} <Age atMs={readAtMs} />.
        </>
      )}
    </Banner>
  );
}
