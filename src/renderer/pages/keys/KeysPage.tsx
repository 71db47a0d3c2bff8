/** The Keys page: the keys behind one connection, searched without holding the server up, and each opened in windows. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddress } from '../../state/address.ts';
import { useLive, useServices } from '../../state/services.ts';
import { ConnectionPicker } from '../../ui/connections/ConnectionPicker.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { KeysCard } from './KeysCard.tsx';
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
    <div className="keys-page" data-testid="page-keys">
      <header className="top">
        <h1>{t('pages.keys')}</h1>
        {chosen !== null && (
          <>
            <ConnectionPicker
              connections={list}
              chosen={chosen}
              onChoose={(id) => address.set({ of: id, q: null, type: null, expiry: null, key: null })}
            />
            <OperateLock connectionId={chosen.id} />
          </>
        )}
      </header>
      {chosen !== null ? (
        <KeysCard key={chosen.id} connectionId={chosen.id} />
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
