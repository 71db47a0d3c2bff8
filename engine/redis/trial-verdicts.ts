/** What a trial makes of what a server says: its version, its role, and what the user may do there. */
import { EngineError } from '../base/errors.ts';
import type { ConnectionTest } from '../model/connection.ts';
import { type Said, said } from '../model/said.ts';
import type { RedisAddress } from './address.ts';

export type Finding = Pick<ConnectionTest['steps'][number], 'outcome' | 'detail' | 'said'>;

/** In words, and the same for every language. */
export interface Spoken {
  readonly words: string;
  readonly inAll: Said;
}

const oldestVersion = [6, 2] as const;

/** Source: Valkey reports the Redis version it is compatible with, and its own beside it. */
export function judgeVersion(
  info: ReadonlyMap<string, string>,
  into: { product: ConnectionTest['product']; version: string | null },
): Finding {
  const valkey = info.get('valkey_version');
  const version = valkey ?? info.get('redis_version') ?? null;
  if (version === null)
    return { outcome: 'warned', detail: 'the server does not say its version', said: said('trial_version_untold') };
  Object.assign(into, { product: valkey === undefined ? 'Redis' : 'Valkey', version });
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld =
    valkey === undefined && (major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1]));
  const detail = `${into.product} ${version}`;
  if (!isOld) return { outcome: 'passed', detail };
  const oldest = oldestVersion.join('.');
  return {
    outcome: 'warned',
    detail: `${detail} is older than ${oldest}, the oldest that is supported`,
    said: said('trial_version_old', { version: detail, oldest }),
  };
}

export function judgeRole(info: ReadonlyMap<string, string>, { topology, label }: RedisAddress): Finding {
  const mode = info.get('redis_mode') ?? info.get('server_mode') ?? 'standalone';
  if (mode === 'sentinel') {
    throw new EngineError('REDIS_URL_INVALID', `${label} is a sentinel; write redis-sentinel://…/<name of the master>`);
  }
  const role = info.get('role') ?? 'unknown';
  const policy = info.get('maxmemory_policy');
  const facts = [roleFact(role, info), ...policyFact(policy)];
  if (mode === 'cluster' && topology !== 'cluster') {
    const detail = 'this is one node of a cluster; redis-cluster://… shows all shards';
    return { outcome: 'warned', detail, said: said('trial_cluster_node') };
  }
  return {
    outcome: role === 'slave' ? 'warned' : 'passed',
    detail: facts.map(({ words }) => words).join(', '),
    said: said('trial_parts', { parts: facts.map(({ inAll }) => inAll) }),
  };
}

function roleFact(role: string, info: ReadonlyMap<string, string>): Spoken {
  if (role === 'master') return { words: role, inAll: said('trial_role_master') };
  if (role !== 'slave') return { words: role, inAll: said('trial_role_other', { role }) };
  const primary = `${info.get('master_host')}:${info.get('master_port')}`;
  return { words: `replica of ${primary}`, inAll: said('trial_role_replica', { primary }) };
}

function policyFact(policy: string | undefined): Spoken[] {
  if (policy === undefined) return [];
  if (policy === 'noeviction')
    return [{ words: 'noeviction, as a broker needs it', inAll: said('trial_policy_noeviction') }];
  return [{ words: `${policy}, fit for a cache only`, inAll: said('trial_policy_evicts', { policy }) }];
}

/** A user who may only observe is as it should be. */
export function judgeRights({ user, observe, operate }: NonNullable<ConnectionTest['rights']>): Finding {
  if (observe.length > 0) {
    const line = `vigia acl --mode observe --user ${user}`;
    return {
      outcome: 'warned',
      detail: `to observe, the user "${user}" lacks ${listed(observe)}; \`${line}\` prints the rights`,
    };
  }
  const more =
    operate.length === 0
      ? 'and to operate'
      : `but to operate lacks ${listed(operate)}; \`vigia acl --mode operate --user ${user}\` prints the rights`;
  return { outcome: 'passed', detail: `the user "${user}" may do all that it takes to observe, ${more}` };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => name.replace('|', ' ').toUpperCase());
  return shown.join(', ') + (names.length > shown.length ? ` and ${names.length - shown.length} more` : '');
}
