/** Watches how long jobs run with one timer for all of them, so that a short job pays for none. */
import type { Clock, Stop } from '../base/clock.ts';

interface Watched {
  /** On the clock that never jumps. */
  readonly dueMs: number;
  readonly overran: () => void;
}

export class SoftLimits {
  readonly #clock: Clock;
  readonly #watched = new Set<Watched>();
  #armedForMs = Number.POSITIVE_INFINITY;
  #disarm: Stop = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `overran` once, unless what it returns was called before. @param limitMs null: never */
  watch(startedMonotonicMs: number, limitMs: number | null, overran: () => void): Stop {
    if (limitMs === null) return () => undefined;
    const watched = { dueMs: startedMonotonicMs + limitMs, overran };
    this.#watched.add(watched);
    if (watched.dueMs < this.#armedForMs) this.#arm(watched.dueMs);
    return () => this.#watched.delete(watched);
  }

  /** Forgets all of them. */
  stop(): void {
    this.#disarm();
    this.#watched.clear();
    this.#armedForMs = Number.POSITIVE_INFINITY;
  }

  #arm(dueMs: number): void {
    this.#disarm();
    this.#armedForMs = dueMs;
    this.#disarm = this.#clock.after(Math.max(0, dueMs - this.#clock.monotonicMs()), () => this.#look());
  }

  /** The job that the timer was armed for is mostly long done; it is armed again for the next one that still runs. */
  #look(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#armedForMs = Number.POSITIVE_INFINITY;
    for (const watched of this.#watched) {
      if (watched.dueMs > nowMs) continue;
      this.#watched.delete(watched);
      watched.overran();
    }
    const nextMs = Math.min(...Array.from(this.#watched, ({ dueMs }) => dueMs));
    if (Number.isFinite(nextMs)) this.#arm(nextMs);
  }
}
