/** The queues that a Celery worker takes from, and its leave of one of them. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { AnsweredPart } from './AnsweredPart.tsx';
import type { Wanted } from './control-form.ts';
import type { CeleryAnswers, CeleryWorker } from './worker-rows.ts';

interface CeleryQueuesPartProps {
  readonly worker: CeleryWorker;
  readonly queues: CeleryAnswers['queues'] | null;
  readonly onWant: (wanted: Wanted) => void;
}

export function CeleryQueuesPart({ worker, queues, onWant }: CeleryQueuesPartProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const list = queues?.value ?? [];
  return (
    <AnsweredPart title={t('workers.column.queues')} answer={queues} testId="celery-worker-queues">
      {list.length === 0 && <p className="empty">{t('workers.node.noQueues')}</p>}
      <ul className="plain-list lines">
        {list.map(({ name, exchange, exchangeType, routingKey }) => (
          <li key={name}>
            <b>{name}</b>
            <span className="sub">
              {exchange || '""'} ({exchangeType}) → {routingKey || '""'}
            </span>
            <Button
              isSmall
              blockedBecause={
                isOffline ? t('offlineBlocked') : worker.verdict === 'gone' ? t('workers.node.isGone') : null
              }
              data-testid={`cancel-${name}`}
              onClick={() => onWant({ action: { kind: 'cancel_consumer', queue: name } })}
            >
              {t('celery.act.cancel_consumer')}
            </Button>
          </li>
        ))}
      </ul>
    </AnsweredPart>
  );
}
