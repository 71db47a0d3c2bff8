/** One change of an alert in full: evidence, the chain to its cause, who took it, whom it was told, and what came before and after. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle, evidenceWords } from '../../../shared/alert-words.ts';
import { useFormat } from '../../format/use-format.ts';
import { useSaid } from '../../format/use-said.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useServices } from '../../state/services.ts';
import { Drawer } from '../../ui/Drawer.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { type AlertDetail, channelNameOf, stateKinds } from './alerts-model.ts';

interface TransitionDrawerProps {
  readonly id: number;
  readonly onOpen: (id: number) => void;
  readonly onClose: () => void;
}

export function TransitionDrawer({ id, onOpen, onClose }: TransitionDrawerProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { data, error } = useLiveCall(
    'alerts.transition',
    { id },
    { topics: ['alerts.changed', 'alerts.channelsChanged'], periodMs: 30_000 },
  );
  const transition = data?.transition ?? null;
  return (
    <Drawer
      title={transition?.title ?? t('alerts.loading')}
      contentKey={String(id)}
      testId="transition-detail"
      onClose={onClose}
      {...(transition === null
        ? {}
        : {
            note: (
              <>
                <State kind={stateKinds[transition.to]} word={t(`alerts.state.${transition.to}`)} />
                <span className="tag">{t(`alerts.severity.${transition.severity}`)}</span>
                <span className="sub num">{format.exactMoment(transition.atMs)}</span>
              </>
            ),
          })}
    >
      {data === null && error === null && <EmptyState icon="refreshing" title={t('alerts.loading')} />}
      {data === null && error !== null && (
        <EmptyState icon="failed" kind="failed" title={error.message} text={error.help} />
      )}
      {data !== null && <Detail detail={data} onOpen={onOpen} />}
    </Drawer>
  );
}

interface DetailProps {
  readonly detail: AlertDetail;
  readonly onOpen: (id: number) => void;
}

function Detail({ detail, onOpen }: DetailProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const speak = useSaid();
  const { transition, acknowledgements, around } = detail;
  const { cause, chain } = transition;
  return (
    <>
      <Part title={t('alerts.part.evidence')}>
        <p>{evidenceWords(format.language, transition)}</p>
      </Part>
      <Part title={t('alerts.part.cause')}>
        {cause !== null && <p>{t('alerts.cause', { title: alertTitle(format.language, cause) })}</p>}
        {chain.length > 0 && (
          <ol className="cause-chain" data-testid="cause-chain">
            {chain.map(({ words, said }) => (
              <li key={words}>{speak(said, words)}</li>
            ))}
          </ol>
        )}
        {cause === null && chain.length === 0 && <p className="sub">{t('alerts.noCause')}</p>}
      </Part>
      <Part title={t('alerts.part.acknowledged')}>
        {acknowledgements.length === 0 && <p className="sub">{t('alerts.notAcknowledged')}</p>}
        <ul className="plain-list">
          {acknowledgements.map(({ who, atMs, note }) => (
            <li key={atMs}>
              {t('alerts.acknowledged', { who })} <span className="sub num">{format.exactMoment(atMs)}</span>
              {note !== '' && <div className="sub">“{note}”</div>}
            </li>
          ))}
        </ul>
      </Part>
      <Notifications detail={detail} />
      <Part title={t('alerts.part.episode')}>
        <ul className="plain-list">
          {around.map(({ id, to, atMs }) => (
            <li key={id}>
              <button
                type="button"
                className="row-link"
                aria-current={id === transition.id || undefined}
                onClick={() => onOpen(id)}
              >
                <State kind={stateKinds[to]} word={t(`alerts.state.${to}`)} />
              </button>{' '}
              <span className="sub num">{format.exactMoment(atMs)}</span>
            </li>
          ))}
        </ul>
      </Part>
    </>
  );
}

const outboxKinds: Record<AlertDetail['notifications'][number]['state'], StateKind> = {
  due: 'refreshing',
  sent: 'fresh',
  failed: 'failed',
};

function Notifications({ detail: { notifications } }: Pick<DetailProps, 'detail'>): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { ticker } = useServices();
  const channels = useLiveCall('alerts.channels.list', {}, { topics: [], periodMs: 60_000 }).data?.channels ?? [];
  return (
    <Part title={t('alerts.part.notifications')}>
      {notifications.length === 0 && <p className="sub">{t('alerts.notTold')}</p>}
      <ul className="plain-list" data-testid="transition-notifications">
        {notifications.map(({ channelId, repeatNumber, state, settledAtMs, createdAtMs, lastError }) => (
          <li key={`${channelId} ${repeatNumber}`}>
            {channelNameOf(t, channels, channelId) ?? t('alertChannels.gone')}{' '}
            <State kind={outboxKinds[state]} word={t(`alerts.outbox.${state}`)} />{' '}
            <span className="sub num">
              {format.moment(settledAtMs ?? createdAtMs, ticker.now())}
              {repeatNumber > 0 && ` · ${t('alerts.repeat', { number: repeatNumber })}`}
              {state !== 'sent' && lastError !== null && ` · ${lastError}`}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}
