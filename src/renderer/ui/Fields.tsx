/** The labelled fields of forms, each with its hint and what is wrong with it. */
import { type HTMLAttributes, type ReactElement, type ReactNode, useId } from 'react';
import { State } from './State.tsx';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  /** What is wrong with it; null or absent: nothing. */
  readonly error?: string | null;
  readonly testId: string;
}

interface TextFieldProps extends FieldProps {
  readonly type?: 'text' | 'password' | 'time' | 'url';
  readonly pattern?: string;
  readonly isRequired?: boolean;
  readonly inputMode?: HTMLAttributes<HTMLInputElement>['inputMode'];
  readonly placeholder?: string;
  /** Offered while typing; anything else may be typed too. */
  readonly suggestions?: readonly { readonly value: string; readonly name: string }[];
}

export function TextField(props: TextFieldProps): ReactElement {
  const { label, value, onChange, hint, error = null, pattern, isRequired = false, inputMode, testId } = props;
  const { type = 'text', placeholder, suggestions } = props;
  const id = useId();
  return (
    <label className="field">
      {label}
      <input
        className="input"
        type={type}
        value={value}
        required={isRequired}
        pattern={pattern}
        inputMode={inputMode}
        placeholder={placeholder}
        list={suggestions === undefined ? undefined : `${id}-list`}
        autoComplete={type === 'password' ? 'new-password' : 'off'}
        spellCheck={false}
        aria-invalid={error !== null || undefined}
        aria-describedby={describedBy(id, hint, error)}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      />
      {suggestions !== undefined && (
        <datalist id={`${id}-list`}>
          {suggestions.map((each) => (
            <option key={each.value} value={each.value}>
              {each.name}
            </option>
          ))}
        </datalist>
      )}
      <Remarks id={id} hint={hint} error={error} testId={testId} />
    </label>
  );
}

interface AreaFieldProps extends FieldProps {
  readonly rows: number;
  readonly isMono?: boolean;
  readonly placeholder?: string;
  readonly maxLength?: number;
}

export function AreaField(props: AreaFieldProps): ReactElement {
  const { label, value, onChange, hint, error = null, rows, isMono = false, placeholder, maxLength, testId } = props;
  const id = useId();
  return (
    <label className="field">
      {label}
      <textarea
        className={isMono ? 'input mono' : 'input'}
        rows={rows}
        value={value}
        placeholder={placeholder}
        maxLength={maxLength}
        spellCheck={!isMono}
        aria-invalid={error !== null || undefined}
        aria-describedby={describedBy(id, hint, error)}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      />
      <Remarks id={id} hint={hint} error={error} testId={testId} />
    </label>
  );
}

interface ChoiceFieldProps<Id extends string> {
  readonly label: string;
  readonly value: Id;
  readonly options: readonly { readonly id: Id; readonly name: string }[];
  readonly onChange: (id: Id) => void;
  readonly testId: string;
}

export function ChoiceField<Id extends string>({
  label,
  value,
  options,
  onChange,
  testId,
}: ChoiceFieldProps<Id>): ReactElement {
  return (
    <label className="field">
      {label}
      <select
        className="input"
        value={value}
        onChange={(event) => {
          const chosen = options.find(({ id }) => id === event.target.value);
          if (chosen) onChange(chosen.id);
        }}
        data-testid={testId}
      >
        {options.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface CheckFieldProps {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly testId: string;
}

export function CheckField({ label, isChecked, onChange, testId }: CheckFieldProps): ReactElement {
  return (
    <label className="check-field">
      <input
        type="checkbox"
        checked={isChecked}
        onChange={(event) => onChange(event.target.checked)}
        data-testid={testId}
      />
      {label}
    </label>
  );
}

interface RemarksProps {
  readonly id: string;
  readonly hint: ReactNode;
  readonly error: string | null;
  readonly testId: string;
}

function Remarks({ id, hint, error, testId }: RemarksProps): ReactElement {
  return (
    <>
      {hint !== undefined && (
        <span className="sub" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error !== null && (
        <span id={`${id}-error`} data-testid={`${testId}-error`}>
          <State kind="failed" word={error} />
        </span>
      )}
    </>
  );
}

function describedBy(id: string, hint: ReactNode, error: string | null): string | undefined {
  const ids = [...(error === null ? [] : [`${id}-error`]), ...(hint === undefined ? [] : [`${id}-hint`])];
  return ids.length === 0 ? undefined : ids.join(' ');
}
