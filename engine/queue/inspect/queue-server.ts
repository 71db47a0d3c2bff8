/** The one thing the inspector needs of a connection: commands with a deadline, whatever topology is behind it. */
import type { RedisLink } from '../../redis/link.ts';
import type { BrokerCommands } from '../broker.ts';

/** A client as BullMQ takes it. */
export type BullClient = ReturnType<RedisLink['duplicate']>;

export interface QueueNode {
  readonly address: string;
  /** @throws EngineError REDIS_* */
  run<Value>(what: string, work: (commands: BrokerCommands) => Promise<Value>): Promise<Value>;
}

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
  /** The servers that hold keys, each to be asked by itself: for SCAN, CLIENT LIST, INFO. One where there is no cluster. */
  nodes(): readonly QueueNode[];
  /** A further connection for BullMQ's own classes; whoever takes it disconnects it. */
  openBullClient(): BullClient;
}

export interface LinkServerOptions {
  readonly connectionId: string;
  /** Asked each time: a connection that is changed gets another link. @throws EngineError CONNECTION_NOT_FOUND */
  readonly link: () => RedisLink;
  readonly isOwn: (prefix: string, name: string) => boolean;
}

/** A server, or a cluster, behind a link. */
export function linkServer({ connectionId, link, isOwn }: LinkServerOptions): QueueServer {
  return {
    connectionId,
    get address() {
      return link().address;
    },
    get ready() {
      return link().isReady;
    },
    get writable() {
      return link().isWritable;
    },
    isOwn,
    run: (what, work, deadlineMs) => link().command(what, work, deadlineMs),
    nodes: () =>
      link()
        .shards()
        .map((shard) => ({ address: shard.address, run: (what, work) => shard.command(what, work) })),
    openBullClient: () => link().duplicate('queue-actions', { enableOfflineQueue: true, maxRetriesPerRequest: 2 }),
  };
}

/** Asks every node at once. @throws EngineError REDIS_* when one of them does not answer */
export function onEachNode<Value>(
  server: QueueServer,
  what: string,
  work: (commands: BrokerCommands) => Promise<Value>,
): Promise<Value[]> {
  return Promise.all(server.nodes().map((node) => node.run(what, work)));
}
