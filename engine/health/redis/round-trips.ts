/** How long the PINGs of the last hour took: what half of them and what nearly all of them stayed below. */
import type { RoundTrips as RoundTripFigures } from '../../model/redis-health.ts';

const windowMs = 3_600_000;

export class RoundTrips {
  #kept: { readonly monotonicMs: number; readonly tookMs: number }[] = [];

  take(monotonicMs: number, tookMs: number): void {
    this.#kept.push({ monotonicMs, tookMs });
    const oldest = this.#kept.findIndex((one) => one.monotonicMs > monotonicMs - windowMs);
    if (oldest > 0) this.#kept = this.#kept.slice(oldest);
  }

  /** Null before the first. */
  view(): RoundTripFigures | null {
    const ordered = this.#kept.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
    const [first] = ordered;
    if (first === undefined) return null;
    const quantile = (part: number): number => ordered[Math.ceil(part * ordered.length) - 1] ?? first;
    return { windowMs, count: ordered.length, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
  }
}
