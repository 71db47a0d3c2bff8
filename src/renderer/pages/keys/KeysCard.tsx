/** The list of keys: pattern, type, expiry; read on by cursor with what it cost in sight. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { VirtualTable } from '../../ui/VirtualTable.tsx';
import type { VirtualColumn } from '../../ui/virtual-column.ts';
import { KeyDrawer } from './KeyDrawer.tsx';
import { expiries, filterOf, type KeyRow, keyId, keyOfId, types } from './keys-model.ts';
import { type Keys, useKeys } from './use-keys.ts';

export function KeysCard({ connectionId }: { readonly connectionId: string }): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const address = useAddress('keys');
  const keys = useKeys(connectionId, filterOf(address));
  const columns = useKeyColumns();
  const rows = keys.read?.rows ?? [];
  const open = keyOfId(address.text('key'));
  return (
    <>
      <Card title={t('pages.keys')} note={<Cost keys={keys} />} testId="keys-card">
        <div className="filters">
          <SearchField
            label={t('keys.search')}
            value={address.text('q')}
            onChange={(q) => address.set({ q })}
            testId="keys-search"
          />
          <SegmentedFilter
            label={t('keys.type')}
            options={(['all', ...types] as const).map((id) => ({ id, title: t(`keys.types.${id}`) }))}
            value={types.find((each) => each === address.text('type')) ?? 'all'}
            onChange={(type) => address.set({ type: type === 'all' ? null : type })}
            testId="keys-type"
          />
          <SegmentedFilter
            label={t('keys.column.ttl')}
            options={expiries.map((id) => ({ id, title: t(`keys.expiry.${id}`) }))}
            value={expiries.find((each) => each === address.text('expiry')) ?? 'any'}
            onChange={(expiry) => address.set({ expiry: expiry === 'any' ? null : expiry })}
            testId="keys-expiry"
          />
        </div>
        {keys.error !== null && (
          <p role="alert">
            <State kind="failed" word={keys.error} />
          </p>
        )}
        <VirtualTable
          caption={t('pages.keys')}
          columns={columns}
          rowCount={rows.length}
          rowAt={(index) => rows[index]}
          rowKey={keyId}
          empty={
            <EmptyState
              icon="empty"
              testId="keys-empty"
              title={t(keys.isReading ? 'keys.searching' : keys.read?.nextCursor ? 'keys.noneYet' : 'keys.none')}
            />
          }
          onOpen={(row) => address.set({ key: keyId(row) })}
          openKey={address.text('key') || null}
          heightPx={520}
          isPale={isOffline || keys.isReading}
          testId="keys-table"
        />
        <div className="keys-more">
          <Button
            data-testid="keys-read-on"
            blockedBecause={
              isOffline
                ? t('offlineBlocked')
                : keys.isReading
                  ? t('keys.searching')
                  : keys.read?.nextCursor === null
                    ? t('keys.atEnd')
                    : null
            }
            onClick={keys.readOn}
          >
            {t('keys.readOn')}
          </Button>
          <Button
            look="quiet"
            data-testid="keys-again"
            blockedBecause={isOffline ? t('offlineBlocked') : keys.isReading ? t('keys.searching') : null}
            onClick={keys.again}
          >
            {t('keys.again')}
          </Button>
        </div>
      </Card>
      {open !== null && (
        <KeyDrawer
          key={keyId(open)}
          connectionId={connectionId}
          name={open}
          onClose={() => address.set({ key: null })}
          onChanged={keys.again}
        />
      )}
    </>
  );
}

/** "1,200 shown · scanned 12,000 of about 1,000,000 · 48 commands, 130 ms" */
function Cost({ keys: { read, isReading } }: { readonly keys: Keys }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  if (read === null) return <span>{isReading ? t('keys.searching') : ''}</span>;
  const { rows, walkedKeys, keyCount, commands, tookMs, nextCursor } = read;
  const scanned =
    keyCount === null
      ? null
      : nextCursor === null
        ? t('keys.scannedAll', { all: format.number(keyCount) })
        : t('keys.scanned', { walked: format.number(Math.min(walkedKeys, keyCount)), all: format.number(keyCount) });
  const cost = t('keys.cost', { commands: format.number(commands), ms: format.number(tookMs) });
  return (
    <span className="num" data-testid="keys-cost">
      {[t('keys.shown', { shown: format.number(rows.length) }), scanned, cost]
        .filter((part) => part !== null)
        .join(' · ')}
    </span>
  );
}

function useKeyColumns(): readonly VirtualColumn<KeyRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: 'key',
        header: t('keys.column.key'),
        render: ({ key, keyEncoding }) => (
          <span className="mono" title={key}>
            {keyEncoding === 'base64' && <span className="tag">{t('keys.binary')}</span>} {key}
          </span>
        ),
      },
      { id: 'type', header: t('keys.column.type'), widthPx: 90, render: ({ type }) => type },
      {
        id: 'ttl',
        header: t('keys.column.ttl'),
        widthPx: 110,
        align: 'end',
        render: ({ ttlMs }: KeyRow) => (ttlMs === null ? t('keys.noExpiry') : formatDuration(ttlMs)),
      },
      {
        id: 'size',
        header: t('keys.column.size'),
        widthPx: 100,
        align: 'end',
        render: ({ sizeBytes }: KeyRow) => (sizeBytes === null ? '—' : formatBytes(format.language, sizeBytes)),
      },
      {
        id: 'idle',
        header: t('keys.column.idle'),
        widthPx: 100,
        align: 'end',
        render: ({ idleS }: KeyRow) => (idleS === null ? '—' : formatDuration(idleS * 1_000)),
      },
    ],
    [t, format],
  );
}
