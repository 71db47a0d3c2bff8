/** What the cache tells of itself to whoever operates it. */

export interface CacheInsight {
  /** `open`: Redis did not answer in time and is spared until a probe was answered. */
  readonly breaker: 'closed' | 'open';
  /** `tracking`: Redis tells every change; `messages`: only our own processes tell; `deaf`: nothing is heard. */
  readonly coherence: 'tracking' | 'messages' | 'deaf';
  /** Estimated heap of the copies in this process. */
  readonly memory: { readonly usedBytes: number; readonly entryCount: number };
}

const countedKeys = 100_000;

/** How often each key was answered by this process since it started, for as many keys as an index lists. */
export class HitCounts {
  readonly #counts = new Map<string, { count: number }>();

  add(redisKey: string): void {
    const known = this.#counts.get(redisKey);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    this.#counts.set(redisKey, { count: 1 });
    const oldest = this.#counts.keys().next();
    if (this.#counts.size > countedKeys && !oldest.done) this.#counts.delete(oldest.value);
  }

  of(redisKey: string): number {
    return this.#counts.get(redisKey)?.count ?? 0;
  }
}
