/** Asks for what a command to a Celery worker needs, says what is wrong with it, and hands it to the dialog that sends it. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ControlDialog } from '../../ui/celery/ControlDialog.tsx';
import { type ControlForm, type Field, fieldsOf, readForm } from './control-form.ts';

interface ControlFormDialogProps {
  readonly brokerId: string;
  readonly node: string;
  readonly form: ControlForm;
  readonly onClose: () => void;
}

export function ControlFormDialog({ brokerId, node, form, onClose }: ControlFormDialogProps): ReactElement {
  const { t } = useTranslation();
  const fields = fieldsOf(form);
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(fields.map(({ name, initial }) => [name, initial])),
  );
  const { action, problem } = readForm(form, texts);
  return (
    <ControlDialog
      request={{ brokerId, nodes: [node], action }}
      problem={problem === null ? null : t(`workers.node.problem.${problem}`)}
      form={
        <div className="control-form">
          {fields.map((field) => (
            <Entry
              key={field.name}
              field={field}
              value={texts[field.name] ?? ''}
              onChange={(text) => setTexts({ ...texts, [field.name]: text })}
            />
          ))}
          <p className="sub" role="status">
            {problem === null ? '' : t(`workers.node.problem.${problem}`)}
          </p>
        </div>
      }
      onClose={onClose}
    />
  );
}

interface EntryProps {
  readonly field: Field;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

function Entry({ field: { name, choices }, value, onChange }: EntryProps): ReactElement {
  const { t } = useTranslation();
  const shared = { className: 'input', value, 'data-testid': `control-${name}` };
  return (
    <label className="field">
      <span>{t(`workers.node.field.${name}`)}</span>
      {choices === undefined ? (
        <input {...shared} autoComplete="off" spellCheck={false} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <select {...shared} onChange={(event) => onChange(event.target.value)}>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
    </label>
  );
}
