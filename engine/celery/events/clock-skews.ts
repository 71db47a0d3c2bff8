/** How far each sender's clock is from ours, and events' times corrected by it. */
import type { CeleryEvent } from './decode-event.ts';

/** A smaller difference is the way of the message and is left alone. */
const noticeableMs = 1_500;
const sampleCount = 16;
/** Senders remembered; the one that was silent longest goes. */
const senderCeiling = 2_000;

interface Skew {
  /** Our clock at the reading minus the sender's at the sending; the smallest has the least delay in it. */
  readonly delays: number[];
  next: number;
  smallest: number;
}

export class ClockSkews {
  readonly #senders = new Map<string, Skew>();

  /** Learns from the event and answers its time on our clock, as far as that can be known. */
  correct(event: CeleryEvent): number {
    const smallest = this.#learn(event.node, event.heardAtMs - event.sentAtMs);
    return Math.abs(smallest) > noticeableMs ? event.sentAtMs + smallest : event.sentAtMs;
  }

  /** The sender's clock minus ours, milliseconds; the delay of the fastest message is in it. Null before any. */
  of(node: string): number | null {
    const skew = this.#senders.get(node);
    return skew ? -skew.smallest : null;
  }

  isNoticeable(node: string): boolean {
    return Math.abs(this.of(node) ?? 0) > noticeableMs;
  }

  #learn(node: string, delayMs: number): number {
    const known = this.#senders.get(node);
    const skew: Skew = known ?? { delays: [], next: 0, smallest: delayMs };
    skew.delays[skew.next] = delayMs;
    skew.next = (skew.next + 1) % sampleCount;
    // The whole ring is only looked at when it came round: a new smallest shows at once.
    skew.smallest = skew.next === 0 ? Math.min(...skew.delays) : Math.min(skew.smallest, delayMs);
    if (!known) {
      if (this.#senders.size >= senderCeiling) {
        const oldest = this.#senders.keys().next();
        if (!oldest.done) this.#senders.delete(oldest.value);
      }
      this.#senders.set(node, skew);
    }
    return skew.smallest;
  }
}
