/** Search and filters of the entries, offered with how many entries each would show. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import type { Address } from '../../state/address.ts';
import { Button } from '../../ui/Button.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { SelectFilter } from '../../ui/SelectFilter.tsx';
import { type EntriesPage, type EntriesQuery, rowStates } from './cache-model.ts';
import { hasFilters, noFilters } from './use-listing.ts';

interface EntryFiltersProps {
  readonly address: Address;
  readonly query: EntriesQuery;
  readonly facets: EntriesPage['facets'] | null;
}

export function EntryFilters({ address, query, facets }: EntryFiltersProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const countOf = (state: string): number => facets?.states.find(({ name }) => name === state)?.count ?? 0;
  return (
    <div className="filters" role="group" aria-label={t('cache.filterLabel')} data-testid="entry-filters">
      <SearchField
        label={t('cache.search')}
        value={query.search}
        // What is typed replaces itself: Back leads to before the search, not through its letters.
        onChange={(q) => address.set({ q }, { replace: query.search !== '' })}
        testId="entries-search"
      />
      <SelectFilter
        label={t('cache.filterLayer')}
        options={(facets?.layers ?? []).map(({ name, count }) => ({
          id: name,
          title: t(`cache.layer.${name}`, { defaultValue: name }),
          hint: format.number(count),
        }))}
        allText={t('cache.filterAll.layer')}
        chosen={query.layers}
        onChange={(layer) => address.set({ layer })}
        testId="filter-layer"
      />
      <SelectFilter
        label={t('cache.filterState')}
        options={rowStates.map((state) => ({
          id: state,
          title: t(`cache.state.${state}`),
          hint: format.number(countOf(state)),
        }))}
        allText={t('cache.filterAll.state')}
        chosen={query.states}
        onChange={(state) => address.set({ state })}
        testId="filter-state"
      />
      <SelectFilter
        label={t('cache.filterTag')}
        options={(facets?.tags ?? []).map(({ name, count }) => ({ id: name, title: name, hint: format.number(count) }))}
        allText={t('cache.filterAll.tag')}
        chosen={query.tags}
        onChange={(tag) => address.set({ tag })}
        testId="filter-tag"
      />
      <SegmentedFilter
        label={t('cache.origin.label')}
        options={(['all', 'own', 'foreign'] as const).map((id) => ({ id, title: t(`cache.origin.${id}`) }))}
        value={query.origin}
        onChange={(origin) => address.set({ origin: origin === 'all' ? null : origin })}
        testId="filter-origin"
      />
      {hasFilters(query) && (
        <Button look="quiet" onClick={() => address.set(noFilters)} data-testid="clear-entry-filters">
          {t('cache.clearFilters')}
        </Button>
      )}
    </div>
  );
}
