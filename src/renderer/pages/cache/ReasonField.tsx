/** Why something is done, for those who read the audit log later. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** The contract's limit. */
const longestReason = 300;

interface ReasonFieldProps {
  readonly value: string;
  readonly onChange: (reason: string) => void;
}

export function ReasonField({ value, onChange }: ReasonFieldProps): ReactElement {
  const { t } = useTranslation();
  return (
    <label className="field reason">
      {t('cache.reason')}
      <input
        className="input"
        value={value}
        maxLength={longestReason}
        placeholder={t('cache.reasonPlaceholder')}
        onChange={(event) => onChange(event.target.value)}
        data-testid="reason"
      />
    </label>
  );
}
