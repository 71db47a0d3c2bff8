/** The conditions of a silence, and the alerts that they fit at this moment. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import { useFormat } from '../../format/use-format.ts';
import { Button } from '../../ui/Button.tsx';
import { FormPart } from '../../ui/FormPart.tsx';
import { Icon } from '../../ui/icons.tsx';
import { State } from '../../ui/State.tsx';
import { type AlertStatus, type Matcher, type Rule, severities } from './alerts-model.ts';
import { fitsRule } from './silence-match.ts';

interface MatcherFieldsProps {
  readonly matchers: readonly Matcher[];
  readonly rules: readonly Rule[];
  readonly problem: string | null;
  readonly onChange: (matchers: readonly Matcher[]) => void;
}

const operators = ['is', 'isNot', 'like'] as const;

export function MatcherFields({ matchers, rules, problem, onChange }: MatcherFieldsProps): ReactElement {
  const { t } = useTranslation();
  const labels = ['rule', 'severity', 'signal', ...new Set(rules.flatMap((rule) => Object.keys(rule.labels)))];
  const change = (index: number, part: Partial<Matcher>): void =>
    onChange(matchers.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <FormPart title={t('alerts.matchers')}>
      {matchers.length === 0 && <p>{t('alerts.matcherAll')}</p>}
      {matchers.map((matcher, index) => (
        // A condition has nothing of its own to be known by but its place.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className="matcher" data-testid={`matcher-${index}`}>
          <select
            className="input"
            aria-label={t('alerts.matcherLabel')}
            value={matcher.label}
            onChange={(event) => change(index, { label: event.target.value, value: '' })}
            data-testid={`matcher-label-${index}`}
          >
            {labels.map((label) => (
              <option key={label}>{label}</option>
            ))}
          </select>
          <select
            className="input"
            aria-label={t('alerts.matcherOperator')}
            value={matcher.operator}
            onChange={(event) =>
              change(index, { operator: operators.find((each) => each === event.target.value) ?? 'is' })
            }
            data-testid={`matcher-operator-${index}`}
          >
            {operators.map((operator) => (
              <option key={operator} value={operator}>
                {t(`alerts.operator.${operator}`)}
              </option>
            ))}
          </select>
          <input
            className="input"
            aria-label={t('alerts.matcherValue')}
            list={`matcher-values-${index}`}
            value={matcher.value}
            maxLength={200}
            autoComplete="off"
            aria-invalid={(problem !== null && matcher.value.trim() === '') || undefined}
            onChange={(event) => change(index, { value: event.target.value })}
            data-testid={`matcher-value-${index}`}
          />
          <datalist id={`matcher-values-${index}`}>
            {valuesOf(matcher.label, rules).map((value) => (
              <option key={value} value={value} />
            ))}
          </datalist>
          <Button
            isSmall
            look="quiet"
            aria-label={t('alerts.matcherRemove')}
            onClick={() => onChange(matchers.filter((_, at) => at !== index))}
          >
            <Icon name="close" />
          </Button>
        </div>
      ))}
      {problem !== null && <State kind="failed" word={problem} />}
      <Button
        isSmall
        look="quiet"
        data-testid="matcher-add"
        onClick={() => onChange([...matchers, { label: 'severity', operator: 'is', value: '' }])}
      >
        {t('alerts.matcherAdd')}
      </Button>
    </FormPart>
  );
}

function valuesOf(label: string, rules: readonly Rule[]): string[] {
  if (label === 'severity') return [...severities];
  const own = (rule: Rule): string | undefined =>
    label === 'rule' ? rule.id : label === 'signal' ? rule.signal : rule.labels[label];
  return [...new Set(rules.flatMap((rule) => own(rule) ?? []))].sort();
}

interface MatchesNowProps {
  readonly matchers: readonly Matcher[];
  readonly alerts: readonly AlertStatus[];
}

/** Titles that are shown; the rest is a number. */
const shownTitles = 6;

export function MatchesNow({ matchers, alerts }: MatchesNowProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const fitting = alerts.filter(({ rule }) => fitsRule(matchers, rule));
  const firing = fitting.filter(({ state }) => state === 'firing');
  const shown = [...firing, ...fitting.filter(({ state }) => state !== 'firing')].slice(0, shownTitles);
  return (
    <div className="matches-now" role="status" data-testid="matches-now">
      {fitting.length === 0 ? (
        <State kind="unknown" word={t('alerts.matchesNone')} />
      ) : (
        <>
          <b>
            {t('alerts.matchesNow', {
              count: fitting.length,
              text: format.number(fitting.length),
              firing: format.number(firing.length),
            })}
          </b>
          <p className="sub">
            {shown.map(({ rule }) => alertTitle(format.language, rule.title)).join(' · ')}
            {fitting.length > shown.length && ` · +${format.number(fitting.length - shown.length)}`}
          </p>
        </>
      )}
    </div>
  );
}
