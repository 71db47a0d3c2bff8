/** For how long messages have waited in queues without a pause, from repeated counts. */
import type { Clock } from '../../base/clock.ts';

interface Waiting {
  count: number;
  /** Null while nothing waits. */
  sinceMs: number | null;
}

export class QueueWatch {
  readonly #clock: Clock;
  readonly #queues = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(lengths: ReadonlyMap<string, number>): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [queue, count] of lengths) {
      const before = this.#queues.get(queue)?.sinceMs ?? null;
      this.#queues.set(queue, { count, sinceMs: count === 0 ? null : (before ?? nowMs) });
    }
    for (const queue of this.#queues.keys()) if (!lengths.has(queue)) this.#queues.delete(queue);
  }

  /** Of some queues together; null when none of them was counted. */
  of(queues: readonly string[], nowMs: number): { count: number | null; forMs: number } {
    const known = queues.flatMap((queue) => this.#queues.get(queue) ?? []);
    if (known.length === 0) return { count: null, forMs: 0 };
    const since = known.flatMap(({ sinceMs }) => sinceMs ?? []);
    return {
      count: known.reduce((sum, { count }) => sum + count, 0),
      forMs: since.length === 0 ? 0 : nowMs - Math.min(...since),
    };
  }
}
