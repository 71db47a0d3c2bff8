/** How people tell a connection from another: name, colour, environment, and what is looked for behind it. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ChoiceField, TextField } from '../../ui/Fields.tsx';
import type { FieldsProps } from './connection-form.ts';
import { type ConnectionForm, colours, environments, purposes } from './connection-form.ts';

export function IdentityFields({ form, onChange }: FieldsProps): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <div className="field-row">
        <TextField
          label={t('connections.field.name')}
          value={form.name}
          onChange={(name) => onChange({ name })}
          testId="connection-name"
        />
        <ChoiceField
          label={t('connections.field.environment')}
          value={form.environment}
          options={environments.map((id) => ({ id, name: t(`part.connection.environment.${id}`) }))}
          onChange={(environment) => onChange({ environment })}
          testId="connection-environment"
        />
      </div>
      <div className="field-row">
        <fieldset className="choices-field">
          <legend>{t('connections.field.colour')}</legend>
          {colours.map((colour) => (
            <label key={colour} title={t(`connections.colour.${colour}`)}>
              <input
                type="radio"
                name="colour"
                checked={form.colour === colour}
                onChange={() => onChange({ colour })}
                aria-label={t(`connections.colour.${colour}`)}
              />
              <i className={`mark mark-${colour}`} aria-hidden="true" />
            </label>
          ))}
        </fieldset>
        <fieldset className="choices-field">
          <legend>{t('connections.field.purposes')}</legend>
          {purposes.map((purpose) => (
            <label key={purpose}>
              <input
                type="checkbox"
                checked={form.purposes.includes(purpose)}
                onChange={() => onChange({ purposes: toggled(form.purposes, purpose) })}
              />
              {t(`part.connection.purpose.${purpose}`)}
            </label>
          ))}
        </fieldset>
      </div>
    </>
  );
}

type Purposes = ConnectionForm['purposes'];

function toggled(list: Purposes, one: Purposes[number]): Purposes {
  return list.includes(one) ? list.filter((each) => each !== one) : [...list, one];
}
