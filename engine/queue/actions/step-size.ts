/** How many jobs one script may take: as many as Redis does in a moment, found out while it is done. */
import type { Clock } from '../../base/clock.ts';

const smallest = 5;
const largest = 100;
/** A script is to hold Redis for less than 5 ms; the time seen here has the way there and back in it. */
const slowMs = 3;
const fastMs = 1.5;

export class StepSize {
  readonly #clock: Clock;
  #jobs = 25;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs one script on so many jobs, and learns from how long it took. */
  async run<Value>(
    script: (jobs: number) => Promise<Value>,
  ): Promise<{ readonly value: Value; readonly jobs: number }> {
    const jobs = this.#jobs;
    const startMs = this.#clock.monotonicMs();
    const value = await script(jobs);
    const tookMs = this.#clock.monotonicMs() - startMs;
    if (tookMs > slowMs) this.#jobs = Math.max(smallest, Math.floor(jobs / 2));
    else if (tookMs < fastMs) this.#jobs = Math.min(largest, Math.ceil(jobs * 1.25));
    return { value, jobs };
  }
}
