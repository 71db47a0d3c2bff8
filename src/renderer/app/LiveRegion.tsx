/** Says what changed to those who cannot see it change: the connection, the alerts, finished refreshes. */
import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { announce } from '../state/announce.ts';
import { useIsEngineAway, useServices } from '../state/services.ts';

export function LiveRegion(): ReactElement {
  const { announcements } = useServices();
  const { text, count } = useStore(announcements);
  useConnectionAnnouncements();
  useAlertAnnouncements();
  return (
    <div className="visually-hidden" aria-live="polite" data-testid="live-region">
      <span key={count}>{text}</span>
    </div>
  );
}

function useConnectionAnnouncements(): void {
  const { t } = useTranslation();
  const { announcements } = useServices();
  const isOffline = useIsEngineAway();
  const before = useRef(isOffline);
  useEffect(() => {
    if (before.current === isOffline) return;
    before.current = isOffline;
    announce(announcements, t(isOffline ? 'announce.offline' : 'announce.online'));
  }, [isOffline, announcements, t]);
}

function useAlertAnnouncements(): void {
  const { t } = useTranslation();
  const { announcements, alerts } = useServices();
  const firing = useStore(alerts.store, ({ data }) =>
    data === null ? null : data.alerts.filter((alert) => alert.state === 'firing').length,
  );
  const before = useRef(firing);
  useEffect(() => {
    const known = before.current;
    before.current = firing;
    if (known === null || firing === null || known === firing) return;
    announce(announcements, firing === 0 ? t('announce.calm') : t('announce.firing', { count: firing }));
  }, [firing, announcements, t]);
}
