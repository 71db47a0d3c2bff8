/** Offers to Redis what this process computed while Redis was away. */
import type { Clock, Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { LayerCodec, LayerSettings } from '../config/settings.ts';
import type { LayerName } from '../model/freshness.ts';
import { messageText } from './bus.ts';
import { encodeEntry, type Packing } from './codec.ts';
import type { EntryStore } from './entry-store.ts';
import type { Copy } from './memory-tier.ts';

export interface OwnCopiesOptions {
  readonly store: EntryStore;
  readonly origin: string;
  readonly layers: () => Readonly<Record<LayerName, LayerSettings>>;
  readonly packing: (codec: LayerCodec) => Packing;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onWritten: (copy: Copy, bytes: number) => void;
  /** False once the copy was replaced or evicted. */
  readonly isKept: (copy: Copy) => boolean;
  /** Compares it with Redis, which has it offered if it is still the newest. */
  readonly lookAgain: (copy: Copy) => void;
}

/** The lease of a holder that is gone stands in the way for a few seconds. */
const retryMs = 2_000;

export class OwnCopies {
  readonly #options: OwnCopiesOptions;
  readonly #offering = new Set<string>();
  readonly #waiting = new Map<Copy, Stop>();

  #closed = false;

  constructor(options: OwnCopiesOptions) {
    this.#options = options;
  }

  /** Stores the copy unless somebody computes the same or has replaced `storedId` meanwhile; never throws. */
  async offer(copy: Copy, storedId: string): Promise<void> {
    const { store, origin, layers, packing, clock, logger, onWritten } = this.#options;
    const { redisKey, entry } = copy;
    const liveMs = entry.staleUntilMs - clock.now();
    if (this.#offering.has(redisKey) || liveMs <= 0) return;
    this.#offering.add(redisKey);
    try {
      const { bytes } = await encodeEntry(entry, entry.value, packing(layers()[copy.layer].codec));
      const { id, staleUntilMs } = entry;
      const message = messageText({ kind: 'stored', from: origin, redisKey, id, staleUntilMs });
      const lease = { token: copy.leaseToken, basisId: storedId };
      if (!(await store.store(redisKey, { ...lease, bytes, liveMs, message }))) return;
      copy.own = false;
      onWritten(copy, bytes.length);
    } catch (error) {
      logger.debug('An entry of our own could not be stored yet', { key: redisKey, error: messageOf(error) });
    } finally {
      this.#offering.delete(redisKey);
      this.keep(copy);
    }
  }

  /** Sees to it that the copy is offered again and again until Redis has it or it is of no use any more. */
  keep(copy: Copy): void {
    const { clock, isKept, lookAgain } = this.#options;
    const isOpen = copy.own && isKept(copy) && copy.entry.staleUntilMs > clock.now();
    if (!isOpen || this.#closed || this.#waiting.has(copy)) return;
    const again = (): void => {
      this.#waiting.delete(copy);
      if (copy.own && isKept(copy)) lookAgain(copy);
      this.keep(copy);
    };
    this.#waiting.set(copy, clock.after(retryMs, again));
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#waiting.values()) stop();
    this.#waiting.clear();
  }
}
