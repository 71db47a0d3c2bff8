/** Walks all keys of a database within a budget of commands and tells what lies there: namespaces, sizes, expiries. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Random } from '../../base/ids.ts';
import type { Analysis, AnalysisSummary } from '../../model/redis-keys.ts';
import type { RedisShard } from '../shards.ts';
import { AnalysisTally } from './analysis-tally.ts';
import type { KeySpace } from './key-space.ts';
import { measureKeys } from './measure.ts';
import { keyCountOf, walkStep } from './walk.ts';

export interface AnalysisOrder {
  readonly analysisId: string;
  readonly connectionId: string;
  readonly separator: string;
  readonly maxMeasuredKeys: number;
  readonly commandsPerS: number;
}

export interface AnalysisParts {
  readonly space: KeySpace;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Of the same database, for the trends; null when there is none. */
  readonly previous: Analysis | null;
  /** Told some times a second at most. */
  readonly onProgress: (analysis: Analysis) => void;
}

/**
 * Others wait for the whole of a SCAN or a pipeline. Fewer long ones, still below 1 ms on a million keys, meet them less
 * often than many short ones: what a round trip costs the server besides is then paid less often, and their p99 stays.
 */
const stepKeys = 500;
const mostChunkKeys = 25;
/** A key is measured by three commands, and no pipeline takes more than a tenth of a second of its budget. */
const pipelinesPerS = 10;
const commandsPerKey = 3;
const progressMs = 1_000;
/** Behind its budget by more than this it does not catch up in a burst. */
const mostCreditMs = 50;

/** Never throws: what went wrong, or that it was cancelled, is in the result beside what was found by then. */
export async function analyse(order: AnalysisOrder, parts: AnalysisParts): Promise<Analysis> {
  const run = new AnalysisRun(order, parts);
  return run.go();
}

class AnalysisRun {
  readonly #order: AnalysisOrder;
  readonly #parts: AnalysisParts;
  readonly #space: KeySpace;
  readonly #tally: AnalysisTally;
  readonly #startedAtMs: number;
  #keyCount = 0;
  #commands = 0;
  #walked = 0;
  #measured = 0;
  #dueMs: number;
  #toldMs = 0;

  constructor(order: AnalysisOrder, parts: AnalysisParts) {
    this.#order = order;
    this.#parts = parts;
    this.#tally = new AnalysisTally(order.separator);
    this.#startedAtMs = parts.clock.now();
    this.#dueMs = parts.clock.monotonicMs();
    const { space } = parts;
    this.#space = {
      ...space,
      count: (shard, command, times = 1) => {
        this.#commands += times;
        space.count(shard, command, times);
      },
    };
  }

  async go(): Promise<Analysis> {
    const { signal } = this.#parts;
    try {
      this.#keyCount = await keyCountOf(this.#space);
      this.#tell('running');
      await this.#walk();
      return this.#result('done', null);
    } catch (error) {
      return signal.aborted ? this.#result('cancelled', null) : this.#result('failed', messageOf(error));
    }
  }

  async #walk(): Promise<void> {
    const { signal, random } = this.#parts;
    const { maxMeasuredKeys } = this.#order;
    const share = Math.min(1, maxMeasuredKeys / Math.max(1, this.#keyCount));
    let [cursor, ended] = [null as string | null, false];
    while (!ended) {
      signal.throwIfAborted();
      const before = this.#commands;
      const step = await walkStep(this.#space, cursor, null, null, stepKeys);
      await this.#pace(this.#commands - before);
      const chosen: Buffer[] = [];
      for (const key of step.keys) {
        this.#tally.count(key);
        // The budget is a ceiling: there may be more keys than DBSIZE said at the beginning.
        if (random() < share && this.#measured + chosen.length < maxMeasuredKeys) chosen.push(key);
      }
      this.#walked += step.keys.length;
      await this.#measure(step.shard, chosen);
      cursor = step.next;
      ended = cursor === null;
    }
  }

  async #measure(shard: RedisShard, keys: readonly Buffer[]): Promise<void> {
    const affordedKeys = Math.floor(this.#order.commandsPerS / pipelinesPerS / commandsPerKey);
    const chunkKeys = Math.max(1, Math.min(mostChunkKeys, affordedKeys));
    for (let from = 0; from < keys.length; from += chunkKeys) {
      this.#parts.signal.throwIfAborted();
      const before = this.#commands;
      const rows = await measureKeys(this.#space, shard, keys.slice(from, from + chunkKeys), false);
      this.#measured += rows.length;
      for (const row of rows) this.#tally.measure(row);
      await this.#pace(this.#commands - before);
      this.#tellProgress();
    }
    this.#tellProgress();
  }

  /** Waits as long as so many commands take at the budget's rate. */
  async #pace(commands: number): Promise<void> {
    const { clock, signal } = this.#parts;
    const nowMs = clock.monotonicMs();
    this.#dueMs = Math.max(this.#dueMs, nowMs - mostCreditMs) + (commands / this.#order.commandsPerS) * 1_000;
    // Timers are no finer than that: shorter waits add up to one.
    if (this.#dueMs - nowMs >= 2) await clock.sleep(this.#dueMs - nowMs, signal);
  }

  #tellProgress(): void {
    if (this.#parts.clock.monotonicMs() - this.#toldMs > progressMs) this.#tell('running');
  }

  #tell(state: AnalysisSummary['state']): void {
    this.#toldMs = this.#parts.clock.monotonicMs();
    this.#parts.onProgress(this.#result(state, null));
  }

  #result(state: AnalysisSummary['state'], problem: string | null): Analysis {
    const { analysisId, connectionId, separator, commandsPerS } = this.#order;
    const { previous, clock } = this.#parts;
    const findings = this.#tally.findings(previous);
    return {
      ...{ analysisId, connectionId, separator, commandsPerS, state, problem },
      db: this.#space.db,
      startedAtMs: this.#startedAtMs,
      endedAtMs: state === 'running' ? null : clock.now(),
      keyCount: this.#keyCount,
      walkedKeys: this.#walked,
      measuredKeys: this.#measured,
      exact: state === 'done' && this.#measured === this.#walked,
      commands: this.#commands,
      previousId: previous?.analysisId ?? null,
      ...findings,
    };
  }
}
