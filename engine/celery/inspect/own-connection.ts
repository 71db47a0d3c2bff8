/** A connection to the broker for one purpose alone, opened when it is first needed and given up with its link. */
import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { EngineError } from '../../base/errors.ts';
import type { RedisLink } from '../../redis/link.ts';
import { redisProblem } from '../../redis/problems.ts';

type Client = ReturnType<RedisLink['duplicate']>;

export interface OwnConnectionOptions {
  readonly link: RedisLink;
  /** Added to the connection's name. */
  readonly purpose: string;
  /** Longer than the longest command that blocks. */
  readonly silenceMs: number;
  readonly clock: Clock;
}

export class OwnConnection {
  readonly #options: OwnConnectionOptions;
  #client: Client | null = null;
  #closed = false;
  #commandCount = 0;

  constructor(options: OwnConnectionOptions) {
    this.#options = options;
  }

  /** Sent since the beginning. */
  get commandCount(): number {
    return this.#commandCount;
  }

  /** @param count how many commands `work` sends. @throws EngineError REDIS_* */
  async run<Value>(
    what: string,
    count: number,
    deadlineMs: number,
    work: (client: Client) => Promise<Value>,
  ): Promise<Value> {
    const { link, clock } = this.#options;
    const title = `${what} on the ${link.role} Redis at ${link.address}`;
    try {
      return await withDeadline(clock, deadlineMs, { code: 'REDIS_TIMEOUT', what: title }, async (signal) => {
        const client = await this.#ready(deadlineMs);
        signal.throwIfAborted();
        this.#commandCount += count;
        return work(client);
      });
    } catch (error) {
      throw redisProblem(error, title);
    }
  }

  close(): void {
    this.#closed = true;
    this.#client?.disconnect();
    this.#client = null;
  }

  async #ready(deadlineMs: number): Promise<Client> {
    const { link, purpose, silenceMs, clock } = this.#options;
    if (this.#closed) throw new EngineError('ENGINE_STOPPED', 'The connection was closed');
    if (this.#client?.status === 'end') this.#client = null;
    const client = this.#client ?? link.duplicate(purpose, { socketTimeout: silenceMs });
    this.#client = client;
    if (client.status === 'ready') return client;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let last: unknown = new Error('Connection is closed');
    const keep = (error: unknown): void => {
      last = error;
    };
    const ready = (): void => resolve();
    const disarm = clock.after(deadlineMs, () => reject(last));
    client.on('error', keep);
    client.once('ready', ready);
    client.once('end', () => reject(last));
    try {
      await promise;
    } finally {
      disarm();
      client.off('error', keep);
      client.off('ready', ready);
    }
    return client;
  }
}
