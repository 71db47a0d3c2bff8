/** Every Redis connection that may be looked at, by id: the engine's own two, and the user's profiles. */
import type { Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { RedisLink } from '../redis/link.ts';
import type { Foundation } from './foundation.ts';
import type { Links } from './links.ts';

/** What a monitoring room is given: a link for a connection's id, and word when there are others. */
export interface Connections {
  /** `cache` and `broker` first, then the profiles in the order of their names. */
  ids(): readonly string[];
  /**
   * The link of a connection, for monitoring: it may refuse writes (REDIS_READ_ONLY) and is closed when the profile
   * changes or goes, so ask for it each time and keep none.
   * @throws EngineError CONNECTION_NOT_FOUND
   */
  of(connectionId: string): RedisLink;
  /** A connection was added, changed, or removed. */
  onChange(listener: (connectionId: string) => void): Stop;
  close(): Promise<void>;
}

export function openConnections(links: Pick<Links, 'cache' | 'broker'>, { logger }: Foundation): Connections {
  const changes = new Emitter<{ change: string }>((error) =>
    logger.error('A listener to the connections failed', { error: messageOf(error) }),
  );
  const builtIn = new Map<string, RedisLink>([
    ['cache', links.cache],
    ['broker', links.broker],
  ]);
  return {
    ids: () => [...builtIn.keys()],
    of(connectionId) {
      const link = builtIn.get(connectionId);
      if (link === undefined) {
        throw new EngineError('CONNECTION_NOT_FOUND', `There is no connection "${connectionId}"`);
      }
      return link;
    },
    onChange: (listener) => changes.on('change', listener),
    close: async () => undefined,
  };
}
