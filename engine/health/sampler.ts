/** Looks at every part every few seconds, stores what it saw, and says when it could not look. */
import type { Clock, Stop } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { Emitter } from '../base/emitter.ts';
import { type ErrorCode, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Sample } from '../model/sample.ts';
import { type Gap, gapBetween, gapPeriods, type Tick } from './gap.ts';
import type { SamplerPorts } from './ports.ts';
import {
  cacheReadings,
  latencyReadings,
  memoryReadings,
  pingReadings,
  processReadings,
  queueReadings,
  type Reading,
  scheduleReadings,
  watchedQueueReadings,
  workerReadings,
} from './readings.ts';

/** Where samples go; the local store's. */
export interface SampleSink {
  append(samples: readonly Sample[]): void;
  /** When anything was last sampled, also before this start; null when never. */
  lastAtMs(): number | null;
}

export interface SamplerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ports: SamplerPorts;
  readonly sink: SampleSink;
  readonly periodMs?: number;
  /** How long one part may take to answer; shorter than the period. */
  readonly deadlineMs?: number;
}

export interface SampledRound {
  readonly atMs: number;
  readonly samples: readonly Sample[];
  /** The gap that ended with this round; null after an ordinary tick. */
  readonly gap: Gap | null;
}

interface SamplerEvents {
  sampled: SampledRound;
}

interface Look {
  readonly part: string;
  readonly code: ErrorCode;
  read(): Promise<Reading[]>;
}

export class Sampler {
  readonly periodMs: number;
  readonly #options: SamplerOptions;
  readonly #deadlineMs: number;
  readonly #emitter: Emitter<SamplerEvents>;
  readonly #looks: readonly Look[];
  readonly #problems = new Map<string, string>();
  #disarm: Stop | null = null;
  #lastTick: Tick | null = null;
  #lastGap: Gap | null = null;
  #finished: { count: number; atMs: number } | null = null;
  #round: Promise<void> | null = null;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.periodMs = options.periodMs ?? 5_000;
    this.#deadlineMs = options.deadlineMs ?? Math.min(2_000, this.periodMs * 0.8);
    this.#emitter = new Emitter((error) =>
      options.logger.error('a listener of the sampler failed', { error: messageOf(error) }),
    );
    this.#looks = this.#looksOf(options.ports);
  }

  /** The last stretch in which nobody looked; null when there was none that is known of. */
  get lastGap(): Gap | null {
    return this.#lastGap;
  }

  /** Parts that did not answer in the last round, with why. */
  get problems(): ReadonlyMap<string, string> {
    return this.#problems;
  }

  /** Called after each round was stored. */
  onSampled(listener: (round: SampledRound) => void): Stop {
    return this.#emitter.on('sampled', listener);
  }

  /** Looks at once, then every period; resolves when the first round is stored. */
  start(): Promise<void> {
    this.#disarm ??= this.#options.clock.every(this.periodMs, () => this.#tick());
    this.#tick();
    return this.#round ?? Promise.resolve();
  }

  /** Resolves when the round that runs is over. */
  async stop(): Promise<void> {
    this.#disarm?.();
    this.#disarm = null;
    await this.#round;
  }

  #tick(): void {
    // The round before has not ended, e.g. because the machine slept in the middle of it; its answers are of another time.
    if (this.#round) return;
    const { clock, logger } = this.#options;
    const tick: Tick = { wallMs: clock.now(), monotonicMs: clock.monotonicMs() };
    const gap = this.#lastTick ? gapBetween(this.#lastTick, tick, this.periodMs) : this.#gapBeforeStart(tick.wallMs);
    if (gap) {
      this.#lastGap = gap;
      logger.info('nothing was observed for a while', { ...gap });
    }
    const windowMs = this.#lastTick && !gap ? tick.monotonicMs - this.#lastTick.monotonicMs : this.periodMs;
    this.#lastTick = tick;
    this.#round = this.#look(tick, windowMs, gap)
      .catch((error: unknown) => logger.error('a sampling round failed', { error: messageOf(error) }))
      .finally(() => {
        this.#round = null;
      });
  }

  #gapBeforeStart(nowMs: number): Gap | null {
    const last = this.#lastSampleMs();
    if (last === null || nowMs - last <= gapPeriods * this.periodMs) return null;
    return { fromMs: last, toMs: nowMs, reason: 'not-running' };
  }

  async #look(tick: Tick, windowMs: number, gap: Gap | null): Promise<void> {
    const { clock, ports } = this.#options;
    const asked = this.#looks.map((look) => this.#ask(look));
    const counted = ports.cache ? this.#askNow('cache', () => ports.cache?.figures(windowMs)) : undefined;
    const readings = (await Promise.all(asked)).flat();
    if (counted) readings.push(...cacheReadings(counted));
    const elapsed = clock.monotonicMs() - tick.monotonicMs;
    const wall = clock.now() - tick.wallMs;
    // What was asked before a sleep and answered after it belongs to neither time.
    if (Math.max(elapsed, wall) > gapPeriods * this.periodMs) return;
    const samples = readings.map((reading) => ({ ...reading, atMs: tick.wallMs }));
    this.#store(samples);
    this.#emitter.emit('sampled', { atMs: tick.wallMs, samples, gap });
  }

  async #ask(look: Look): Promise<Reading[]> {
    try {
      const readings = await withDeadline(
        this.#options.clock,
        this.#deadlineMs,
        { code: look.code, what: look.part },
        () => look.read(),
      );
      this.#settle(look.part, null);
      return readings;
    } catch (error) {
      this.#settle(look.part, messageOf(error));
      return [];
    }
  }

  #askNow<Answer>(part: string, read: () => Answer): Answer | undefined {
    try {
      const answer = read();
      this.#settle(part, null);
      return answer;
    } catch (error) {
      this.#settle(part, messageOf(error));
      return undefined;
    }
  }

  /** One line when a part stops answering and one when it answers again, not one a round. */
  #settle(part: string, problem: string | null): void {
    const { logger } = this.#options;
    if (problem === null) {
      if (this.#problems.delete(part)) logger.info('is observed again', { part });
      return;
    }
    if (!this.#problems.has(part)) logger.warn('cannot be observed', { part, problem });
    this.#problems.set(part, problem);
  }

  #store(samples: readonly Sample[]): void {
    try {
      this.#options.sink.append(samples);
    } catch (error) {
      this.#options.logger.error('samples could not be stored', { error: messageOf(error) });
    }
  }

  #lastSampleMs(): number | null {
    try {
      return this.#options.sink.lastAtMs();
    } catch (error) {
      this.#options.logger.error('the last sample could not be read', { error: messageOf(error) });
      return null;
    }
  }

  #looksOf(ports: SamplerPorts): Look[] {
    const { cache, responses, sourceQueries, workers, queues, schedules, watchedQueues, process } = ports;
    const looks: Look[] = ports.redis.flatMap((probe): Look[] => [
      { part: `Redis (${probe.role}) ping`, code: 'REDIS_TIMEOUT', read: () => pingReadings(probe) },
      { part: `Redis (${probe.role}) memory`, code: 'REDIS_TIMEOUT', read: () => memoryReadings(probe) },
    ]);
    const add = (part: string, code: ErrorCode, read: () => Promise<Reading[]>): void => {
      looks.push({ part, code, read });
    };
    if (cache) {
      add('cache entries', 'REDIS_TIMEOUT', async () => {
        const value = await cache.entryCount();
        return value === null ? [] : [{ signal: 'cache.entry_count', value, count: 1 }];
      });
    }
    if (responses) add('responses', 'INTERNAL', async () => latencyReadings(responses.take()));
    if (sourceQueries) {
      add('source queries', 'INTERNAL', async () => {
        const { p95Ms, count } = sourceQueries.take();
        return [{ signal: 'source.query_p95_ms', value: p95Ms, count }];
      });
    }
    if (workers) add('workers', 'QUEUE_UNREACHABLE', async () => workerReadings(await workers.views()));
    if (queues) {
      add('queues', 'QUEUE_UNREACHABLE', async () => queueReadings(await queues.counts()));
      add('finished jobs', 'QUEUE_UNREACHABLE', async () => this.#jobRate(await queues.finishedCount()));
    }
    if (watchedQueues) add('watched queues', 'QUEUE_UNREACHABLE', async () => watchedQueueReadings(watchedQueues));
    if (schedules) add('schedules', 'STORE_UNAVAILABLE', async () => scheduleReadings(schedules.troubles()));
    for (const { part, read } of ports.figures ?? []) add(part, 'INTERNAL', async () => [...(await read())]);
    if (process) add('this process', 'INTERNAL', async () => processReadings(process));
    return looks;
  }

  #jobRate(count: number | null): Reading[] {
    const atMs = this.#options.clock.monotonicMs();
    const before = this.#finished;
    this.#finished = count === null ? null : { count, atMs };
    // A counter that went back was begun anew; there is no rate across that.
    if (count === null || before === null || count < before.count || atMs <= before.atMs) return [];
    const perSecond = (count - before.count) / ((atMs - before.atMs) / 1_000);
    return [{ signal: 'queue.jobs_per_second', value: perSecond, count: 1 }];
  }
}
