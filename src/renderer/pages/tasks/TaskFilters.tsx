/** The filters of the list of tasks, as the address has them. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import type { Address } from '../../state/address.ts';
import type { ListOption } from '../../ui/Listbox.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { SelectFilter } from '../../ui/SelectFilter.tsx';
import { onlys, spanNames, type TaskName, type TaskSearch, taskStates } from './tasks-model.ts';

export interface TaskOptions {
  readonly brokers: readonly string[];
  readonly names: readonly TaskName[];
  readonly workers: readonly string[];
  readonly queues: readonly string[];
}

interface TaskFiltersProps {
  readonly search: TaskSearch;
  readonly options: TaskOptions;
  readonly onSearch: Address['set'];
}

export function TaskFilters({ search, options, onSearch }: TaskFiltersProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const names = options.names.map(({ name, running, waiting }) => ({
    id: name,
    title: name,
    hint: format.number(running + waiting),
  }));
  const plain = (list: readonly string[]): ListOption[] => list.map((id) => ({ id, title: id }));
  /** The contract takes one of each: the one chosen last. */
  const one = (
    key: 'name' | 'worker' | 'queue' | 'broker',
    label: string,
    list: readonly ListOption[],
  ): ReactElement => (
    <SelectFilter
      label={label}
      options={list}
      chosen={search[key] === '' ? [] : [search[key]]}
      onChange={(chosen) => onSearch({ [key]: chosen.at(-1) ?? null })}
      testId={`tasks-${key}`}
    />
  );
  return (
    <div className="filters" role="search">
      <SearchField
        label={t('celery.search')}
        value={search.text}
        onChange={(text) => onSearch({ text }, { replace: true })}
        testId="tasks-search"
      />
      <SegmentedFilter
        label={t('celery.onlyLabel')}
        options={onlys.map((id) => ({ id, title: t(`celery.only.${id}`) }))}
        value={search.only}
        onChange={(only) => onSearch({ only: only === 'all' ? null : only })}
        testId="tasks-only"
      />
      <SelectFilter
        label={t('celery.column.state')}
        options={taskStates.map((id) => ({ id, title: t(`celery.state.${id}`), hint: id }))}
        chosen={search.states}
        onChange={(state) => onSearch({ state })}
        testId="tasks-state"
      />
      {one('name', t('celery.column.name'), unique(names))}
      {one('worker', t('celery.column.worker'), plain(options.workers))}
      {one('queue', t('celery.column.queue'), plain(options.queues))}
      {options.brokers.length > 1 && one('broker', t('celery.column.broker'), plain(options.brokers))}
      <SegmentedFilter
        label={t('celery.spanLabel')}
        options={spanNames.map((id) => ({ id, title: t(`celery.span.${id}`) }))}
        value={search.span}
        onChange={(span) => onSearch({ span: span === 'all' ? null : span })}
        testId="tasks-span"
      />
      {(['failure', 'root'] as const).map(
        (key) =>
          search[key] !== '' && (
            <button
              key={key}
              type="button"
              className="chip is-set"
              onClick={() => onSearch({ [key]: null })}
              data-testid={`tasks-${key}-clear`}
            >
              {t(`celery.chip.${key}`)} ×
            </button>
          ),
      )}
    </div>
  );
}

/** The same name may be known on several brokers. */
function unique(options: readonly ListOption[]): ListOption[] {
  return [...new Map(options.map((option) => [option.id, option])).values()];
}
