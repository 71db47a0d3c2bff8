/** How many tasks one worker took up, by quarter of a minute, as the counts in its heartbeats show it. */

/** Length of one step. */
export const throughputStepMs = 15_000;
const stepCeiling = 80;
/** As far back as steps are kept: twenty minutes. */
export const throughputKeptMs = stepCeiling * throughputStepMs;

/** Times are of the clock that never jumps. */
export class Throughput {
  /** By number of the step since the clock's zero. */
  readonly #counts = new Map<number, number>();
  #last: { readonly atMs: number; readonly processed: number } | null = null;

  /** The worker said that it has taken up so many since its start. */
  saw(processed: number, atMs: number): void {
    const before = this.#last;
    this.#last = { atMs, processed };
    // After a silence nobody knows when in it the work was done: a gap is truer than a peak.
    if (before === null || atMs - before.atMs > throughputStepMs) return;
    const step = Math.floor(atMs / throughputStepMs);
    // One that was started anew counts from nothing.
    const added = processed < before.processed ? processed : processed - before.processed;
    this.#counts.set(step, (this.#counts.get(step) ?? 0) + added);
    for (const old of this.#counts.keys()) if (old <= step - stepCeiling - 1) this.#counts.delete(old);
  }

  /** Whole steps, the oldest first; null where no heartbeat told. Empty before the first whole one. */
  counts(nowMs: number): (number | null)[] {
    const current = Math.floor(nowMs / throughputStepMs);
    const first = Math.max(current - stepCeiling, Math.min(current, ...this.#counts.keys()));
    return Array.from({ length: current - first }, (_, index) => this.#counts.get(first + index) ?? null);
  }
}
