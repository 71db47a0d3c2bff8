/** Gives the dashboard that is on show to the browser as a file. */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useIsOffline, useServices } from '../../state/services.ts';
import { saveFile } from '../../ui/save-file.ts';

export type ExportFormat = 'csv' | 'json';

export function useExport(): (format: ExportFormat) => void {
  const { t } = useTranslation();
  const { dashboard, ticker } = useServices();
  const isOffline = useIsOffline();
  return useCallback(
    (format) => {
      const { view, isLive } = dashboard.store.getState();
      if (view === null) return;
      void (async () => {
        const { dashboardAsCsv, dashboardAsJson } = await import('./export.ts');
        const options = {
          exportedAtMs: ticker.now(),
          isLive: isLive && !isOffline,
          labelOf: (id: string) => t(`kpi.${id}.label`, { defaultValue: id }),
        };
        const text = format === 'csv' ? dashboardAsCsv(view, options) : dashboardAsJson(view, options);
        const type = format === 'csv' ? 'text/csv;charset=utf-8' : 'application/json';
        saveFile(`vigia-${view.pack}-${view.asOf}.${format}`, type, text);
      })();
    },
    [dashboard, ticker, isOffline, t],
  );
}
