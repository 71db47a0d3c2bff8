/** Watches how long jobs run with one timer for all of them, so that a short job pays for no timer and no closure. */
import type { Clock, Stop } from '../base/clock.ts';

export class SoftLimits<Job extends object> {
  readonly #clock: Clock;
  readonly #overran: (job: Job) => void;
  /** By when each has to end, on the clock that never jumps. */
  readonly #dueMs = new Map<Job, number>();
  #armedForMs = Number.POSITIVE_INFINITY;
  #disarm: Stop = () => undefined;

  /** @param overran called once for a job that is still watched at its limit */
  constructor(clock: Clock, overran: (job: Job) => void) {
    this.#clock = clock;
    this.#overran = overran;
  }

  /** Watches a job until {@link release}. @param limitMs null: never too long */
  watch(job: Job, startedMonotonicMs: number, limitMs: number | null): void {
    if (limitMs === null) return;
    const dueMs = startedMonotonicMs + limitMs;
    this.#dueMs.set(job, dueMs);
    if (dueMs < this.#armedForMs) this.#arm(dueMs);
  }

  release(job: Job): void {
    this.#dueMs.delete(job);
  }

  /** Forgets all of them. */
  stop(): void {
    this.#disarm();
    this.#dueMs.clear();
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
    for (const [job, dueMs] of this.#dueMs) {
      if (dueMs > nowMs) continue;
      this.#dueMs.delete(job);
      this.#overran(job);
    }
    const nextMs = Math.min(...this.#dueMs.values());
    if (Number.isFinite(nextMs)) this.#arm(nextMs);
  }
}
