/** Decides when a worker process has served long enough, and waits for its replacement before it lets go. */
import type { Clock } from '../base/clock.ts';
import { settleWithin } from './settle-within.ts';

export interface RetirementOptions {
  /** Null: never for this reason. */
  readonly maxJobs: number | null;
  readonly maxRssBytes: number | null;
  readonly clock: Clock;
  /** Resolves when another process has taken over; absent where nobody could. */
  readonly askReplacement?: ((why: string) => Promise<void>) | undefined;
  /** Called once; the worker then takes no new job. */
  readonly letGo: (why: string) => void;
}

/** Whoever is not replaced by then goes all the same: what it leaks is worse than a gap. */
const longestWaitMs = 15_000;
const mebibyte = 1024 * 1024;

export class Retirement {
  readonly #options: RetirementOptions;
  #why: string | null = null;

  constructor(options: RetirementOptions) {
    this.#options = options;
  }

  /** Asked after each job and with each heartbeat. */
  check(processedCount: number, rssBytes: number): void {
    const { maxJobs, maxRssBytes } = this.#options;
    if (maxJobs !== null && processedCount >= maxJobs) this.ask(`after ${processedCount} jobs (limit ${maxJobs})`);
    else if (maxRssBytes !== null && rssBytes > maxRssBytes) {
      const [used, limit] = [rssBytes, maxRssBytes].map((bytes) => Math.round(bytes / mebibyte));
      this.ask(`above its memory ceiling: ${used} of ${limit} MiB`);
    }
  }

  /** Begins it, for whatever reason; asking again changes nothing. */
  ask(why: string): void {
    if (this.#why !== null) return;
    this.#why = why;
    const { askReplacement, clock, letGo } = this.#options;
    const replaced = askReplacement?.(why) ?? Promise.resolve();
    void settleWithin(clock, longestWaitMs, replaced).then(() => letGo(why));
  }
}
