/** How many commands were sent in the last minute, from a counter that only grows. */
import type { Clock } from '../base/clock.ts';

const minuteMs = 60_000;
const mostMarks = 240;

export class CommandRate {
  readonly #clock: Clock;
  readonly #total: () => number;
  #marks: { atMs: number; total: number }[] = [];

  constructor(clock: Clock, total: () => number) {
    this.#clock = clock;
    this.#total = total;
  }

  /** Since the oldest look of the last minute; so it is the more exact the more often it is asked. */
  perMinute(): number {
    const atMs = this.#clock.monotonicMs();
    const total = this.#total();
    const last = this.#marks.at(-1);
    if (last === undefined || atMs - last.atMs >= minuteMs / mostMarks) this.#marks.push({ atMs, total });
    while (this.#marks.length > 1 && atMs - (this.#marks[1]?.atMs ?? atMs) >= minuteMs) this.#marks.shift();
    const [first] = this.#marks;
    return first === undefined ? 0 : total - first.total;
  }
}
