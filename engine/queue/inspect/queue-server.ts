/** The one thing the inspector needs of a connection: commands with a deadline, whatever topology is behind it. */
import type { RedisLink } from '../../redis/link.ts';
import type { BrokerCommands } from '../broker.ts';

/** A client as BullMQ takes it. */
export type BullClient = ReturnType<RedisLink['duplicate']>;

/** A Redis server or cluster with queues on it. */
export interface QueueServer {
  readonly connectionId: string;
  /** For people, without credentials. */
  readonly address: string;
  readonly ready: boolean;
  /** False while the connection is only observed. */
  readonly writable: boolean;
  /** True for the prefix and name of one of the engine's own queues on this server. */
  isOwn(prefix: string, name: string): boolean;
  /** Commands with keys reach the right node by themselves. @throws EngineError REDIS_* */
  run<Value>(what: string, work: (commands: BrokerCommands) => Promise<Value>, deadlineMs?: number): Promise<Value>;
  /** The same on every node that holds keys: for SCAN, CLIENT LIST, INFO. @throws EngineError REDIS_* */
  eachNode<Value>(what: string, work: (commands: BrokerCommands) => Promise<Value>): Promise<Value[]>;
  /** A further connection for BullMQ's own classes; whoever takes it disconnects it. */
  openBullClient(): BullClient;
}

export interface LinkServerOptions {
  readonly connectionId: string;
  /** Asked each time: a connection that is changed gets another link. @throws EngineError CONNECTION_NOT_FOUND */
  readonly link: () => RedisLink;
  readonly writable: () => boolean;
  readonly isOwn: (prefix: string, name: string) => boolean;
}

/** A server, or a cluster, behind a link. */
export function linkServer({ connectionId, link, writable, isOwn }: LinkServerOptions): QueueServer {
  return {
    connectionId,
    get address() {
      return link().address;
    },
    get ready() {
      return link().isReady;
    },
    get writable() {
      return writable();
    },
    isOwn,
    run: (what, work, deadlineMs) => link().command(what, work, deadlineMs),
    eachNode: (what, work) => link().command(what, async (client) => Promise.all(nodesOf(client).map(work))),
    openBullClient: () => link().duplicate('queue-actions', { enableOfflineQueue: true, maxRetriesPerRequest: 2 }),
  };
}

/** A cluster's client knows its masters; any other is its own only node. */
function nodesOf(client: BrokerCommands): BrokerCommands[] {
  const cluster = client as BrokerCommands & { nodes?: (role: string) => BrokerCommands[] };
  return typeof cluster.nodes === 'function' ? cluster.nodes('master') : [client];
}
