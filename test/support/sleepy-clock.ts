/** A manual clock on a machine that can go to sleep: then the wall clock goes on, and the timers stand still. */
import type { Clock, Stop } from '../../engine/base/clock.ts';

interface Timer {
  dueMs: number;
  readonly periodMs: number | null;
  readonly run: () => void;
}

export class SleepyClock implements Clock {
  #wallMs: number;
  #awakeMs = 0;
  readonly #timers = new Set<Timer>();

  constructor(startMs: number) {
    this.#wallMs = startMs;
  }

  now(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#awakeMs;
  }

  after(delayMs: number, run: () => void): Stop {
    return this.#arm({ dueMs: this.#awakeMs + Math.max(0, delayMs), periodMs: null, run });
  }

  every(periodMs: number, run: () => void): Stop {
    return this.#arm({ dueMs: this.#awakeMs + periodMs, periodMs, run });
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const disarm = this.after(delayMs, resolve);
    signal?.addEventListener('abort', () => {
      disarm();
      reject(signal.reason);
    });
    return promise;
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  /** Sets the wall clock on (or back) without any timer noticing. */
  suspend(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** Lets time pass: every timer that falls due runs, in order, with promises settled in between. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#awakeMs + byMs;
    await settled();
    for (let timer = this.#next(untilMs); timer; timer = this.#next(untilMs)) {
      this.#moveTo(timer.dueMs);
      if (timer.periodMs === null) this.#timers.delete(timer);
      else timer.dueMs += timer.periodMs;
      timer.run();
      await settled();
    }
    this.#moveTo(untilMs);
  }

  #arm(timer: Timer): Stop {
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  #next(untilMs: number): Timer | undefined {
    return [...this.#timers].filter(({ dueMs }) => dueMs <= untilMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
  }

  #moveTo(awakeMs: number): void {
    this.#wallMs += awakeMs - this.#awakeMs;
    this.#awakeMs = awakeMs;
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
