/** Answers who asks for a computation: with what is good enough already, by joining one that runs, or with a new one. */
import type { Clock } from '../base/clock.ts';
import type { RedisLink } from '../redis/link.ts';
import type { CacheRead, ComputeOptions, EntryKey } from './cache.ts';
import type { Computing } from './computing.ts';
import { earlyFromMs } from './early.ts';
import type { FiguresLedger } from './figures.ts';
import type { Flights } from './flights.ts';
import type { Loader, Order } from './making.ts';
import type { Reader } from './reader.ts';
import { normalTags } from './tags.ts';

export interface ComputeCallsOptions {
  readonly link: Pick<RedisLink, 'settled'>;
  readonly flights: Flights;
  readonly reader: Reader;
  readonly computing: Computing;
  readonly figures: FiguresLedger;
  readonly clock: Clock;
}

interface RenewOrder extends Order {
  readonly renew: boolean;
}

/** How long a computation waits for a link that is still being made before it does without. */
const connectWaitMs = 1_000;

export class ComputeCalls {
  readonly #options: ComputeCallsOptions;

  constructor(options: ComputeCallsOptions) {
    this.#options = options;
  }

  /** @throws EngineError CACHE_LOADER_TIMEOUT, CACHE_TAG_INVALID, the signal's reason, or what the loader threw */
  async answer(
    key: EntryKey,
    loader: Loader,
    { deadlineMs, force = false, renew = false, tags = [], signal }: ComputeOptions,
  ): Promise<CacheRead<unknown>> {
    const { reader, flights, figures, clock } = this.#options;
    const order = { key, loader, tags: normalTags(tags), force, renew };
    const peeked = force ? null : reader.peek(key);
    if (peeked !== null && this.#isGood(peeked, renew)) return peeked;
    const startMs = clock.monotonicMs();
    const wallStartMs = clock.now();
    const join = (leftMs: number): Promise<CacheRead<unknown>> =>
      flights.join(
        key.redisKey,
        { what: `Section ${key.section}`, deadlineMs: leftMs, ...(signal ? { signal } : {}) },
        (stop) => this.#fly(order, stop),
      );
    const joined = flights.has(key.redisKey);
    if (joined) figures.add(key.layer, 'joined');
    const read = await join(deadlineMs);
    // Whoever asks may have joined somebody who only had to look, or who began before an invalidation.
    const tooOld = force ? (read.computedAtMs ?? 0) < wallStartMs : read.reason === 'invalidated';
    return joined && tooOld ? join(Math.max(0, deadlineMs - (clock.monotonicMs() - startMs))) : read;
  }

  async #fly(order: RenewOrder, signal: AbortSignal): Promise<CacheRead<unknown>> {
    const { link, reader, computing, figures } = this.#options;
    const { key, force, renew } = order;
    // A process that has just started would otherwise compute for itself alone.
    await link.settled(connectWaitMs);
    let seenId = '';
    if (!force) {
      const [found] = await reader.find([key]);
      const known = found?.copy ? reader.known(key, found) : null;
      if (known !== null && this.#isGood(known, renew)) return known;
      if (found?.copy && found.evidence === 'current') seenId = found.copy.entry.id;
    }
    try {
      return await computing.run(order, seenId, signal);
    } catch (error) {
      if (!signal.aborted) figures.add(key.layer, 'failures');
      throw error;
    }
  }

  /** Fresh, and with `renew` not about to end. */
  #isGood(read: CacheRead<unknown>, renew: boolean): boolean {
    if (read.state !== 'fresh') return false;
    const { computedAtMs, computeMs, freshUntilMs } = read;
    if (!renew || computedAtMs === null || freshUntilMs === null) return true;
    return this.#options.clock.now() < earlyFromMs({ computedAtMs, computeMs, freshUntilMs });
  }
}
