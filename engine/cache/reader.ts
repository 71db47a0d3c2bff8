/** Finds values: memory, then Redis, then the last snapshot, each with its state and the reason for it. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Random } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { LayerSettings } from '../config/settings.ts';
import type { LayerName, RefreshStatus, ValueSource } from '../model/freshness.ts';
import { answerOf, entryOfSnapshot, missing } from './answer.ts';
import type { CacheRead, EntryKey, SnapshotPort } from './cache.ts';
import { type Decoded, decodeEntry, entryIdOf } from './codec.ts';
import { earlyFromMs, isChosen } from './early.ts';
import { type Entry, type Evidence, type Judgement, judge } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import { type LookUp, LookUps } from './look-ups.ts';
import type { Copy, Fetch, MemoryTier } from './memory-tier.ts';
import type { TagMarks } from './tag-marks.ts';
import type { Traces } from './traces.ts';

export interface ReaderOptions {
  readonly store: EntryStore;
  readonly memory: MemoryTier;
  readonly marks: TagMarks;
  readonly traces: Traces;
  readonly snapshots: SnapshotPort;
  readonly layers: () => Readonly<Record<LayerName, LayerSettings>>;
  readonly refreshOf: (key: EntryKey) => RefreshStatus;
  /** Resolves once no invalidation made before the call can be unknown here. @throws EngineError REDIS_* */
  readonly marksKnown: () => Promise<void> | null;
  /** Told of a copy that Redis lacks although it is newer than what is stored. */
  readonly onOwn: (copy: Copy, storedId: string) => void;
  /** Told of every entry that came from Redis. */
  readonly onFetched: (layer: LayerName, bytes: number) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** What was found for one key; no copy means that nothing at all is known. */
export interface Found {
  readonly copy: Copy | null;
  readonly evidence: Evidence;
  /** What is wrong with what Redis holds; null otherwise. */
  readonly problem: string | null;
}

export class Reader {
  readonly #options: ReaderOptions;
  readonly #lookUps: LookUps<EntryKey, Found>;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#lookUps = new LookUps((lookUps) => this.#fetch(lookUps));
  }

  /** Without waiting; null unless memory holds what Redis holds. The path of nearly every read. */
  peek(key: EntryKey): CacheRead<unknown> | null {
    const { memory, marks, clock, refreshOf } = this.#options;
    const copy = memory.current(key.redisKey);
    if (copy === undefined) return null;
    const refresh = refreshOf(key);
    const { ready } = copy;
    if (ready !== null && refresh.status === 'idle' && copy.readyVersion === marks.version) {
      const nowMs = clock.now();
      // A clock that was set back makes the entry be judged anew.
      if (nowMs < copy.readyUntilMs && nowMs >= copy.readySinceMs) return ready;
    }
    return this.#answerCopy(key, copy, 'memory', 'current', refresh);
  }

  /** One round trip for all that is asked in one turn; never throws. */
  async read(key: EntryKey): Promise<CacheRead<unknown>> {
    const found = await this.#lookUp(key);
    return this.known(key, found.copy === null ? await this.#orSnapshot(key, found) : found);
  }

  /** Redis compared with memory, without snapshots. */
  find(keys: readonly EntryKey[]): Promise<Found[]> {
    return Promise.all(keys.map((key) => this.#lookUp(key)));
  }

  /** What a computation just stored, or would have stored. */
  computed(key: EntryKey, entry: Entry): CacheRead<unknown> {
    const judged = this.#judge(key, entry, 'current');
    const reason = judged.state === 'fresh' ? 'just-computed' : judged.reason;
    const refresh = this.#options.refreshOf(key);
    return answerOf(key, entry, { source: 'computed', judged: { ...judged, reason }, refresh, renewDue: false });
  }

  /** What {@link find} found, as a read answers it. */
  known(key: EntryKey, { copy, evidence, problem }: Found): CacheRead<unknown> {
    const { refreshOf, traces, clock } = this.#options;
    const refresh = refreshOf(key);
    if (copy === null) {
      const facts = { problem, keptUntilMs: traces.keptUntilMs(key.redisKey), nowMs: clock.now() };
      return missing(key, evidence, facts, refresh);
    }
    const source = copy.origin === 'snapshot' ? 'snapshot' : evidence === 'current' ? 'redis' : 'memory';
    return this.#answerCopy(key, copy, source, evidence, refresh, problem);
  }

  #lookUp(key: EntryKey): Promise<Found> {
    if (!this.#options.store.usable) return Promise.resolve(this.#unreachable(key));
    return this.#lookUps.find(key.redisKey, key);
  }

  #fetch(lookUps: readonly LookUp<EntryKey, Found>[]): void {
    const [only] = lookUps;
    if (only !== undefined && lookUps.length === 1) this.#fetchOne(only);
    else this.#fetchSeveral(lookUps);
  }

  #fetchOne(lookUp: LookUp<EntryKey, Found>): void {
    const { asked, resolve } = lookUp;
    const fetch = this.#options.memory.begin(asked.redisKey);
    this.#known(this.#options.store.getOne(asked.redisKey)).then(
      (bytes) => resolve(this.#compare(asked, bytes, fetch)),
      (error: unknown) => this.#failed([lookUp], [fetch], error),
    );
  }

  #fetchSeveral(lookUps: readonly LookUp<EntryKey, Found>[]): void {
    const { store, memory } = this.#options;
    const redisKeys = lookUps.map(({ asked }) => asked.redisKey);
    const fetches = redisKeys.map((redisKey) => memory.begin(redisKey));
    this.#known(store.get(redisKeys)).then(
      (stored) => {
        for (const [at, { asked, resolve }] of lookUps.entries()) {
          resolve(this.#compare(asked, stored[at] ?? null, fetches[at] as Fetch));
        }
      },
      (error: unknown) => this.#failed(lookUps, fetches, error),
    );
  }

  /** What was got, once no invalidation from before can be unknown. */
  #known<Got>(getting: Promise<Got>): Promise<Got> {
    const known = this.#options.marksKnown();
    return known === null ? getting : Promise.all([getting, known]).then(([got]) => got);
  }

  #failed(lookUps: readonly LookUp<EntryKey, Found>[], fetches: readonly Fetch[], error: unknown): void {
    for (const fetch of fetches) this.#options.memory.end(fetch);
    this.#options.logger.debug('Entries could not be read from Redis', { error: messageOf(error) });
    for (const { asked, resolve } of lookUps) resolve(this.#unreachable(asked));
  }

  #unreachable({ redisKey }: EntryKey): Found {
    return { copy: this.#options.memory.any(redisKey) ?? null, evidence: 'unreachable', problem: null };
  }

  /** Ends the fetch, however it turns out. */
  #compare(key: EntryKey, bytes: Buffer | null, fetch: Fetch): Found | Promise<Found> {
    const { memory } = this.#options;
    const known = memory.any(key.redisKey) ?? null;
    if (bytes === null) {
      memory.end(fetch);
      return known?.own ? this.#own(known, '') : { copy: known, evidence: 'absent', problem: null };
    }
    if (known !== null && entryIdOf(bytes) === known.entry.id) {
      known.period = memory.end(fetch);
      known.own = false;
      return { copy: known, evidence: 'current', problem: null };
    }
    const decoded = decodeEntry(bytes);
    return decoded instanceof Promise
      ? decoded.then((late) => this.#decoded(key, known, late, fetch))
      : this.#decoded(key, known, decoded, fetch);
  }

  #decoded(key: EntryKey, known: Copy | null, decoded: Decoded, fetch: Fetch): Found {
    const { memory, traces, onFetched, logger } = this.#options;
    const { redisKey, layer } = key;
    const period = memory.end(fetch);
    if (!decoded.ok) {
      const { problem } = decoded;
      logger.warn('A stored entry cannot be read and counts as missing', { key: redisKey, problem });
      return { copy: known, evidence: known?.own ? 'own' : 'unreadable', problem };
    }
    const { entry } = decoded;
    onFetched(layer, entry.sizeBytes);
    if (known?.own && known.entry.computedAtMs > entry.computedAtMs) return this.#own(known, entry.id);
    traces.seen(redisKey, entry.staleUntilMs);
    const copy = memory.put({ redisKey, layer, entry, origin: 'redis', own: false, period });
    return { copy, evidence: 'current', problem: null };
  }

  #own(copy: Copy, storedId: string): Found {
    this.#options.onOwn(copy, storedId);
    return { copy, evidence: 'own', problem: null };
  }

  async #orSnapshot(key: EntryKey, found: Found): Promise<Found> {
    const { snapshots, layers, memory, logger } = this.#options;
    try {
      const snapshot = await snapshots.load(key.redisKey);
      if (snapshot === null) return found;
      const entry = entryOfSnapshot(snapshot, layers()[key.layer], key.meaning);
      const { redisKey, layer } = key;
      return { ...found, copy: memory.put({ redisKey, layer, entry, origin: 'snapshot', own: false, period: 0 }) };
    } catch (error) {
      logger.warn('A snapshot could not be read', { key: key.redisKey, error: messageOf(error) });
      return found;
    }
  }

  #judge(key: EntryKey, entry: Entry, evidence: Evidence): Judgement {
    const { layers, marks, clock } = this.#options;
    return judge(
      entry,
      layers()[key.layer],
      evidence,
      clock.now(),
      marks.verdict(entry.tags, entry.stamp, key.redisKey),
    );
  }

  #answerCopy(
    key: EntryKey,
    copy: Copy,
    source: ValueSource,
    evidence: Evidence,
    refresh: RefreshStatus,
    problem: string | null = null,
  ): CacheRead<unknown> {
    const { marks, layers, clock, random } = this.#options;
    const { entry } = copy;
    const byAge = this.#judge(key, entry, evidence);
    const { freshUntilMs, reason } = byAge;
    // A snapshot is what was last known; only what is stored or was computed here can be fresh.
    const state = copy.origin === 'snapshot' && byAge.state === 'fresh' ? 'stale' : byAge.state;
    const judged = { state, reason, reasonDetail: byAge.reasonDetail ?? problem, freshUntilMs };
    if (evidence !== 'current' || state !== 'fresh' || refresh.status !== 'idle') {
      return answerOf(key, entry, { source, judged, refresh, renewDue: false });
    }
    const nowMs = clock.now();
    const times = { computedAtMs: entry.computedAtMs, computeMs: entry.computeMs, freshUntilMs };
    const renewDue = isChosen(times, nowMs, random);
    const answer = answerOf(key, entry, { source, judged, refresh, renewDue });
    if (source === 'memory' && !renewDue) {
      copy.ready = answer;
      copy.readyVersion = marks.version;
      copy.readySinceMs = nowMs;
      copy.readyUntilMs = Math.min(earlyFromMs(times), entry.computedAtMs + layers()[key.layer].maxAgeMs);
    }
    return answer;
  }
}
