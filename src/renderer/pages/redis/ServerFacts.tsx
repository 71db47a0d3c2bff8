/** What is behind the connection, in one line: product, version, topology, role, how long it has been up. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import type { Connection } from '../../state/operate.ts';
import type { Sight } from './redis-model.ts';

interface ServerFactsProps {
  readonly connection: Connection;
  readonly sight: Sight | null;
  readonly shardCount: number;
}

export function ServerFacts({ connection, sight, shardCount }: ServerFactsProps): ReactElement {
  const { t } = useTranslation();
  const { environment, purposes, topology, local, link } = connection;
  const uptimeS = sight?.figures?.uptimeS ?? null;
  const parts = [
    sight?.product === null || sight === null ? null : `${sight.product} ${sight.version ?? ''}`.trim(),
    t(`redis.topology.${topology}`) + (shardCount > 1 ? ` · ${t('redis.shardCount', { count: shardCount })}` : ''),
    t(`redis.role.${sight?.figures?.replication.role ?? 'unknown'}`),
    uptimeS === null ? null : t('redis.uptime', { duration: formatDuration(uptimeS * 1_000) }),
    environment === 'other' ? null : t(`part.connection.environment.${environment}`),
    t(local ? 'redis.local' : 'redis.remote') + (link.embedded ? ` · ${t('link.embedded')}` : ''),
    purposes.length === 0
      ? null
      : t('redis.usedFor', { list: purposes.map((purpose) => t(`part.connection.purpose.${purpose}`)).join(', ') }),
  ];
  return (
    <p className="sub server-facts" data-testid="redis-server">
      {parts.filter((part) => part !== null).join(' · ')}
    </p>
  );
}
