/** Actions under way and the ones that just ended, with how far they are; one that runs can be stopped between two steps. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useCommand, useLiveCall } from '../../state/calls.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { type ActionRun, latencyText, queueTitle } from './queues-model.ts';

/** What ended longer ago is in the audit log. */
const shownForMs = 60_000;

const runKinds: Record<ActionRun['state'], StateKind> = {
  running: 'refreshing',
  done: 'fresh',
  cancelled: 'stale',
  failed: 'failed',
};

export function ActionRuns(): ReactElement | null {
  const { data } = useLiveCall('queueActions.list', {}, { topics: ['queueActions.changed'], periodMs: 10_000 });
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set());
  const shown = useNow((nowMs) =>
    (data?.runs ?? [])
      .filter(({ runId, endedAtMs }) => !dismissed.has(runId) && (endedAtMs === null || nowMs - endedAtMs < shownForMs))
      .map(({ runId }) => runId)
      .join(' '),
  ).split(' ');
  const runs = data?.runs.filter(({ runId }) => shown.includes(runId)) ?? [];
  if (runs.length === 0) return null;
  return (
    <ul className="action-runs" data-testid="action-runs">
      {runs.map((run) => (
        <RunLine key={run.runId} run={run} onDismiss={() => setDismissed(new Set([...dismissed, run.runId]))} />
      ))}
    </ul>
  );
}

function RunLine({ run, onDismiss }: { readonly run: ActionRun; readonly onDismiss: () => void }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const cancel = useCommand('queueActions.cancel');
  const isRunning = run.state === 'running';
  const counts = t('queues.runCounts', {
    done: format.number(run.doneCount),
    seen: format.number(run.seenCount),
    of: format.number(run.totalCount),
  });
  return (
    <li data-testid={`run-${run.request.action}`}>
      <State kind={isOffline ? 'expired' : runKinds[run.state]} word={t(`queues.run.${run.state}`)} />
      <span>
        {t(`queues.act.${run.request.action}`)} · {run.queues.map(queueTitle).join(', ')}
      </span>
      {isRunning && <progress max={Math.max(1, run.totalCount)} value={run.seenCount} aria-label={counts} />}
      <span className="sub num">{counts}</span>
      {run.skippedCount > 0 && (
        <span className="sub" title={run.skipped.map(({ jobId, reason }) => `${jobId}: ${reason}`).join('\n')}>
          {t('queues.skipped', { count: run.skippedCount })}
        </span>
      )}
      <span className="sub num">
        {t('queues.longestStep', { time: latencyText(run.longestStepMs, format.number) })}
      </span>
      {run.error !== null && <span>{run.error}</span>}
      <span className="space" />
      {isRunning ? (
        <Button
          isSmall
          blockedBecause={isOffline ? t('offlineBlocked') : cancel.isRunning ? t('part.running') : null}
          onClick={() => void cancel.run({ runId: run.runId })}
          data-testid="run-cancel"
        >
          {t('queues.stop')}
        </Button>
      ) : (
        <Button isSmall look="quiet" onClick={onDismiss}>
          {t('app.dismiss')}
        </Button>
      )}
    </li>
  );
}
