/** Queues that are being emptied, with how far it is and the way to stop it; finished ones until they are dismissed. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useCommand, useLiveCall } from '../../state/calls.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import type { Purge } from './tasks-model.ts';

const kinds: Record<Purge['state'], StateKind> = {
  running: 'refreshing',
  done: 'fresh',
  cancelled: 'stale',
  failed: 'failed',
};
/** What ended longer ago is no news. */
const newsMs = 10 * 60_000;

export function PurgesList(): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const { data, reload } = useLiveCall('celery.purges', {}, { topics: ['celery.inspected'], periodMs: 5_000 });
  const cancel = useCommand('celery.purge.cancel');
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set());
  const sinceMs = useNow((nowMs) => Math.floor((nowMs - newsMs) / 10_000) * 10_000);
  const shown = (data?.purges ?? []).filter(
    ({ runId, endedAtMs }) => !dismissed.has(runId) && (endedAtMs === null || endedAtMs > sinceMs),
  );
  if (shown.length === 0) return null;
  const stop = async ({ brokerId, runId }: Purge): Promise<void> => {
    await cancel.run({ brokerId, runId });
    reload();
  };
  return (
    <ul className="purges" data-testid="celery-purges">
      {shown.map((purge) => (
        <li key={purge.runId}>
          <State kind={isOffline ? 'expired' : kinds[purge.state]} word={t(`celery.purgeState.${purge.state}`)} />
          <b>{t('celery.purgeOf', { queue: purge.queue })}</b>
          <span className="sub num">
            {t('celery.purged', { done: format.number(purge.removedCount), all: format.number(purge.totalCount) })}
          </span>
          {purge.error !== null && <span>{purge.error}</span>}
          <span className="space" />
          {purge.state === 'running' ? (
            <Button
              isSmall
              blockedBecause={isOffline ? t('offlineBlocked') : null}
              data-testid="purge-cancel"
              onClick={() => void stop(purge)}
            >
              {t('celery.stop')}
            </Button>
          ) : (
            <Button isSmall look="quiet" onClick={() => setDismissed(new Set([...dismissed, purge.runId]))}>
              {t('app.dismiss')}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
