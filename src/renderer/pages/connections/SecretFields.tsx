/** As whom to connect: user and password; what is kept already is never shown, only kept, replaced or removed. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { CheckField, TextField } from '../../ui/Fields.tsx';
import { FormPart } from '../../ui/FormPart.tsx';
import type { FieldsProps } from './connection-form.ts';

interface SecretFieldsProps extends FieldsProps {
  readonly vault: 'keychain' | 'file';
  readonly hasPassword: boolean;
}

export function SecretFields({ form, vault, hasPassword, onChange }: SecretFieldsProps): ReactElement {
  const { t } = useTranslation();
  return (
    <FormPart title={t('connections.part.user')}>
      <div className="field-row">
        <TextField
          label={t('connections.field.username')}
          value={form.username}
          placeholder="default"
          onChange={(username) => onChange({ username })}
          testId="connection-username"
        />
        <TextField
          label={t('connections.field.password')}
          value={form.password}
          placeholder={hasPassword ? t('connections.hint.passwordKept') : ''}
          type="password"
          onChange={(password) => onChange({ password, forgetsPassword: false })}
          testId="connection-password"
        />
      </div>
      {hasPassword && (
        <CheckField
          label={t('connections.field.forget')}
          isChecked={form.forgetsPassword}
          onChange={(forgetsPassword) => onChange({ forgetsPassword, password: '' })}
          testId="connection-forget"
        />
      )}
      {form.kind === 'sentinel' && (
        <div className="field-row">
          <TextField
            label={t('connections.field.sentinelUsername')}
            value={form.sentinelUsername}
            onChange={(sentinelUsername) => onChange({ sentinelUsername })}
            testId="connection-sentinel-username"
          />
          <TextField
            label={t('connections.field.sentinelPassword')}
            value={form.sentinelPassword}
            type="password"
            onChange={(sentinelPassword) => onChange({ sentinelPassword })}
            testId="connection-sentinel-password"
          />
        </div>
      )}
      <p className="sub">{t(`connections.vaultShort.${vault}`)}</p>
    </FormPart>
  );
}
