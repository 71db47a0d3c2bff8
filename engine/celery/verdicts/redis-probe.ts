/** Asks Celery workers over their Redis broker for verdicts, and counts what waits there. */
import type { Clock } from '../../base/clock.ts';
import type { IdSource } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import type { RedisLink } from '../../redis/link.ts';
import { CeleryMessenger } from '../inspect/messenger.ts';
import type { WorkerCommand } from '../wire/control-message.ts';
import { BrokerNames, fanoutPrefixOf } from '../wire/names.ts';
import type { CeleryProbe, ProbeRound } from './probe.ts';

export interface RedisProbeOptions {
  readonly link: RedisLink;
  /** `global_keyprefix` of the workers. */
  readonly keyPrefix?: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}

/** Arguments of tasks can be huge; `safe` has them cut by the worker. */
const commands = {
  stats: { method: 'stats', arguments: {} },
  active: { method: 'active', arguments: { safe: true } },
  reserved: { method: 'reserved', arguments: {} },
  active_queues: { method: 'active_queues', arguments: {} },
} as const satisfies Record<string, WorkerCommand>;

export class RedisProbe implements CeleryProbe {
  readonly #link: RedisLink;
  readonly #names: BrokerNames;
  readonly #messenger: CeleryMessenger;
  #ownCommandCount = 0;

  constructor({ link, keyPrefix = '', clock, ids, logger }: RedisProbeOptions) {
    this.#link = link;
    this.#names = new BrokerNames({ db: link.db, keyPrefix, fanoutPrefix: fanoutPrefixOf(link) });
    this.#messenger = new CeleryMessenger({ link, names: this.#names, clock, ids, logger });
  }

  get isReady(): boolean {
    return this.#link.isReady;
  }

  get commandCount(): number {
    return this.#ownCommandCount + this.#messenger.commandCount;
  }

  close(): Promise<void> {
    return this.#messenger.close();
  }

  ask(
    method: keyof typeof commands,
    nodes: readonly string[] | null,
    expected: readonly string[],
  ): Promise<ProbeRound> {
    return this.#messenger.ask({ command: commands[method], destination: nodes, expected });
  }

  async announced(): Promise<ReadonlySet<string>> {
    this.#ownCommandCount += 1;
    const members = await this.#link.command('SMEMBERS of Celery control', (client) =>
      client.smembers(this.#names.controlBindings),
    );
    return new Set(members.flatMap((member) => this.#names.nodeOf(member) ?? []));
  }

  async queueLengths(queues: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const keys = queues.flatMap((queue) => this.#names.queueLists(queue).map(({ key }) => key));
    const stepCount = this.#names.prioritySteps.length;
    this.#ownCommandCount += 1;
    const lengths = await this.#link
      .command('lengths of Celery queues', (client) => client.call('EVAL_RO', lengthScript, keys.length, ...keys))
      .catch(() => this.#lengthsOneByOne(keys));
    const numbers = Array.isArray(lengths) ? lengths.map(Number) : [];
    return new Map(
      queues.map((queue, index) => {
        const from = index * stepCount;
        const parts = numbers.slice(from, from + stepCount);
        return [queue, parts.reduce((sum, length) => sum + length, 0)];
      }),
    );
  }

  /** Before Redis 7, or where scripts are not allowed. */
  async #lengthsOneByOne(keys: readonly string[]): Promise<number[]> {
    this.#ownCommandCount += keys.length;
    return this.#link.command('LLEN of Celery queues', (client) => Promise.all(keys.map((key) => client.llen(key))));
  }
}

/** One command instead of one a list. */
const lengthScript = `local lengths = {}
for index, key in ipairs(KEYS) do lengths[index] = redis.call('LLEN', key) end
return lengths`;
