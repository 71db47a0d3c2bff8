/** Every entry, our own and other programs': searched, filtered, sorted and chosen; what is asked for is in the address. */
import { type ReactElement, useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import type { Address } from '../../state/address.ts';
import { useIsOffline } from '../../state/services.ts';
import { useWindowSize } from '../../state/window-size.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { State } from '../../ui/State.tsx';
import { VirtualTable } from '../../ui/VirtualTable.tsx';
import type { CacheRow, EntriesQuery } from './cache-model.ts';
import { EntryFilters } from './EntryFilters.tsx';
import { type Listing, type ListingState, rowOf } from './listing.ts';
import { useEntryColumns } from './use-entry-columns.tsx';
import { hasFilters, noFilters, sortingOf } from './use-listing.ts';

interface EntriesCardProps {
  readonly address: Address;
  readonly query: EntriesQuery;
  readonly listing: ListingState & Listing;
  readonly openKey: string | null;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (keys: ReadonlySet<string>) => void;
  readonly onInvalidate: () => void;
  readonly onWarm: () => void;
}

/** What stands above the table when it is scrolled to: the page's head and the filters. */
const abovePx = 190;

export function EntriesCard(props: EntriesCardProps): ReactElement {
  const { address, query, listing, openKey, selected, onSelect, onInvalidate, onWarm } = props;
  const { t } = useTranslation();
  const { widthPx, heightPx } = useWindowSize();
  const columns = useEntryColumns(widthPx);
  const { page, pieces, isKept, isOther, error, look } = listing;
  const rowAt = useCallback((index: number) => rowOf(pieces, index), [pieces]);
  const rowCount = page === null ? 0 : isKept ? page.rows.length : page.matchCount;
  const selection = useMemo(
    () => ({ keys: selected, label: t('cache.select'), canSelect: isOwn, onChange: onSelect }),
    [selected, onSelect, t],
  );
  return (
    <Card
      title={t('cache.entries')}
      note={<EntriesNote listing={listing} />}
      aside={<Selection selected={selected} onSelect={onSelect} onInvalidate={onInvalidate} />}
      testId="cache-entries"
    >
      <EntryFilters address={address} query={query} facets={page?.facets ?? null} />
      {error !== null && page !== null && (
        <p role="alert" className="line-note">
          <State kind="failed" word={t('cache.failed', { message: error.message, help: error.help })} />
        </p>
      )}
      <VirtualTable
        caption={t('cache.entries')}
        columns={columns}
        rowCount={rowCount}
        rowAt={rowAt}
        rowKey={keyOf}
        empty={<NoEntries query={query} listing={listing} address={address} onWarm={onWarm} />}
        sorting={sortingOf(query)}
        onSort={({ columnId, direction }) =>
          address.set({ sort: columnId, order: direction === 'descending' ? 'down' : null }, { replace: true })
        }
        onOpen={(row) => address.set({ entry: row.key, panel: null }, { replace: openKey !== null })}
        openKey={openKey}
        selection={selection}
        onRange={look}
        heightPx={Math.max(330, heightPx - abovePx)}
        isPale={isOther}
        testId="entries-table"
      />
    </Card>
  );
}

/** Other programs' entries are never changed. */
function isOwn(row: CacheRow): boolean {
  return row.origin === 'own';
}

function keyOf(row: CacheRow): string {
  return row.key;
}

function EntriesNote({ listing }: { readonly listing: ListingState }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const { page, isKept } = listing;
  if (page === null) return null;
  const { matchCount, totalCount, matchBytes, partial } = page;
  const shown = format.number(matchCount);
  const text = matchCount === totalCount ? shown : t('cache.ofAll', { shown, all: format.number(totalCount) });
  return (
    <span data-testid="entries-note">
      {t('cache.entriesNote', { count: matchCount, text, size: formatBytes(format.language, matchBytes) })}
      {isKept && ` · ${t('cache.keptNote', { text: format.number(page.rows.length) })}`}
      {partial && (
        <>
          {' '}
          <State kind="unknown" word={t('cache.partial')} title={t('cache.partialText')} />
        </>
      )}
    </span>
  );
}

interface SelectionProps {
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (keys: ReadonlySet<string>) => void;
  readonly onInvalidate: () => void;
}

function Selection({ selected, onSelect, onInvalidate }: SelectionProps): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  if (selected.size === 0) return null;
  return (
    <>
      <span>{t('cache.selected', { count: selected.size, text: format.number(selected.size) })}</span>
      <Button isSmall look="quiet" onClick={() => onSelect(new Set())}>
        {t('cache.deselect')}
      </Button>
      <Button
        isSmall
        blockedBecause={isOffline ? t('offlineBlocked') : null}
        onClick={onInvalidate}
        data-testid="invalidate-selected"
      >
        {t('cache.invalidateSelected')}
      </Button>
    </>
  );
}

interface NoEntriesProps {
  readonly query: EntriesQuery;
  readonly listing: ListingState & Listing;
  readonly address: Address;
  readonly onWarm: () => void;
}

function NoEntries({ query, listing, address, onWarm }: NoEntriesProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const { page, error, refresh } = listing;
  if (page === null && error !== null) {
    return (
      <EmptyState
        icon="failed"
        kind="failed"
        title={t('cache.listFailed')}
        text={`${error.message} ${error.help}`}
        action={<Button onClick={refresh}>{t('cache.tryAgain')}</Button>}
        testId="entries-failed"
      />
    );
  }
  if (page === null) return <EmptyState icon="cache" title={t(isOffline ? 'cache.unknown' : 'cache.loading')} />;
  if (hasFilters(query) && page.totalCount > 0) {
    return (
      <EmptyState
        icon="search"
        title={t('cache.noMatch')}
        text={t('cache.noMatchText', { all: format.number(page.totalCount) })}
        action={<Button onClick={() => address.set(noFilters)}>{t('cache.clearFilters')}</Button>}
        testId="entries-no-match"
      />
    );
  }
  return (
    <EmptyState
      icon="empty"
      title={t('cache.empty')}
      text={t('cache.emptyText')}
      action={
        <Button blockedBecause={isOffline ? t('offlineBlocked') : null} onClick={onWarm}>
          {t('cache.warm')}
        </Button>
      }
      testId="entries-empty"
    />
  );
}
