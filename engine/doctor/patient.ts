/** One connection as the checks see it: what was sampled of it, and what a run asks its servers, each question once. */
import type { Clock } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import type { DoctorSubject, FixPlan } from '../model/doctor.ts';
import type {
  RedisClient,
  RedisCommandUse,
  RedisFigures,
  RedisHealth,
  RedisWindow,
  SlowLog,
} from '../model/redis-health.ts';
import type { Analysis } from '../model/redis-keys.ts';
import { infoFields } from '../redis/info.ts';
import { figuresOf, productOf } from '../redis/info-figures.ts';
import type { RedisLink } from '../redis/link.ts';
import { clients, type Questions, slowLog } from '../redis/questions.ts';
import { asText, entriesOf } from '../redis/reply.ts';
import type { RedisShard } from '../redis/shards.ts';

/** What a server is for: a broker loses jobs when it evicts, a cache may forget. `both` counts as a broker. */
export type PatientRole = 'cache' | 'broker' | 'both' | 'other';

export interface PatientParts {
  readonly connectionId: string;
  readonly name: string;
  readonly role: PatientRole;
  readonly link: RedisLink;
  readonly clock: Clock;
  /** Of the sampler; null where nobody samples. */
  readonly health: () => RedisHealth | null;
  /** The newest that was finished; null without one. */
  readonly analysis: () => Analysis | null;
  readonly count: Questions['count'];
}

/** One server behind the connection. */
export interface ServerFacts {
  readonly shard: RedisShard;
  readonly fields: ReadonlyMap<string, string>;
  readonly figures: Omit<RedisFigures, 'roundTripMs'>;
  readonly product: ReturnType<typeof productOf>;
}

const slowEntries = 128;

export class Patient {
  readonly #parts: PatientParts;
  readonly #asked = new Map<string, Promise<unknown>>();

  constructor(parts: PatientParts) {
    this.#parts = parts;
  }

  get connectionId(): string {
    return this.#parts.connectionId;
  }

  get name(): string {
    return this.#parts.name;
  }

  get role(): PatientRole {
    return this.#parts.role;
  }

  /** Jobs or messages lie here. */
  get holdsJobs(): boolean {
    return this.role === 'broker' || this.role === 'both';
  }

  get link(): RedisLink {
    return this.#parts.link;
  }

  get health(): RedisHealth | null {
    return this.#parts.health();
  }

  get analysis(): Analysis | null {
    return this.#parts.analysis();
  }

  get subject(): DoctorSubject {
    return { kind: 'connection', id: this.connectionId, name: this.name };
  }

  /** The name, and of a cluster the server that is meant. */
  titleOf({ shard }: Pick<ServerFacts, 'shard'>): string {
    return this.link.isCluster ? `${this.name} (${shard.address})` : this.name;
  }

  /** For a finding of one server: null where there is only one. */
  partOf({ shard }: Pick<ServerFacts, 'shard'>): string | null {
    return this.link.isCluster ? shard.address : null;
  }

  /** INFO of every master, asked now. @throws EngineError REDIS_* */
  servers(): Promise<readonly ServerFacts[]> {
    return this.#once('servers', () =>
      this.eachServer('info', async (shard) => {
        const fields = infoFields(await shard.command('INFO', (client) => client.info()));
        return { shard, fields, figures: figuresOf(fields), product: productOf(fields) };
      }),
    );
  }

  /** @throws EngineError REDIS_* */
  clients(): Promise<readonly RedisClient[]> {
    return this.#once('clients', () => clients(this.#questions()));
  }

  /** @throws EngineError REDIS_* */
  slowLog(): Promise<SlowLog> {
    return this.#once('slowlog', () => slowLog(this.#questions(), slowEntries));
  }

  /** Of the sampled window by a server's address; null before it was looked at twice. */
  window(address: string, windowMs: number): RedisWindow | null {
    const shard = this.health?.shards.find((one) => one.address === address);
    const window = shard?.windows.find((one) => one.windowMs === windowMs);
    return window === undefined || window.coveredMs === 0 ? null : window;
  }

  /** What a server did in the last five minutes, by its sampled commandstats; empty before it was looked at twice. */
  commands(address: string): readonly RedisCommandUse[] {
    return this.health?.shards.find((one) => one.address === address)?.commands ?? [];
  }

  /** A parameter of one server; null where the user may not ask, or it is not known there. @throws EngineError REDIS_* */
  async parameter(shard: RedisShard, name: string): Promise<string | null> {
    this.#parts.count(shard.address, 'config|get');
    try {
      const reply = await shard.command('CONFIG GET', (client) => client.call('CONFIG', 'GET', name));
      const found = entriesOf(reply).find(([key]) => key === name);
      return found === undefined ? null : asText(found[1]);
    } catch (error) {
      if (error instanceof EngineError && ['REDIS_ACL_DENIED', 'REDIS_COMMAND_FAILED'].includes(error.code))
        return null;
      throw error;
    }
  }

  /** Any question to every master; counted as our load. @param counted as `config|get` */
  eachServer<Value>(counted: string, ask: (shard: RedisShard) => Promise<Value>): Promise<readonly Value[]> {
    return Promise.all(
      this.link.shards().map((shard) => {
        this.#parts.count(shard.address, counted);
        return ask(shard);
      }),
    );
  }

  /**
   * CONFIG SET on the named servers, undone by the values that they have now. Null where a value cannot be read: what
   * cannot be undone is not offered.
   */
  async configFix(
    title: string,
    changes: readonly { shard: RedisShard; name: string; value: string }[],
    note: string | null = null,
  ): Promise<FixPlan | null> {
    const steps = await Promise.all(
      changes.map(async ({ shard, name, value }) => ({ shard, name, value, now: await this.parameter(shard, name) })),
    );
    if (steps.length === 0) return null;
    const undo = steps.flatMap(({ shard, name, now }) =>
      now === null ? [] : [{ shard: shard.address, words: ['CONFIG', 'SET', name, now] }],
    );
    if (undo.length < steps.length) return null;
    const commands = steps.map(({ shard, name, value }) => ({
      shard: shard.address,
      words: ['CONFIG', 'SET', name, value],
    }));
    return { title, connectionId: this.connectionId, commands, undo: undo.toReversed(), note };
  }

  #questions(): Questions {
    const { link, clock, count } = this.#parts;
    return { link, clock, count };
  }

  #once<Value>(question: string, ask: () => Promise<Value>): Promise<Value> {
    const known = this.#asked.get(question) as Promise<Value> | undefined;
    const asked = known ?? ask();
    if (known === undefined) this.#asked.set(question, asked);
    return asked;
  }
}
