/** Gathers the facts for the risks of one broker within a budget, when somebody looks at them. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { CeleryRisks } from '../../model/celery-risk.ts';
import type { RedisLink } from '../../redis/link.ts';
import { scanKeys } from '../../redis/scan.ts';
import type { CeleryInspector } from '../inspect/inspector.ts';
import type { CeleryQueueWatch } from '../queues/queue-watch.ts';
import type { BrokerNames } from '../wire/names.ts';
import { isRecord, parsePythonJson } from '../wire/python-json.ts';
import { judgeRisks, type RiskFacts } from './judge-risks.ts';

export interface RiskWatchOptions {
  readonly link: RedisLink;
  readonly names: BrokerNames;
  readonly inspector: CeleryInspector;
  readonly queues: CeleryQueueWatch;
  readonly onChanged: () => void;
  readonly clock: Clock;
}

const freshMs = 30_000;
/** Source: kombu.transport.redis, `visibility_timeout`. */
const defaultVisibilityMs = 3_600_000;
const walk = { count: 500, maxSteps: 100, pauseMs: 2 };
const mostResults = 500;

export class CeleryRiskWatch {
  readonly #options: RiskWatchOptions;
  #looking: Promise<void> | null = null;
  #lookedMs = -Infinity;
  #view: CeleryRisks;

  constructor(options: RiskWatchOptions) {
    this.#options = options;
    const { brokerId } = options.inspector;
    this.#view = { brokerId, atMs: null, problem: null, looking: false, risks: [], unchecked: [] };
  }

  /** As at the last look. */
  view(): CeleryRisks {
    return { ...this.#view, looking: this.#looking !== null };
  }

  /** Never rejects; the view says what went wrong. */
  async look(maxAgeMs = freshMs): Promise<void> {
    const { clock, onChanged } = this.#options;
    if (this.#looking === null && clock.monotonicMs() - this.#lookedMs < maxAgeMs) return;
    this.#looking ??= this.#lookNow()
      .catch((error: unknown) => {
        this.#view = { ...this.#view, problem: messageOf(error) };
      })
      .finally(() => {
        this.#looking = null;
        this.#lookedMs = clock.monotonicMs();
        onChanged();
      });
    await this.#looking;
  }

  async #lookNow(): Promise<void> {
    const { clock, inspector, queues } = this.#options;
    // Who does not answer is in `unchecked`.
    await inspector.refresh(['conf', 'stats']).catch(() => undefined);
    await queues.look();
    const facts = await this.#facts();
    this.#view = { ...this.#view, atMs: clock.now(), problem: queues.view().problem, ...judgeRisks(facts) };
  }

  async #facts(): Promise<RiskFacts> {
    const { clock, queues, link, names } = this.#options;
    const [info, replyBindings, eventBindings] = await link.command('INFO memory', (client) =>
      Promise.all([client.info('memory'), client.scard(names.replyBindings), client.scard(names.eventBindings)]),
    );
    const memory = (name: string): string | null => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? null;
    const limit = memory('maxmemory');
    return {
      nowMs: clock.now(),
      ...this.#settings(),
      held: queues.held.messages.map(({ message, routingKey, deliveredAtMs }) => {
        return { queue: routingKey, name: message.name, etaMs: message.etaMs, deliveredAtMs };
      }),
      heldIsCut: queues.held.lookedAt < queues.held.count,
      maxMemoryPolicy: memory('maxmemory_policy'),
      maxMemoryBytes: limit === null ? null : Number(limit),
      results: await this.#results(),
      replyBindings,
      eventBindings,
      listeningClients: eventBindings === 0 ? null : await this.#listeningClients(),
      replyLists: replyBindings === 0 ? 0 : await this.#replyLists(),
      queues: queues.view().queues,
      ...this.#workers(),
    };
  }

  #settings(): Pick<RiskFacts, 'visibilityTimeoutMs' | 'resultExpires'> {
    const conf = [...this.#options.inspector.known('conf').values()].flatMap(({ value }) =>
      value === null ? [] : [value],
    );
    if (conf.length === 0) return { visibilityTimeoutMs: null, resultExpires: null };
    // The shortest one counts: any worker may put messages back.
    const timeouts = conf.map((settings) => {
      const options = parsePythonJson(settings['broker_transport_options'] ?? '{}');
      const seconds = isRecord(options) ? options['visibility_timeout'] : undefined;
      return typeof seconds === 'number' ? seconds * 1_000 : defaultVisibilityMs;
    });
    const expires = conf.map((settings) => settings['result_expires']);
    const off = expires.some((setting) => setting === 'null' || setting === '0');
    return { visibilityTimeoutMs: Math.min(...timeouts), resultExpires: off ? 'off' : 'on' };
  }

  #workers(): Pick<RiskFacts, 'workers' | 'workersComplete'> {
    const { inspector } = this.#options;
    const [stats, active, reserved] = [
      inspector.current('stats'),
      inspector.current('active'),
      inspector.current('reserved'),
    ];
    const queues = inspector.current('queues');
    return {
      workersComplete: active.complete && reserved.complete && queues.complete,
      workers: [...active.values].map(([node, running]) => ({
        node,
        slots: stats.values.get(node)?.pool.size ?? inspector.known('stats').get(node)?.value?.pool.size ?? null,
        activeCount: running.length,
        reservedCount: reserved.values.get(node)?.length ?? 0,
        queues: queues.values.get(node)?.map(({ name }) => name) ?? [],
      })),
    };
  }

  /** Source: celery.backends.base: results carry no prefix of the broker. They may also be on another server. */
  async #results(): Promise<RiskFacts['results']> {
    const { link, clock } = this.#options;
    let [sampled, withoutExpiry, complete] = [0, 0, false];
    for await (const step of scanKeys(link, clock, { match: 'celery-task-meta-*', ...walk })) {
      const keys = step.keys.slice(0, mostResults - sampled);
      const ttls = await link.command('TTL of results', (client) => Promise.all(keys.map((key) => client.ttl(key))));
      sampled += keys.length;
      withoutExpiry += ttls.filter((ttl) => ttl === -1).length;
      complete = step.complete;
      if (sampled >= mostResults) break;
    }
    return { sampled, withoutExpiry, complete };
  }

  /** A user of Redis that may not ask is no reason to look at nothing else. */
  async #listeningClients(): Promise<number | null> {
    const list = await this.#options.link
      .command('CLIENT LIST', (client) => client.call('CLIENT', 'LIST', 'TYPE', 'pubsub'))
      .catch(() => null);
    return typeof list === 'string' ? list.split('\n').filter((line) => line !== '').length : null;
  }

  async #replyLists(): Promise<number> {
    const { link, clock, names } = this.#options;
    let count = 0;
    for await (const { keys } of scanKeys(link, clock, { match: names.replyListPattern, ...walk })) {
      count += keys.filter((key) => names.exchangeOf(key) === null).length;
    }
    return count;
  }
}
