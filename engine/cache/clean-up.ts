/** Finds what no reader can ever use again, and removes it where that is wanted: within a budget, never KEYS, never a long call. */
import type { Clock } from '../base/clock.ts';
import type { CacheCleanUpReport, CleanUpKind } from '../model/cache-actions.ts';
import { entryFamilyGlob, entryVersionOf } from '../redis/key-names.ts';
import type { RedisLink } from '../redis/link.ts';
import { scanKeys } from '../redis/scan.ts';
import { isOutdated } from './codec.ts';
import { CommandMeter } from './survey/command-meter.ts';
import { HeadReader, orNullForWrongType } from './survey/head-reader.ts';
import type { IndexedEntry } from './survey/indexed-entry.ts';

export interface CleanUpOptions {
  readonly link: RedisLink;
  readonly clock: Clock;
  /** Of no section, layer or formula that anybody could still ask for. */
  readonly isOrphan: (entry: IndexedEntry) => boolean;
  /** False only looks. */
  readonly remove: boolean;
  readonly requestedBy: string;
  readonly signal?: AbortSignal;
  /** SCAN calls at most. */
  readonly maxSteps?: number;
}

interface Tally {
  entryCount: number;
  sizeBytes: number;
  sample: string[];
}

const sampleSize = 5;
const keysAtOnce = 200;

/** @throws EngineError REDIS_*, or the signal's reason */
export async function cleanUpEntries(options: CleanUpOptions): Promise<CacheCleanUpReport> {
  const { link, clock, remove, requestedBy, signal, maxSteps = 10_000 } = options;
  const heads = new HeadReader({ link, clock, meter: new CommandMeter(clock) });
  const [startedAtMs, startMs] = [clock.now(), clock.monotonicMs()];
  const before = { entryCount: 0, sizeBytes: 0 };
  const gone = { entryCount: 0, sizeBytes: 0 };
  const tallies: Record<CleanUpKind, Tally> = { 'outdated-format': none(), orphan: none(), 'without-expiry': none() };
  // A key may come twice from SCAN; what counts is counted once.
  const found = new Set<string>();
  let whole = false;
  const budget = { match: entryFamilyGlob, count: keysAtOnce, maxSteps, ...(signal ? { signal } : {}) };
  for await (const { keys, complete } of scanKeys(link, clock, budget)) {
    whole = complete;
    const entries = (await heads.read(keys, 0)).filter((entry) => entry !== null);
    const doomed: IndexedEntry[] = [];
    for (const entry of entries) {
      before.entryCount += 1;
      before.sizeBytes += entry.sizeBytes;
      const kind = await kindOf(entry, options);
      if (kind === null || found.has(entry.key)) continue;
      found.add(entry.key);
      count(tallies[kind], entry);
      doomed.push(entry);
    }
    if (!remove || doomed.length === 0) continue;
    gone.entryCount += await link.command('UNLINK', (client) =>
      Promise.all(doomed.map(({ key }) => client.unlink(key))).then((counts) => counts.reduce((a, b) => a + b, 0)),
    );
    gone.sizeBytes += doomed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }
  return {
    startedAtMs,
    tookMs: clock.monotonicMs() - startMs,
    removed: remove,
    requestedBy,
    before,
    after: { entryCount: before.entryCount - gone.entryCount, sizeBytes: before.sizeBytes - gone.sizeBytes },
    kinds: (['outdated-format', 'orphan', 'without-expiry'] as const).map((kind) => ({ kind, ...tallies[kind] })),
    complete: whole,
  };
}

/** Null for what can stay; also for what a newer program wrote. */
async function kindOf(entry: IndexedEntry, { link, isOrphan }: CleanUpOptions): Promise<CleanUpKind | null> {
  const age = entryVersionOf(entry.key);
  if (age !== 'current') return age === 'older' ? 'outdated-format' : null;
  if (entry.problem !== null) {
    const head = await link.command('Looking at an entry', (client) =>
      orNullForWrongType(client.getrangeBuffer(entry.key, 0, 3)),
    );
    if (head === null || isOutdated(head)) return 'outdated-format';
    return null;
  }
  if (entry.deletedAtMs === null) return 'without-expiry';
  return isOrphan(entry) ? 'orphan' : null;
}

function count(tally: Tally, { key, sizeBytes }: IndexedEntry): void {
  tally.entryCount += 1;
  tally.sizeBytes += sizeBytes;
  if (tally.sample.length < sampleSize) tally.sample.push(key);
}

function none(): Tally {
  return { entryCount: 0, sizeBytes: 0, sample: [] };
}
