/** A Lua script that is sent by its hash, and whole only to a server that does not know it yet. */
import { createHash } from 'node:crypto';
import type { RedisLink } from './link.ts';

type Client = ReturnType<RedisLink['duplicate']>;

export class RedisScript {
  readonly #source: string;
  readonly #sha: string;

  constructor(source: string) {
    this.#source = source;
    this.#sha = createHash('sha1').update(source).digest('hex');
  }

  /** The raw reply; texts come as buffers. All keys must lie in one cluster slot. */
  async run(
    client: Client,
    keys: readonly (string | Buffer)[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    try {
      return await client.callBuffer('EVALSHA', this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.callBuffer('EVAL', this.#source, keys.length, ...keys, ...args);
    }
  }
}
