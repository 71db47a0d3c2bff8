/** Offers to Redis what this process computed while Redis was away. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { messageText } from './bus.ts';
import { encodeEntry } from './codec.ts';
import type { EntryStore } from './entry-store.ts';
import type { Copy } from './memory-tier.ts';

export interface OwnCopiesOptions {
  readonly store: EntryStore;
  readonly origin: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onWritten: (bytes: number) => void;
}

export class OwnCopies {
  readonly #options: OwnCopiesOptions;
  readonly #offering = new Set<string>();

  constructor(options: OwnCopiesOptions) {
    this.#options = options;
  }

  /** Stores the copy unless somebody computes the same or has replaced `storedId` meanwhile; never throws. */
  async offer(copy: Copy, storedId: string): Promise<void> {
    const { store, origin, clock, logger, onWritten } = this.#options;
    const { redisKey, entry } = copy;
    const liveMs = entry.staleUntilMs - clock.now();
    if (this.#offering.has(redisKey) || liveMs <= 0) return;
    this.#offering.add(redisKey);
    try {
      const { bytes } = await encodeEntry(entry, entry.value);
      const message = messageText({ kind: 'stored', from: origin, redisKey, id: entry.id });
      const stored = await store.store(redisKey, { token: '', basisId: storedId, bytes, liveMs, message });
      if (!stored) return;
      copy.own = false;
      onWritten(bytes.length);
    } catch (error) {
      logger.debug('An entry of our own could not be stored yet', { key: redisKey, error: messageOf(error) });
    } finally {
      this.#offering.delete(redisKey);
    }
  }
}
