/** What is asked of a server only when somebody looks: slow log, clients, configuration, ACL log, its doctors' words. */
import type { Clock } from '../base/clock.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { AclLogEntry, DoctorWords, RedisClient, RedisConfig, SlowLog } from '../model/redis-health.ts';
import { aclLogOf, clientsOf } from './client-list.ts';
import { configDefaults, defaultsOf } from './config-defaults.ts';
import type { RedisLink } from './link.ts';
import { asText, entriesOf } from './reply.ts';
import type { RedisShard } from './shards.ts';
import { slowEntriesOf, slowGroupsOf } from './slow-log.ts';

export interface Questions {
  readonly link: RedisLink;
  readonly clock: Clock;
  /** Told of every command. */
  readonly count: (shard: string, command: string) => void;
}

const secrets = new Set(['requirepass', 'masterauth', 'tls-key-file-pass', 'tls-client-key-file-pass', 'primaryauth']);
/** The machine's or the start's own business: no default to be held against. */
const local = new Set(['port', 'dir', 'unixsocket', 'pidfile', 'logfile', 'bind', 'cluster-config-file']);

/** @throws EngineError REDIS_* */
export async function slowLog(parts: Questions, limit: number): Promise<SlowLog> {
  const [entries, settings] = await Promise.all([
    each(parts, 'slowlog|get', async (shard) =>
      slowEntriesOf(
        await shard.command('SLOWLOG GET', (client) => client.call('SLOWLOG', 'GET', limit)),
        shard.address,
      ),
    ),
    each(parts, 'config|get', slowSettings),
  ]);
  const all = entries.flat();
  const [first] = settings;
  return {
    atMs: parts.clock.now(),
    thresholdMs:
      first?.usec === undefined || first.usec === null ? null : first.usec < 0 ? first.usec : first.usec / 1_000,
    maxLength: first?.length ?? null,
    groups: slowGroupsOf(all),
    entries: all.toSorted((a, b) => b.atMs - a.atMs || b.id - a.id),
  };
}

/** A user who may not read the configuration still sees the log. */
async function slowSettings(shard: RedisShard): Promise<{ usec: number | null; length: number | null }> {
  const reply = await allowed(shard.command('CONFIG GET', (client) => client.call('CONFIG', 'GET', 'slowlog-*')));
  const facts = new Map(entriesOf(reply));
  const number = (name: string): number | null => (facts.has(name) ? Number(asText(facts.get(name))) : null);
  return { usec: number('slowlog-log-slower-than'), length: number('slowlog-max-len') };
}

/** @throws EngineError REDIS_* */
export async function clients(parts: Questions): Promise<RedisClient[]> {
  const lists = await each(parts, 'client|list', async (shard) =>
    clientsOf(await shard.command('CLIENT LIST', (client) => client.call('CLIENT', 'LIST')), shard.address),
  );
  return lists.flat();
}

/** @throws EngineError REDIS_READ_ONLY, REDIS_CLIENT_OURS, REDIS_SHARD_NOT_FOUND, REDIS_* */
export async function killClient(parts: Questions, shardAddress: string, clientId: string): Promise<boolean> {
  const shard = parts.link.shards('all').find(({ address }) => address === shardAddress);
  if (!shard) throw new EngineError('REDIS_SHARD_NOT_FOUND', `No server ${shardAddress} is behind this connection`);
  parts.count(shard.address, 'client|list');
  const list = clientsOf(await shard.command('CLIENT LIST', (client) => client.call('CLIENT', 'LIST')), shardAddress);
  const found = list.find(({ id }) => id === clientId);
  if (found === undefined) return false;
  if (isOurs(found.name)) {
    throw new EngineError('REDIS_CLIENT_OURS', `Client ${clientId} (${found.name}) is a connection of this console`);
  }
  parts.count(shard.address, 'client|kill');
  const reply = await shard.command('CLIENT KILL', (client) => client.call('CLIENT', 'KILL', 'ID', clientId));
  return Number(asText(reply)) > 0;
}

/** Of this very process; those of another console may be killed. */
function isOurs(name: string | null): boolean {
  return name !== null && name.startsWith('vigia:') && name.split(':').includes(String(process.pid));
}

/** @throws EngineError REDIS_* */
export async function configuration(parts: Questions): Promise<RedisConfig> {
  const all = await each(parts, 'config|get', async (shard) => {
    const reply = await shard.command('CONFIG GET', (client) => client.call('CONFIG', 'GET', '*'));
    return { shard: shard.address, values: new Map(entriesOf(reply).map(([name, value]) => [name, asText(value)])) };
  });
  const [first, ...others] = all;
  const parameters = [...(first?.values ?? [])].map(([name, value]) => {
    const defaultValue = local.has(name) ? null : (configDefaults.get(name) ?? null);
    const differsOn = local.has(name)
      ? []
      : others.flatMap(({ shard, values }) => {
          const other = values.get(name);
          return other === undefined || other === value ? [] : [{ shard, value: shown(name, other) }];
        });
    const isDefault = defaultValue === null ? null : value === defaultValue;
    return { name, value: shown(name, value), defaultValue, isDefault, differsOn };
  });
  return { defaultsOf, parameters: parameters.toSorted((a, b) => a.name.localeCompare(b.name)) };
}

function shown(name: string, value: string): string {
  return secrets.has(name) && value !== '' ? '***' : value;
}

/** @throws EngineError REDIS_* */
export async function aclLog(parts: Questions): Promise<AclLogEntry[]> {
  const lists = await each(parts, 'acl|log', async (shard) =>
    aclLogOf(
      await shard.command('ACL LOG', (client) => client.call('ACL', 'LOG', 128)),
      shard.address,
      parts.clock.now(),
    ),
  );
  return lists.flat().toSorted((a, b) => b.lastAtMs - a.lastAtMs);
}

export function doctorWords(parts: Questions): Promise<DoctorWords[]> {
  return each(parts, 'memory|doctor', async (shard) => {
    try {
      const memory = await shard.command('MEMORY DOCTOR', (client) => client.call('MEMORY', 'DOCTOR'));
      parts.count(shard.address, 'latency|doctor');
      const latency = await shard.command('LATENCY DOCTOR', (client) => client.call('LATENCY', 'DOCTOR'));
      return { shard: shard.address, memory: asText(memory), latency: asText(latency), problem: null };
    } catch (error) {
      return { shard: shard.address, memory: null, latency: null, problem: messageOf(error) };
    }
  });
}

async function each<Value>(
  { link, count }: Questions,
  command: string,
  ask: (shard: RedisShard) => Promise<Value>,
): Promise<Value[]> {
  const shards = link.shards();
  if (shards.length === 0) await link.command(command, (client) => client.ping());
  return Promise.all(
    shards.map((shard) => {
      count(shard.address, command);
      return ask(shard);
    }),
  );
}

/** Null where the user lacks the right. */
async function allowed(reply: Promise<unknown>): Promise<unknown> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof EngineError && error.code === 'REDIS_ACL_DENIED') return null;
    throw error;
  }
}
