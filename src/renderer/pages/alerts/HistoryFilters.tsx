/** What the history is narrowed down by: words, rule, state, severity and days. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import { useFormat } from '../../format/use-format.ts';
import type { AddressChanges } from '../../state/address.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { type AlertStatus, alertStates, severities } from './alerts-model.ts';
import type { HistorySearch } from './use-history.ts';

interface HistoryFiltersProps {
  readonly search: HistorySearch;
  readonly rules: readonly AlertStatus['rule'][];
  readonly onChange: (part: AddressChanges) => void;
}

export function HistoryFilters({ search, rules, onChange }: HistoryFiltersProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="history-filters" role="search">
      <SearchField
        label={t('alerts.search')}
        value={search.search}
        onChange={(text) => onChange({ words: text })}
        testId="history-search"
      />
      <select
        className="input"
        aria-label={t('alerts.column.rule')}
        value={search.ruleId ?? ''}
        onChange={(event) => onChange({ rule: event.target.value })}
        data-testid="history-rule"
      >
        <option value="">{t('alerts.allRules')}</option>
        {rules.map((rule) => (
          <option key={rule.id} value={rule.id}>
            {alertTitle(format.language, rule.title)}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label={t('alerts.column.state')}
        value={search.to ?? ''}
        onChange={(event) => onChange({ to: event.target.value })}
        data-testid="history-state"
      >
        <option value="">{t('alerts.allStates')}</option>
        {alertStates.map((state) => (
          <option key={state} value={state}>
            {t(`alerts.state.${state}`)}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label={t('alerts.column.severity')}
        value={search.severity ?? ''}
        onChange={(event) => onChange({ severity: event.target.value })}
        data-testid="history-severity"
      >
        <option value="">{t('alerts.allSeverities')}</option>
        {severities.map((severity) => (
          <option key={severity} value={severity}>
            {t(`alerts.severity.${severity}`)}
          </option>
        ))}
      </select>
      {(['from', 'until'] as const).map((edge) => (
        <input
          key={edge}
          type="date"
          className="input"
          aria-label={t(`alerts.${edge}`)}
          title={t(`alerts.${edge}`)}
          value={search[edge]}
          onChange={(event) => onChange({ [edge]: event.target.value })}
          data-testid={`history-${edge}`}
        />
      ))}
    </div>
  );
}
