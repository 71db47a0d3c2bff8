/** Counts the commands that looking costs one server, by name and kind, so that the load of looking can be capped and shown. */
import type { Clock } from '../../base/clock.ts';

/** `sample`: by itself, at rest; `asked`: because somebody looks. */
export type LoadKind = 'sample' | 'asked';

interface Second {
  sample: number;
  asked: number;
  readonly byCommand: Map<string, number>;
}

const windowSeconds = 60;

export class LoadMeter {
  readonly #clock: Clock;
  readonly #seconds = new Map<number, Second>();
  #deferred = 0;
  #sampled = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Looks that were left out. */
  get deferredCount(): number {
    return this.#deferred;
  }

  /** Commands of sampling since the start. */
  get sampledCount(): number {
    return this.#sampled;
  }

  /** @param command by which its time in the server is looked up: `info`, `latency|latest` */
  add(kind: LoadKind, command: string, count = 1): void {
    const at = this.#second();
    for (const [old] of this.#seconds) {
      if (old > at - windowSeconds) break;
      this.#seconds.delete(old);
    }
    const second = this.#seconds.get(at) ?? { sample: 0, asked: 0, byCommand: new Map<string, number>() };
    second[kind] += count;
    second.byCommand.set(command, (second.byCommand.get(command) ?? 0) + count);
    this.#seconds.set(at, second);
    if (kind === 'sample') this.#sampled += count;
  }

  /** False when `count` more of sampling would pass the budget of a minute; the look is then counted as left out. */
  allows(count: number, budgetPerMinute: number): boolean {
    if (this.lastMinute('sample') + count <= budgetPerMinute) return true;
    this.#deferred += 1;
    return false;
  }

  lastMinute(kind: LoadKind): number {
    return this.#recent().reduce((sum, second) => sum + second[kind], 0);
  }

  /** Of the last minute, every kind. */
  byCommand(): ReadonlyMap<string, number> {
    const sum = new Map<string, number>();
    for (const { byCommand } of this.#recent()) {
      for (const [command, count] of byCommand) sum.set(command, (sum.get(command) ?? 0) + count);
    }
    return sum;
  }

  #recent(): Second[] {
    const since = this.#second() - windowSeconds;
    return [...this.#seconds].filter(([at]) => at > since).map(([, second]) => second);
  }

  #second(): number {
    return Math.floor(this.#clock.monotonicMs() / 1_000);
  }
}
