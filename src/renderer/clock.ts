/** The console's only reader of the time, timers and random numbers; everything else is handed a {@link BrowserClock}. */

export type Stop = () => void;

export interface BrowserClock {
  /** Wall time, epoch milliseconds. */
  now(): number;
  after(delayMs: number, run: () => void): Stop;
  every(periodMs: number, run: () => void): Stop;
  /** 0 (inclusive) to 1 (exclusive): for jitter only. */
  random(): number;
}

export const browserClock: BrowserClock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  every(periodMs, run) {
    const timer = setInterval(run, periodMs);
    return () => clearInterval(timer);
  },
  random: () => Math.random(),
};
