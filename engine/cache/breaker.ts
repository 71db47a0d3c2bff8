/** Spares readers a Redis that does not answer: after failures in a row nobody asks it until a probe was answered. */
import type { Clock, Stop } from '../base/clock.ts';
import type { Random } from '../base/ids.ts';

export interface BreakerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Asks once, in the background; a rejection means that Redis still does not answer. */
  readonly probe: () => Promise<unknown>;
}

const failuresToOpen = 2;
const firstProbeMs = 100;
const longestProbeMs = 1_000;

export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #probes = 0;
  #open = false;
  #probing = false;
  #disarm: Stop = () => undefined;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** True while nobody may ask. */
  get isOpen(): boolean {
    return this.#open;
  }

  succeeded(): void {
    if (!this.#open) this.#failures = 0;
  }

  /** Redis did not answer in time, or the connection broke. */
  failed(): void {
    this.#failures += 1;
    if (this.#open || this.#failures < failuresToOpen) return;
    this.#open = true;
    this.#probes = 0;
    this.#schedule();
  }

  /** There is reason to believe that Redis is back: asks at once instead of at the next turn. */
  hint(): void {
    if (!this.#open || this.#probing) return;
    this.#disarm();
    void this.#probe();
  }

  stop(): void {
    this.#disarm();
    this.#open = false;
  }

  #schedule(): void {
    const { clock, random } = this.#options;
    const fullMs = Math.min(firstProbeMs * 2 ** Math.min(this.#probes, 10), longestProbeMs);
    this.#probes += 1;
    this.#disarm = clock.after(fullMs * (1 - random() / 2), () => void this.#probe());
  }

  async #probe(): Promise<void> {
    this.#probing = true;
    const answered = await this.#options.probe().then(
      () => true,
      () => false,
    );
    this.#probing = false;
    if (!this.#open) return;
    if (!answered) {
      this.#schedule();
      return;
    }
    this.#open = false;
    this.#failures = 0;
  }
}
