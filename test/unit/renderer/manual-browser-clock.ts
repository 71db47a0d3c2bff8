/** The tests' manual clock in the shape that the console is handed. */
import type { BrowserClock } from '../../../src/renderer/clock.ts';
import { ManualClock } from '../../support/manual-clock.ts';

export interface ManualBrowserClock extends BrowserClock {
  advance(byMs: number): Promise<void>;
  readonly timerCount: number;
}

/** `random` is a half: no jitter. */
export function manualBrowserClock(): ManualBrowserClock {
  const clock = new ManualClock();
  return {
    now: () => clock.now(),
    after: (delayMs, run) => clock.after(delayMs, run),
    every: (periodMs, run) => clock.every(periodMs, run),
    random: () => 0.5,
    advance: (byMs) => clock.advance(byMs),
    get timerCount() {
      return clock.timerCount;
    },
  };
}
