/** Entries and leases in Redis: each call has a short deadline and goes through the breaker. */
import type { Clock } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import type { Random } from '../base/ids.ts';
import { entryPrefix, leaseName, storedChannel } from '../redis/key-names.ts';
import type { RedisLink } from '../redis/link.ts';
import { RedisScript } from '../redis/script.ts';
import { Breaker } from './breaker.ts';
import { idLength, idOffset } from './codec.ts';

export interface EntryStoreOptions {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly random: Random;
  /** Of one call; a Redis that takes longer counts as away. */
  readonly deadlineMs: number;
}

/** `id` is the entry that is stored now, empty without one. */
export type LeaseAnswer =
  | { readonly held: true; readonly id: string }
  | { readonly held: false; readonly id: string; readonly leftMs: number };

type Client = ReturnType<RedisLink['duplicate']>;

const idRange = `redis.call('GETRANGE', KEYS[1], ${idOffset}, ${idOffset + idLength - 1})`;

/** KEYS: entry, lease. ARGV: token, lease ms, channel, message. */
const acquireScript = new RedisScript(`
local id = ${idRange}
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  redis.call('PUBLISH', ARGV[3], ARGV[4])
  return {1, id, 0}
end
return {0, id, redis.call('PTTL', KEYS[2])}`);

/**
 * A lease that ran out is taken up again only while nobody else has it and nothing was stored since the work began:
 * a holder that slept must not get back in front of the fence. KEYS: entry, lease. ARGV: token, lease ms, that entry's id, channel,
 * message.
 */
const renewScript = new RedisScript(`
local holder = redis.call('GET', KEYS[2])
if holder ~= ARGV[1] and (holder or ${idRange} ~= ARGV[3]) then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1`);

/**
 * The fence: who no longer holds the lease stores only when nobody else holds it and the entry is still the one that
 * was there when the work began. KEYS: entry, lease. ARGV: token, that entry's id, bytes, ms to live, channel, message.
 */
const storeScript = new RedisScript(`
local holder = redis.call('GET', KEYS[2])
if holder ~= ARGV[1] and (holder or ${idRange} ~= ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
if holder == ARGV[1] then redis.call('DEL', KEYS[2]) end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1`);

/** KEYS: lease. ARGV: token, channel, message. */
const releaseScript = new RedisScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`);

export class EntryStore {
  readonly channel: string;
  readonly trackedPrefix = entryPrefix;
  readonly #link: RedisLink;
  readonly #deadlineMs: number;
  readonly #breaker: Breaker;

  constructor({ link, clock, random, deadlineMs }: EntryStoreOptions) {
    this.#link = link;
    this.#deadlineMs = deadlineMs;
    this.channel = storedChannel(link.db);
    this.#breaker = new Breaker({
      clock,
      random,
      probe: () => link.command('PING', (client) => client.ping(), deadlineMs),
    });
  }

  get breakerOpen(): boolean {
    return this.#breaker.isOpen;
  }

  /** False: asking would fail or take long; do without. */
  get usable(): boolean {
    return this.#link.isReady && !this.#breaker.isOpen;
  }

  /** The link is up again. */
  linkReady(): void {
    this.#breaker.hint();
  }

  /**
   * A few keys in one round trip, in their order; no call asks for keys of two cluster slots. A key of another type reads as absent.
   * @throws EngineError REDIS_*
   */
  get(redisKeys: readonly string[]): Promise<(Buffer | null)[]> {
    return this.run('Reading entries', async (client) => {
      if (!client.isCluster) return client.mgetBuffer(...redisKeys);
      return Promise.all(redisKeys.map(async (one) => (await client.mgetBuffer(one))[0] ?? null));
    });
  }

  /** As {@link get} for one key, at less cost: the reply of a GET is no list. @throws EngineError REDIS_* */
  getOne(redisKey: string): Promise<Buffer | null> {
    return this.#link
      .command('Reading an entry', (client) => client.getBuffer(redisKey), this.#deadlineMs)
      .then(this.#answered, (error: unknown) => {
        if (isWrongType(error)) return this.#answered(null);
        throw this.#failed(error);
      });
  }

  /** @throws EngineError REDIS_* */
  async acquire(redisKey: string, token: string, leaseMs: number, message: string): Promise<LeaseAnswer> {
    const reply = await this.run('Taking a lease', (client) =>
      acquireScript.run(client, [redisKey, leaseName(redisKey)], [token, leaseMs, this.channel, message]),
    );
    const [held, id, leftMs] = acquireReply(reply);
    return held === 1 ? { held: true, id } : { held: false, id, leftMs: Math.max(0, leftMs) };
  }

  /** False: another holds it now, or has stored meanwhile. @throws EngineError REDIS_* */
  async renew(
    redisKey: string,
    lease: { token: string; basisId: string },
    leaseMs: number,
    message: string,
  ): Promise<boolean> {
    const args = [lease.token, leaseMs, Buffer.from(lease.basisId, 'hex'), this.channel, message];
    const reply = await this.run('Renewing a lease', (client) =>
      renewScript.run(client, [redisKey, leaseName(redisKey)], args),
    );
    return reply === 1;
  }

  /** Stores, releases the lease and tells everybody, or does nothing and answers false. @throws EngineError REDIS_* */
  async store(
    redisKey: string,
    entry: { token: string; basisId: string; bytes: Buffer; liveMs: number; message: string },
  ): Promise<boolean> {
    const basis = Buffer.from(entry.basisId, 'hex');
    const liveMs = Math.max(1, Math.ceil(entry.liveMs));
    const args = [entry.token, basis, entry.bytes, liveMs, this.channel, entry.message];
    const reply = await this.run('Storing an entry', (client) =>
      storeScript.run(client, [redisKey, leaseName(redisKey)], args),
    );
    return reply === 1;
  }

  /** @throws EngineError REDIS_* */
  async release(redisKey: string, token: string, message: string): Promise<void> {
    await this.run('Releasing a lease', (client) =>
      releaseScript.run(client, [leaseName(redisKey)], [token, this.channel, message]),
    );
  }

  close(): void {
    this.#breaker.stop();
  }

  /** Any call about the cache: short deadline, through the breaker. @throws EngineError REDIS_* */
  run<Value>(what: string, work: (client: Client) => Promise<Value>): Promise<Value> {
    return this.#link.command(what, work, this.#deadlineMs).then(this.#answered, (error: unknown) => {
      throw this.#failed(error);
    });
  }

  readonly #answered = <Value>(value: Value): Value => {
    this.#breaker.succeeded();
    return value;
  };

  #failed(error: unknown): unknown {
    if (error instanceof EngineError && error.code === 'REDIS_TIMEOUT') this.#breaker.failed();
    return error;
  }
}

function isWrongType(error: unknown): boolean {
  const cause = error instanceof EngineError ? error.cause : null;
  return cause instanceof Error && cause.message.startsWith('WRONGTYPE');
}

function acquireReply(reply: unknown): [held: number, idHex: string, leftMs: number] {
  if (!Array.isArray(reply)) throw new EngineError('REDIS_COMMAND_FAILED', 'The lease script gave no list');
  const [held, id, leftMs]: unknown[] = reply;
  return [Number(held), Buffer.isBuffer(id) ? id.toString('hex') : '', Number(leftMs)];
}
