/**
 * Listens to one channel and to every change of keys under one prefix, over connections of its own, and says when
 * it could not listen: whoever keeps copies must then ask again. Of a cluster it listens to every shard.
 */
import type { Clock, Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { HostPort } from './address.ts';
import type { RedisLink } from './link.ts';

export interface SubscriberOptions {
  readonly link: RedisLink;
  readonly channel: string;
  /** Changes of keys under it are told, whoever made them: writes, deletions, expiry, eviction. */
  readonly trackedPrefix: string;
  readonly onMessage: (message: string) => void;
  /** Null: every key may have changed. */
  readonly onChanged: (keys: readonly string[] | null) => void;
  /** True once everything from now on is told; false when messages may be missed. */
  readonly onListening: (listening: boolean) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Source: the channel of Redis's client-side caching for RESP2 connections. */
const invalidateChannel = '__redis__:invalidate';
/** A silent connection is proved alive this often; the link's socket deadline gives up a dead one. */
const heartbeatMs = 2_000;
/** Where the shards cannot be known yet, the name of the only connection. */
const whole = '';

export class RedisSubscriber {
  readonly #options: SubscriberOptions;
  readonly #taps = new Map<string, Tap>();
  readonly #stops: Stop[];
  #listening = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#stops = [
      options.clock.every(heartbeatMs, () => this.#taps.forEach((tap) => void tap.beat())),
      options.link.onTopology(() => this.#follow()),
    ];
    this.#follow();
  }

  get listening(): boolean {
    return this.#listening;
  }

  /** False where Redis does not track keys: then only messages tell of changes. */
  get tracking(): boolean {
    return this.#listening && [...this.#taps.values()].every(({ tracking }) => tracking);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    for (const tap of this.#taps.values()) tap.close();
    this.#taps.clear();
    this.#judge();
  }

  /**
   * One connection, or one for each master: a server tells only of its own keys. Messages pass through the whole cluster,
   * so one of the connections listens to the channel.
   */
  #follow(): void {
    const { link } = this.#options;
    const wanted = new Map<string, HostPort | null>(link.isCluster ? mastersOf(link) : [[whole, null]]);
    for (const [name, tap] of [...this.#taps]) {
      if (wanted.has(name)) continue;
      this.#taps.delete(name);
      tap.close();
    }
    for (const [name, node] of wanted) {
      if (!this.#taps.has(name)) this.#taps.set(name, new Tap(this.#options, node, () => this.#judge()));
    }
    if (![...this.#taps.values()].some(({ hearsMessages }) => hearsMessages)) {
      this.#taps.values().next().value?.hearMessages();
    }
    this.#judge();
  }

  #judge(): void {
    const taps = [...this.#taps.values()];
    const listening = taps.length > 0 && taps.every((tap) => tap.listening);
    if (listening === this.#listening) return;
    this.#listening = listening;
    this.#options.onListening(listening);
  }
}

function mastersOf(link: RedisLink): [string, HostPort][] {
  return link.shards().map(({ address }) => {
    const cut = address.lastIndexOf(':');
    return [address, { host: address.slice(0, cut), port: Number(address.slice(cut + 1)) }];
  });
}

/** One connection to one server: its changes of keys, and the channel when this one was chosen for it. */
class Tap {
  readonly #options: SubscriberOptions;
  readonly #client: ReturnType<RedisLink['duplicate']>;
  readonly #onMoved: () => void;
  #hearsMessages = false;
  #listening = false;
  #tracking = false;
  #closed = false;

  constructor(options: SubscriberOptions, node: HostPort | null, onMoved: () => void) {
    this.#options = options;
    this.#onMoved = onMoved;
    // ioredis drops invalidations on RESP3 connections, and subscribing again must come after the tracking is on.
    this.#client = options.link.duplicate('bus', { protocol: 2, autoResubscribe: false }, node);
    this.#client.on('ready', () => void this.#listen());
    this.#client.on('close', () => this.#setListening(false));
    this.#client.on('messageBuffer', (channel: Buffer, message: unknown) => this.#take(channel.toString(), message));
  }

  get listening(): boolean {
    return this.#listening;
  }

  get tracking(): boolean {
    return this.#tracking;
  }

  get hearsMessages(): boolean {
    return this.#hearsMessages;
  }

  /** From now on; until it is so, this connection does not count as listening. */
  hearMessages(): void {
    this.#hearsMessages = true;
    if (!this.#listening) return;
    this.#setListening(false);
    void this.#listen();
  }

  close(): void {
    this.#closed = true;
    this.#listening = false;
    this.#client.disconnect();
  }

  async beat(): Promise<void> {
    if (this.#client.status !== 'ready') return;
    try {
      await this.#client.ping();
    } catch (error) {
      this.#options.logger.debug('The heartbeat of the cache messages failed', { error: messageOf(error) });
    }
  }

  async #listen(): Promise<void> {
    try {
      const channels = this.#hearsMessages ? [this.#options.channel] : [];
      this.#tracking = await this.#track();
      if (this.#tracking) channels.push(invalidateChannel);
      if (channels.length > 0) await this.#client.subscribe(...channels);
      this.#setListening(true);
    } catch (error) {
      this.#options.logger.warn('Messages of the cache cannot be heard', { error: messageOf(error) });
      if (this.#client.status === 'ready') this.#client.disconnect(true);
    }
  }

  /** Invalidations are sent to this same connection. Redis before 6 and some services have no tracking. */
  async #track(): Promise<boolean> {
    // Once subscribed a connection of this protocol can ask for nothing more, and tracks already.
    if (this.#client.mode === 'subscriber') return true;
    try {
      const id = await this.#client.client('ID');
      const { trackedPrefix } = this.#options;
      await this.#client.client('TRACKING', 'ON', 'REDIRECT', id, 'BCAST', 'PREFIX', trackedPrefix);
      return true;
    } catch (error) {
      if (this.#client.status !== 'ready') throw error;
      this.#options.logger.warn('Redis does not track keys; only our own messages tell of changes', {
        error: messageOf(error),
      });
      return false;
    }
  }

  #take(channel: string, message: unknown): void {
    if (channel === this.#options.channel) {
      if (Buffer.isBuffer(message)) this.#options.onMessage(message.toString());
    } else if (channel === invalidateChannel) {
      this.#options.onChanged(Array.isArray(message) ? message.map(String) : null);
    }
  }

  #setListening(listening: boolean): void {
    if (this.#closed || listening === this.#listening) return;
    this.#listening = listening;
    this.#onMoved();
  }
}
