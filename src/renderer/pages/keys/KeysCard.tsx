/** The list of keys: pattern, type, expiry, size, idle time; read on by cursor with what it cost in sight; chosen ones deleted. */
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { State } from '../../ui/State.tsx';
import { useTableHeight } from '../../ui/table-height.ts';
import { VirtualTable } from '../../ui/VirtualTable.tsx';
import type { VirtualColumn } from '../../ui/virtual-column.ts';
import { AddKeyDialog } from './AddKeyDialog.tsx';
import { DeleteKeysDialog } from './DeleteKeysDialog.tsx';
import { KeyFilters } from './KeyFilters.tsx';
import { besideTablePx, type KeyRow, keyId, noFilter, readableName, type Space } from './keys-model.ts';
import { useTypeName } from './type-name.ts';
import { type Keys, mostRows } from './use-keys.ts';

interface KeysCardProps {
  readonly space: Space;
  readonly keys: Keys;
}

export function KeysCard({ space, keys }: KeysCardProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const address = useAddress('keys');
  const columns = useKeyColumns();
  const heightPx = useTableHeight(besideTablePx);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<'add' | 'delete' | null>(null);
  const read = keys.read?.rows;
  const rows = useMemo(() => read ?? [], [read]);
  const chosen = useMemo(() => rows.filter((row) => selected.has(keyId(row))), [rows, selected]);
  const isFiltered = Object.keys(noFilter).some((name) => address.text(name) !== '');
  return (
    <>
      <Card
        title={t('keys.listed')}
        note={<Cost keys={keys} />}
        aside={
          <span className="keys-actions">
            {chosen.length > 0 && (
              <>
                <span data-testid="keys-chosen">{t('keys.chosen', { count: chosen.length })}</span>
                <Button isSmall look="quiet" onClick={() => setSelected(new Set())} data-testid="keys-choose-none">
                  {t('keys.chooseNone')}
                </Button>
                <Button
                  isSmall
                  data-testid="keys-delete-chosen"
                  blockedBecause={isOffline ? t('offlineBlocked') : null}
                  onClick={() => setAsking('delete')}
                >
                  {t('keys.deleteChosen')}
                </Button>
              </>
            )}
            <Button
              isSmall
              data-testid="keys-add"
              blockedBecause={isOffline ? t('offlineBlocked') : null}
              onClick={() => setAsking('add')}
            >
              {t('keys.add')}
            </Button>
          </span>
        }
        testId="keys-card"
      >
        <KeyFilters />
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
          empty={<NoKeys keys={keys} isFiltered={isFiltered} onClear={() => address.set(noFilter)} />}
          onOpen={(row) => address.set({ key: keyId(row) })}
          openKey={address.text('key') || null}
          selection={{ keys: selected, label: t('keys.choose'), onChange: setSelected }}
          heightPx={heightPx}
          isPale={isOffline || keys.isReading || (keys.error !== null && rows.length > 0)}
          testId="keys-table"
        />
        <More keys={keys} isOffline={isOffline} onChooseAll={() => setSelected(new Set(rows.map(keyId)))} />
      </Card>
      {asking === 'add' && (
        <AddKeyDialog
          space={space}
          onClose={() => setAsking(null)}
          onAdded={(key) => {
            setAsking(null);
            keys.again();
            address.set({ key: keyId({ key, keyEncoding: 'text' }) });
          }}
        />
      )}
      {asking === 'delete' && (
        <DeleteKeysDialog
          space={space}
          rows={chosen}
          onClose={() => setAsking(null)}
          onDone={() => {
            setAsking(null);
            setSelected(new Set());
            keys.again();
          }}
        />
      )}
    </>
  );
}

interface NoKeysProps {
  readonly keys: Keys;
  readonly isFiltered: boolean;
  readonly onClear: () => void;
}

function NoKeys({ keys, isFiltered, onClear }: NoKeysProps): ReactElement {
  const { t } = useTranslation();
  const { isReading, read, error } = keys;
  if (read === null && !isReading && error !== null) {
    return <EmptyState icon="keys" testId="keys-empty" title={t('keys.readFailed')} text={t('keys.readFailedText')} />;
  }
  const title = isReading
    ? 'keys.searching'
    : read?.nextCursor
      ? 'keys.noneYet'
      : isFiltered
        ? 'keys.none'
        : 'keys.emptyDatabase';
  return (
    <EmptyState
      icon="empty"
      testId="keys-empty"
      title={t(title)}
      action={
        isFiltered && !isReading ? (
          <Button isSmall onClick={onClear} data-testid="keys-clear-filters">
            {t('keys.clearFilters')}
          </Button>
        ) : undefined
      }
    />
  );
}

interface MoreProps {
  readonly keys: Keys;
  readonly isOffline: boolean;
  readonly onChooseAll: () => void;
}

function More({ keys, isOffline, onChooseAll }: MoreProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { read, isReading } = keys;
  const rowCount = read?.rows.length ?? 0;
  const busy = isOffline ? t('offlineBlocked') : isReading ? t('keys.searching') : null;
  const isAtEnd = read !== null && read.nextCursor === null;
  const on =
    busy ??
    (isAtEnd ? t('keys.atEnd') : rowCount >= mostRows ? t('keys.mostRows', { most: format.number(mostRows) }) : null);
  return (
    <div className="keys-more">
      <Button data-testid="keys-read-on" blockedBecause={on} onClick={keys.readOn}>
        {t('keys.readOn')}
      </Button>
      {isReading && read !== null ? (
        <Button look="quiet" data-testid="keys-stop" onClick={keys.stop}>
          {t('keys.stop')}
        </Button>
      ) : (
        <Button
          look="quiet"
          data-testid="keys-read-all"
          title={t('keys.readAllHint', { most: format.number(mostRows) })}
          blockedBecause={on}
          onClick={keys.readAll}
        >
          {t('keys.readAll')}
        </Button>
      )}
      <Button look="quiet" data-testid="keys-again" blockedBecause={busy} onClick={keys.again}>
        {t('keys.again')}
      </Button>
      <span className="space" />
      {rowCount > 0 && (
        <Button isSmall look="quiet" data-testid="keys-choose-all" onClick={onChooseAll}>
          {t('keys.chooseAll', { count: rowCount, text: format.number(rowCount) })}
        </Button>
      )}
    </div>
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
  const cost = t('keys.cost', { count: commands, text: format.number(commands), ms: format.number(tookMs) });
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
  const typeName = useTypeName();
  return useMemo(
    () => [
      {
        id: 'key',
        header: t('keys.column.key'),
        render: (row) => (
          <span className="mono" title={readableName(row)}>
            {row.keyEncoding === 'base64' && (
              <>
                <span className="tag">{t('keys.binary')}</span>{' '}
              </>
            )}
            {readableName(row)}
          </span>
        ),
      },
      { id: 'type', header: t('keys.column.type'), widthPx: 110, render: ({ type }) => typeName(type) },
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
        hint: t('keys.column.sizeHint'),
        widthPx: 100,
        align: 'end',
        render: ({ sizeBytes }: KeyRow) => (sizeBytes === null ? '—' : formatBytes(format.language, sizeBytes)),
      },
      {
        id: 'idle',
        header: t('keys.column.idle'),
        hint: t('keys.column.idleHint'),
        widthPx: 110,
        align: 'end',
        render: ({ idleS }: KeyRow) => (idleS === null ? '—' : formatDuration(idleS * 1_000)),
      },
    ],
    [t, format, typeName],
  );
}
