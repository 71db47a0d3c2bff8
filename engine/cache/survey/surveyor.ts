/** Keeps the index: walks the key space inside a budget, and between walks looks again at what was told to have changed. */
import type { Clock, Stop } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { entryPrefix } from '../../redis/key-names.ts';
import type { RedisLink } from '../../redis/link.ts';
import { scanKeys } from '../../redis/scan.ts';
import type { CommandMeter } from './command-meter.ts';
import type { EntryIndex } from './entry-index.ts';
import type { ForeignReader } from './foreign-reader.ts';
import type { HeadReader } from './head-reader.ts';
import type { IndexedEntry } from './indexed-entry.ts';

export interface SurveyorOptions {
  readonly link: RedisLink;
  readonly index: EntryIndex;
  readonly heads: HeadReader;
  readonly foreign: ForeignReader;
  readonly meter: CommandMeter;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Keys looked at in one step; a step takes some milliseconds of this thread and of Redis. */
  readonly keysAtOnce?: number;
  readonly pauseMs?: number;
  /** Steps of one walk at most. */
  readonly maxSteps?: number;
  /** Between walks at least; also at least twenty times what the last one took. */
  readonly periodMs?: number;
  /** Called after the index changed by something that was told. */
  readonly onChanged: (changes: readonly IndexChange[]) => void;
}

export interface IndexChange {
  readonly key: string;
  /** Null: it was not known. */
  readonly before: IndexedEntry | null;
  /** Null: it has gone. */
  readonly after: IndexedEntry | null;
}

export interface SurveyState {
  readonly walkedAtMs: number | null;
  readonly walkTookMs: number | null;
  readonly nextWalkAtMs: number | null;
  /** False: the last walk's budget ended before the key space did. */
  readonly complete: boolean;
  readonly problem: string | null;
}

const restFactor = 20;
const longestPeriodMs = 15 * 60_000;
/** What changes at once is looked at together. */
const gatherMs = 150;
/** More changes than this are left to the next walk. */
const mostChanges = 20_000;
const retryMs = 2_000;

export class Surveyor {
  readonly #options: Required<SurveyorOptions>;
  readonly #changed = new Set<string>();
  readonly #stopped = new AbortController();
  #wake: Stop = () => undefined;
  #gathering = false;
  #again = false;
  #seen = 0;
  #state: SurveyState = {
    walkedAtMs: null,
    walkTookMs: null,
    nextWalkAtMs: null,
    complete: true,
    problem: null,
  };

  constructor(options: SurveyorOptions) {
    this.#options = { keysAtOnce: 60, pauseMs: 5, maxSteps: 10_000, periodMs: 60_000, ...options };
  }

  get state(): SurveyState {
    return this.#state;
  }

  /** Walks until {@link stop}. Never throws. */
  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopped.abort();
    this.#wake();
  }

  /** Keys that changed in Redis; null: any may have, so all are to be walked soon. */
  changed(keys: readonly string[] | null): void {
    if (keys === null || this.#changed.size + keys.length > mostChanges) {
      this.#changed.clear();
      this.#again = true;
      this.#wake();
      return;
    }
    for (const key of keys) this.#changed.add(key);
    if (this.#changed.size > 0 && !this.#gathering) void this.#gather();
  }

  /** Looks at these keys now. @throws EngineError REDIS_* */
  async look(keys: readonly string[]): Promise<void> {
    const { index, heads, foreign } = this.#options;
    const own = keys.filter((key) => key.startsWith(entryPrefix));
    const others = keys.filter((key) => !key.startsWith(entryPrefix));
    const [entries, strangers] = await Promise.all([heads.read(own, this.#seen), foreign.read(others, this.#seen)]);
    for (const [at, entry] of entries.entries()) {
      if (entry) index.put(entry);
      else index.remove(own[at] ?? '');
    }
    for (const stranger of strangers) index.put(stranger);
    const there = new Set(strangers.map(({ key }) => key));
    for (const key of others) if (!there.has(key)) index.remove(key);
  }

  async #run(): Promise<void> {
    const { clock, periodMs } = this.#options;
    while (!this.#stopped.signal.aborted) {
      this.#again = false;
      const tookMs = await this.#tryToWalk();
      const restMs = tookMs === null ? retryMs : Math.min(Math.max(periodMs, restFactor * tookMs), longestPeriodMs);
      if (this.#again) continue;
      this.#state = { ...this.#state, nextWalkAtMs: clock.now() + restMs };
      await this.#rest(restMs);
    }
  }

  #rest(restMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const disarm = this.#options.clock.after(restMs, resolve);
    this.#wake = () => {
      disarm();
      resolve();
    };
    if (this.#stopped.signal.aborted) resolve();
    return promise;
  }

  /** Milliseconds that the walk took; null when it failed. */
  async #tryToWalk(): Promise<number | null> {
    const { clock, link, logger } = this.#options;
    try {
      await link.whenReady(retryMs);
      const startMs = clock.monotonicMs();
      const complete = await this.#walk();
      const walkTookMs = clock.monotonicMs() - startMs;
      this.#state = { ...this.#state, walkedAtMs: clock.now(), walkTookMs, complete, problem: null };
      return walkTookMs;
    } catch (error) {
      if (this.#stopped.signal.aborted) return null;
      logger.debug('The entries of the cache could not be walked', { error: messageOf(error) });
      this.#state = { ...this.#state, problem: messageOf(error) };
      return null;
    }
  }

  /** True when the whole key space was seen. */
  async #walk(): Promise<boolean> {
    const { link, clock, index, heads, meter, keysAtOnce, pauseMs, maxSteps } = this.#options;
    this.#seen += 1;
    const walk = this.#seen;
    const budget = { match: '*', count: keysAtOnce, pauseMs, maxSteps, signal: this.#stopped.signal };
    let whole = false;
    for await (const { keys, complete } of scanKeys(link, clock, budget)) {
      meter.add(1);
      await this.look(keys);
      whole = complete;
    }
    if (!whole) return false;
    await heads.keepViews(await index.keepSeenSince(walk));
    index.forgetSums();
    return true;
  }

  async #gather(): Promise<void> {
    const { clock, link, keysAtOnce, logger, onChanged, index } = this.#options;
    this.#gathering = true;
    try {
      while (this.#changed.size > 0) {
        await clock.sleep(gatherMs, this.#stopped.signal);
        const keys = [...this.#changed].slice(0, keysAtOnce);
        for (const key of keys) this.#changed.delete(key);
        if (!link.isReady) continue;
        const before = keys.map((key) => index.get(key) ?? null);
        await this.look(keys);
        index.forgetSums();
        onChanged(keys.map((key, at) => ({ key, before: before[at] ?? null, after: index.get(key) ?? null })));
      }
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      logger.debug('Changed entries could not be looked at', { error: messageOf(error) });
      this.#again = true;
    } finally {
      this.#gathering = false;
    }
  }
}
