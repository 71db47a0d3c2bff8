/** The Alerts page: what fires now with its acknowledgement, every rule with its state, and the searchable history. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { navigate } from '../../state/route.ts';
import { useIsOffline, useLive, useServices } from '../../state/services.ts';
import { State } from '../../ui/State.tsx';
import { AcknowledgeDialog } from './AcknowledgeDialog.tsx';
import './alerts.css';
import { FiringCard } from './FiringCard.tsx';
import { HistoryCard } from './HistoryCard.tsx';
import { RulesCard } from './RulesCard.tsx';

export function AlertsPage({ query }: { readonly query: string }): ReactElement {
  const { t } = useTranslation();
  const { alerts } = useServices();
  const { data } = useLive(alerts);
  const isOffline = useIsOffline();
  // In the address, so that a link from another page leads straight to the dialog.
  const acknowledging = new URLSearchParams(query).get('acknowledge');
  const setAcknowledging = (ruleId: string | null): void =>
    navigate('alerts', ruleId === null ? '' : `acknowledge=${encodeURIComponent(ruleId)}`, { replace: true });
  const statuses = data?.alerts ?? null;
  const firingCount = statuses?.filter((alert) => alert.state === 'firing').length ?? 0;
  const chosen = statuses?.find((alert) => alert.rule.id === acknowledging) ?? null;
  return (
    <div className="alerts-page" data-testid="page-alerts">
      <header className="top">
        <h1>{t('pages.alerts')}</h1>
        {statuses !== null && (
          <State
            kind={isOffline ? 'expired' : firingCount > 0 ? 'failed' : 'fresh'}
            word={isOffline ? t('state.lastKnown') : t('overview.alertsFiring', { count: firingCount })}
          />
        )}
      </header>
      <FiringCard alerts={statuses} onAcknowledge={setAcknowledging} />
      <RulesCard alerts={statuses} />
      <HistoryCard rules={(statuses ?? []).map((alert) => alert.rule)} />
      {chosen !== null && !isOffline && <AcknowledgeDialog alert={chosen} onClose={() => setAcknowledging(null)} />}
    </div>
  );
}
