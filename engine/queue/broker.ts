/** How this room reaches the broker: connection options for each role, plain commands, and errors with a deadline. */
import { type Queue, RedisConnection } from 'bullmq';
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { EngineError, toEngineError } from '../base/errors.ts';
import type { RedisAddress } from '../redis/address.ts';
import { nodeOptions, openClient } from '../redis/clients.ts';

/** Where the broker is; the shape of ioredis options, so that a link's options pass as they are. */
export interface BrokerOptions {
  readonly path?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly db?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: object | undefined;
}

export interface BrokerConnection {
  readonly options: BrokerOptions;
  /** Given for a cluster, which cannot be said in options. */
  readonly cluster: RedisAddress | null;
  /** Remembers a client that BullMQ was given and leaves to whoever gave it. */
  opened(client: { disconnect(): void }): void;
  /** Ends those clients; after everything that uses them was closed. */
  close(): void;
  /** For people, without credentials. */
  readonly address: string;
}

/**
 * All BullMQ keys start with it; never ioredis's `keyPrefix`, which BullMQ refuses. The braces keep the keys of a queue
 * in one slot of a cluster, where BullMQ's scripts need them.
 */
export const queuePrefix = '{vigia}';

/** The hash of a job. Source: BullMQ's key layout, `<prefix>:<queue>:<job id>`. */
export const jobKeyOf = (queue: string, jobId: string): string => `${queuePrefix}:${queue}:${jobId}`;

const firstRetryMs = 50;
const longestRetryMs = 1_000;

/** A broker given by ioredis-style options; a `path` is a Unix socket and wins over host and port. */
export function brokerConnection(options: BrokerOptions): BrokerConnection {
  const { path, host = '127.0.0.1', port = 6379 } = options;
  return {
    options,
    address: path ?? `${host}:${port}`,
    cluster: null,
    close: () => undefined,
    opened: () => undefined,
  };
}

/** A broker of any topology. @throws EngineError REDIS_URL_INVALID when a TLS file cannot be read */
export function brokerAt(address: RedisAddress): BrokerConnection {
  const cluster = address.topology === 'cluster' ? address : null;
  return { ...keptClients(), options: nodeOptions(address), address: address.label, cluster };
}

function keptClients(): Pick<BrokerConnection, 'opened' | 'close'> {
  const clients = new Set<{ disconnect(): void }>();
  return {
    opened: (client) => void clients.add(client),
    close() {
      for (const client of clients) client.disconnect();
      clients.clear();
    },
  };
}

/** What BullMQ takes as `connection`: options, or the client of a cluster. */
type BullConnection = Record<string, unknown>;

/** For whoever must answer soon: nothing is buffered while the broker is away. */
export function callerOptions(connection: BrokerConnection, closed: () => boolean): BullConnection {
  return openBroker(connection, closed, { enableOfflineQueue: false });
}

/** For whoever waits for the broker as long as it takes: workers and event readers. */
export function blockingOptions(connection: BrokerConnection, closed: () => boolean): BullConnection {
  return openBroker(connection, closed, {});
}

function openBroker(connection: BrokerConnection, closed: () => boolean, more: object): BullConnection {
  const given = Object.entries(connection.options).filter(([, value]) => value !== undefined);
  const retryStrategy = (times: number): number | null =>
    closed() ? null : Math.min(firstRetryMs * times, longestRetryMs);
  const shared = { maxRetriesPerRequest: null, retryStrategy, sentinelRetryStrategy: retryStrategy, ...more };
  if (connection.cluster === null) return { ...Object.fromEntries(given), ...shared };
  const client = openClient(connection.cluster, 'own', shared);
  connection.opened(client);
  const handed: object = client;
  return handed as BullConnection;
}

/** The commands that this room sends itself; everything else goes through BullMQ. */
export interface BrokerCommands {
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
}

interface RawClient extends BrokerCommands {
  readonly status: string;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  subscribe(channel: string): Promise<unknown>;
}

/** BullMQ types its client by the few commands it needs itself; over ioredis every command is there. */
function rawClient(client: unknown): RawClient {
  return client as RawClient;
}

/** Runs work on the broker within a deadline, and says QUEUE_UNREACHABLE instead of waiting for it. */
export class BrokerCaller {
  readonly #clock: Clock;
  readonly #address: string;
  readonly #deadlineMs: number;

  constructor(options: { clock: Clock; address: string; deadlineMs: number }) {
    this.#clock = options.clock;
    this.#address = options.address;
    this.#deadlineMs = options.deadlineMs;
  }

  /**
   * Waits for the queue's connection, then runs `work`; work that found no connection in time never runs later.
   * @throws EngineError QUEUE_UNREACHABLE
   */
  async run<Value>(queue: Queue, what: string, work: (commands: BrokerCommands) => Promise<Value>): Promise<Value> {
    const title = `${what} on the broker at ${this.#address}`;
    try {
      return await withDeadline(
        this.#clock,
        this.#deadlineMs,
        { code: 'QUEUE_UNREACHABLE', what: title },
        async (signal) => {
          const client = rawClient(await queue.getBackend().client);
          await ready(client, signal);
          signal.throwIfAborted();
          return work(client);
        },
      );
    } catch (error) {
      throw toEngineError(error, 'QUEUE_UNREACHABLE', title);
    }
  }
}

async function ready(client: RawClient, signal: AbortSignal): Promise<void> {
  if (isReady(client)) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onReady = (): void => resolve();
  const onEnd = (): void => reject(new EngineError('QUEUE_UNREACHABLE', 'The connection was closed'));
  const onAbort = (): void => reject(signal.reason);
  client.on('ready', onReady);
  client.on('end', onEnd);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    client.off('ready', onReady);
    client.off('end', onEnd);
    signal.removeEventListener('abort', onAbort);
  }
}

/** A cluster client calls its ready state `connect` for a while. */
function isReady(client: RawClient): boolean {
  return client.status === 'ready';
}

/** One connection of our own beside BullMQ's: commands, or a subscription. */
export class BrokerLine {
  readonly #connection: RedisConnection;
  #closed = false;

  constructor(connection: BrokerConnection, onError: (error: Error) => void) {
    this.#connection = new RedisConnection(
      blockingOptions(connection, () => this.#closed),
      { blocking: false, skipVersionCheck: true },
    );
    this.#connection.on('error', onError);
  }

  async commands(): Promise<BrokerCommands> {
    return rawClient(await this.#connection.client);
  }

  /** Listens on a channel, again by itself after a lost connection; this line can then send no commands. */
  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    const client = rawClient(await this.#connection.client);
    client.on('message', (_channel: string, message: string) => listener(message));
    await client.subscribe(channel);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connection.close(true);
  }
}
