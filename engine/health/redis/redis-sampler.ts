/** Looks at the servers of one connection every two seconds, within a budget of commands, and keeps what it saw. */
import type { Clock, Stop } from '../../base/clock.ts';
import { EngineError, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { RedisHealth } from '../../model/redis-health.ts';
import { histogramsOf, latencyEventsOf } from '../../redis/latency.ts';
import type { RedisLink } from '../../redis/link.ts';
import type { RedisShard } from '../../redis/shards.ts';
import { clientNamePrefix } from '../../redis/slow-log.ts';
import type { ShardStretch } from '../../store/redis-history-store.ts';
import { LoadMeter } from './load-meter.ts';
import { ShardWatch } from './shard-watch.ts';
import { totalOf } from './total.ts';

export interface RedisSamplerOptions {
  readonly connectionId: string;
  readonly link: () => RedisLink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly history: {
    append(stretches: readonly ShardStretch[]): void;
    sizeBytes(): number;
    readonly ceilingBytes: number;
  };
  readonly onSampled: (atMs: number) => void;
  readonly periodMs?: number;
  /** Commands of sampling for each server. */
  readonly budgetPerMinute?: number;
}

/** Every so many looks: INFO with the counters of commands, and a PING. */
const wideEvery = 5;
/** Every so many looks: the latency monitor and the histograms. */
const latencyEvery = 30;
/** Commands that a look takes at most. */
const mostCommands = 4;

interface Shard {
  readonly watch: ShardWatch;
  readonly meter: LoadMeter;
  /** What this server refused, once and for all: an old version, or a user without the right. */
  readonly refused: Set<string>;
}

export class RedisSampler {
  readonly #options: Required<RedisSamplerOptions>;
  #shards = new Map<string, Shard>();
  #looks = 0;
  #looking: Promise<void> | null = null;
  #stop: Stop = () => undefined;
  #problem: string | null = null;

  constructor(options: RedisSamplerOptions) {
    this.#options = { periodMs: 2_000, budgetPerMinute: 60, ...options };
  }

  start(): void {
    this.#stop = this.#options.clock.every(this.#options.periodMs, () => void this.look());
    void this.look();
  }

  /** The begun ten seconds are kept as well. */
  async stop(): Promise<void> {
    this.#stop();
    await this.#looking;
    this.#keep([...this.#shards.values()].map(({ watch }) => ({ watch, stretch: watch.end() })));
  }

  /** For counting what is asked for besides; of a server that is not known the counts are lost. */
  meterOf(shard: string): LoadMeter {
    return this.#shards.get(shard)?.meter ?? this.#first()?.meter ?? new LoadMeter(this.#options.clock);
  }

  /** One look at every server; a look that is still under way is joined. Never throws. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce()
      .catch((error: unknown) =>
        this.#options.logger.error('A look at Redis failed', {
          connectionId: this.#options.connectionId,
          error: messageOf(error),
        }),
      )
      .finally(() => (this.#looking = null));
    return this.#looking;
  }

  view(): RedisHealth {
    const { connectionId, clock, periodMs, history, budgetPerMinute } = this.#options;
    const shards = [...this.#shards.values()];
    const views = shards.map(({ watch }) => watch.view());
    const sum = (pick: (shard: Shard) => number): number => shards.reduce((total, shard) => total + pick(shard), 0);
    const cpu = shards.map(({ watch }) => watch.ownCpuRatio()).filter((ratio) => ratio !== null);
    return {
      connectionId,
      nowMs: clock.now(),
      state: this.#state(),
      problem: this.#problem ?? views.find(({ problem }) => problem !== null)?.problem ?? null,
      periodMs,
      total: totalOf(views),
      shards: views,
      own: {
        clientNamePrefix: `${clientNamePrefix}${connectionId}:`,
        commandsLastMinute: sum(({ meter }) => meter.lastMinute('sample')),
        askedCommandsLastMinute: sum(({ meter }) => meter.lastMinute('asked')),
        budgetPerMinute,
        deferredCount: sum(({ meter }) => meter.deferredCount),
        cpuRatio: cpu.length === 0 ? null : Math.max(...cpu),
      },
      history: { sizeBytes: history.sizeBytes(), ceilingBytes: history.ceilingBytes },
    };
  }

  #state(): RedisHealth['state'] {
    const shards = [...this.#shards.values()];
    if (this.#problem !== null) return 'away';
    if (shards.length === 0) return 'waiting';
    const failing = shards.filter(({ watch }) => watch.problem !== null).length;
    if (failing === 0) return 'sampling';
    return failing === shards.length ? 'away' : 'partly';
  }

  async #lookOnce(): Promise<void> {
    const link = this.#options.link();
    if (!link.isReady) {
      this.#problem = link.view().problem ?? `the connection is ${link.view().state}`;
      return;
    }
    this.#problem = null;
    const number = this.#looks;
    this.#looks += 1;
    const servers = link.shards();
    this.#follow(servers);
    const ended = await Promise.all(servers.map((server) => this.#lookAt(server, number)));
    this.#keep(ended.filter((one) => one !== null));
    this.#options.onSampled(this.#options.clock.now());
  }

  /** A shard that left is forgotten; its past is kept. */
  #follow(servers: readonly RedisShard[]): void {
    const { clock } = this.#options;
    this.#shards = new Map(
      servers.map(({ address }): [string, Shard] => {
        const known = this.#shards.get(address);
        if (known) return [address, known];
        const meter = new LoadMeter(clock);
        return [address, { watch: new ShardWatch(address, meter), meter, refused: new Set() }];
      }),
    );
  }

  async #lookAt(server: RedisShard, number: number) {
    const shard = this.#shards.get(server.address);
    if (shard === undefined) return null;
    const { watch, meter } = shard;
    const { clock, budgetPerMinute } = this.#options;
    if (!meter.allows(mostCommands, budgetPerMinute)) return null;
    const wide = number % wideEvery === 0;
    try {
      const roundTripMs = wide ? await this.#ping(server, meter) : null;
      meter.add('sample', 'info');
      const info = await server.command('INFO', (client) => (wide ? client.info('all') : client.info()));
      const latency = number % latencyEvery === 0 ? await this.#latency(server, shard) : {};
      const stretch = watch.take({
        atMs: clock.now(),
        monotonicMs: clock.monotonicMs(),
        info,
        ...(roundTripMs === null ? {} : { roundTripMs }),
        ...latency,
      });
      return { watch, stretch };
    } catch (error) {
      watch.fail(messageOf(error));
      return null;
    }
  }

  async #ping(server: RedisShard, meter: LoadMeter): Promise<number> {
    const { clock } = this.#options;
    meter.add('sample', 'ping');
    const startMs = clock.monotonicMs();
    await server.command('PING', (client) => client.ping());
    return clock.monotonicMs() - startMs;
  }

  async #latency(server: RedisShard, shard: Shard) {
    const events = await this.#optional(server, shard, 'LATEST');
    const histograms = await this.#optional(server, shard, 'HISTOGRAM');
    return {
      ...(events === undefined ? {} : { events: latencyEventsOf(events) }),
      ...(histograms === undefined ? {} : { histograms: histogramsOf(histograms) }),
    };
  }

  /** Undefined where it is not known or not allowed, which is not asked a second time. */
  async #optional(server: RedisShard, { meter, refused }: Shard, word: string): Promise<unknown> {
    if (refused.has(word)) return undefined;
    meter.add('sample', `latency|${word.toLowerCase()}`);
    try {
      return await server.command(`LATENCY ${word}`, (client) => client.call('LATENCY', word));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (error.code !== 'REDIS_ACL_DENIED' && error.code !== 'REDIS_COMMAND_FAILED') throw error;
      refused.add(word);
      return undefined;
    }
  }

  #keep(ended: readonly { watch: ShardWatch; stretch: ReturnType<ShardWatch['end']> }[]): void {
    const { connectionId, history, logger } = this.#options;
    const stretches = ended.flatMap(({ watch, stretch }): ShardStretch[] =>
      stretch === null ? [] : [{ connectionId, shard: watch.address, stretch }],
    );
    try {
      history.append(stretches);
    } catch (error) {
      logger.warn('The health of Redis could not be kept', { connectionId, error: messageOf(error) });
    }
  }

  #first(): Shard | undefined {
    return this.#shards.values().next().value;
  }
}
