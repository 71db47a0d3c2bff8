/**
 * Listens to one channel and to every change of keys under one prefix, over a connection of its own, and says when
 * it could not listen: whoever keeps copies must then ask again.
 */
import type { Clock, Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
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

export class RedisSubscriber {
  readonly #options: SubscriberOptions;
  readonly #client: ReturnType<RedisLink['duplicate']>;
  readonly #stopHeartbeat: Stop;
  #listening = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    // ioredis drops invalidations on RESP3 connections, and subscribing again must come after the tracking is on.
    this.#client = options.link.duplicate('bus', { protocol: 2, autoResubscribe: false });
    this.#client.on('ready', () => void this.#listen());
    this.#client.on('close', () => this.#setListening(false));
    this.#client.on('messageBuffer', (channel: Buffer, message: unknown) => this.#take(channel.toString(), message));
    this.#stopHeartbeat = options.clock.every(heartbeatMs, () => void this.#beat());
  }

  get listening(): boolean {
    return this.#listening;
  }

  close(): void {
    this.#stopHeartbeat();
    this.#setListening(false);
    this.#client.disconnect();
  }

  async #listen(): Promise<void> {
    try {
      const channels = [this.#options.channel];
      if (await this.#track()) channels.push(invalidateChannel);
      await this.#client.subscribe(...channels);
      this.#setListening(true);
    } catch (error) {
      this.#options.logger.warn('Messages of the cache cannot be heard', { error: messageOf(error) });
      if (this.#client.status === 'ready') this.#client.disconnect(true);
    }
  }

  /** Invalidations are sent to this same connection. Redis before 6 and some services have no tracking. */
  async #track(): Promise<boolean> {
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

  async #beat(): Promise<void> {
    if (this.#client.status !== 'ready') return;
    try {
      await this.#client.ping();
    } catch (error) {
      this.#options.logger.debug('The heartbeat of the cache messages failed', { error: messageOf(error) });
    }
  }

  #setListening(listening: boolean): void {
    if (listening === this.#listening) return;
    this.#listening = listening;
    this.#options.onListening(listening);
  }
}
