/** One connection to Redis of any topology: keeps it up, says how it is, and gives every call a deadline. */
import { Cluster, Redis } from 'ioredis';
import type { Clock, Stop } from '../base/clock.ts';
import { Deadlines } from '../base/deadline.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Random } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { LinkView } from '../model/health.ts';
import { type HostPort, parseRedisUrl, type RedisAddress } from './address.ts';
import { type ClientOptions, type LinkAccess, openClient, openNode, watchHandshake } from './clients.ts';
import { LinkCondition } from './link-condition.ts';
import { isUsable } from './link-state.ts';
import { isRefusal, redisProblem } from './problems.ts';
import { type ClusterHealth, clusterHealth, type RedisShard, shardsOf } from './shards.ts';

export interface RedisLinkOptions<Role extends string = string> {
  /** `cache` or `broker`, or the id of a user's connection; in messages and in the names of its connections. */
  readonly role: Role;
  /** Added to the names of its connections, where the role has several links. */
  readonly purpose?: string;
  /** A URL of {@link parseRedisUrl}, or what it gives. */
  readonly url: string | RedisAddress;
  /**
   * `own`: the console runs on this server and writes. Anything that is only looked at has a gate, which refuses
   * writes unless the user unlocked them. There is no default, so that nobody writes by having forgotten.
   */
  readonly access: LinkAccess;
  /** True when the server is our own private one. */
  readonly embedded?: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Of one command, when its caller names no other. */
  readonly commandDeadlineMs?: number;
  readonly connectDeadlineMs?: number;
}

export type LinkStatus<Role extends string = string> = Omit<LinkView, 'role'> & { readonly role: Role };

const firstRetryMs = 25;
const longestRetryMs = 1_000;
/** Nothing but a person can mend a refusal, so it is tried again rarely. */
const refusedRetryMs = 5_000;
const keepAliveMs = 15_000;
/** A connection nobody uses is proved alive this often; without an answer its socket deadline ends it. */
const heartbeatMs = 2_000;

export class RedisLink<Role extends string = string> {
  readonly role: Role;
  readonly #address: RedisAddress;
  readonly #options: Required<RedisLinkOptions<Role>>;
  readonly #client: Redis | Cluster;
  readonly #duplicates = new Set<Redis | Cluster>();
  readonly #condition: LinkCondition;
  readonly #deadlines: Deadlines;
  readonly #topology: Emitter<{ topology: null }>;
  #version: string | null = null;
  #beating = false;
  /** When it dials again, epoch milliseconds; of the past while it is dialling or up. */
  #nextTryAtMs: number | null = null;
  /** When a call was last answered, on the clock that never jumps. */
  #heardMs = Number.NEGATIVE_INFINITY;
  readonly #stopHeartbeat: Stop;

  /** Begins to connect at once. @throws EngineError REDIS_URL_INVALID */
  constructor(options: RedisLinkOptions<Role>) {
    this.#options = { embedded: false, purpose: '', commandDeadlineMs: 1_000, connectDeadlineMs: 3_000, ...options };
    this.role = options.role;
    this.#address = typeof options.url === 'string' ? parseRedisUrl(options.url) : options.url;
    this.#deadlines = new Deadlines(options.clock);
    this.#condition = new LinkCondition({ ...options, address: this.#address.label });
    this.#topology = new Emitter((error) =>
      options.logger.error('A listener to a Redis cluster failed', { error: messageOf(error) }),
    );
    this.#client = openClient(this.#address, options.access, this.#clientOptions('', {}));
    this.#listen(this.#client);
    watchHandshake(this.#client, options.clock, this.#options.connectDeadlineMs);
    this.#stopHeartbeat = options.clock.every(heartbeatMs, () => void this.#beat());
  }

  /** Calls are worth making; of a cluster perhaps not on every shard. */
  get isReady(): boolean {
    return isUsable(this.#condition.state);
  }

  get isCluster(): boolean {
    return this.#address.topology === 'cluster';
  }

  /** The master is found by asking Sentinels. */
  get isSentinel(): boolean {
    return this.#address.topology === 'sentinel';
  }

  /** True when writes pass: on a server of our own, or while the user has unlocked it. */
  get isWritable(): boolean {
    const { access } = this.#options;
    return access === 'own' || access.mode === 'operate';
  }

  get db(): number {
    return this.#address.db;
  }

  /** Without credentials. */
  get address(): string {
    return this.#address.label;
  }

  /** Where and as whom to connect, for a room that makes its own connections. Holds the password: never log it. */
  get target(): RedisAddress {
    return this.#address;
  }

  /** When a link that is not up dials again, epoch milliseconds; null while it is up, dialling for the first time, or closed. */
  get nextTryAtMs(): number | null {
    const { state } = this.#condition;
    return state === 'unreachable' || state === 'refused' ? this.#nextTryAtMs : null;
  }

  view(): LinkStatus<Role> {
    const { state, sinceMs, problem } = this.#condition;
    return {
      role: this.role,
      address: this.#address.label,
      embedded: this.#options.embedded,
      state,
      sinceMs,
      version: this.#version,
      problem: problem === null ? null : `${problem.code}: ${problem.message}`,
    };
  }

  onChange(listener: (view: LinkStatus<Role>) => void): Stop {
    return this.#condition.onChange(() => listener(this.view()));
  }

  /** Shards of a cluster may have come, gone, or changed their master. */
  onTopology(listener: () => void): Stop {
    return this.#topology.on('topology', listener);
  }

  /** Resolves once the link is ready. @throws EngineError REDIS_* after `deadlineMs`, saying what keeps it from it. */
  async whenReady(deadlineMs: number): Promise<void> {
    await this.#condition.until((state) => isUsable(state) || state === 'closed', deadlineMs);
    if (!this.isReady) throw this.#notReady('Connecting');
  }

  /** Resolves once the first try to connect has come to something, or after `deadlineMs`. */
  settled(deadlineMs: number): Promise<void> {
    return this.#condition.until((state) => state !== 'connecting', deadlineMs);
  }

  /**
   * Runs `work` on the connection. Nothing is queued while the server is away: such a call fails at once.
   * On a cluster each command goes where its keys are; all keys of one command must lie in one slot.
   * @throws EngineError REDIS_UNREACHABLE, REDIS_AUTH_FAILED, REDIS_ACL_DENIED, REDIS_TLS_FAILED, REDIS_DNS_FAILED,
   *   REDIS_READ_ONLY, REDIS_TIMEOUT, REDIS_COMMAND_FAILED
   */
  command<Value>(
    what: string,
    work: (client: Redis) => Promise<Value>,
    deadlineMs = this.#options.commandDeadlineMs,
  ): Promise<Value> {
    return this.#run(what, null, () => work(oneFace(this.#client)), deadlineMs);
  }

  /** Any command by its name, with the texts of its reply. @throws EngineError as {@link command} */
  call(name: string, ...args: readonly (string | number | Buffer)[]): Promise<unknown> {
    return this.command(name, (client) => client.call(name, ...args));
  }

  /** The servers behind it, each to be asked by itself: one, or the masters of a cluster that are known now. */
  shards(which: 'masters' | 'all' = 'masters'): readonly RedisShard[] {
    const { commandDeadlineMs } = this.#options;
    return shardsOf(this.#client, which, this.#address.label).map(({ client, ...shard }) => ({
      ...shard,
      command: (what, work, deadlineMs = commandDeadlineMs) =>
        this.#run(what, shard.address, () => work(client), deadlineMs),
    }));
  }

  /**
   * A further connection, closed together with this link. Whoever takes it listens to its `error`.
   * @param purpose added to the connection's name, e.g. `bus`
   * @param node one node of a cluster; without it a duplicate knows the whole cluster as well
   */
  duplicate(purpose: string, overrides: ClientOptions = {}, node: HostPort | null = null): Redis {
    const { access, logger } = this.#options;
    const options = this.#clientOptions(`:${purpose}`, overrides);
    const client =
      node === null ? openClient(this.#address, access, options) : openNode(this.#address, access, options, node);
    client.on('error', (error: unknown) =>
      logger.debug('A further Redis connection has trouble', { purpose, error: messageOf(error) }),
    );
    watchHandshake(client, this.#options.clock, this.#options.connectDeadlineMs);
    this.#duplicates.add(client);
    client.once('end', () => this.#duplicates.delete(client));
    return oneFace(client);
  }

  /** Ends every connection; answers on their way are given up. Calling it twice is harmless. */
  async close(): Promise<void> {
    if (this.#condition.state === 'closed') return;
    this.#stopHeartbeat();
    this.#condition.take('closed', null);
    for (const client of [this.#client, ...this.#duplicates]) client.disconnect();
  }

  #listen(client: Redis | Cluster): void {
    client.on('error', (error: unknown) => this.#onTrouble(error));
    client.on('close', () => this.#onTrouble(null));
    if (client instanceof Redis) {
      client.on('ready', () => this.#onReady());
      return;
    }
    client.on('ready', () => void this.#beat());
    client.on('node error', (error: unknown) => this.#onNodeError(error));
    for (const event of ['refresh', '+node', '-node']) client.on(event, () => this.#topology.emit('topology', null));
    client.on('-node', () => void this.#beat());
  }

  /** The path of every read of the cache, so without anything that is only needed when it fails. */
  #run<Value>(what: string, shard: string | null, work: () => Promise<Value>, deadlineMs: number): Promise<Value> {
    if (!this.isReady) return Promise.reject(this.#notReady(what));
    return new Promise((resolve, reject) => {
      const title = (): string => `${what} on ${this.#title()}${shard === null ? '' : ` (${shard})`}`;
      const expire = (): void =>
        reject(new EngineError('REDIS_TIMEOUT', `${title()}: no answer within ${deadlineMs} ms`));
      const answered = this.#deadlines.begin(deadlineMs, expire);
      const failed = (error: unknown): void => {
        answered();
        reject(redisProblem(error, title()));
      };
      try {
        work().then((value) => {
          answered();
          this.#heard();
          resolve(value);
        }, failed);
      } catch (error) {
        failed(error);
      }
    });
  }

  #heard(): void {
    // Heard since then at the latest; asking the clock again would cost as much as the rest of this.
    this.#heardMs = this.#deadlines.begunMs;
    // What it complained of while it was up is over.
    if (this.#condition.state === 'ready' && this.#condition.problem !== null) this.#condition.take('up', null);
  }

  #clientOptions(suffix: string, overrides: ClientOptions): ClientOptions {
    const { commandDeadlineMs, connectDeadlineMs, role, purpose } = this.#options;
    return {
      connectionName: `vigia:${role}:${process.pid}${purpose === '' ? '' : `:${purpose}`}${suffix}`,
      connectTimeout: connectDeadlineMs,
      // A server that takes bytes and never answers: the socket is given up, so that what waits on it fails.
      socketTimeout: Math.max(2 * commandDeadlineMs, 500),
      sentinelCommandTimeout: commandDeadlineMs,
      keepAlive: keepAliveMs,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times) => this.#retryDelayMs(times),
      sentinelRetryStrategy: (times) => this.#retryDelayMs(times),
      ...overrides,
    };
  }

  /** Doubles up to a second; up to half of it is taken off at random, so that a fleet does not come back as one. */
  #retryDelayMs(times: number): number | null {
    if (this.#condition.state === 'closed') return null;
    const growingMs = Math.min(firstRetryMs * 2 ** Math.min(times - 1, 10), longestRetryMs);
    const fullMs = isRefusal(this.#condition.problem) ? refusedRetryMs : growingMs;
    const delayMs = Math.round(fullMs * (1 - this.#options.random() / 2));
    this.#nextTryAtMs = this.#options.clock.now() + delayMs;
    return delayMs;
  }

  #onReady(): void {
    this.#condition.take('up', null);
    void this.#learnVersion();
  }

  async #learnVersion(): Promise<void> {
    try {
      const info = await this.command('INFO server', (client) => client.info('server'));
      const version = /^(?:valkey|redis)_version:(\S+)/m.exec(info)?.[1] ?? null;
      if (version === this.#version) return;
      this.#version = version;
      this.#condition.tell();
    } catch (error) {
      this.#options.logger.debug('The version of Redis could not be read', { error: messageOf(error) });
    }
  }

  async #beat(): Promise<void> {
    if (this.#beating || this.#condition.state === 'closed') return;
    this.#beating = true;
    try {
      if (this.#client instanceof Cluster) await this.#judgeCluster(this.#client);
      else if (this.#condition.state === 'ready' && !this.#heardLately()) await this.#client.ping();
    } catch (error) {
      this.#onTrouble(error);
    } finally {
      this.#beating = false;
    }
  }

  /** A connection in use proves itself; a PING more would only be load. What asks as often as this must not miss it by a hair. */
  #heardLately(): boolean {
    return this.#options.clock.monotonicMs() - this.#heardMs < 1.5 * heartbeatMs;
  }

  async #judgeCluster(cluster: Cluster): Promise<void> {
    if (cluster.status !== 'ready') return;
    const health = await clusterHealth(cluster, this.#options.clock, this.#options.commandDeadlineMs);
    this.#takeHealth(health);
  }

  #takeHealth({ event, words, error }: ClusterHealth): void {
    if (event === 'up') {
      this.#onReady();
      return;
    }
    const what = `The Redis cluster at ${this.#address.label}`;
    const problem =
      error === null ? new EngineError('REDIS_UNREACHABLE', `${what}: ${words}`) : redisProblem(error, what);
    this.#condition.take(event === 'failed' && isRefusal(problem) ? 'refused' : event, problem);
  }

  /** One node of a cluster is no trouble of the whole; but a refusal is the same for all of them. */
  #onNodeError(error: unknown): void {
    const problem = redisProblem(error, `The ${this.#title()}`);
    if (isRefusal(problem) && !this.isReady) this.#condition.take('refused', problem);
    else void this.#beat();
  }

  #onTrouble(error: unknown): void {
    const what = `The ${this.#title()}`;
    if (error === null) {
      this.#condition.take('lost', new EngineError('REDIS_UNREACHABLE', `${what}: the connection was closed`));
      return;
    }
    const problem = redisProblem(error, what);
    if (this.#client.status === 'ready') this.#condition.complain(problem);
    else this.#condition.take(isRefusal(problem) ? 'refused' : 'failed', problem);
  }

  #title(): string {
    return `${this.role} Redis at ${this.#address.label}`;
  }

  #notReady(what: string): EngineError {
    const problem = this.#condition.problem;
    const words = `${what}: the ${this.#title()} is ${this.#condition.state}`;
    const code = problem !== null && (isRefusal(problem) || problem.code === 'REDIS_DNS_FAILED') ? problem.code : null;
    return new EngineError(code ?? 'REDIS_UNREACHABLE', problem ? `${words} (${problem.message})` : words);
  }
}

/** A cluster's client takes the same commands, events and ways to end as that of one server; no room needs to tell. */
function oneFace(client: Redis | Cluster): Redis {
  return client as Redis;
}
