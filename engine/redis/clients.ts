/** Makes ioredis clients for any topology, and clients that send no write while their gate is shut. */
import { readFileSync } from 'node:fs';
import { TLSSocket } from 'node:tls';
import { Cluster, type Command, Redis, type RedisOptions } from 'ioredis';
import type { Clock, Stop } from '../base/clock.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { HostPort, RedisAddress, TlsSettings } from './address.ts';
import type { OperateGate } from './operate-gate.ts';

/** Replies keep the shapes of RESP2, which all our types are made for. */
export type ClientOptions = Omit<RedisOptions, 'replyMapping'>;

/** Who writes through a client: `own`, the console, which runs on this server; or a gate that may be shut. */
export type LinkAccess = 'own' | OperateGate;

/** After so many moves of a slot, or tries on a node that is away, a command of a cluster fails. */
const mostRedirections = 8;
const slotsRefreshMs = 5_000;

/** Begins to connect at once. @throws EngineError REDIS_URL_INVALID when a TLS file cannot be read */
export function openClient(address: RedisAddress, access: LinkAccess, options: ClientOptions): Redis | Cluster {
  return address.topology === 'cluster'
    ? openCluster(address, access, options)
    : openNode(address, access, options, null);
}

/** One connection; of a cluster to `node`, or to the first that the address names. @throws EngineError REDIS_URL_INVALID */
export function openNode(
  address: RedisAddress,
  access: LinkAccess,
  options: ClientOptions,
  node: HostPort | null,
): Redis {
  const all = { ...nodeOptions(address, node), ...options };
  return guarded(new Redis(all), access);
}

/**
 * What ioredis needs to reach the address, for whoever makes its own clients. Holds the password: never log it.
 * Of a cluster it is one node. @throws EngineError REDIS_URL_INVALID when a TLS file cannot be read
 */
export function nodeOptions(address: RedisAddress, node: HostPort | null = null): ClientOptions {
  const { topology, path, masterName, nodes, tls } = address;
  const shared = { ...credentialsOf(address), ...(tls === null ? {} : { tls: tlsOptions(tls) }) };
  if (path !== null) return { ...shared, path };
  if (topology !== 'sentinel') {
    const { host, port } = node ?? nodes[0] ?? { host: '127.0.0.1', port: 6379 };
    return { ...shared, host, port };
  }
  return {
    ...shared,
    sentinels: [...nodes],
    name: masterName ?? '',
    role: 'master',
    failoverDetector: true,
    // A server that was the master says so; the sentinels know the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...(address.sentinelUsername === null ? {} : { sentinelUsername: address.sentinelUsername }),
    ...(address.sentinelPassword === null ? {} : { sentinelPassword: address.sentinelPassword }),
    ...(tls === null ? {} : { sentinelTLS: tlsOptions(tls), enableTLSForSentinelMode: true }),
  };
}

function openCluster(address: RedisAddress, access: LinkAccess, options: ClientOptions): Cluster {
  const { retryStrategy, enableOfflineQueue, connectTimeout = 3_000, ...forNodes } = options;
  const { tls } = address;
  const all: NonNullable<ConstructorParameters<typeof Cluster<'legacy'>>[1]> = {
    clusterRetryStrategy: (times) => retryStrategy?.(times) ?? null,
    enableOfflineQueue: enableOfflineQueue ?? true,
    // Whether the cluster is whole is asked shard by shard; a part of it is better than nothing.
    enableReadyCheck: false,
    slotsRefreshInterval: slotsRefreshMs,
    slotsRefreshTimeout: connectTimeout,
    maxRedirections: mostRedirections,
    retryDelayOnClusterDown: 0,
    // Each node looks its own name up, so that one unknown name does not keep the others away.
    dnsLookup: (host, found) => found(null, host),
    redisOptions: {
      ...credentialsOf(address),
      ...(tls === null ? {} : { tls: tlsOptions(tls) }),
      connectTimeout,
      ...forNodes,
    },
  };
  const nodes = address.nodes.map(({ host, port }) => ({ host, port }));
  return guarded(new Cluster(nodes, all), access);
}

function credentialsOf({ db, username, password }: RedisAddress): ClientOptions {
  return { db, ...(username === null ? {} : { username }), ...(password === null ? {} : { password }) };
}

export function tlsOptions(tls: TlsSettings): NonNullable<RedisOptions['tls']> {
  const { caFile, certFile, keyFile, servername, verify } = tls;
  return {
    rejectUnauthorized: verify,
    ...(caFile === null ? {} : { ca: pem(caFile, 'CA') }),
    ...(certFile === null ? {} : { cert: pem(certFile, 'client certificate') }),
    ...(keyFile === null ? {} : { key: pem(keyFile, 'client key') }),
    ...(servername === null ? {} : { servername }),
  };
}

function pem(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new EngineError('REDIS_URL_INVALID', `The ${what} for TLS cannot be read: ${messageOf(error)}`);
  }
}

/**
 * Ends a connection that was taken but whose TLS handshake never came to an end, which ioredis would wait for for ever.
 * A cluster's nodes are watched as they come.
 */
export function watchHandshake(client: Redis | Cluster, clock: Clock, deadlineMs: number): void {
  if (client instanceof Cluster) {
    client.on('+node', (node: Redis) => watchHandshake(node, clock, deadlineMs));
    return;
  }
  let disarm: Stop = () => undefined;
  client.on('connecting', () => {
    disarm();
    disarm = clock.after(deadlineMs, () => {
      if (client.status !== 'connecting' || !(client.stream instanceof TLSSocket)) return;
      client.stream.destroy(new Error(`it did not answer the TLS handshake within ${deadlineMs} ms`));
    });
  });
  for (const event of ['connect', 'close', 'end']) client.on(event, () => disarm());
}

type Send = (command: Command, stream?: PipelineStream, node?: unknown) => unknown;
/** A pipeline counts one write for each of its commands before it sends them all. */
type PipelineStream = Parameters<Redis['sendCommand']>[1] & { destination?: { redis?: unknown } };

/**
 * Refuses what the gate refuses before a byte is sent, in every way that a command can be given: by itself, in a
 * pipeline, through a duplicate, or to a single node of a cluster.
 */
function guarded<Client extends Redis | Cluster>(client: Client, access: LinkAccess): Client {
  if (access === 'own') return client;
  const send = client.sendCommand.bind(client) as Send;
  const guardedSend: Send = (command, stream, node) => {
    const refusal = access.refusal(command.name, command.args);
    if (refusal === null) return send(command, stream, node);
    command.reject(refusal);
    if (stream?.destination) {
      stream.destination.redis ??= client instanceof Cluster ? client.nodes('master')[0] : client;
      stream.write('');
    }
    return command.promise;
  };
  const duplicate = client.duplicate.bind(client) as (...args: unknown[]) => Client;
  Object.defineProperties(client, {
    sendCommand: { value: guardedSend },
    // Configurable: BullMQ wraps clients in a proxy that answers with a `duplicate` of its own.
    duplicate: { value: (...args: unknown[]) => guarded(duplicate(...args), access), configurable: true },
  });
  if (client instanceof Cluster) client.on('+node', (node: Redis) => void guarded(node, access));
  return client;
}
