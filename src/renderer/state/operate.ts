/** Whether something may be changed behind a connection now: it is observed until somebody unlocks it for a while. */
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../shared/contract.ts';
import { useIsOffline, useLive, useServices } from './services.ts';

export type Connection = CallOutput<'connections.list'>['connections'][number];

export interface Operate {
  /** Null while it is not known. */
  readonly connection: Connection | null;
  /** Why nothing can be changed; null when it can. */
  readonly blocked: string | null;
}

export function useOperate(connectionId: string): Operate {
  const { t } = useTranslation();
  const { connections } = useServices();
  const { data } = useLive(connections);
  const isOffline = useIsOffline();
  const connection = data?.connections.find(({ id }) => id === connectionId) ?? null;
  if (isOffline) return { connection, blocked: t('offlineBlocked') };
  if (connection === null) return { connection, blocked: t('part.operate.unknown') };
  return { connection, blocked: connection.mode === 'operate' ? null : t('part.operate.locked') };
}

/** A Celery broker is a connection, or one prefix on it: `connection~prefix`. */
export function connectionOfBroker(brokerId: string): string {
  return brokerId.split('~', 1)[0] ?? brokerId;
}
