/** Finds values: memory, then Redis, then the last snapshot, each with its state and the reason for it. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { LayerSettings } from '../config/settings.ts';
import type { LayerName, ReadReason, RefreshStatus, ValueSource } from '../model/freshness.ts';
import type { CacheRead, EntryKey, Snapshot, SnapshotPort } from './cache.ts';
import { decodeEntry, entryIdOf } from './codec.ts';
import { type Entry, type Evidence, type Judgement, judge } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import type { Copy, Fetch, MemoryTier } from './memory-tier.ts';

export interface ReaderOptions {
  readonly store: EntryStore;
  readonly memory: MemoryTier;
  readonly snapshots: SnapshotPort;
  readonly layers: () => Readonly<Record<LayerName, LayerSettings>>;
  readonly refreshOf: (key: EntryKey) => RefreshStatus;
  /** Told of a copy that Redis lacks although it is newer than what is stored. */
  readonly onOwn: (copy: Copy, storedId: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What was found for one key; no copy means that nothing at all is known. */
export interface Found {
  readonly copy: Copy | null;
  readonly evidence: Evidence;
}

export class Reader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Without waiting; null unless memory holds what Redis holds. The path of nearly every read. */
  peek(key: EntryKey): CacheRead<unknown> | null {
    const copy = this.#options.memory.current(key.redisKey);
    if (copy === undefined) return null;
    const refresh = this.#options.refreshOf(key);
    const ready = copy.ready !== null && refresh.status === 'idle' && this.#options.clock.now() < copy.readyUntilMs;
    return ready ? copy.ready : this.#answerCopy(key, copy, 'memory', 'current', refresh);
  }

  /** In one round trip; answers in the order of the keys, never throws. */
  async read(keys: readonly EntryKey[]): Promise<CacheRead<unknown>[]> {
    const found = await this.find(keys);
    return Promise.all(keys.map(async (key, index) => this.#answer(key, await this.#orSnapshot(key, found[index]))));
  }

  /** Redis compared with memory, without snapshots. */
  async find(keys: readonly EntryKey[]): Promise<Found[]> {
    const { store, memory } = this.#options;
    if (!store.usable) return keys.map((key) => this.#unreachable(key));
    const fetches = keys.map(({ redisKey }) => memory.begin(redisKey));
    try {
      const stored = await store.get(keys.map(({ redisKey }) => redisKey));
      return await Promise.all(keys.map((key, index) => this.#compare(key, stored[index] ?? null, fetches[index])));
    } catch (error) {
      this.#options.logger.debug('Entries could not be read from Redis', { error: messageOf(error) });
      return keys.map((key) => this.#unreachable(key));
    } finally {
      for (const fetch of fetches) memory.end(fetch);
    }
  }

  /** What a computation just stored, or would have stored. */
  computed(key: EntryKey, entry: Entry): CacheRead<unknown> {
    const { layers, clock, refreshOf } = this.#options;
    const judged = judge(entry, layers()[key.layer], 'current', clock.now());
    return readOf(key, entry, 'computed', { ...judged, reason: 'just-computed' }, refreshOf(key));
  }

  /** What {@link find} found, as a read answers it. */
  known(key: EntryKey, found: Found): CacheRead<unknown> {
    return this.#answer(key, found);
  }

  #unreachable({ redisKey }: EntryKey): Found {
    return { copy: this.#options.memory.any(redisKey) ?? null, evidence: 'unreachable' };
  }

  async #compare(key: EntryKey, bytes: Buffer | null, fetch: Fetch | undefined): Promise<Found> {
    const { memory, logger } = this.#options;
    const known = memory.any(key.redisKey) ?? null;
    if (bytes === null) return this.#absent(known);
    if (known !== null && entryIdOf(bytes) === known.entry.id) {
      known.period = fetch ? memory.end(fetch) : 0;
      known.own = false;
      return { copy: known, evidence: 'current' };
    }
    const decoded = await decodeEntry(bytes);
    if (!decoded.ok) {
      logger.warn('A stored entry cannot be read and counts as missing', {
        key: key.redisKey,
        problem: decoded.problem,
      });
      return known?.own ? { copy: known, evidence: 'own' } : { copy: known, evidence: 'unreadable' };
    }
    if (known?.own && known.entry.computedAtMs > decoded.entry.computedAtMs) return this.#own(known, decoded.entry.id);
    const { redisKey, layer } = key;
    const period = fetch ? memory.end(fetch) : 0;
    const copy = memory.put({ redisKey, layer, entry: decoded.entry, origin: 'redis', own: false, period });
    return { copy, evidence: 'current' };
  }

  #absent(known: Copy | null): Found {
    return known?.own ? this.#own(known, '') : { copy: known, evidence: 'absent' };
  }

  #own(copy: Copy, storedId: string): Found {
    this.#options.onOwn(copy, storedId);
    return { copy, evidence: 'own' };
  }

  async #orSnapshot(key: EntryKey, found: Found | undefined): Promise<Found> {
    const evidence = found?.evidence ?? 'unreachable';
    if (found?.copy) return found;
    const { snapshots, layers, memory, logger } = this.#options;
    try {
      const snapshot = await snapshots.load(key.redisKey);
      if (snapshot === null) return { copy: null, evidence };
      const entry = entryOfSnapshot(snapshot, layers()[key.layer], key.meaning);
      const { redisKey, layer } = key;
      return { copy: memory.put({ redisKey, layer, entry, origin: 'snapshot', own: false, period: 0 }), evidence };
    } catch (error) {
      logger.warn('A snapshot could not be read', { key: key.redisKey, error: messageOf(error) });
      return { copy: null, evidence };
    }
  }

  #answer(key: EntryKey, { copy, evidence }: Found): CacheRead<unknown> {
    const refresh = this.#options.refreshOf(key);
    if (copy === null) return missing(key, evidence, refresh);
    const source = copy.origin === 'snapshot' ? 'snapshot' : evidence === 'current' ? 'redis' : 'memory';
    return this.#answerCopy(key, copy, source, evidence, refresh);
  }

  #answerCopy(
    key: EntryKey,
    copy: Copy,
    source: ValueSource,
    evidence: Evidence,
    refresh: RefreshStatus,
  ): CacheRead<unknown> {
    const layer = this.#options.layers()[key.layer];
    const judged = judge(copy.entry, layer, evidence, this.#options.clock.now());
    // A snapshot is what was last known; only what is stored or was computed here can be fresh.
    const state = copy.origin === 'snapshot' && judged.state === 'fresh' ? 'stale' : judged.state;
    const answer = readOf(key, copy.entry, source, { ...judged, state }, refresh);
    if (evidence === 'current' && state === 'fresh' && refresh.status === 'idle') {
      copy.ready = source === 'memory' ? answer : { ...answer, source: 'memory' };
      copy.readyUntilMs = Math.min(judged.freshUntilMs, copy.entry.computedAtMs + layer.maxAgeMs);
    }
    return answer;
  }
}

function readOf(
  key: EntryKey,
  entry: Entry,
  source: ValueSource,
  { state, reason, freshUntilMs }: Judgement,
  refresh: RefreshStatus,
): CacheRead<unknown> {
  const { value, dataAsOfMs, computedAtMs, staleUntilMs, sizeBytes, computeMs } = entry;
  return {
    value,
    state,
    source,
    reason,
    layer: key.layer,
    dataAsOfMs,
    computedAtMs,
    freshUntilMs,
    staleUntilMs,
    sizeBytes: sizeBytes === 0 ? null : sizeBytes,
    computeMs,
    refresh,
  };
}

function missing(key: EntryKey, evidence: Evidence, refresh: RefreshStatus): CacheRead<unknown> {
  return {
    value: null,
    state: 'missing',
    source: 'none',
    reason: missingReason(evidence),
    layer: key.layer,
    dataAsOfMs: null,
    computedAtMs: null,
    freshUntilMs: null,
    staleUntilMs: null,
    sizeBytes: null,
    computeMs: null,
    refresh,
  };
}

function missingReason(evidence: Evidence): ReadReason {
  if (evidence === 'unreachable') return 'redis-unreachable';
  return evidence === 'unreadable' ? 'entry-unreadable' : 'never-computed';
}

/** Without an id, so that it is never taken for what Redis holds, and without a size, as nothing is stored. */
function entryOfSnapshot(snapshot: Snapshot, layer: LayerSettings, meaning: string): Entry {
  const { value, computedAtMs, dataAsOfMs, computeMs } = snapshot;
  const freshUntilMs = computedAtMs + layer.ttlMs;
  const staleUntilMs = freshUntilMs + layer.staleWindowMs;
  const rawBytes = JSON.stringify(value)?.length ?? 0;
  return {
    id: '',
    meaning,
    value,
    computedAtMs,
    dataAsOfMs,
    computeMs,
    freshUntilMs,
    staleUntilMs,
    sizeBytes: 0,
    rawBytes,
  };
}
