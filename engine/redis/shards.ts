/** The servers behind a connection: the one, or the nodes of a cluster, each to be asked by itself. */
import { Cluster, type Redis } from 'ioredis';
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { messageOf } from '../base/errors.ts';
import type { LinkEvent } from './link-state.ts';

export interface RedisShard {
  /** `host:port` of a cluster's node; else the label of the link. */
  readonly address: string;
  /** Null where it cannot be told without asking. */
  readonly role: 'master' | 'replica' | null;
  /** Runs `work` on this server. @throws EngineError REDIS_* */
  command<Value>(what: string, work: (client: Redis) => Promise<Value>, deadlineMs?: number): Promise<Value>;
}

interface ShardClient {
  readonly address: string;
  readonly role: RedisShard['role'];
  readonly client: Redis;
}

export function shardsOf(client: Redis | Cluster, which: 'masters' | 'all', label: string): ShardClient[] {
  if (!(client instanceof Cluster)) return [{ address: label, role: null, client }];
  const named = (role: 'master' | 'slave'): ShardClient[] =>
    client.nodes(role).map((node) => ({
      address: addressOf(node),
      role: role === 'master' ? ('master' as const) : ('replica' as const),
      client: node,
    }));
  const shards = which === 'all' ? [...named('master'), ...named('slave')] : named('master');
  return shards.toSorted((a, b) => a.address.localeCompare(b.address));
}

export interface ClusterHealth {
  readonly event: LinkEvent & ('up' | 'partly' | 'failed');
  /** What is wrong; empty when nothing is. */
  readonly words: string;
  /** What a server said, when none of them answered rightly. */
  readonly error: unknown;
}

/** Asks every master that has slots, each within the deadline, and one of them for the state of the cluster. */
export async function clusterHealth(cluster: Cluster, clock: Clock, deadlineMs: number): Promise<ClusterHealth> {
  const owners = [...new Set(cluster.slots.flatMap((keys) => keys?.[0] ?? []))];
  const nodes = new Map(cluster.nodes('all').map((node) => [addressOf(node), node]));
  const answers = await Promise.all(
    owners.map(async (owner) => ({ owner, ...(await stateOf(nodes.get(owner), clock, deadlineMs)) })),
  );
  const away = answers.filter(({ state }) => state === null);
  // A node that is away is left out of the pool; this asks the others who has its slots now.
  if (away.length > 0) cluster.refreshSlotsCache();
  if (away.length === answers.length) return { event: 'failed', words: '', error: away[0]?.error ?? noSlots };
  if (away.length > 0) {
    const names = away.map(({ owner }) => owner).join(', ');
    return { event: 'partly', words: `${away.length} of ${answers.length} shards are away: ${names}`, error: null };
  }
  const failing = answers.find(({ state }) => state !== 'ok');
  if (failing === undefined) return { event: 'up', words: '', error: null };
  return {
    event: 'partly',
    words: `${failing.owner} says that the cluster is in the state ${failing.state}`,
    error: null,
  };
}

const noSlots = new Error('Connection is closed: no node of the cluster has a slot');

/** Source: CLUSTER INFO, `cluster_state:ok`. */
async function stateOf(
  node: Redis | undefined,
  clock: Clock,
  deadlineMs: number,
): Promise<{ state: string | null; error: unknown }> {
  if (node === undefined) return { state: null, error: new Error('Connection is closed') };
  try {
    const info = await withDeadline(
      clock,
      deadlineMs,
      { code: 'REDIS_TIMEOUT', what: `CLUSTER INFO of ${addressOf(node)}` },
      () => node.cluster('INFO'),
    );
    return { state: /cluster_state:(\w+)/.exec(info)?.[1] ?? 'ok', error: null };
  } catch (error) {
    // A user without the right to ask was answered all the same.
    return messageOf(error).startsWith('NOPERM') ? { state: 'ok', error: null } : { state: null, error };
  }
}

function addressOf(node: Redis): string {
  return `${node.options.host}:${node.options.port}`;
}
