/** A wall clock that stands still until the test moves it, over timers that really run: for tests with sockets. */
import { type Clock, systemClock } from '../../engine/base/clock.ts';

export class MovedClock implements Clock {
  atMs = 1_800_000_000_000;
  monotonicMs = systemClock.monotonicMs;
  after = systemClock.after;
  every = systemClock.every;
  sleep = systemClock.sleep;
  now(): number {
    return this.atMs;
  }
}
