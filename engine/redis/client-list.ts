/** Reads CLIENT LIST and ACL LOG. */
import type { AclLogEntry, RedisClient } from '../model/redis-health.ts';
import { asNumber, asText, entriesOf, listOf } from './reply.ts';
import { isOwnName } from './slow-log.ts';

/** Source: CLIENT LIST, a line of `name=value` for each connection. */
export function clientsOf(reply: unknown, shard: string): RedisClient[] {
  return asText(reply)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => clientOf(line, shard));
}

function clientOf(line: string, shard: string): RedisClient {
  const fields = new Map(
    line.split(' ').map((part): [string, string] => {
      const cut = part.indexOf('=');
      return [part.slice(0, cut), part.slice(cut + 1).trim()];
    }),
  );
  const text = (name: string): string | null => fields.get(name) || null;
  const number = (name: string): number => Number(fields.get(name) ?? 0) || 0;
  const memory = fields.get('tot-mem');
  const library = text('lib-name');
  return {
    shard,
    id: text('id') ?? '0',
    name: text('name'),
    user: text('user'),
    address: text('addr') ?? '',
    db: number('db'),
    kind: kindOf(fields),
    ageS: number('age'),
    idleS: number('idle'),
    lastCommand: fields.get('cmd') === 'NULL' ? null : text('cmd'),
    outputBytes: number('omem'),
    memoryBytes: memory === undefined ? null : Number(memory),
    library: library === null ? null : [library, text('lib-ver')].filter((part) => part !== null).join(' '),
    own: isOwnName(text('name') ?? ''),
  };
}

/** Source: the flags of CLIENT LIST: S replica, M master, b waits in a blocking command, P subscribes. */
function kindOf(fields: ReadonlyMap<string, string>): RedisClient['kind'] {
  const flags = fields.get('flags') ?? '';
  if (flags.includes('S')) return 'replica';
  if (flags.includes('M')) return 'master';
  if (flags.includes('b')) return 'blocked';
  const listens = ['sub', 'psub', 'ssub'].some((name) => Number(fields.get(name) ?? 0) > 0);
  return flags.includes('P') || listens ? 'subscriber' : 'normal';
}

/** Source: ACL LOG; `age-seconds` is since the entry was made, or was last added to. */
export function aclLogOf(reply: unknown, shard: string, nowMs: number): AclLogEntry[] {
  return listOf(reply).map((one) => {
    const facts = new Map(entriesOf(one));
    const client = asText(facts.get('client-info'));
    const [address, name] = [/\baddr=(\S+)/.exec(client)?.[1] ?? '', /\bname=(\S+)/.exec(client)?.[1]];
    return {
      shard,
      count: asNumber(facts.get('count')),
      reason: asText(facts.get('reason')),
      context: asText(facts.get('context')),
      object: asText(facts.get('object')),
      username: asText(facts.get('username')),
      client: name ?? address,
      lastAtMs: nowMs - asNumber(facts.get('age-seconds')) * 1_000,
    };
  });
}
