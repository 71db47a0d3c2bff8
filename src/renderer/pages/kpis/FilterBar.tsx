/** The filters as a row of buttons, each with what it is set to; the address holds what is chosen. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useFormat } from '../../format/use-format.ts';
import { type Filters, filterKey, queryFromFilters, valuesOf, withFilter } from '../../state/filters.ts';
import { navigate } from '../../state/route.ts';
import { useDashboard, useLive, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Floating } from '../../ui/Floating.tsx';
import { Listbox } from '../../ui/Listbox.tsx';
import { PeriodFilter } from './PeriodFilter.tsx';

/** Shown at once, before the engine says which filters its pack has. */
const usualChoices = ['cliente', 'gestor', 'jefe_proyecto', 'estado', 'tipo_proyecto'] as const;

interface FilterBarProps {
  readonly filters: Filters;
}

export function FilterBar({ filters }: FilterBarProps): ReactElement {
  const { t } = useTranslation();
  const { filterOptions, focus } = useServices();
  const { data } = useLive(filterOptions);
  const openId = useStore(focus, (state) => state.openFilterId);
  const apply = (next: Filters): void => navigate('kpis', queryFromFilters(next));
  const declared = data?.options.filter((option) => option.kind === 'choice').map((option) => option.id);
  const openChange = (id: string) => (isOpen: boolean) => focus.setState({ openFilterId: isOpen ? id : null });
  return (
    <div className="filters" role="group" aria-label={t('filter.label')} data-testid="filters">
      <PeriodFilter
        filters={filters}
        isOpen={openId === 'period'}
        onOpenChange={openChange('period')}
        onApply={apply}
      />
      {(declared ?? usualChoices).map((id) => (
        <ChoiceFilter
          key={id}
          id={id}
          label={t(`filter.${id}`, { defaultValue: data?.options.find((option) => option.id === id)?.label ?? id })}
          values={data?.options.find((option) => option.id === id)?.values ?? null}
          filters={filters}
          isOpen={openId === id}
          onOpenChange={openChange(id)}
          onApply={apply}
        />
      ))}
      <Button
        look="quiet"
        blockedBecause={filterKey(filters) === '' ? t('filter.nothingSet') : null}
        onClick={() => apply({})}
        aria-label={t('filter.clear')}
        data-testid="clear-filters"
      >
        {t('filter.clearAll')}
      </Button>
      <span className="space" />
      <AsOf />
    </div>
  );
}

interface ChoiceFilterProps {
  readonly id: string;
  readonly label: string;
  /** Null while the engine has not said. */
  readonly values: readonly string[] | null;
  readonly filters: Filters;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly onApply: (filters: Filters) => void;
}

function ChoiceFilter(props: ChoiceFilterProps): ReactElement {
  const { id, label, values, filters, isOpen, onOpenChange, onApply } = props;
  const { t } = useTranslation();
  const chosen = valuesOf(filters, id);
  const [first] = chosen;
  const shown =
    first === undefined ? t('filter.all') : chosen.length === 1 ? first : t('filter.chosen', { count: chosen.length });
  const toggle = (value: string): void =>
    onApply(
      withFilter(filters, id, chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]),
    );
  // A value from the address stays choosable even where the source no longer has it.
  const offered = [...new Set([...chosen, ...(values ?? [])])];
  return (
    <Floating
      buttonClass={chosen.length > 0 ? 'chip is-set' : 'chip'}
      buttonContent={
        <>
          {label} <b>{shown}</b>
        </>
      }
      panelLabel={label}
      testId={`filter-${id}`}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
    >
      <Listbox
        label={t('filter.searchIn', { label })}
        placeholder={t('filter.searchIn', { label })}
        emptyText={values === null ? t('filter.optionsUnknown') : t('app.nothingFound')}
        options={offered.map((value) => ({ id: value, title: value, isSelected: chosen.includes(value) }))}
        isMultiple
        onChoose={toggle}
      />
      {chosen.length > 0 && (
        <Button look="quiet" isSmall onClick={() => onApply(withFilter(filters, id, []))}>
          {t('filter.clearOne')}
        </Button>
      )}
    </Floating>
  );
}

function AsOf(): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { view } = useDashboard();
  return (
    <span className="sub" data-testid="as-of">
      {view !== null && (
        <>
          {t('kpis.asOf', { date: format.isoDate(view.asOf) })}{' '}
          {view.asOfFixed && (
            <span className="tag" title={t('kpis.asOfFixedTitle')}>
              {t('kpis.asOfFixed')}
            </span>
          )}
          {' · '}
        </>
      )}
      {t('kpis.inMillions')}
    </span>
  );
}
