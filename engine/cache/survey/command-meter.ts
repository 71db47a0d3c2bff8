/** Counts the commands that looking at the cache costs Redis, so that the load of looking can itself be looked at. */
import type { Clock } from '../../base/clock.ts';

const windowSeconds = 60;

export class CommandMeter {
  readonly #clock: Clock;
  readonly #seconds = new Map<number, number>();
  #total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get total(): number {
    return this.#total;
  }

  add(count: number): void {
    const second = this.#second();
    this.#total += count;
    this.#seconds.set(second, (this.#seconds.get(second) ?? 0) + count);
    for (const [old] of this.#seconds) {
      if (old > second - windowSeconds) break;
      this.#seconds.delete(old);
    }
  }

  lastMinute(): number {
    const since = this.#second() - windowSeconds;
    return [...this.#seconds].reduce((sum, [second, count]) => (second > since ? sum + count : sum), 0);
  }

  #second(): number {
    return Math.floor(this.#clock.monotonicMs() / 1_000);
  }
}
