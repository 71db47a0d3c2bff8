/** A bounded sample of finished jobs' times within a window, with its quantiles. */
import type { Quantiles, QueueLatencies } from '../../model/queue.ts';

interface Observation {
  readonly atMs: number;
  readonly waitMs: number | null;
  readonly runMs: number | null;
}

export const latencyWindowMs = 15 * 60_000;
const ceiling = 300;

export class LatencySample {
  #observations: Observation[] = [];

  /** Beyond the ceiling the oldest go: the sample is of the newest jobs. */
  add(observation: Observation): void {
    this.#observations.push(observation);
    if (this.#observations.length > ceiling) this.#observations.shift();
  }

  view(nowMs: number): QueueLatencies {
    if (this.#observations.some(({ atMs }) => atMs < nowMs - latencyWindowMs)) {
      this.#observations = this.#observations.filter(({ atMs }) => atMs >= nowMs - latencyWindowMs);
    }
    const pick = (value: (one: Observation) => number | null): number[] =>
      this.#observations.flatMap((one) => value(one) ?? []);
    return {
      sampleCount: this.#observations.length,
      windowMs: latencyWindowMs,
      wait: quantiles(pick(({ waitMs }) => waitMs)),
      run: quantiles(pick(({ runMs }) => runMs)),
    };
  }
}

/** By nearest rank, so each is a value that was measured; null without values. */
export function quantiles(values: readonly number[]): Quantiles | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (ratio: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(ratio * sorted.length) - 1)] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}
