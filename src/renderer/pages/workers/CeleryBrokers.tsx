/** One line a Celery broker: who listens and answers, who is deaf, what watching costs; and that an observed one is not asked. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { useFormat } from '../../format/use-format.ts';
import { useLiveCall } from '../../state/calls.ts';
import { connectionOfBroker } from '../../state/operate.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { State, type StateKind } from '../../ui/State.tsx';

type Fleet = CallOutput<'celery.workers'>['brokers'][number];

export function CeleryBrokers(): ReactElement | null {
  const { data } = useLiveCall(
    'celery.workers',
    {},
    { topics: ['celery.inspected'], periodMs: 10_000, keptAs: 'workers-celery-brokers' },
  );
  const brokers = data?.brokers.filter(({ workers, problem }) => workers.length > 0 || problem !== null) ?? [];
  if (brokers.length === 0) return null;
  return (
    <ul className="celery-brokers plain-list" data-testid="celery-brokers">
      {brokers.map((fleet) => (
        <Broker key={fleet.brokerId} fleet={fleet} />
      ))}
    </ul>
  );
}

function Broker({ fleet }: { readonly fleet: Fleet }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const { brokerId, address, isObserved, problem, listeners, answers, deafCount, unreadableCount, askedAtMs } = fleet;
  const [kind, word] = stateOf(fleet, t);
  return (
    <li data-testid={`celery-broker-${brokerId}`}>
      <span className="tag">Celery</span> <b>{brokerId}</b> <span className="mono sub">{address}</span>
      <State kind={isOffline ? 'expired' : kind} word={word} />
      {listeners !== null && answers !== null && !isObserved && (
        <span className="sub">
          {t('workers.node.answered', { answers: format.number(answers), listeners: format.number(listeners) })}
          {askedAtMs !== null && (
            <>
              {' '}
              · <Age atMs={askedAtMs} />
            </>
          )}
        </span>
      )}
      {(deafCount ?? 0) > 0 && (
        <State
          kind="stale"
          word={t('workers.node.deaf', { count: deafCount ?? 0, text: format.number(deafCount ?? 0) })}
        />
      )}
      {unreadableCount > 0 && (
        <State
          kind="stale"
          word={t('workers.node.unreadable', { count: unreadableCount, text: format.number(unreadableCount) })}
        />
      )}
      <span className="sub num">{t('workers.node.commands', { text: format.number(fleet.commandsPerMinute) })}</span>
      {isObserved && (
        <div className="broker-observed">
          <span>{t('workers.node.observed')}</span>
          <OperateLock connectionId={connectionOfBroker(brokerId)} />
        </div>
      )}
      {!isObserved && problem !== null && <span className="sub">{problem}</span>}
    </li>
  );
}

function stateOf(
  { isObserved, problem, askedAtMs }: Fleet,
  t: ReturnType<typeof useTranslation>['t'],
): [StateKind, string] {
  if (isObserved) return ['stale', t('workers.node.onlyObserved')];
  if (problem !== null) return ['failed', t('workers.node.cannotAsk')];
  if (askedAtMs === null) return ['unknown', t('workers.node.notAsked')];
  return ['fresh', t('workers.node.asked')];
}
