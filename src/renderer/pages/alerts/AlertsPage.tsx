/** The Alerts page: what is not well now, the history, the rules, silences and channels, each under its tab in the address. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddress } from '../../state/address.ts';
import { useIsOffline, useLive, useServices } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { AcknowledgeDialog } from './AcknowledgeDialog.tsx';
import './alert-editors.css';
import './alert-history.css';
import './alerts.css';
import { type AlertStatus, tabs } from './alerts-model.ts';
import { ChannelsCard } from './ChannelsCard.tsx';
import { HistoryCard } from './HistoryCard.tsx';
import { NowCard } from './NowCard.tsx';
import { PastCards } from './PastCards.tsx';
import { RetentionCard } from './RetentionCard.tsx';
import { RulesCard } from './RulesCard.tsx';
import { SilenceDialog } from './SilenceDialog.tsx';
import { SilencesCard } from './SilencesCard.tsx';

export function AlertsPage(): ReactElement {
  const { t } = useTranslation();
  const { alerts } = useServices();
  const { data, error } = useLive(alerts);
  const isOffline = useIsOffline();
  const address = useAddress('alerts');
  const [silencing, setSilencing] = useState<string | null>(null);
  const tab = tabs.find((each) => each === address.text('tab')) ?? 'now';
  const statuses = data?.alerts ?? null;
  // In the address, so that a link from another page leads straight to the dialog.
  const acknowledging = address.text('acknowledge');
  const chosen = statuses?.find((alert) => alert.rule.id === acknowledging) ?? null;
  return (
    <div className="alerts-page" data-testid="page-alerts">
      <header className="top">
        <h1>{t('pages.alerts')}</h1>
        {statuses !== null && <Sum statuses={statuses} />}
      </header>
      {error !== null && error.code !== 'CALL_DISCONNECTED' && (
        <Banner kind="failed" word={error.message} testId="alerts-failed">
          {error.help}
        </Banner>
      )}
      <SegmentedFilter
        label={t('alerts.tabs')}
        options={tabs.map((id) => ({ id, title: t(`alerts.tab.${id}`) }))}
        value={tab}
        onChange={(id) => address.set({ tab: id === 'now' ? null : id })}
        testId="alert-tabs"
      />
      {tab === 'now' && (
        <NowCard
          alerts={statuses}
          onAcknowledge={(ruleId) => address.set({ acknowledge: ruleId }, { replace: true })}
          onSilence={setSilencing}
          onRule={(ruleId) => address.set({ tab: 'rules', edit: ruleId })}
          onHistory={(ruleId) => address.set({ tab: 'history', rule: ruleId })}
        />
      )}
      {tab === 'history' && (
        <>
          <PastCards address={address} />
          <HistoryCard rules={(statuses ?? []).map(({ rule }) => rule)} address={address} />
          <RetentionCard />
        </>
      )}
      {tab === 'rules' && <RulesCard alerts={statuses} address={address} />}
      {tab === 'silences' && <SilencesCard alerts={statuses} />}
      {tab === 'channels' && <ChannelsCard address={address} />}
      {chosen !== null && !isOffline && (
        <AcknowledgeDialog alert={chosen} onClose={() => address.set({ acknowledge: null }, { replace: true })} />
      )}
      {silencing !== null && !isOffline && (
        <SilenceDialog
          alerts={statuses ?? []}
          ruleId={silencing}
          isMute={false}
          onClose={() => setSilencing(null)}
          onAdded={() => {
            setSilencing(null);
            alerts.reload();
          }}
        />
      )}
    </div>
  );
}

function Sum({ statuses }: { readonly statuses: readonly AlertStatus[] }): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const count = statuses.filter(({ state }) => state === 'firing').length;
  const kind = isOffline ? 'expired' : count > 0 ? 'failed' : 'fresh';
  return <State kind={kind} word={isOffline ? t('state.lastKnown') : t('overview.alertsFiring', { count })} />;
}
