/** Quantiles of runtimes in a fixed space: a histogram whose buckets grow by 4 %, the older half forgotten in time. */

const growth = 1.04;
const logGrowth = Math.log(growth);
const smallestMs = 0.1;
/** Up to 0.1 ms × 1.04^560, more than three days. */
const bucketCount = 561;
/** Runs after which the older half is forgotten. */
const halfLife = 5_000;

export class RuntimeSketch {
  #older: Uint32Array | null = null;
  #olderCount = 0;
  #newer = new Uint32Array(bucketCount);
  #newerCount = 0;

  get count(): number {
    return this.#olderCount + this.#newerCount;
  }

  add(runtimeMs: number): void {
    if (!(runtimeMs >= 0)) return;
    if (this.#newerCount >= halfLife) {
      this.#older = this.#newer;
      this.#olderCount = this.#newerCount;
      this.#newer = new Uint32Array(bucketCount);
      this.#newerCount = 0;
    }
    const bucket = runtimeMs <= smallestMs ? 0 : Math.ceil(Math.log(runtimeMs / smallestMs) / logGrowth);
    const index = Math.min(bucket, bucketCount - 1);
    this.#newer[index] = (this.#newer[index] ?? 0) + 1;
    this.#newerCount += 1;
  }

  /** The upper edge of the bucket that holds the nearest rank: at most 4 % too high. Null without any run. */
  quantile(ratio: number): number | null {
    if (this.count === 0) return null;
    let left = Math.max(1, Math.ceil(ratio * this.count));
    for (let index = 0; index < bucketCount; index += 1) {
      left -= (this.#newer[index] ?? 0) + (this.#older?.[index] ?? 0);
      if (left <= 0) return smallestMs * growth ** index;
    }
    return smallestMs * growth ** (bucketCount - 1);
  }
}
