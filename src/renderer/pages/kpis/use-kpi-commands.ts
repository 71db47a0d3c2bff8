/** Puts this page's actions into the command palette. */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { isTaskRunning } from '../../state/dashboard.ts';
import { navigate } from '../../state/route.ts';
import { useDashboard, useIsOffline, useServices } from '../../state/services.ts';
import { useExport } from './use-export.ts';

export function useKpiCommands(): void {
  const { t } = useTranslation();
  const { commands, dashboard, preferences } = useServices();
  const isOffline = useIsOffline();
  const { task, isPaused, view } = useDashboard();
  const isRunning = isTaskRunning(task);
  const exportAs = useExport();
  const hasView = view !== null;
  useEffect(
    () =>
      commands.provide('kpis', [
        {
          id: 'kpis-refresh',
          group: 'actions',
          title: t('kpis.refreshNow'),
          isDisabled: isOffline || isRunning,
          run: () => void dashboard.refresh(),
        },
        {
          id: 'kpis-pause',
          group: 'actions',
          title: t(isPaused ? 'kpis.resume' : 'kpis.pause'),
          hint: t('pages.kpis'),
          run: () => {
            dashboard.setPaused(!isPaused);
            preferences.setState({ isPaused: !isPaused });
          },
        },
        ...(['csv', 'json'] as const).map((format) => ({
          id: `kpis-export-${format}`,
          group: 'actions' as const,
          title: t('kpis.export'),
          hint: format.toUpperCase(),
          isDisabled: !hasView,
          run: () => exportAs(format),
        })),
        { id: 'kpis-clear', group: 'actions', title: t('filter.clear'), run: () => navigate('kpis') },
      ]),
    [commands, dashboard, preferences, isOffline, isRunning, isPaused, hasView, exportAs, t],
  );
}
