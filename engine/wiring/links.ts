/** The two Redis roles: linked to the servers of the settings, or to private ones of our own. */
import type { Settings } from '../config/settings.ts';
import type { RedisRole } from '../model/health.ts';
import { EmbeddedServer } from '../redis/embedded.ts';
import { RedisLink } from '../redis/link.ts';
import type { Foundation } from './foundation.ts';

export interface Links {
  readonly cache: RedisLink<RedisRole>;
  readonly broker: RedisLink<RedisRole>;
  /** Where each role is, credentials included: for worker processes, never for people. */
  readonly urls: Readonly<Record<RedisRole, string>>;
  close(): Promise<void>;
}

type LinkSettings = Pick<Settings, 'cacheUrl' | 'brokerUrl' | 'dataDir' | 'cacheMemoryBytes'>;

/**
 * With one URL both roles share its server; with none two private servers are started.
 * A server that cannot be reached does not keep the engine from starting: its link says so and goes on trying.
 * @throws EngineError REDIS_URL_INVALID, REDIS_SERVER_MISSING, REDIS_START_FAILED
 */
export async function openLinks(settings: LinkSettings, foundation: Foundation): Promise<Links> {
  const given = settings.cacheUrl ?? settings.brokerUrl;
  const servers = given === null ? await startServers(settings, foundation) : [];
  const [cacheServer, brokerServer] = servers;
  const urls = {
    cache: settings.cacheUrl ?? settings.brokerUrl ?? cacheServer?.url ?? '',
    broker: settings.brokerUrl ?? settings.cacheUrl ?? brokerServer?.url ?? '',
  };
  const link = (role: RedisRole): RedisLink<RedisRole> =>
    new RedisLink({ role, url: urls[role], access: 'own', embedded: given === null, ...foundation });
  const links = { cache: link('cache'), broker: link('broker') };
  return {
    ...links,
    urls,
    async close() {
      await Promise.all([links.cache.close(), links.broker.close()]);
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

async function startServers(settings: LinkSettings, foundation: Foundation): Promise<EmbeddedServer[]> {
  const { dataDir, cacheMemoryBytes: maxMemoryBytes } = settings;
  const servers = (['cache', 'broker'] as const).map(
    (role) => new EmbeddedServer({ role, dataDir, maxMemoryBytes, ...foundation }),
  );
  const started = await Promise.allSettled(servers.map((server) => server.start()));
  const failed = started.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await Promise.all(servers.map((server) => server.stop()));
    throw failed.reason;
  }
  return servers;
}
