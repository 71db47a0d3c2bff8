/** What is being done about each entry, here or in another process, and what came of the last tries. */
import type { Clock } from '../base/clock.ts';
import type { RefreshStatus } from '../model/freshness.ts';

interface Known {
  /** Null while nothing runs. */
  running: { readonly taskId: string; readonly sinceMs: number } | null;
  /** On the clock that never jumps: then a holder that says nothing counts as gone. */
  trustedUntilMs: number;
  times: number;
  lastError: string;
}

const idle: RefreshStatus = { status: 'idle' };
const rememberedCount = 5_000;

export class Refreshes {
  readonly #clock: Clock;
  readonly #byKey = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param trustedForMs how long to believe it without hearing of it again */
  running(redisKey: string, taskId: string, trustedForMs: number): void {
    const known = this.#known(redisKey);
    if (known.running?.taskId !== taskId) known.running = { taskId, sinceMs: this.#clock.now() };
    known.trustedUntilMs = this.#clock.monotonicMs() + trustedForMs;
  }

  /** A stored success ends whatever ran and forgets earlier failures. */
  stored(redisKey: string): void {
    this.#byKey.delete(redisKey);
  }

  /** @param error null when it was given up without an outcome */
  ended(redisKey: string, error: string | null): void {
    const known = this.#byKey.get(redisKey);
    if (error === null) {
      if (known) known.running = null;
      if (known?.times === 0) this.#byKey.delete(redisKey);
      return;
    }
    const failed = this.#known(redisKey);
    failed.running = null;
    failed.times += 1;
    failed.lastError = error;
  }

  of(redisKey: string): RefreshStatus {
    const known = this.#byKey.get(redisKey);
    if (known === undefined) return idle;
    if (known.running !== null && this.#clock.monotonicMs() < known.trustedUntilMs) {
      return { status: 'running', ...known.running, progress: 0 };
    }
    if (known.times === 0) return idle;
    // The next reader's request tries again; a queue that waits longer says so itself.
    return { status: 'failed', times: known.times, lastError: known.lastError, nextTryAtMs: null };
  }

  #known(redisKey: string): Known {
    const before = this.#byKey.get(redisKey);
    if (before) return before;
    const known: Known = { running: null, trustedUntilMs: 0, times: 0, lastError: '' };
    this.#byKey.set(redisKey, known);
    const oldest = this.#byKey.keys().next();
    if (this.#byKey.size > rememberedCount && !oldest.done) this.#byKey.delete(oldest.value);
    return known;
  }
}
