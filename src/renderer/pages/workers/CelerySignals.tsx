/** Which signals a Celery worker sends: what is off is said, with the way to turn it on where there is one. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import type { Wanted } from './control-form.ts';
import type { CeleryWorker } from './worker-rows.ts';

type Signal = 'on' | 'off' | 'unknown';

const kinds: Record<Signal, StateKind> = { on: 'fresh', off: 'stale', unknown: 'unknown' };

interface CelerySignalsProps {
  readonly worker: CeleryWorker;
  readonly onWant: (wanted: Wanted) => void;
}

export function CelerySignals({ worker, onWant }: CelerySignalsProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { brokerId, node, flags } = worker;
  const { data } = useLiveCall('celery.eventsState', {}, { topics: ['celery.changed'], periodMs: 10_000 });
  const heard = data?.brokers.find((each) => each.brokerId === brokerId)?.workers.find((each) => each.node === node);
  const taskEvents: Signal = heard?.taskEvents ?? 'unknown';
  const control: Signal = flags.includes('remote_control_off') ? 'off' : worker.replyAgeMs === null ? 'unknown' : 'on';
  const lines: readonly (readonly [id: string, name: string, state: Signal, more: string])[] = [
    ['events', t('celery.column.taskEvents'), taskEvents, ''],
    ['heartbeats', t('celery.column.heartbeats'), heard?.heartbeats ?? 'unknown', ''],
    ['control', t('workers.node.remoteControl'), control, flags.includes('deaf') ? t('workers.flag.deaf') : ''],
    // A worker that gossips only listens: nothing in Redis tells which of the listeners it is.
    ['gossip', 'Gossip', 'unknown', t('workers.node.gossipUnknown')],
  ];
  const switchTo = taskEvents === 'on' ? 'disable_events' : 'enable_events';
  return (
    <section data-testid="celery-signals">
      <h3>{t('workers.node.part.signals')}</h3>
      <dl className="signal-list">
        {lines.map(([id, name, state, more]) => (
          <div key={id} data-testid={`signal-${id}`}>
            <dt>{name}</dt>
            <dd>
              <State kind={isOffline ? 'expired' : kinds[state]} word={t(`celery.signal.${state}`)} />
              <span className="sub">{more}</span>
              {id === 'events' && (
                <Button
                  isSmall
                  blockedBecause={isOffline ? t('offlineBlocked') : null}
                  data-testid="control-events"
                  onClick={() => onWant({ action: { kind: switchTo } })}
                >
                  {t(`celery.act.${switchTo}`)}
                </Button>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
