/** The labelled fields of the connection's form. */
import { type ReactElement, useId } from 'react';
import type { ConnectionForm } from './connection-form.ts';

export interface FieldsProps {
  readonly form: ConnectionForm;
  readonly onChange: (part: Partial<ConnectionForm>) => void;
}

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly isSecret?: boolean;
  readonly testId: string;
}

export function TextField(props: TextFieldProps): ReactElement {
  const { label, value, onChange, hint, placeholder, isSecret = false, testId } = props;
  const hintId = useId();
  return (
    <label className="field">
      {label}
      <input
        className="input"
        type={isSecret ? 'password' : 'text'}
        autoComplete={isSecret ? 'new-password' : 'off'}
        spellCheck={false}
        value={value}
        placeholder={placeholder}
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

export function ChoiceField<Id extends string>(props: ChoiceFieldProps<Id>): ReactElement {
  const { label, value, options, onChange, testId } = props;
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
