/** One of Celery's queues in full: the parts of its backlog, who takes from it, its messages, and emptying it. */
import { type ReactElement, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FactGrid } from '../../ui/FactGrid.tsx';
import { Messages } from './Messages.tsx';
import { PartsBar } from './PartsBar.tsx';
import { PurgeDialog } from './PurgeDialog.tsx';
import { SendDialog } from './SendDialog.tsx';
import { Part } from './TaskDrawer.tsx';
import { partsOf, type Queue, queueParts } from './tasks-model.ts';

interface QueueDrawerProps {
  readonly name: string;
  /** Null while it is not known, or when it is not there any more. */
  readonly queue: Queue | null;
  readonly isKnown: boolean;
  /** Task names that workers were heard to run. */
  readonly taskNames: readonly string[];
  readonly onOpenTask: (taskId: string) => void;
  readonly onClose: () => void;
}

export function QueueDrawer({ name, queue, isKnown, taskNames, onOpenTask, onClose }: QueueDrawerProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const [dialog, setDialog] = useState<'purge' | 'send' | null>(null);
  const blocked = isOffline ? t('offlineBlocked') : null;
  return (
    <Drawer
      title={name}
      contentKey={`${queue?.brokerId}/${name}`}
      testId="celery-queue-detail"
      onClose={onClose}
      {...(queue === null
        ? {}
        : {
            note: queue.brokerId,
            actions: (
              <>
                <Button isSmall blockedBecause={blocked} data-testid="queue-send" onClick={() => setDialog('send')}>
                  {t('celery.send')}
                </Button>
                <Button
                  isSmall
                  blockedBecause={blocked ?? (queue.waiting.count === 0 ? t('celery.nothingWaits') : null)}
                  data-testid="queue-purge"
                  onClick={() => setDialog('purge')}
                >
                  {t('celery.purge')}
                </Button>
              </>
            ),
          })}
    >
      {queue === null ? (
        <EmptyState icon="unknown" title={t(isKnown ? 'celery.queueGone' : 'celery.loading')} />
      ) : (
        <Detail queue={queue} onOpenTask={onOpenTask} />
      )}
      {queue !== null && dialog === 'purge' && <PurgeDialog queue={queue} onClose={() => setDialog(null)} />}
      {queue !== null && dialog === 'send' && (
        <SendDialog queue={queue} taskNames={taskNames} onOpenTask={onOpenTask} onClose={() => setDialog(null)} />
      )}
    </Drawer>
  );
}

function Detail({
  queue,
  onOpenTask,
}: {
  readonly queue: Queue;
  readonly onOpenTask: (id: string) => void;
}): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { waiting, held, bindings, consumers } = queue;
  const parts = partsOf(queue);
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('celery.column.backlog'), format.number(queue.backlog)],
    ...queueParts.map((part) => [t(`celery.parts.${part}`), format.number(parts[part])] as const),
    [t('celery.column.oldestHeld'), held.oldestMs === null ? '—' : formatDuration(held.oldestMs)],
  ];
  return (
    <>
      <section>
        <PartsBar parts={parts} most={Math.max(1, queue.backlog)} />
        {held.unclaimed === null && held.count > 0 && <p className="sub">{t('celery.unclaimedUnknown')}</p>}
        <FactGrid facts={facts} />
      </section>
      {waiting.bySteps.length > 1 && (
        <Part title={t('celery.part.priorities')}>
          <ul className="plain-list num">
            {waiting.bySteps.map(({ step, count }) => (
              <li key={step}>{t('celery.step', { step, text: format.number(count) })}</li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={t('celery.part.consumers')}>
        {consumers === null
          ? t('celery.consumersUnknown')
          : consumers.length === 0
            ? t('celery.nobodyTakes')
            : consumers.join(', ')}
        <p className="sub">
          {bindings.length === 0
            ? t('celery.noBindings')
            : bindings.map(({ exchange, routingKey }) => `${exchange || '""'} → ${routingKey || '""'}`).join(', ')}
        </p>
      </Part>
      <Part title={t('celery.part.messages')}>
        <Messages queue={queue} onOpenTask={onOpenTask} />
      </Part>
    </>
  );
}
