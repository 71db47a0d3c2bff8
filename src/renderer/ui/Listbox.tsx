/** A search field over a list: arrows move, Enter chooses, focus stays in the field (the ARIA combobox pattern). */
import { type KeyboardEvent, type ReactElement, useEffect, useId, useMemo, useRef, useState } from 'react';
import { Icon } from './icons.tsx';

export interface ListOption {
  readonly id: string;
  readonly title: string;
  readonly hint?: string;
  readonly group?: string;
  readonly isSelected?: boolean;
  readonly isDisabled?: boolean;
}

interface ListboxProps {
  readonly label: string;
  readonly placeholder: string;
  readonly emptyText: string;
  readonly options: readonly ListOption[];
  /** Options carry a check mark each and the list stays open. */
  readonly isMultiple?: boolean;
  readonly onChoose: (id: string) => void;
}

/** More would be neither read nor scrolled; the search narrows. */
const shownCount = 120;

export function Listbox(props: ListboxProps): ReactElement {
  const { label, placeholder, emptyText, options, isMultiple = false, onChoose } = props;
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const shown = useMemo(() => matching(options, search).slice(0, shownCount), [options, search]);
  const activeIndex = Math.min(active, shown.length - 1);

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    document.getElementById(`${listId}-${activeIndex}`)?.scrollIntoView({ block: 'nearest' });
  }, [activeIndex, listId]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const move = moves[event.key];
    const chosen = shown[activeIndex];
    if (move !== undefined) {
      event.preventDefault();
      setActive(Math.max(0, Math.min(shown.length - 1, activeIndex + move)));
    } else if (event.key === 'Enter' && chosen && chosen.isDisabled !== true) {
      event.preventDefault();
      onChoose(chosen.id);
    }
  };

  return (
    <>
      <input
        ref={input}
        className="input"
        style={{ width: '100%' }}
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={shown.length > 0 ? `${listId}-${activeIndex}` : undefined}
        aria-label={label}
        placeholder={placeholder}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className="options" role="listbox" id={listId} aria-label={label} aria-multiselectable={isMultiple}>
        {shown.map((option, index) => (
          <Row
            key={option.id}
            option={option}
            domId={`${listId}-${index}`}
            isActive={index === activeIndex}
            isMultiple={isMultiple}
            startsGroup={option.group !== undefined && option.group !== shown[index - 1]?.group}
            onPoint={() => setActive(index)}
            onChoose={() => onChoose(option.id)}
          />
        ))}
      </div>
      {shown.length === 0 && <p className="empty">{emptyText}</p>}
    </>
  );
}

interface RowProps {
  readonly option: ListOption;
  readonly domId: string;
  readonly isActive: boolean;
  readonly isMultiple: boolean;
  readonly startsGroup: boolean;
  readonly onPoint: () => void;
  readonly onChoose: () => void;
}

function Row({ option, domId, isActive, isMultiple, startsGroup, onPoint, onChoose }: RowProps): ReactElement {
  return (
    <>
      {startsGroup && (
        <div className="group" role="presentation">
          {option.group}
        </div>
      )}
      {/* The keyboard works from the field above, as the combobox pattern asks; the row itself takes no focus. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */}
      <div
        id={domId}
        role="option"
        className={isActive ? 'is-active' : ''}
        aria-selected={isMultiple ? option.isSelected === true : isActive}
        aria-disabled={option.isDisabled === true || undefined}
        onPointerMove={onPoint}
        // A press leaves the focus in the field, where the keys are heard.
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => {
          if (option.isDisabled !== true) onChoose();
        }}
      >
        {isMultiple && (
          <span className="check" aria-hidden="true">
            <Icon name="fresh" />
          </span>
        )}
        <span>{option.title}</span>
        {option.hint !== undefined && <span className="hint">{option.hint}</span>}
      </div>
    </>
  );
}

/** Every word of the search must occur somewhere; accents and capitals do not matter. */
export function matching(options: readonly ListOption[], search: string): readonly ListOption[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  if (words.length === 0) return options;
  return options.filter((option) => {
    const text = plain(`${option.title} ${option.hint ?? ''} ${option.group ?? ''}`);
    return words.every((word) => text.includes(word));
  });
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
