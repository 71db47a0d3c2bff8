/** Remembers of entries that are no longer here that they once were, so that "lost" is told apart from "never computed". */

const rememberedCount = 20_000;

export class Traces {
  /** Until when each should be in Redis; the longest known last. */
  readonly #untilMs = new Map<string, number>();

  seen(redisKey: string, staleUntilMs: number): void {
    if (this.#untilMs.get(redisKey) === staleUntilMs) return;
    this.#untilMs.delete(redisKey);
    this.#untilMs.set(redisKey, staleUntilMs);
    const oldest = this.#untilMs.keys().next();
    if (this.#untilMs.size > rememberedCount && !oldest.done) this.#untilMs.delete(oldest.value);
  }

  /** Until when Redis should have kept it; null when nobody here has heard of it. */
  keptUntilMs(redisKey: string): number | null {
    return this.#untilMs.get(redisKey) ?? null;
  }
}
