/** One role's connection to Redis: keeps it up, says how it is, and gives every call a deadline. */
import { Redis, type RedisOptions } from 'ioredis';
import type { Clock, Stop } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Random } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { LinkView, RedisRole } from '../model/health.ts';
import { parseRedisUrl, type RedisAddress, type RedisConnectionOptions } from './address.ts';
import { redisProblem } from './problems.ts';

/** Replies keep the shapes of RESP2, which all our types are made for. */
export type ClientOptions = Omit<RedisOptions, 'replyMapping'>;

export interface RedisLinkOptions {
  readonly role: RedisRole;
  /** `redis://`, `rediss://`, `unix:///socket` or `/socket`. */
  readonly url: string;
  /** True when the server is our own private one. */
  readonly embedded?: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Of one command, when its caller names no other. */
  readonly commandDeadlineMs?: number;
  readonly connectDeadlineMs?: number;
}

const firstRetryMs = 25;
const longestRetryMs = 1_000;
/** Nothing but a person can mend a refused password, so it is tried again rarely. */
const authRetryMs = 5_000;
const keepAliveMs = 15_000;
/** A connection nobody uses is proved alive this often; without an answer its socket deadline ends it. */
const heartbeatMs = 2_000;

export class RedisLink {
  readonly role: RedisRole;
  readonly #address: RedisAddress;
  readonly #options: Required<RedisLinkOptions>;
  readonly #client: Redis;
  readonly #duplicates = new Set<Redis>();
  readonly #changes: Emitter<{ change: LinkView }>;
  #state: LinkView['state'] = 'connecting';
  #sinceMs: number;
  #problem: EngineError | null = null;
  #version: string | null = null;
  readonly #stopHeartbeat: Stop;

  /** Begins to connect at once. @throws EngineError REDIS_URL_INVALID */
  constructor(options: RedisLinkOptions) {
    this.#options = { embedded: false, commandDeadlineMs: 1_000, connectDeadlineMs: 3_000, ...options };
    this.role = options.role;
    this.#address = parseRedisUrl(options.url);
    this.#sinceMs = options.clock.now();
    this.#changes = new Emitter((error) =>
      options.logger.error('A listener to a Redis link failed', { error: messageOf(error) }),
    );
    this.#client = new Redis(this.#clientOptions('', {}));
    this.#client.on('ready', () => this.#onReady());
    this.#client.on('error', (error: unknown) => this.#onTrouble(error));
    this.#client.on('close', () => this.#onTrouble(null));
    this.#stopHeartbeat = options.clock.every(heartbeatMs, () => void this.#beat());
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  get db(): number {
    return this.#address.options.db;
  }

  /** Without credentials. */
  get address(): string {
    return this.#address.label;
  }

  view(): LinkView {
    return {
      role: this.role,
      address: this.#address.label,
      embedded: this.#options.embedded,
      state: this.#state,
      sinceMs: this.#sinceMs,
      version: this.#version,
      problem: this.#problem === null ? null : `${this.#problem.code}: ${this.#problem.message}`,
    };
  }

  onChange(listener: (view: LinkView) => void): Stop {
    return this.#changes.on('change', listener);
  }

  /** Resolves once the link is ready. @throws EngineError REDIS_UNREACHABLE or REDIS_AUTH_FAILED after `deadlineMs`. */
  async whenReady(deadlineMs: number): Promise<void> {
    if (this.#state === 'ready') return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = this.onChange(({ state }) => {
      if (state === 'ready' || state === 'closed') resolve();
    });
    const disarm = this.#options.clock.after(deadlineMs, resolve);
    if (this.#state === 'closed') resolve();
    await promise;
    stop();
    disarm();
    if (!this.isReady) throw this.#notReady('Connecting');
  }

  /** Resolves once the first try to connect has come to something, or after `deadlineMs`. */
  async settled(deadlineMs: number): Promise<void> {
    if (this.#state !== 'connecting') return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = this.onChange(({ state }) => {
      if (state !== 'connecting') resolve();
    });
    const disarm = this.#options.clock.after(deadlineMs, resolve);
    await promise;
    stop();
    disarm();
  }

  /**
   * Runs `work` on the connection. Nothing is queued while the server is away: such a call fails at once.
   * @throws EngineError REDIS_UNREACHABLE, REDIS_AUTH_FAILED, REDIS_TIMEOUT, REDIS_COMMAND_FAILED
   */
  async command<Value>(
    what: string,
    work: (client: Redis) => Promise<Value>,
    deadlineMs = this.#options.commandDeadlineMs,
  ): Promise<Value> {
    if (this.#state !== 'ready') throw this.#notReady(what);
    const title = `${what} on the ${this.role} Redis at ${this.#address.label}`;
    try {
      return await withDeadline(this.#options.clock, deadlineMs, { code: 'REDIS_TIMEOUT', what: title }, () =>
        work(this.#client),
      );
    } catch (error) {
      throw redisProblem(error, title);
    }
  }

  /** Where and as whom to connect, for a room that makes its own connections. Holds the password: never log it. */
  connectionOptions(): RedisConnectionOptions {
    return this.#address.options;
  }

  /**
   * A further connection to the same server, closed together with this link. Whoever takes it listens to its `error`.
   * @param purpose added to the connection's name, e.g. `bus`
   */
  duplicate(purpose: string, overrides: ClientOptions = {}): Redis {
    const client = new Redis(this.#clientOptions(`:${purpose}`, overrides));
    client.on('error', (error: unknown) =>
      this.#options.logger.debug('A further Redis connection has trouble', { purpose, error: messageOf(error) }),
    );
    this.#duplicates.add(client);
    client.once('end', () => this.#duplicates.delete(client));
    return client;
  }

  /** Ends every connection; answers on their way are given up. Calling it twice is harmless. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#stopHeartbeat();
    this.#enter('closed', null);
    for (const client of [this.#client, ...this.#duplicates]) client.disconnect();
  }

  #clientOptions(suffix: string, overrides: ClientOptions): ClientOptions {
    const { commandDeadlineMs, connectDeadlineMs, role } = this.#options;
    return {
      ...this.#address.options,
      connectionName: `vigia:${role}:${process.pid}${suffix}`,
      connectTimeout: connectDeadlineMs,
      // A server that takes bytes and never answers: the socket is given up, so that what waits on it fails.
      socketTimeout: Math.max(2 * commandDeadlineMs, 500),
      keepAlive: keepAliveMs,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times) => this.#retryDelayMs(times),
      ...overrides,
    };
  }

  /** Doubles up to a second; up to half of it is taken off at random, so that a fleet does not come back as one. */
  #retryDelayMs(times: number): number | null {
    if (this.#state === 'closed') return null;
    const refused = this.#problem?.code === 'REDIS_AUTH_FAILED';
    const fullMs = refused ? authRetryMs : Math.min(firstRetryMs * 2 ** Math.min(times - 1, 10), longestRetryMs);
    return Math.round(fullMs * (1 - this.#options.random() / 2));
  }

  #onReady(): void {
    if (this.#state === 'closed') return;
    this.#enter('ready', null);
    void this.#learnVersion();
  }

  async #learnVersion(): Promise<void> {
    try {
      const info = await this.command('INFO server', (client) => client.info('server'));
      const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? null;
      if (version === this.#version) return;
      this.#version = version;
      this.#changes.emit('change', this.view());
    } catch (error) {
      this.#options.logger.debug('The version of Redis could not be read', { error: messageOf(error) });
    }
  }

  async #beat(): Promise<void> {
    if (this.#state !== 'ready') return;
    try {
      await this.#client.ping();
    } catch (error) {
      this.#onTrouble(error);
    }
  }

  #onTrouble(error: unknown): void {
    if (this.#state === 'closed') return;
    const what = `The ${this.role} Redis at ${this.#address.label}`;
    if (error !== null) {
      this.#enter(this.#client.status === 'ready' ? this.#state : 'unreachable', redisProblem(error, what));
    } else if (this.#state === 'ready') {
      this.#enter('unreachable', new EngineError('REDIS_UNREACHABLE', `${what}: the connection was closed`));
    }
  }

  #enter(state: LinkView['state'], problem: EngineError | null): void {
    const moved = state !== this.#state;
    if (!moved && problem?.message === this.#problem?.message) return;
    if (moved) this.#sinceMs = this.#options.clock.now();
    this.#state = state;
    this.#problem = problem;
    if (moved) this.#log(state, problem);
    this.#changes.emit('change', this.view());
  }

  #log(state: LinkView['state'], problem: EngineError | null): void {
    const fields = { role: this.role, address: this.#address.label, problem: problem?.message ?? null };
    if (state === 'unreachable') this.#options.logger.warn('Redis is unreachable', fields);
    else this.#options.logger.info(`Redis link ${state}`, fields);
  }

  #notReady(what: string): EngineError {
    const problem = this.#problem;
    const words = `${what}: the ${this.role} Redis at ${this.#address.label} is ${this.#state}`;
    return new EngineError(
      problem?.code === 'REDIS_AUTH_FAILED' ? 'REDIS_AUTH_FAILED' : 'REDIS_UNREACHABLE',
      problem ? `${words} (${problem.message})` : words,
    );
  }
}
