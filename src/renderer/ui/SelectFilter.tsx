/** A filter as a button that says what it is set to, over a searched list of which any number can be chosen. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button.tsx';
import { Floating } from './Floating.tsx';
import { Listbox, type ListOption } from './Listbox.tsx';

interface SelectFilterProps {
  readonly label: string;
  /** `hint` is a good place for a count. */
  readonly options: readonly ListOption[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  /** What it says when nothing is chosen. */
  readonly allText?: string;
  readonly testId?: string;
}

export function SelectFilter({ label, options, chosen, onChange, allText, testId }: SelectFilterProps): ReactElement {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  // What stands in the address stays choosable even where nothing has it any more.
  const known = new Set(options.map(({ id }) => id));
  const offered = [...chosen.filter((id) => !known.has(id)).map((id) => ({ id, title: id })), ...options];
  const titleOf = (id: string): string => offered.find((option) => option.id === id)?.title ?? id;
  const [first] = chosen;
  const shown =
    first === undefined
      ? (allText ?? t('filter.all'))
      : chosen.length === 1
        ? titleOf(first)
        : t('filter.chosen', { count: chosen.length });
  return (
    <Floating
      buttonClass={chosen.length > 0 ? 'chip is-set' : 'chip'}
      buttonContent={
        <>
          {label} <b>{shown}</b>
        </>
      }
      panelLabel={label}
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      {...(testId === undefined ? {} : { testId })}
    >
      <Listbox
        label={t('filter.searchIn', { label })}
        placeholder={t('filter.searchIn', { label })}
        emptyText={t('app.nothingFound')}
        options={offered.map((option) => ({ ...option, isSelected: chosen.includes(option.id) }))}
        isMultiple
        onChoose={(id) => onChange(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id])}
      />
      {chosen.length > 0 && (
        <Button look="quiet" isSmall onClick={() => onChange([])}>
          {t('filter.clearOne')}
        </Button>
      )}
    </Floating>
  );
}
