/** What fires now, worst first, each with what was seen and who has taken it. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type AlertStatus, severityKinds, showSignal } from './alerts-model.ts';

interface FiringCardProps {
  /** Null while nothing is known. */
  readonly alerts: readonly AlertStatus[] | null;
  readonly onAcknowledge: (ruleId: string) => void;
}

const severityRank = { critical: 0, warning: 1, info: 2 } as const;

export function FiringCard({ alerts, onAcknowledge }: FiringCardProps): ReactElement {
  const { t } = useTranslation();
  const firing = (alerts ?? [])
    .filter((alert) => alert.state === 'firing')
    .sort((left, right) => severityRank[left.rule.severity] - severityRank[right.rule.severity]);
  return (
    <Card title={t('alerts.now')} testId="alerts-now">
      {firing.length === 0 ? (
        <p className="empty">{t(alerts === null ? 'alerts.unknown' : 'alerts.nowNone')}</p>
      ) : (
        <ul className="alerts-now">
          {firing.map((alert) => (
            <FiringAlert key={alert.rule.id} alert={alert} onAcknowledge={onAcknowledge} />
          ))}
        </ul>
      )}
    </Card>
  );
}

interface FiringAlertProps {
  readonly alert: AlertStatus;
  readonly onAcknowledge: (ruleId: string) => void;
}

function FiringAlert({ alert, onAcknowledge }: FiringAlertProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const { rule, sinceMs, value, acknowledgedBy, acknowledgeNote } = alert;
  const duration = useNow((nowMs) => formatDuration(nowMs - sinceMs));
  const threshold = showSignal(format, rule.signal, rule.threshold);
  const condition = t(`alerts.condition.${rule.comparison}`, { threshold });
  const seen = value === null ? t('state.noData') : showSignal(format, rule.signal, value);
  return (
    <li data-testid={`alert-${rule.id}`}>
      <State kind={isOffline ? 'expired' : severityKinds[rule.severity]} word={t(`alerts.severity.${rule.severity}`)} />
      <div>
        <b>{rule.title}</b>
        <div className="sub num">
          {seen} ({condition}) · <span title={format.exactMoment(sinceMs)}>{t('alerts.for', { duration })}</span>
          {acknowledgedBy !== null && ` · ${t('alerts.acknowledged', { who: acknowledgedBy })}`}
        </div>
        {acknowledgeNote !== null && acknowledgeNote !== '' && <div className="sub">“{acknowledgeNote}”</div>}
      </div>
      {acknowledgedBy === null && (
        <Button
          data-testid={`acknowledge-${rule.id}`}
          blockedBecause={isOffline ? t('offlineBlocked') : null}
          onClick={() => onAcknowledge(rule.id)}
        >
          {t('alerts.acknowledge')}
        </Button>
      )}
    </li>
  );
}
