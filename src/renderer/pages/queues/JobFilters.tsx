/** The states and the search of the list of jobs, as the address has them. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Address } from '../../state/address.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { type JobSearch, jobStates, searchBys } from './queues-model.ts';

interface JobFiltersProps {
  readonly search: JobSearch;
  readonly onSearch: Address['set'];
}

export function JobFilters({ search, onSearch }: JobFiltersProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="job-filters" role="search">
      <div className="segments" role="group" aria-label={t('queues.column.state')}>
        {jobStates.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={search.states.includes(state)}
            onClick={(event) =>
              onSearch({ state: toggled(search, state, event.ctrlKey || event.metaKey || event.shiftKey) })
            }
            title={t('queues.severalStates')}
            data-testid={`state-${state}`}
          >
            {t(`queues.state.${state}`)}
          </button>
        ))}
      </div>
      <select
        className="input"
        aria-label={t('queues.searchBy')}
        value={search.by}
        onChange={(event) => onSearch({ by: event.target.value })}
        data-testid="jobs-by"
      >
        {searchBys.map((by) => (
          <option key={by} value={by}>
            {t(`queues.by.${by}`)}
          </option>
        ))}
      </select>
      <SearchField
        label={t(search.by === 'data' ? 'queues.searchData' : 'queues.search')}
        value={search.text}
        onChange={(text) => onSearch({ text }, { replace: true })}
        testId="jobs-search"
      />
      {search.failureGroup !== '' && (
        <button
          type="button"
          className="chip is-set"
          onClick={() => onSearch({ group: null })}
          data-testid="group-clear"
        >
          {t('queues.oneGroup')} ×
        </button>
      )}
    </div>
  );
}

/** One state; with a modifier key held, one more or one less. */
function toggled({ states }: JobSearch, state: JobSearch['states'][number], isMore: boolean): readonly string[] {
  if (!isMore) return [state];
  const next = states.includes(state) ? states.filter((each) => each !== state) : [...states, state];
  return next.length === 0 ? [state] : next;
}
