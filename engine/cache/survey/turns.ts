/** Cuts long work into turns of some milliseconds, by the clock: what an item costs depends on the item and on the machine. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';

const longestTurnMs = 4;
/** The clock is asked once in so many items. */
const itemsAtOnce = 32;

export class Turns {
  readonly #clock: Clock;
  #beganMs: number;
  #items = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beganMs = clock.monotonicMs();
  }

  /** To be asked after every item of some microseconds: true when others are to get their turn. */
  get isOver(): boolean {
    this.#items += 1;
    return this.#items % itemsAtOnce === 0 && this.isLong;
  }

  /** As {@link isOver}, after a portion of work that itself takes a good part of a millisecond. */
  get isLong(): boolean {
    return this.#clock.monotonicMs() - this.#beganMs >= longestTurnMs;
  }

  /** Resolves when everybody else who waits had a turn. */
  async give(): Promise<void> {
    await nextTurn();
    this.#beganMs = this.#clock.monotonicMs();
  }
}
