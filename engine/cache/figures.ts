/** Counts what the cache did, second by second, for windows of up to an hour. */
import type { Clock } from '../base/clock.ts';
import type { CacheFigures } from './cache.ts';

type Counts = { -readonly [Name in Exclude<keyof CacheFigures, 'windowMs'>]: number };
type Count = keyof Counts;

interface Second extends Counts {
  /** Whole seconds of the clock that never jumps. */
  second: number;
}

const keptSeconds = 3_600;

export class FiguresLedger {
  readonly #clock: Clock;
  /** A ring: the slot of a second is its remainder, reused after an hour. */
  readonly #ring: Second[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(name: Count, by = 1): void {
    this.#now()[name] += by;
  }

  /** The last `windowMs`, at most an hour, to the second. */
  sum(windowMs: number): CacheFigures {
    const since = this.#second() - Math.min(Math.ceil(windowMs / 1_000), keptSeconds);
    const total = empty();
    for (const counts of this.#ring) {
      if (counts === undefined || counts.second <= since) continue;
      for (const name of names) total[name] += counts[name];
    }
    return { windowMs, ...total };
  }

  #now(): Second {
    const second = this.#second();
    const slot = second % keptSeconds;
    const known = this.#ring[slot];
    if (known?.second === second) return known;
    const fresh = { second, ...empty() };
    this.#ring[slot] = fresh;
    return fresh;
  }

  #second(): number {
    return Math.floor(this.#clock.monotonicMs() / 1_000);
  }
}

function empty(): Counts {
  return { reads: 0, hits: 0, staleHits: 0, misses: 0, computations: 0, computeMsTotal: 0, bytesWritten: 0 };
}

const names = Object.keys(empty()) as Count[];
