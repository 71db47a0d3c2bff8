/** What each command did on one server over the last five minutes: calls, time, failures, and how long it took. */
import type { LatencyHistogram, RedisCommandUse } from '../../model/redis-health.ts';
import type { CommandCounters } from '../../redis/info-figures.ts';
import { type Histogram, quantileMs, since, together } from '../../redis/latency.ts';

interface Looked<Value> {
  readonly monotonicMs: number;
  readonly value: Value;
}
type Commands = ReadonlyMap<string, CommandCounters>;
type Histograms = ReadonlyMap<string, Histogram>;

const windowMs = 300_000;
const commandLimit = 30;
/** Looks come every ten seconds; ends are found among fewer. */
const stepMs = 30_000;

export class CommandWindow {
  #counters: Looked<Commands>[] = [];
  #histograms: Looked<Histograms>[] = [];

  forget(): void {
    this.#counters = [];
    this.#histograms = [];
  }

  takeCounters(monotonicMs: number, value: Commands): void {
    this.#counters = kept(this.#counters, { monotonicMs, value });
  }

  takeHistograms(monotonicMs: number, value: Histograms): void {
    this.#histograms = kept(this.#histograms, { monotonicMs, value });
  }

  /** Microseconds that one call of a command takes on average; null when it was never called. */
  meanUsec(command: string): number | null {
    const found = this.#counters.at(-1)?.value.get(command);
    return found === undefined || found.calls === 0 ? null : found.usec / found.calls;
  }

  uses(): RedisCommandUse[] {
    const [first, last] = [this.#counters[0], this.#counters.at(-1)];
    if (first === undefined || last === undefined || first === last) return [];
    const overS = (last.monotonicMs - first.monotonicMs) / 1_000;
    const differences = [...last.value]
      .map(([command, now]) => ({ command, ...minus(now, first.value.get(command)) }))
      .filter(({ calls, rejected, failed }) => calls + rejected + failed > 0);
    const allUsec = differences.reduce((sum, { usec }) => sum + usec, 0);
    const times = this.#windowHistograms();
    return differences
      .toSorted((a, b) => b.usec - a.usec)
      .slice(0, commandLimit)
      .map(({ command, calls, usec, rejected, failed }) => {
        const histogram = times?.get(command);
        return {
          command,
          perS: calls / overS,
          meanMs: calls === 0 ? 0 : usec / calls / 1_000,
          timeShare: allUsec === 0 ? 0 : usec / allUsec,
          rejected,
          failed,
          p50Ms: histogram === undefined ? null : quantileMs(histogram, 0.5),
          p99Ms: histogram === undefined ? null : quantileMs(histogram, 0.99),
        };
      });
  }

  histogram(): LatencyHistogram | null {
    const times = this.#windowHistograms();
    const [first, last] = [this.#histograms[0], this.#histograms.at(-1)];
    if (times === null || first === undefined || last === undefined) return null;
    const all = together([...times.values()]);
    return {
      windowMs: last.monotonicMs - first.monotonicMs,
      count: [...all.values()].reduce((sum, count) => sum + count, 0),
      p50Ms: quantileMs(all, 0.5),
      p99Ms: quantileMs(all, 0.99),
      buckets: [...all].map(([upTo, count]) => ({ upToMs: upTo / 1_000, count })),
    };
  }

  /** Null before two looks. */
  #windowHistograms(): ReadonlyMap<string, Histogram> | null {
    const [first, last] = [this.#histograms[0], this.#histograms.at(-1)];
    if (first === undefined || last === undefined || first === last) return null;
    return new Map(
      [...last.value].flatMap(([command, now]): [string, Histogram][] => {
        const more = since(now, first.value.get(command));
        return more === null || more.size === 0 ? [] : [[command, more]];
      }),
    );
  }
}

/** The oldest that is kept is the window's beginning; between it and the newest a few are enough. */
function kept<Value>(looks: readonly Looked<Value>[], look: Looked<Value>): Looked<Value>[] {
  const before = looks.at(-2);
  const thinned =
    before !== undefined && look.monotonicMs - before.monotonicMs < stepMs ? looks.slice(0, -1) : [...looks];
  const recent = thinned.filter(({ monotonicMs }) => look.monotonicMs - monotonicMs <= windowMs);
  return [...recent, look];
}

function minus(now: CommandCounters, before: CommandCounters | undefined): CommandCounters {
  return {
    calls: Math.max(0, now.calls - (before?.calls ?? 0)),
    usec: Math.max(0, now.usec - (before?.usec ?? 0)),
    rejected: Math.max(0, now.rejected - (before?.rejected ?? 0)),
    failed: Math.max(0, now.failed - (before?.failed ?? 0)),
  };
}
