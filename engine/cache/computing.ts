/**
 * Computes an entry once for the whole fleet: takes the lease in Redis or waits for whoever holds it, keeps it while
 * the work runs, stores behind the fence, and gives it back on every way out.
 */
import { EngineError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { type Bus, messageText } from './bus.ts';
import type { CacheRead, EntryKey } from './cache.ts';
import type { Entry } from './entry.ts';
import { newEntryId } from './entry-id.ts';
import type { EntryStore } from './entry-store.ts';
import { type Made, type MakingOptions, makeEntry, type Order } from './making.ts';
import type { Copy, MemoryTier } from './memory-tier.ts';
import { awaitOther, type OtherOutcome } from './other-holder.ts';
import type { Reader } from './reader.ts';
import type { Refreshes } from './refreshes.ts';

export interface ComputingOptions extends MakingOptions {
  readonly store: EntryStore;
  readonly memory: MemoryTier;
  readonly reader: Reader;
  readonly bus: Bus;
  /** Names this process in messages, so that it does not take its own for another's. */
  readonly origin: string;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly refreshes: Refreshes;
  /** Told of what was computed and is in this process only. */
  readonly onOwn: (copy: Copy) => void;
  /** Told after every computation that succeeded, with the bytes written to Redis (0: kept in memory only). */
  readonly onComputed: (key: EntryKey, entry: Entry, storedBytes: number) => void;
}

interface Lease {
  readonly token: string;
  /** The entry that was stored when the work began; empty without one. */
  readonly basisId: string;
}

export class Computing {
  readonly #options: ComputingOptions;

  constructor(options: ComputingOptions) {
    this.#options = options;
  }

  /** @param seenId the entry that the caller found too old; empty without one */
  async run(order: Order, seenId: string, signal: AbortSignal): Promise<CacheRead<unknown>> {
    const { store, logger } = this.#options;
    if (!store.usable) return this.#alone(order, signal);
    try {
      return await this.#together(order, seenId, signal);
    } catch (error) {
      if (!(error instanceof LeaseTrouble)) throw error;
      logger.warn('No lease could be had, so this process computes by itself', {
        key: order.key.redisKey,
        error: messageOf(error.cause),
      });
      return this.#alone(order, signal);
    }
  }

  async #together(order: Order, firstSeenId: string, signal: AbortSignal): Promise<CacheRead<unknown>> {
    const { key, force } = order;
    const token = newEntryId(this.#options.ids);
    let seenId = force ? null : firstSeenId;
    for (;;) {
      signal.throwIfAborted();
      // Listening begins before asking, so that an answer between the two is not missed.
      const other = awaitOther(this.#options, key.redisKey, signal);
      try {
        const lease = await this.#acquire(key, token);
        seenId ??= lease.id;
        const moved = lease.id !== seenId ? await this.#storedMeanwhile(key, force) : null;
        if (moved !== null) {
          if (lease.held) await this.#release(key, token, null);
          return moved;
        }
        if (lease.held) return await this.#compute(order, { token, basisId: lease.id }, signal);
        const outcome = await other.outcome(lease.leftMs);
        const answer = await this.#afterOther(key, outcome);
        if (answer !== null) return answer;
      } finally {
        other.stop();
      }
    }
  }

  async #acquire(key: EntryKey, token: string): ReturnType<EntryStore['acquire']> {
    const { store, leaseMs } = this.#options;
    try {
      return await store.acquire(key.redisKey, token, leaseMs, this.#computingMessage(key, token));
    } catch (error) {
      throw new LeaseTrouble(error);
    }
  }

  #computingMessage({ redisKey }: EntryKey, token: string): string {
    const { origin, leaseMs } = this.#options;
    return messageText({ kind: 'computing', from: origin, redisKey, taskId: taskIdOf(token), leaseMs });
  }

  /** The entry changed since it was looked at: good enough if it is fresh, or if its computation was waited for. */
  async #storedMeanwhile(key: EntryKey, force: boolean): Promise<CacheRead<unknown> | null> {
    const [found] = await this.#options.reader.find([key]);
    if (!found?.copy || found.evidence !== 'current') return null;
    const answer = this.#options.reader.known(key, found);
    return force || answer.state === 'fresh' ? answer : null;
  }

  /** Null: nobody computes any more and nothing was stored, so it is our turn to try. */
  async #afterOther(key: EntryKey, outcome: OtherOutcome): Promise<CacheRead<unknown> | null> {
    switch (outcome.kind) {
      case 'stored': {
        const [found] = await this.#options.reader.find([key]);
        return found?.copy && found.evidence === 'current' ? this.#options.reader.known(key, found) : null;
      }
      case 'failed':
        throw outcome.error;
      case 'ended':
        return null;
    }
  }

  async #compute(order: Order, lease: Lease, signal: AbortSignal): Promise<CacheRead<unknown>> {
    const { key } = order;
    const { refreshes } = this.#options;
    const stopRenewing = this.#keepLease(key, lease);
    refreshes.running(key.redisKey, taskIdOf(lease.token), Number.POSITIVE_INFINITY);
    try {
      return await this.#store(key, await makeEntry(order, this.#options, signal), lease);
    } catch (error) {
      const failure = signal.aborted ? null : failureOf(error);
      refreshes.ended(key.redisKey, failure?.message ?? null);
      await this.#release(key, lease.token, failure);
      throw error;
    } finally {
      stopRenewing();
    }
  }

  #keepLease(key: EntryKey, lease: Lease): () => void {
    const { clock, store, leaseMs, logger } = this.#options;
    return clock.every(leaseMs / 3, () => {
      store.renew(key.redisKey, lease, leaseMs, this.#computingMessage(key, lease.token)).then(
        (kept) => kept || logger.warn('A lease was lost to another process', { key: key.redisKey }),
        (error: unknown) => logger.warn('A lease could not be renewed', { key: key.redisKey, error: messageOf(error) }),
      );
    });
  }

  async #store(key: EntryKey, made: Made, { token, basisId }: Lease): Promise<CacheRead<unknown>> {
    const { store, memory, reader, refreshes, origin, onComputed, logger, clock } = this.#options;
    const { redisKey, layer } = key;
    const message = messageText({
      kind: 'stored',
      from: origin,
      redisKey,
      id: made.entry.id,
      staleUntilMs: made.entry.staleUntilMs,
    });
    const fetch = memory.begin(redisKey);
    let stored: boolean;
    let period = 0;
    try {
      const liveMs = made.entry.staleUntilMs - clock.now();
      stored = await store.store(redisKey, { token, basisId, bytes: made.bytes, liveMs, message });
    } catch (error) {
      logger.warn('An entry was computed but could not be stored', { key: redisKey, error: messageOf(error) });
      void this.#release(key, token, null);
      return this.#keepOwn(key, made.entry, token);
    } finally {
      period = memory.end(fetch);
    }
    if (!stored) return this.#fenced(key, made.entry);
    memory.put({ redisKey, layer, entry: made.entry, origin: 'computed', own: false, period });
    refreshes.stored(redisKey);
    onComputed(key, made.entry, made.bytes.length);
    return reader.computed(key, made.entry);
  }

  /** Another was faster: what it stored is what everybody sees, so it is the answer here as well. */
  async #fenced(key: EntryKey, entry: Entry): Promise<CacheRead<unknown>> {
    this.#options.logger.warn('A late computation was not stored: another process has taken over', {
      key: key.redisKey,
    });
    const stored = await this.#afterOther(key, { kind: 'stored' });
    return stored ?? this.#options.reader.computed(key, entry);
  }

  async #alone(order: Order, signal: AbortSignal): Promise<CacheRead<unknown>> {
    const { key } = order;
    const { refreshes, ids } = this.#options;
    refreshes.running(key.redisKey, taskIdOf(newEntryId(ids)), Number.POSITIVE_INFINITY);
    try {
      const { entry } = await makeEntry(order, this.#options, signal);
      return this.#keepOwn(key, entry, '');
    } catch (error) {
      refreshes.ended(key.redisKey, signal.aborted ? null : messageOf(error));
      throw error;
    }
  }

  #keepOwn(key: EntryKey, entry: Entry, leaseToken: string): CacheRead<unknown> {
    const { memory, refreshes, onComputed, reader, onOwn } = this.#options;
    const { redisKey, layer } = key;
    onOwn(memory.put({ redisKey, layer, entry, origin: 'computed', own: true, period: 0, leaseToken }));
    refreshes.stored(redisKey);
    onComputed(key, entry, 0);
    return reader.computed(key, entry);
  }

  async #release(key: EntryKey, token: string, failure: ReturnType<typeof failureOf> | null): Promise<void> {
    const { store, origin, logger } = this.#options;
    const message = messageText({ kind: 'released', from: origin, redisKey: key.redisKey, failure });
    try {
      await store.release(key.redisKey, token, message);
    } catch (error) {
      logger.debug('A lease could not be released and will run out', { key: key.redisKey, error: messageOf(error) });
    }
  }
}

/** Redis failed while the lease was asked for; its cause says how. */
class LeaseTrouble extends Error {
  constructor(cause: unknown) {
    super('No lease', { cause });
  }
}

/** How a computation that is no job is named where a task's id is told. */
function taskIdOf(token: string): string {
  return `lease:${token.slice(0, 12)}`;
}

function failureOf(error: unknown): { code: EngineError['code']; message: string } {
  const code = error instanceof EngineError ? error.code : 'CACHE_LOADER_FAILED';
  return { code, message: messageOf(error) };
}
