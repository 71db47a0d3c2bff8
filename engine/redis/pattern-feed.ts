/** Listens to channel patterns over a connection of its own and hands on the bytes; says when it could not listen. */
import type { Clock, Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { RedisLink } from './link.ts';

export interface PatternFeedOptions {
  readonly link: RedisLink;
  /** Added to the connection's name. */
  readonly purpose: string;
  /** Glob patterns of PSUBSCRIBE. */
  readonly patterns: readonly string[];
  /** Called for every message, in order, on the reader's own turn: it must only take the message away. */
  readonly onMessage: (payload: Buffer) => void;
  /** True once messages are heard from now on; false when some may be missed. The problem is null after a plain close. */
  readonly onListening: (listening: boolean, problem: string | null) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A silent connection is proved alive this often, and is given up after the longer time without a byte. */
const proofMs = 15_000;
const silenceMs = 40_000;

export class PatternFeed {
  readonly #options: PatternFeedOptions;
  readonly #client: ReturnType<RedisLink['duplicate']>;
  readonly #stopProof: Stop;
  #listening = false;
  #problem: string | null = null;
  #commandCount = 0;

  constructor(options: PatternFeedOptions) {
    this.#options = options;
    this.#client = options.link.duplicate(options.purpose, {
      protocol: 2,
      autoResubscribe: false,
      socketTimeout: silenceMs,
    });
    this.#client.on('ready', () => void this.#listen());
    this.#client.on('error', (error: unknown) => {
      this.#problem = messageOf(error);
    });
    this.#client.on('close', () => this.#setListening(false));
    this.#client.on('pmessageBuffer', (_pattern: unknown, _channel: unknown, payload: unknown) => {
      if (Buffer.isBuffer(payload)) options.onMessage(payload);
    });
    this.#stopProof = options.clock.every(proofMs, () => void this.#prove());
  }

  get listening(): boolean {
    return this.#listening;
  }

  /** Sent since the beginning. */
  get commandCount(): number {
    return this.#commandCount;
  }

  close(): void {
    this.#stopProof();
    this.#setListening(false);
    this.#client.disconnect();
  }

  async #listen(): Promise<void> {
    try {
      this.#commandCount += 1;
      await this.#client.psubscribe(...this.#options.patterns);
      this.#problem = null;
      this.#setListening(true);
    } catch (error) {
      this.#problem = messageOf(error);
      this.#options.logger.warn('Channels cannot be listened to', {
        purpose: this.#options.purpose,
        error: this.#problem,
      });
      if (this.#client.status === 'ready') this.#client.disconnect(true);
    }
  }

  async #prove(): Promise<void> {
    if (this.#client.status !== 'ready') return;
    try {
      this.#commandCount += 1;
      await this.#client.ping();
    } catch (error) {
      this.#options.logger.debug('A subscription did not prove alive', { error: messageOf(error) });
    }
  }

  #setListening(listening: boolean): void {
    if (listening === this.#listening) return;
    this.#listening = listening;
    this.#options.onListening(listening, this.#problem);
  }
}
