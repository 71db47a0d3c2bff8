/** The alerts that fire now, in a few lines, with the way to the page where they are handled. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import type { CallOutput } from '../../../shared/contract.ts';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { routeHref } from '../../state/route.ts';
import { useIsOffline, useLive, useNow, useServices } from '../../state/services.ts';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';

type Alert = CallOutput<'alerts.now'>['alerts'][number];

const severityKinds = { info: 'unknown', warning: 'stale', critical: 'failed' } as const;

export function AlertStrip(): ReactElement {
  const { t } = useTranslation();
  const { alerts } = useServices();
  const { data } = useLive(alerts);
  const isOffline = useIsOffline();
  const firing = data?.alerts.filter((alert) => alert.state === 'firing') ?? [];
  return (
    <Card
      title={t('overview.alerts')}
      aside={<a href={routeHref('alerts')}>{t('overview.openAlerts')}</a>}
      {...(data === null
        ? {}
        : { note: isOffline ? t('state.lastKnown') : t('overview.alertsFiring', { count: firing.length }) })}
      testId="alert-strip"
    >
      {firing.length === 0 ? (
        <p className="empty">
          {data === null ? t('alerts.unknown') : t(isOffline ? 'overview.alertsNoneThen' : 'overview.alertsNone')}
        </p>
      ) : (
        <ul className="strip">
          {firing.map((alert) => (
            <Line key={alert.rule.id} alert={alert} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Line({ alert }: { readonly alert: Alert }): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const format = useFormat();
  const { rule, sinceMs, acknowledgedBy } = alert;
  const duration = useNow((nowMs) => formatDuration(nowMs - sinceMs));
  return (
    <li data-testid={`strip-${rule.id}`}>
      <State kind={isOffline ? 'expired' : severityKinds[rule.severity]} word={t(`alerts.severity.${rule.severity}`)} />
      <span>
        <a
          className="value-link"
          href={routeHref('alerts', `tab=history&rule=${encodeURIComponent(rule.id)}`)}
          title={t('overview.openAlertHistory')}
        >
          <b>{alertTitle(format.language, rule.title)}</b>
        </a>
        <div className="sub">
          {t('alerts.for', { duration })}
          {acknowledgedBy !== null && ` · ${t('alerts.acknowledged', { who: acknowledgedBy })}`}
        </div>
      </span>
      {acknowledgedBy === null && !isOffline && (
        <a className="button small" href={routeHref('alerts', `acknowledge=${encodeURIComponent(rule.id)}`)}>
          {t('alerts.acknowledge')}
        </a>
      )}
    </li>
  );
}
