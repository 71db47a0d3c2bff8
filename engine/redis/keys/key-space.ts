/** One database behind a connection, as the key pages reach it: the link's own, or another one over a connection for it. */
import type { Redis } from 'ioredis';
import type { Clock, Stop } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { EngineError } from '../../base/errors.ts';
import type { RedisLink } from '../link.ts';
import { redisProblem } from '../problems.ts';
import type { RedisShard } from '../shards.ts';

export interface KeySpace {
  readonly db: number;
  readonly link: RedisLink;
  shards(): readonly RedisShard[];
  /** On a cluster where the key is. @throws EngineError REDIS_* */
  command<Value>(what: string, work: (client: Redis) => Promise<Value>, deadlineMs?: number): Promise<Value>;
  /** Told of every command, for the account of our own load. */
  readonly count: (shard: string, command: string, times?: number) => void;
}

const deadlineMs = 2_000;
const connectMs = 3_000;
/** A connection to another database is closed when nobody used it for so long. */
const idleMs = 120_000;

interface Other {
  readonly client: Redis;
  readonly link: RedisLink;
  disarm: Stop;
}

/** Opens and closes connections to databases that are not the link's own. */
export class KeySpaces {
  readonly #clock: Clock;
  readonly #others = new Map<string, Other>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param db null: the link's own. @throws EngineError REDIS_DATABASE_INVALID */
  of(connectionId: string, link: RedisLink, db: number | null, count: KeySpace['count']): KeySpace {
    const wanted = db ?? link.db;
    if (wanted === link.db) {
      const command: KeySpace['command'] = (what, work, limitMs = deadlineMs) => link.command(what, work, limitMs);
      return { db: wanted, link, shards: () => link.shards(), command, count };
    }
    if (link.isCluster) throw new EngineError('REDIS_DATABASE_INVALID', 'A Redis Cluster has database 0 only');
    const command: KeySpace['command'] = (what, work, limitMs = deadlineMs) =>
      this.#run(connectionId, link, wanted, what, work, limitMs);
    const shard: RedisShard = { address: link.address, role: null, command };
    return { db: wanted, link, shards: () => [shard], command, count };
  }

  close(): void {
    for (const { client, disarm } of this.#others.values()) {
      disarm();
      client.disconnect();
    }
    this.#others.clear();
  }

  async #run<Value>(
    connectionId: string,
    link: RedisLink,
    db: number,
    what: string,
    work: (client: Redis) => Promise<Value>,
    limitMs: number,
  ): Promise<Value> {
    const title = `${what} in database ${db} of ${link.address}`;
    if (!link.isReady) throw new EngineError('REDIS_UNREACHABLE', `${title}: the connection is ${link.view().state}`);
    try {
      const client = await this.#client(connectionId, link, db);
      return await withDeadline(this.#clock, limitMs, { code: 'REDIS_TIMEOUT', what: title }, () => work(client));
    } catch (error) {
      throw redisProblem(error, title);
    }
  }

  async #client(connectionId: string, link: RedisLink, db: number): Promise<Redis> {
    const name = `${connectionId}\u0000${db}`;
    let known = this.#others.get(name);
    if (known?.link !== link || known.client.status === 'end') {
      known?.disarm();
      known = { client: link.duplicate('keys', { db, lazyConnect: true }), link, disarm: () => undefined };
      this.#others.set(name, known);
    }
    const { client } = known;
    known.disarm();
    known.disarm = this.#clock.after(idleMs, () => {
      this.#others.delete(name);
      client.disconnect();
    });
    if (client.status === 'ready') return client;
    if (client.status === 'wait') await client.connect();
    else await this.#ready(client, db);
    return client;
  }

  async #ready(client: Redis, db: number): Promise<void> {
    const timeout = { code: 'REDIS_UNREACHABLE', what: `Connecting to database ${db}` } as const;
    await withDeadline(this.#clock, connectMs, timeout, async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      client.once('ready', () => resolve());
      if (client.status === 'ready') resolve();
      await promise;
    });
  }
}
