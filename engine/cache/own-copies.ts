/** Offers to Redis what this process computed while Redis was away. */
import type { Clock } from '../base/clock.ts';
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
}

export class OwnCopies {
  readonly #options: OwnCopiesOptions;
  readonly #offering = new Set<string>();

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
      const stored = await store.store(redisKey, { token: '', basisId: storedId, bytes, liveMs, message });
      if (!stored) return;
      copy.own = false;
      onWritten(copy, bytes.length);
    } catch (error) {
      logger.debug('An entry of our own could not be stored yet', { key: redisKey, error: messageOf(error) });
    } finally {
      this.#offering.delete(redisKey);
    }
  }
}
