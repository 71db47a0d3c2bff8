/** Every rule with its condition, its state and the value it judged last. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { type AlertStatus, alertStates, showSignal, stateKinds } from './alerts-model.ts';

export function RulesCard({ alerts }: { readonly alerts: readonly AlertStatus[] | null }): ReactElement {
  const { t } = useTranslation();
  return (
    <Card title={t('alerts.rules')} testId="alert-rules">
      <Table
        caption={t('alerts.rules')}
        columns={useRuleColumns()}
        rows={alerts ?? []}
        rowKey={({ rule }) => rule.id}
        emptyText={t('alerts.unknown')}
        maxHeightPx={360}
      />
    </Card>
  );
}

function useRuleColumns(): readonly Column<AlertStatus>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const stateWord = (alert: AlertStatus): string => t(`alerts.state.${alert.state}`);
  return [
    {
      id: 'rule',
      header: t('alerts.column.rule'),
      render: ({ rule }) => rule.title,
      sortValue: ({ rule }) => rule.title,
    },
    {
      id: 'state',
      header: t('alerts.column.state'),
      isTight: true,
      render: (alert) => <State kind={isOffline ? 'expired' : stateKinds[alert.state]} word={stateWord(alert)} />,
      sortValue: ({ state }) => alertStates.indexOf(state),
    },
    {
      id: 'severity',
      header: t('alerts.column.severity'),
      isTight: true,
      render: ({ rule }) => <span className="tag">{t(`alerts.severity.${rule.severity}`)}</span>,
      sortValue: ({ rule }) => rule.severity,
    },
    {
      id: 'value',
      header: t('alerts.column.value'),
      align: 'end',
      render: ({ rule, value }) => (value === null ? '—' : showSignal(format, rule.signal, value)),
    },
    {
      id: 'condition',
      header: t('alerts.column.condition'),
      render: ({ rule, observationCount }) => (
        <>
          <span className="num">
            {t(`alerts.condition.${rule.comparison}`, { threshold: showSignal(format, rule.signal, rule.threshold) })}
          </span>{' '}
          <span className="sub">
            {t('alerts.window', { window: formatDuration(rule.windowMs), hold: formatDuration(rule.forMs) })} ·{' '}
            {t('alerts.observations', { text: format.number(observationCount) })}
          </span>
        </>
      ),
    },
    {
      id: 'since',
      header: t('alerts.column.since'),
      align: 'end',
      render: ({ sinceMs }) => <Age atMs={sinceMs} />,
      sortValue: ({ sinceMs }) => -sinceMs,
    },
  ];
}
