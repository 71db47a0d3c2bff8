/** What stands on the page while nothing of Celery was ever heard: where it is looked for, and how it would appear. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { State } from '../../ui/State.tsx';
import type { EventsState } from './tasks-model.ts';

export function NoCelery({ brokers }: { readonly brokers: readonly EventsState[] }): ReactElement {
  const { t } = useTranslation();
  return (
    <Card title={t('pages.tasks')} testId="no-celery">
      <EmptyState
        icon="tasks"
        title={t(brokers.length === 0 ? 'celery.noBroker' : 'celery.noCelery')}
        text={t(brokers.length === 0 ? 'celery.noBrokerText' : 'celery.noCeleryText')}
      />
      <ul className="plain-list no-celery">
        {brokers.map(({ brokerId, address, listening, sinceMs, problem }) => (
          <li key={brokerId}>
            <State
              kind={listening ? 'fresh' : 'failed'}
              word={t(listening ? 'celery.listening' : 'celery.notListening')}
            />{' '}
            <b>{brokerId}</b> <span className="mono sub">{address}</span>{' '}
            {sinceMs !== null && (
              <span className="sub">
                <Age atMs={sinceMs} />
              </span>
            )}
            {problem !== null && <div>{problem}</div>}
          </li>
        ))}
      </ul>
      {brokers.length > 0 && (
        <>
          <p className="sub">{t('celery.startOne')}</p>
          <pre className="start-one">celery -A app worker -E --loglevel=info</pre>
        </>
      )}
    </Card>
  );
}
