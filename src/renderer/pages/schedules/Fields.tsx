/** The labelled fields of the schedule's form. */
import { type HTMLAttributes, type ReactElement, useId } from 'react';

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly pattern?: string;
  readonly isRequired?: boolean;
  readonly inputMode?: HTMLAttributes<HTMLInputElement>['inputMode'];
  readonly testId: string;
}

export function TextField(props: TextFieldProps): ReactElement {
  const { label, value, onChange, hint, pattern, isRequired = false, inputMode, testId } = props;
  const hintId = useId();
  return (
    <label className="field">
      {label}
      <input
        className="input"
        value={value}
        required={isRequired}
        pattern={pattern}
        inputMode={inputMode}
        aria-describedby={hint === undefined ? undefined : hintId}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      />
      {hint !== undefined && (
        <span className="sub" id={hintId}>
          {hint}
        </span>
      )}
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
