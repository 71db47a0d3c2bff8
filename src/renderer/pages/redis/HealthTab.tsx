/** A connection's health: every signal now, its past in charts, databases, replicas, and each shard of a cluster. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddress } from '../../state/address.ts';
import type { Connection } from '../../state/operate.ts';
import { useIsOffline } from '../../state/services.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { Figures } from './Figures.tsx';
import { HistoryCharts } from './HistoryCharts.tsx';
import { OwnLoadCard } from './OwnLoadCard.tsx';
import { type RedisHealth, type Sight, type Span, spanIds } from './redis-model.ts';
import { DatabasesCard, ReplicasCard, ShardsCard } from './ServerTables.tsx';
import { useHistory } from './use-history.ts';

interface HealthTabProps {
  readonly connection: Connection;
  readonly health: RedisHealth | null;
  readonly sight: Sight | null;
  /** Empty: all shards together. */
  readonly shard: string;
}

export function HealthTab({ connection, health, sight, shard }: HealthTabProps): ReactElement {
  const { t } = useTranslation();
  const address = useAddress('redis');
  const isOffline = useIsOffline();
  const span: Span = spanIds.find((id) => id === address.text('window')) ?? '1h';
  const past = useHistory(connection.id, span, shard);
  const figures = sight?.figures ?? null;
  const isAway = isOffline || health?.state === 'away' || isGone(health, shard);
  return (
    <>
      {health === null ? (
        <EmptyState icon="redis" title={t(isOffline ? 'redis.nothingKept' : 'redis.loading')} />
      ) : sight === null || figures === null ? (
        <EmptyState
          icon="redis"
          title={t(health.state === 'away' ? 'redis.neverSeen' : 'redis.waiting')}
          text={t('redis.waitingText')}
          testId="redis-waiting"
        />
      ) : (
        <div className="figure-cards" data-testid="redis-figures">
          <h2 className="visually-hidden">{t('redis.now')}</h2>
          <Figures sight={sight} figures={figures} past={past} isLastKnown={isAway} />
          <OwnLoadCard health={health} past={past} isLastKnown={isAway} />
        </div>
      )}
      <div className="past-head">
        <h2>{t('redis.past')}</h2>
        <SegmentedFilter
          label={t('redis.pastLabel')}
          options={spanIds.map((id) => ({ id, title: t(`redis.span.${id}`) }))}
          value={span}
          onChange={(id) => address.set({ window: id === '1h' ? null : id })}
          testId="redis-window"
        />
        {past.history !== null && (
          <span className="sub" data-testid="redis-step">
            {t('redis.step', { step: stepText(past.history.stepMs) })}
          </span>
        )}
        {past.error !== null && past.error.code !== 'CALL_DISCONNECTED' && (
          <span role="alert">
            <State kind="failed" word={past.error.message} />
          </span>
        )}
      </div>
      <HistoryCharts past={past} sight={sight} />
      {figures !== null && (
        <div className="grid redis-tables">
          {health !== null && health.shards.length > 1 && shard === '' && (
            <ShardsCard shards={health.shards} onOpen={(name) => address.set({ shard: name })} />
          )}
          <DatabasesCard databases={figures.databases} />
          {figures.replication.replicas.length > 0 && <ReplicasCard replicas={figures.replication.replicas} />}
        </div>
      )}
    </>
  );
}

function isGone(health: RedisHealth | null, shard: string): boolean {
  return health?.shards.some(({ address, problem }) => address === shard && problem !== null) ?? false;
}

function stepText(stepMs: number): string {
  if (stepMs < 60_000) return `${stepMs / 1_000} s`;
  return stepMs < 3_600_000 ? `${stepMs / 60_000} min` : `${stepMs / 3_600_000} h`;
}
