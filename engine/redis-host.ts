/** The embedded servers without a console: what `vigia redis` runs until it is told to stop. */
import { systemClock } from './base/clock.ts';
import { systemIds, systemRandom } from './base/ids.ts';
import type { Logger } from './base/logger.ts';
import type { Settings } from './config/settings.ts';
import type { RedisRole } from './model/health.ts';
import { openLinks } from './wiring/links.ts';

export interface RedisHost {
  /** Of the sockets. */
  readonly urls: Readonly<Record<RedisRole, string>>;
  /** Ends the servers in order: the broker's file is complete on disk then. */
  stop(): Promise<void>;
}

/**
 * The caller holds the data folder (`openDataDir`). Servers that the settings name are left alone: these are our own.
 * @throws EngineError REDIS_SERVER_MISSING, REDIS_START_FAILED
 */
export async function startRedisHost(settings: Settings, logger: Logger): Promise<RedisHost> {
  const foundation = { clock: systemClock, ids: systemIds, random: systemRandom, logger };
  const links = await openLinks({ ...settings, cacheUrl: null, brokerUrl: null }, foundation);
  return { urls: links.urls, stop: () => links.close() };
}
