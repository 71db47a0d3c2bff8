/** A clock that moves only when the test says so. */
import type { Clock, Stop } from '../../engine/base/clock.ts';

interface Timer {
  /** On the clock that never jumps. */
  dueMs: number;
  readonly periodMs: number | null;
  readonly run: () => void;
}

export class ManualClock implements Clock {
  #wallMs: number;
  #passedMs = 0;
  readonly #timers = new Set<Timer>();

  constructor(startMs = Date.UTC(2026, 0, 15, 12)) {
    this.#wallMs = startMs;
  }

  now(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#passedMs;
  }

  after(delayMs: number, run: () => void): Stop {
    return this.#arm({ dueMs: this.#passedMs + Math.max(0, delayMs), periodMs: null, run });
  }

  every(periodMs: number, run: () => void): Stop {
    return this.#arm({ dueMs: this.#passedMs + periodMs, periodMs, run });
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted) reject(signal.reason);
    const disarm = this.after(delayMs, resolve);
    signal?.addEventListener('abort', () => {
      disarm();
      reject(signal.reason);
    });
    return promise;
  }

  /** Timers that are armed. */
  get timerCount(): number {
    return this.#timers.size;
  }

  /** The wall clock jumps and no timer notices, as when a machine sleeps or its clock is set. */
  suspend(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** Moves the time, running every timer when it is due, in order, and lets what each set off settle. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#passedMs + byMs;
    await settled();
    for (let timer = this.#next(untilMs); timer; timer = this.#next(untilMs)) {
      this.#passTo(timer.dueMs);
      if (timer.periodMs === null) this.#timers.delete(timer);
      else timer.dueMs += timer.periodMs;
      timer.run();
      await settled();
    }
    this.#passTo(untilMs);
  }

  #passTo(passedMs: number): void {
    this.#wallMs += passedMs - this.#passedMs;
    this.#passedMs = passedMs;
  }

  #next(untilMs: number): Timer | undefined {
    return [...this.#timers].filter(({ dueMs }) => dueMs <= untilMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
  }

  #arm(timer: Timer): Stop {
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
