/** What can be done with a whole queue; each is planned and its cost shown before it runs. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { AddJobButton } from './AddJobButton.tsx';
import { LimitButtons } from './LimitButtons.tsx';
import type { ActionRequest, Queue } from './queues-model.ts';

interface QueueActionsProps {
  readonly queue: Queue;
  readonly onAct: (request: ActionRequest) => void;
}

export function QueueActions({ queue, onAct }: QueueActionsProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const blocked = isOffline ? t('offlineBlocked') : queue.writable ? null : t('queues.readOnlyWhy');
  const id = queue.id;
  const simple: readonly (readonly [string, ActionRequest])[] = [
    queue.paused ? ['resume', { action: 'resume', queue: id }] : ['pause', { action: 'pause', queue: id }],
    ['drain', { action: 'drain', queue: id, delayed: false }],
    ['cleanCompleted', { action: 'clean', queue: id, state: 'completed' }],
    ['cleanFailed', { action: 'clean', queue: id, state: 'failed' }],
    ['obliterate', { action: 'obliterate', queue: id, force: true }],
  ];
  return (
    <div className="queue-actions">
      {simple.map(([name, request]) => (
        <Button
          key={name}
          isSmall
          blockedBecause={blocked}
          data-testid={`queue-${name}`}
          onClick={() => onAct(request)}
        >
          {t(`queues.act.${name}`)}
        </Button>
      ))}
      <LimitButtons queue={queue} blocked={blocked} onAct={onAct} />
      <AddJobButton queue={queue} blocked={blocked} onAct={onAct} />
    </div>
  );
}
