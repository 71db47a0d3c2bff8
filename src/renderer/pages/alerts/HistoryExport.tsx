/** Writes what the search finds into a file, and says how much that was. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { describeError } from '../../state/live-query.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { historyAsCsv, historyAsJson, readHistory } from './history-export.ts';
import type { HistorySearch } from './use-history.ts';

export function HistoryExport({ search }: { readonly search: HistorySearch }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { client } = useServices();
  const isOffline = useIsOffline();
  const [word, setWord] = useState<string | null>(null);
  const [isRunning, setIsRunning] = useState(false);
  const save = async (kind: 'csv' | 'json'): Promise<void> => {
    setIsRunning(true);
    try {
      const { transitions, isCut } = await readHistory(client, search, (count) =>
        setWord(t('alerts.exporting', { text: format.number(count) })),
      );
      const name = `vigia-alerts.${kind}`;
      if (kind === 'csv') saveFile(name, 'text/csv;charset=utf-8', historyAsCsv(transitions));
      else saveFile(name, 'application/json', historyAsJson(transitions));
      const text = format.number(transitions.length);
      setWord(
        isCut ? t('alerts.exportCut', { text }) : t('alerts.exported', { count: transitions.length, text, name }),
      );
    } catch (thrown) {
      setWord(t('alerts.failed', { message: describeError(thrown).message }));
    }
    setIsRunning(false);
  };
  const blocked = isOffline ? t('offlineBlocked') : isRunning ? t('alertRules.busy') : null;
  return (
    <>
      <span role="status" data-testid="export-outcome">
        {word}
      </span>
      {(['csv', 'json'] as const).map((kind) => (
        <Button
          key={kind}
          isSmall
          look="quiet"
          blockedBecause={blocked}
          onClick={() => void save(kind)}
          data-testid={`history-export-${kind}`}
        >
          {t('alerts.exportAs', { format: kind.toUpperCase() })}
        </Button>
      ))}
    </>
  );
}
