/** How the connection stands: its state machine in words, whether it is looked at, and how old the last figures are. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import type { LiveCall } from '../../state/calls.ts';
import type { Connection } from '../../state/operate.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { State } from '../../ui/State.tsx';
import { linkKinds, type RedisHealth } from './redis-model.ts';

interface LinkStateProps {
  readonly connection: Connection;
  readonly health: LiveCall<RedisHealth>;
}

export function LinkState({ connection, health: { data, error } }: LinkStateProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const { link } = connection;
  const atMs = data?.total?.atMs ?? null;
  return (
    <>
      <p className="link-line" data-testid="redis-link">
        <State
          kind={isOffline ? 'expired' : linkKinds[link.state]}
          word={isOffline ? t('state.lastKnown') : t(`link.state.${link.state}`)}
        />
        {!isOffline && (
          <span className="sub">
            <Age atMs={link.sinceMs} />
          </span>
        )}
        <span className="mono sub">{link.address}</span>
        {data !== null && !isOffline && data.state === 'sampling' && (
          <span className="sub num">
            {t('redis.sampledEvery', { seconds: format.number(data.periodMs / 1_000) })}
            {atMs !== null && (
              <>
                {' · '}
                {t('redis.lastLook')} <Age atMs={atMs} />
              </>
            )}
          </span>
        )}
        {data?.state === 'waiting' && <span className="sub">{t('redis.waiting')}</span>}
      </p>
      {error !== null && error.code !== 'CALL_DISCONNECTED' && (
        <Banner kind="failed" word={t('redis.readFailed')} testId="redis-failed">
          {error.message} {error.help}
        </Banner>
      )}
      {!isOffline && <Away connection={connection} health={data} />}
    </>
  );
}

function Away({
  connection: { link },
  health,
}: {
  readonly connection: Connection;
  readonly health: RedisHealth | null;
}): ReactElement | null {
  const { t } = useTranslation();
  const atMs = health?.total?.atMs ?? null;
  const isAway = health?.state === 'away' || link.state === 'unreachable' || link.state === 'refused';
  if (isAway) {
    return (
      <Banner kind="failed" word={t(link.state === 'refused' ? 'redis.refused' : 'redis.away')} testId="redis-away">
        {link.problem ?? health?.problem} · {t('redis.awaySince')} <Age atMs={link.sinceMs} />.{' '}
        {atMs === null ? (
          t('redis.neverSeen')
        ) : (
          <>
            {t('redis.lastFigures')} <Age atMs={atMs} />.
          </>
        )}
      </Banner>
    );
  }
  if (health?.state !== 'partly') return null;
  const gone = health.shards.filter(({ problem }) => problem !== null);
  return (
    <Banner
      kind="stale"
      word={t('redis.partly', { count: gone.length, of: health.shards.length })}
      testId="redis-partly"
    >
      {gone.map(({ address, problem }) => `${address}: ${problem}`).join(' · ')}
    </Banner>
  );
}
