/** One server as it was seen: its last figures, its windows, its commands. */
import type { LatencyEvent, RedisFigures, RedisShardHealth } from '../../model/redis-health.ts';
import { infoFields } from '../../redis/info.ts';
import { commandCountersOf, countersOf, figuresOf, productOf } from '../../redis/info-figures.ts';
import type { Histogram } from '../../redis/latency.ts';
import type { RedisStretch } from '../../store/redis-fold.ts';
import { CommandWindow } from './command-window.ts';
import { CounterRing, windowsMs } from './counter-ring.ts';
import type { LoadMeter } from './load-meter.ts';
import { RoundTrips } from './round-trips.ts';
import { TenSeconds } from './ten-seconds.ts';

/** One look's answers; what it did not ask for is left out. */
export interface ShardLook {
  readonly atMs: number;
  readonly monotonicMs: number;
  readonly info: string;
  readonly roundTripMs?: number;
  readonly events?: readonly LatencyEvent[];
  readonly histograms?: ReadonlyMap<string, Histogram>;
}

export class ShardWatch {
  readonly address: string;
  readonly #meter: LoadMeter;
  readonly #ring = new CounterRing();
  readonly #commands = new CommandWindow();
  readonly #gathered = new TenSeconds();
  readonly #roundTrips = new RoundTrips();
  #figures: RedisFigures | null = null;
  #product: ReturnType<typeof productOf> = { product: null, version: null };
  #roundTripMs: number | null = null;
  #events: readonly LatencyEvent[] = [];
  #atMs: number | null = null;
  #problem: string | null = null;
  #sampledBefore = 0;

  constructor(address: string, meter: LoadMeter) {
    this.address = address;
    this.#meter = meter;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** Answers ten seconds that are over. */
  take(look: ShardLook): RedisStretch | null {
    const { atMs, monotonicMs, info } = look;
    const fields = infoFields(info);
    this.#problem = null;
    this.#atMs = atMs;
    this.#roundTripMs = look.roundTripMs ?? this.#roundTripMs;
    if (look.roundTripMs !== undefined) this.#roundTrips.take(monotonicMs, look.roundTripMs);
    this.#events = look.events ?? this.#events;
    this.#product = productOf(fields);
    this.#figures = { ...figuresOf(fields), roundTripMs: this.#roundTripMs };
    const counted = { monotonicMs, counters: countersOf(fields) };
    if (this.#ring.last !== null && this.#ring.last.counters.runId !== counted.counters.runId) this.#commands.forget();
    this.#ring.take(counted);
    const commands = commandCountersOf(fields);
    if (commands.size > 0) this.#commands.takeCounters(monotonicMs, commands);
    if (look.histograms !== undefined) this.#commands.takeHistograms(monotonicMs, look.histograms);
    const histogram = look.histograms === undefined ? null : this.#commands.histogram();
    const ownCommands = this.#meter.sampledCount - this.#sampledBefore;
    this.#sampledBefore = this.#meter.sampledCount;
    return this.#gathered.take({
      ...{ atMs, counted, ownCommands },
      figures: { ...this.#figures, roundTripMs: look.roundTripMs ?? null },
      commands: commands.size > 0 ? commands : null,
      p50Ms: histogram?.p50Ms ?? null,
      p99Ms: histogram?.p99Ms ?? null,
    });
  }

  fail(problem: string): void {
    this.#problem = problem;
  }

  /** What was gathered of ten seconds that are not over. */
  end(): RedisStretch | null {
    return this.#gathered.end();
  }

  /** Of the server's processor; null before its commands were counted. */
  ownCpuRatio(): number | null {
    let usec: number | null = null;
    for (const [command, count] of this.#meter.byCommand()) {
      const mean = this.#commands.meanUsec(command);
      if (mean !== null) usec = (usec ?? 0) + mean * count;
    }
    return usec === null ? null : usec / 60_000_000;
  }

  view(): RedisShardHealth {
    return {
      address: this.address,
      atMs: this.#atMs,
      problem: this.#problem,
      ...this.#product,
      figures: this.#figures,
      windows: windowsMs.map((windowMs) => this.#ring.window(windowMs)),
      commands: this.#commands.uses(),
      latencyEvents: [...this.#events],
      histogram: this.#commands.histogram(),
      roundTrips: this.#roundTrips.view(),
    };
  }
}
