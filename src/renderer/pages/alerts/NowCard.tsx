/** What is not well now, worst first: what was seen, since when, what holds it back from being told, and who has taken it. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { routeHref } from '../../state/route.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { State } from '../../ui/State.tsx';
import { type AlertStatus, severities, severityKinds, showSignal, signalName, stateKinds } from './alerts-model.ts';

interface NowCardProps {
  /** Null while nothing is known. */
  readonly alerts: readonly AlertStatus[] | null;
  readonly onAcknowledge: (ruleId: string) => void;
  readonly onSilence: (ruleId: string) => void;
  readonly onRule: (ruleId: string) => void;
  readonly onHistory: (ruleId: string) => void;
}

const groups = ['firing', 'pending', 'error', 'noData'] as const;

export function NowCard({ alerts, ...actions }: NowCardProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const shown = groups
    .map((state) => ({ state, members: worstFirst((alerts ?? []).filter((alert) => alert.state === state)) }))
    .filter(({ members }) => members.length > 0);
  return (
    <Card title={t('alerts.now')} testId="alerts-now">
      {shown.length === 0 && <NothingNow isKnown={alerts !== null} isOffline={isOffline} />}
      {shown.map(({ state, members }) => (
        <section key={state} className="alerts-group" aria-label={t(`alerts.rulesOfState.${state}`)}>
          <h3>
            {t(`alerts.rulesOfState.${state}`)} <span className="num">{members.length}</span>
            <span className="sub">{t(`alerts.stateMeans.${state}`)}</span>
          </h3>
          <ul className="alerts-now">
            {members.map((alert) => (
              <AlertLine key={alert.rule.id} alert={alert} {...actions} />
            ))}
          </ul>
        </section>
      ))}
    </Card>
  );
}

/** No green light from memory: what nobody judges now may have begun to fire since. */
function NothingNow({ isKnown, isOffline }: { readonly isKnown: boolean; readonly isOffline: boolean }): ReactElement {
  const { t } = useTranslation();
  if (!isKnown) return <EmptyState icon="unknown" title={t('alerts.unknown')} />;
  if (isOffline) {
    return <EmptyState icon="expired" title={t('alerts.nowNoneKnown')} text={t('alerts.nowNoneKnownText')} />;
  }
  return <EmptyState icon="fresh" title={t('alerts.nowNone')} text={t('alerts.nowNoneText')} />;
}

function worstFirst(alerts: readonly AlertStatus[]): AlertStatus[] {
  const rank = ({ rule, acknowledgedBy }: AlertStatus): number =>
    severities.indexOf(rule.severity) * 2 + (acknowledgedBy === null ? 1 : 0);
  return alerts.toSorted((left, right) => rank(right) - rank(left) || left.sinceMs - right.sinceMs);
}

function AlertLine({ alert, ...actions }: Omit<NowCardProps, 'alerts'> & { alert: AlertStatus }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const { rule, state, acknowledgedBy } = alert;
  const blocked = isOffline ? t('offlineBlocked') : null;
  const canAcknowledge = (state === 'firing' || state === 'pending') && acknowledgedBy === null;
  const kind = state === 'firing' ? severityKinds[rule.severity] : stateKinds[state];
  return (
    <li data-testid={`alert-${rule.id}`}>
      <span className="alert-severity">
        <State kind={isOffline ? 'expired' : kind} word={t(`alerts.severity.${rule.severity}`)} />
      </span>
      <div>
        <b>{alertTitle(format.language, rule.title)}</b>
        <Seen alert={alert} />
        <HeldBack alert={alert} />
      </div>
      <span className="row-actions">
        {canAcknowledge && (
          <Button
            isSmall
            data-testid={`acknowledge-${rule.id}`}
            blockedBecause={blocked}
            onClick={() => actions.onAcknowledge(rule.id)}
          >
            {t('alerts.acknowledge')}
          </Button>
        )}
        {alert.silencedBy === null && (
          <Button
            isSmall
            look="quiet"
            data-testid={`silence-${rule.id}`}
            blockedBecause={blocked}
            onClick={() => actions.onSilence(rule.id)}
          >
            {t('alerts.silenceThis')}
          </Button>
        )}
        <Button isSmall look="quiet" blockedBecause={blocked} onClick={() => actions.onRule(rule.id)}>
          {t('alerts.showRule')}
        </Button>
        <Button isSmall look="quiet" onClick={() => actions.onHistory(rule.id)} data-testid={`past-${rule.id}`}>
          {t('alerts.showHistory')}
        </Button>
      </span>
    </li>
  );
}

function Seen({ alert: { rule, value, sinceMs, observationCount } }: { readonly alert: AlertStatus }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const duration = useNow((nowMs) => formatDuration(nowMs - sinceMs));
  const threshold = showSignal(format, rule.signal, rule.threshold);
  const condition = t(`alerts.condition.${rule.comparison}`, { threshold });
  const seen = value === null ? t('state.noData') : showSignal(format, rule.signal, value);
  return (
    <div className="sub num">
      {signalName(t, rule.signal)}: <strong>{seen}</strong> ({condition}) ·{' '}
      <span title={format.exactMoment(sinceMs)}>{t('alerts.for', { duration })}</span> ·{' '}
      {t('alerts.observations', { text: format.number(observationCount) })}
      {rule.runbook !== null && (
        <>
          {' '}
          ·{' '}
          <a
            href={routeHref('doctor', `check=${encodeURIComponent(rule.runbook)}`)}
            title={rule.runbook}
            data-testid={`runbook-${rule.id}`}
          >
            {t('alerts.runbook')}
          </a>
        </>
      )}
    </div>
  );
}

/** Why nobody is told of it (again): each reason for itself, since several may hold at once. */
function HeldBack({ alert }: { readonly alert: AlertStatus }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const { silencedBy, inhibitedBy, isFlapping, acknowledgedBy, acknowledgeNote } = alert;
  const reasons = [
    ...(silencedBy === null ? [] : [t('alerts.silencedBy', { reason: silencedBy })]),
    ...(inhibitedBy === null ? [] : [t('alerts.inhibitedBy', { title: alertTitle(format.language, inhibitedBy) })]),
    ...(isFlapping ? [t('alerts.flapping')] : []),
    ...(acknowledgedBy === null ? [] : [t('alerts.acknowledged', { who: acknowledgedBy })]),
  ];
  if (reasons.length === 0) return null;
  return (
    <div className="held-back">
      {reasons.map((reason) => (
        <span key={reason} className="tag">
          {reason}
        </span>
      ))}
      {acknowledgeNote !== null && acknowledgeNote !== '' && <span className="sub">“{acknowledgeNote}”</span>}
    </div>
  );
}
