/** The columns of the table of rules. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { State } from '../../ui/State.tsx';
import type { Column } from '../../ui/Table.tsx';
import {
  type AlertStatus,
  alertStates,
  type RuleView,
  severities,
  showSignal,
  signalName,
  stateKinds,
} from './alerts-model.ts';

interface RuleColumnsInput {
  readonly alerts: readonly AlertStatus[];
  readonly onOpen: (ruleId: string) => void;
  readonly onChanged: () => void;
}

export function useRuleColumns({ alerts, onOpen, onChanged }: RuleColumnsInput): readonly Column<RuleView>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const byId = useMemo(() => new Map(alerts.map((alert) => [alert.rule.id, alert])), [alerts]);
  return [
    {
      id: 'rule',
      header: t('alerts.column.rule'),
      render: ({ rule, origin }) => (
        <>
          <button type="button" className="row-link" onClick={() => onOpen(rule.id)} data-testid={`rule-${rule.id}`}>
            {alertTitle(format.language, rule.title)}
          </button>{' '}
          {origin !== 'built-in' && <span className="tag">{t(`alertRules.origin.${origin}`)}</span>}
        </>
      ),
      sortValue: ({ rule }) => alertTitle(format.language, rule.title),
    },
    {
      id: 'state',
      header: t('alerts.column.state'),
      isTight: true,
      render: ({ rule }) => <RuleState rule={rule} alert={byId.get(rule.id)} />,
      sortValue: ({ rule }) => (rule.enabled ? alertStates.indexOf(byId.get(rule.id)?.state ?? 'inactive') : -1),
    },
    {
      id: 'severity',
      header: t('alerts.column.severity'),
      isTight: true,
      render: ({ rule }) => <span className="tag">{t(`alerts.severity.${rule.severity}`)}</span>,
      sortValue: ({ rule }) => severities.indexOf(rule.severity),
    },
    {
      id: 'signal',
      header: t('alerts.column.signal'),
      render: ({ rule }) => <span title={rule.signal}>{signalName(t, rule.signal)}</span>,
      sortValue: ({ rule }) => signalName(t, rule.signal),
    },
    {
      id: 'value',
      header: t('alerts.column.value'),
      align: 'end',
      render: ({ rule }) => {
        const value = byId.get(rule.id)?.value ?? null;
        return value === null ? '—' : showSignal(format, rule.signal, value);
      },
    },
    {
      id: 'condition',
      header: t('alerts.column.condition'),
      render: ({ rule }) => (
        <>
          <span className="num">
            {t(`alerts.condition.${rule.comparison}`, { threshold: showSignal(format, rule.signal, rule.threshold) })}
          </span>{' '}
          <span className="sub">
            {t('alertRules.window', {
              aggregate: t(`alertRules.aggregate.${rule.aggregate}`),
              window: formatDuration(rule.windowMs),
              hold: formatDuration(rule.forMs),
            })}
          </span>
        </>
      ),
    },
    {
      id: 'since',
      header: t('alerts.column.since'),
      align: 'end',
      render: ({ rule }) => {
        const sinceMs = byId.get(rule.id)?.sinceMs;
        return sinceMs === undefined ? '—' : <Age atMs={sinceMs} />;
      },
      sortValue: ({ rule }) => -(byId.get(rule.id)?.sinceMs ?? 0),
    },
    {
      id: 'switch',
      header: t('alertRules.column.enabled'),
      isTight: true,
      render: ({ rule }) => <Switch rule={rule} onChanged={onChanged} />,
      sortValue: ({ rule }) => (rule.enabled ? 1 : 0),
    },
  ];
}

interface RuleStateProps {
  readonly rule: RuleView['rule'];
  readonly alert: AlertStatus | undefined;
}

function RuleState({ rule, alert }: RuleStateProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  if (!rule.enabled) return <State kind="unknown" word={t('alertRules.off')} />;
  const state = alert?.state ?? 'inactive';
  // Looked at, and there is no such figure: neither well nor a lack of data.
  const isAbsent = state === 'inactive' && alert !== undefined && alert.value === null && alert.observationCount > 0;
  if (isAbsent && !isOffline) {
    const word = t(rule.signal.endsWith('.memory_ratio') ? 'alertRules.noLimit' : 'alertRules.absent');
    return <State kind="unknown" word={word} />;
  }
  return <State kind={isOffline ? 'expired' : stateKinds[state]} word={t(`alerts.state.${state}`)} />;
}

interface SwitchProps {
  readonly rule: RuleView['rule'];
  readonly onChanged: () => void;
}

function Switch({ rule, onChanged }: SwitchProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const save = useCommand('alerts.rules.save');
  const word = t(rule.enabled ? 'alertRules.switchOff' : 'alertRules.switchOn');
  return (
    <>
      <Button
        isSmall
        look="quiet"
        aria-label={`${word}: ${alertTitle(format.language, rule.title)}`}
        blockedBecause={isOffline ? t('offlineBlocked') : save.isRunning ? t('alertRules.busy') : null}
        data-testid={`switch-${rule.id}`}
        onClick={() => void save.run({ ...rule, enabled: !rule.enabled }).then(onChanged)}
      >
        {word}
      </Button>
      {save.error !== null && <State kind="failed" word={save.error} />}
    </>
  );
}
